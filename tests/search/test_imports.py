"""Imports read from tokens: the same as `ast` finds, and more where `ast` gives up."""

import ast
import sysconfig
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.imports import Import, scan_imports
from engine.search.source import decode_source

Found = tuple[int, str, tuple[str, ...], int]
STDLIB = Path(sysconfig.get_path("stdlib"))
# Every twelfth file, and the folder with the oddest encodings.
SAMPLE = [
    path
    for number, path in enumerate(sorted(STDLIB.rglob("*.py")))
    if "site-packages" not in path.parts
    and (number % 12 == 0 or {"encoded_modules"} & set(path.parts))
]


def by_ast(source: bytes | str) -> list[Found]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    return sorted(_found(tree))


def _found(tree: ast.Module) -> Iterator[Found]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name, (), 0) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(name.name for name in node.names)
            yield node.lineno, node.module or "", names, node.level


def by_tokens(source: bytes | str) -> list[Found]:
    text = source if isinstance(source, str) else decode_source(source)
    return sorted((one.line, one.module, one.names, one.level) for one in scan_imports(text))


def test_the_standard_library_is_read_as_ast_reads_it() -> None:
    """In every sampled file of the standard library that parses, the imports are those of `ast`."""
    read = 0
    for path in SAMPLE:
        source = path.read_bytes()
        try:
            expected = by_ast(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        assert by_tokens(source) == expected, path
        read += len(expected)
    assert read > 500


PIECES = st.sampled_from(
    [
        "import a",
        "import a.b as c, d",
        "from . import (\n  x, # y\n  z)",
        "from ..p.q import *",
        "from\\\n a import b",
        "x = 'import no'",
        'x = f"{y}" f\'{z["k"]}\'',
        'x = """\nimport no\n"""; import yes',
        "x = r'\\'; import no'",
        "x = (1,\n2) # import no",
        "x: int = {1: 2}[1]; import s",
        "if x: import one",
        "if x:\n    import two",
        "def f(a=lambda: 0):\n    import three\n    yield (\n  1)",
        "try: import t\nexcept E: pass",
        "class C:\n\timport tab",
        "# import no",
        "",
        "    ",
        "x = 1 \\\n  + 2",
        "x = '\\\nimport no'",
    ]
)


@given(st.lists(PIECES, max_size=8).map("\n".join))
def test_any_mixture_is_read_as_ast_reads_it(text: str) -> None:
    """Strings, comments, brackets and continuation lines never hide or invent an import."""
    assert by_tokens(text) == by_ast(text)


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ('x = f"{d["a#"]}"\nimport a', ["a"]),
        ('x = f"{d["("]:{"}"}}" + t\'{"\'"}\'\nimport a', ["a"]),
        ('x = f"""\n{1:\n>{2}}\nimport no"""\nimport a', ["a"]),
        ('x = f"{y["""k"""]}"\nimport a', ["a"]),
        ("type X[T] = list[T]\nimport a", ["a"]),
        ("def f[T: (int, str)](x: T): import a\nimport b", ["a", "b"]),
        ("try:\n    import a\nexcept* E:\n    import b", ["a", "b"]),
        ("lazy import a\nlazy from b import c", ["a", "b"]),
        ("def f(:\n  pass\nimport a", ["a"]),
        ("x = (1,\nimport a\nx = [\nfrom b import c", ["a", "b"]),
        ("x = 'unclosed\nimport a", ["a"]),
        ("print 'old'\nimport a", ["a"]),
        ("from import x\nimport a", ["a"]),
        ("import a\0b\nimport c", ["a\0b", "c"]),
        ('import a\nx = """never closed\nimport no', ["a"]),
    ],
)
def test_what_does_not_parse_is_read_all_the_same(text: str, modules: list[str]) -> None:
    """Newer syntax, and errors on other lines, hide no import."""
    assert [found.module for found in scan_imports(text)] == modules


def test_kinds_follow_the_enclosing_blocks() -> None:
    """An import's kind is told by the blocks that its indentation puts it in."""
    text = """
        import a
        if TYPE_CHECKING: import b
        if typing.TYPE_CHECKING:
            import c
            def f():
                import d
        else:
            import e
        try:
            import f
        except ImportError:
            import g
        class K:
            import h
            def m(self):
                x = [i
                  for i in y]
                import i
                if x:
                    import j
        async def n(): import k; import l
        x = 1; import m
        if not TYPE_CHECKING:
            import n
        with suppress(ImportError):
            import o
        match x:
            case 1: import p
        import q
    """
    kinds = {one.module: one.kind for one in scan_imports(textwrap.dedent(text))}
    expected = {
        "runtime": "ahmq",
        "type_checking": "bcd",
        "conditional": "efgnop",
        "local": "ijkl",
    }
    assert kinds == {module: kind for kind, modules in expected.items() for module in modules}


def test_relative_imports_keep_their_dots() -> None:
    """Dots are counted, also with blanks between them, and `...` is three."""
    text = "from . . a import b\nfrom ... import c\nfrom .....d.e import f"
    assert scan_imports(text) == (
        Import(1, "a", ("b",), 2, "runtime"),
        Import(2, "", ("c",), 3, "runtime"),
        Import(3, "d.e", ("f",), 5, "runtime"),
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"\xef\xbb\xbfx = '\xc3\xa9'\r\n", "x = 'é'\n"),
        (b"# -*- coding: latin-1 -*-\rx = '\xe9'", "# -*- coding: latin-1 -*-\nx = 'é'"),
        (b"# coding: no-such\nx", "# coding: no-such\nx"),
        (b"x = '\xe9'", "x = '\ufffd'"),
    ],
)
def test_encodings_are_those_of_python(source: bytes, text: str) -> None:
    """A mark or a coding line tells the encoding; what can't be decoded is replaced."""
    assert decode_source(source) == text


def test_a_new_name_is_kept_beside_the_old_one() -> None:
    """`as` tells what the module or each name is called; without it nothing is told."""
    text = "import a.b as c, d\nfrom e import (f\n as g, h)\nfrom i import as_j, j\n"
    assert [(one.module, one.names, one.called) for one in scan_imports(text)] == [
        ("a.b", (), ("c",)),
        ("d", (), ()),
        ("e", ("f", "h"), ("g", "h")),
        ("i", ("as_j", "j"), ()),
    ]


def test_what_only_a_script_runs_is_local() -> None:
    """No import of a file runs what stands under its `__main__` test; the rest is conditional."""
    text = "if __name__ == '__main__':\n    import a\nelse:\n    import b\n"
    assert [one.kind for one in scan_imports(text)] == ["local", "conditional"]


def test_headers_in_strings_open_no_block() -> None:
    """Lines of a long string that look like headers don't make the import below them local."""
    text = 'if x:\n    y = """\n def f():\n  \\"""\n    """\n    import a\ndef g(): import b\n'
    assert [one.kind for one in scan_imports(text)] == ["conditional", "local"]
