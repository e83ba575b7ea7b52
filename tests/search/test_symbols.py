"""Outlines of Python files, parsed or not, and what their lines are."""

import ast
import subprocess
import sysconfig
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.symbols import LineCounts, Outline, Symbol, outline

SOURCE = textwrap.dedent(
    '''\
    import functools


    class A:
        """What A is.

        More.
        """

        @property
        @functools.cache
        def p(self):
            return 1

        async def m(self):
            "Doc."
            def inner(x): return x
            return inner

        class B:
            def q(self): pass

    # comment
    if True:
        def f(
            a,
            b,
        ):

            return """
    # no comment
    """
    '''
)
EXPECTED = [
    ("A", "class", 4, 21),
    ("A.p", "method", 12, 13),
    ("A.m", "method", 15, 18),
    ("A.m.inner", "function", 17, 17),
    ("A.B", "class", 20, 21),
    ("A.B.q", "method", 21, 21),
    ("f", "function", 25, 32),
]
STDLIB = Path(sysconfig.get_path("stdlib"))


def _rows(symbols: tuple[Symbol, ...]) -> list[tuple[str, str, int, int]]:
    return [(one.name, one.kind, one.line, one.end_line) for one in symbols]


def test_definitions_are_found_with_names_lines_and_docs() -> None:
    """Classes, methods and functions have dotted names, first and last lines, and docstrings."""
    found = outline(SOURCE.encode())
    assert found.parsed
    assert _rows(found.symbols) == EXPECTED
    docs = {one.name: one.doc for one in found.symbols}
    assert (docs["A"], docs["A.m"], docs["f"]) == ("What A is.", "Doc.", None)


def test_a_broken_file_has_an_outline_too() -> None:
    """Where a file doesn't parse, tokens give the same definitions, and the error is told."""
    found = outline((SOURCE + "def broken(:\n    pass\n").encode())
    assert not found.parsed
    assert _rows(found.symbols)[:-1] == EXPECTED
    assert found.symbols[-1].name == "broken"
    assert found.problem is not None
    assert (found.problem.line, found.problem.message) == (33, "invalid syntax")


@pytest.mark.parametrize("source", [b"x = 1\0", b"(" * 5000, b"-" * 200_000 + b"1"])
def test_what_no_parser_takes_is_told(source: bytes) -> None:
    """A NUL and endless nesting are problems of the file, never an exception."""
    assert outline(source).problem is not None


def test_tokens_tell_what_ast_tells() -> None:
    """On the standard library, the outline by tokens has the names and first lines of `ast`'s."""
    for path in [*sorted((STDLIB / "asyncio").glob("*.py")), STDLIB / "typing.py"]:
        source = path.read_bytes()
        parsed, scanned = outline(source), outline(source + b"\nx = = 1\n")
        assert not scanned.parsed
        assert _rows(scanned.symbols) == _rows(parsed.symbols), path


def test_every_definition_of_the_tree_is_there() -> None:
    """The outline has as many definitions as the tree, wherever they are nested."""
    source = (STDLIB / "test" / "test_grammar.py").read_bytes()
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    found = outline(source).symbols
    assert sorted(one.line for one in found) == sorted(node.lineno for node in nodes)


def test_lines_are_told_apart() -> None:
    """Blank lines, comment lines and all others are counted; a `#` in a string is no comment."""
    assert outline(SOURCE.encode()).lines == LineCounts(total=32, blank=8, comment=1, code=23)


@given(st.lists(st.sampled_from(["x = 1", "", "  ", "# c", '"""', "'", "(", "\t#"]), max_size=12))
def test_totals_are_those_of_wc(rows: list[str]) -> None:
    """The total is that of `wc -l`, and one more for a last line without an end."""
    for text in ("\n".join(rows), "\n".join(rows) + "\n"):
        found: Outline = outline(text.encode())
        assert found.lines.total == text.count("\n") + (not text.endswith("\n") and text != "")
        assert found.lines.total == found.lines.blank + found.lines.comment + found.lines.code


def test_wc_agrees() -> None:
    """On a real file the total is what `wc -l` prints."""
    path = STDLIB / "typing.py"
    printed = subprocess.run(["wc", "-l", path], capture_output=True, check=True).stdout
    assert outline(path.read_bytes()).lines.total == int(printed.split()[0])
