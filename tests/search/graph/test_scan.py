"""The imports of real files: a full parser of Python finds the same."""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from engine.search.graph.scan import imports
from engine.search.source import decode_source

STDLIB = Path(sysconfig.get_path("stdlib"))
SAMPLE = [path for path in sorted(STDLIB.rglob("*.py")) if "site-packages" not in path.parts][::9]
Found = tuple[int, str, tuple[str, ...], int, tuple[str, ...]]


def by_tree_sitter(text: str) -> tuple[list[Found], bool]:
    """Return the imports in the syntax tree, and whether the tree is whole."""
    parser = Parser(Language(tree_sitter_python.language()))
    root = parser.parse(text.encode("utf-8", "replace")).root_node
    return sorted(one for node in _nodes(root) for one in _found(node)), not root.has_error


def _nodes(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def _found(node: Node) -> Iterator[Found]:
    line = node.start_point.row + 1
    if node.type == "import_statement":
        for name in node.children_by_field_name("name"):
            given, called = _named(name)
            yield line, given, (), 0, (called,) if called != given else ()
    elif node.type == "future_import_statement":
        names, new = _taken(node)
        yield line, "__future__", names, 0, new
    elif node.type == "import_from_statement":
        source = node.child_by_field_name("module_name")
        assert source is not None
        written = _text(source)
        module = written.lstrip(".")
        names, new = _taken(node)
        yield line, module, names, len(written) - len(module), new


def _taken(node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names that a `from` takes, and new ones where there is one."""
    if any(child.type == "wildcard_import" for child in node.children):
        return ("*",), ()
    named = [_named(name) for name in node.children_by_field_name("name")]
    given, called = tuple(name for name, _ in named), tuple(name for _, name in named)
    return given, called if called != given else ()


def _named(node: Node) -> tuple[str, str]:
    if node.type != "aliased_import":
        return _text(node), _text(node)
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    assert name is not None
    assert alias is not None
    return _text(name), _text(alias)


def _text(node: Node) -> str:
    assert node.text is not None
    return "".join(node.text.decode().split())


def test_a_full_parser_finds_the_same_imports() -> None:
    """In every sampled file of the standard library that tree-sitter can read, nothing differs."""
    read = 0
    for path in SAMPLE:
        text = decode_source(path.read_bytes())
        expected, whole = by_tree_sitter(text)
        if not whole or "\f" in text:
            continue
        _, rows, _ = imports(path.name, text)
        assert (
            sorted(
                (line, module, names, level, called)
                for line, module, names, level, kind, called in rows
                if kind != "dynamic"
            )
            == expected
        ), path
        read += len(expected)
    assert read > 400


def test_the_imports_of_a_stub_are_for_type_checkers() -> None:
    """No import of a `.pyi` file is ever run."""
    _, rows, _ = imports("a.pyi", "import b\ndef f(): import c\n")
    assert [row[4] for row in rows] == ["type_checking", "type_checking"]


def test_a_changed_file_without_imports_has_another_value() -> None:
    """What else is known of a file is seen to be out of date, though its imports are the same."""
    assert imports("a.py", "A = 1") != imports("a.py", "B = 1")
    assert imports("a.py", "A = '\ud800'")[1] == ()
