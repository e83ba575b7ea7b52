"""Scans of random small projects say what plain ripgrep says."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.search.errors import PatternError
from engine.search.scan import scan
from engine.search.text_query import TextQuery
from tests.search.trees import counted, plain, write

pytestmark = pytest.mark.anyio

NAMES = ["a.py", "b b.txt", "line\nbreak.md", "ünï.py", "sub/c.py", "sub.d/e", ".hidden", "12:x"]
# With the long s, which folds to "s".
WORDS = [
    "foo",
    "Foo",
    "foobar",
    "bär",
    "\u017f",
    "-e",
    "x.y",
    "",
    " ",
    "\t",
    "a" * 500,
    "(",
    "\x1b[2J",
]
ENDS = ["\n", "\r\n", "\n\n"]

lines = st.tuples(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), st.sampled_from(ENDS))
texts = st.lists(lines, max_size=12).map(lambda rows: "".join(text + end for text, end in rows))


def _bytes(text: str, form: str) -> bytes:
    match form:
        case "utf-16":
            return text.encode("utf-16")
        case "latin-1":
            return text.encode("latin-1", "replace") + b"\xff\xe9 foo"
        case "binary":
            return b"foo\n" + text.encode() + b"\0\nfoo\n"
        case "unended":
            return text.encode().rstrip(b"\n")
        case _:
            return text.encode()


FORMS = ["utf-8", "utf-8", "utf-16", "latin-1", "binary", "unended"]
contents = st.builds(_bytes, texts, st.sampled_from(FORMS))
projects = st.dictionaries(st.sampled_from(NAMES), contents, max_size=6)
queries = st.builds(
    TextQuery,
    pattern=st.sampled_from([word for word in WORDS if word] + ["fo+", r"\bfoo$", "^", "f.."]),
    regex=st.booleans(),
    word=st.booleans(),
    ignore_case=st.booleans(),
)


def _flags(query: TextQuery) -> list[str]:
    flags = [
        *([] if query.regex else ["-F"]),
        *(["-w"] if query.word else []),
        *(["-i"] if query.ignore_case else []),
    ]
    return [*flags, "-e", query.pattern, "--"]


@given(projects, queries)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_totals_and_files_are_those_of_rg_count(
    rg: str, files: dict[str, bytes], query: TextQuery
) -> None:
    """A scan counts the lines and files that `rg --count` counts, for any kind of file and name."""
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), files)
        expected = counted(rg, root, *_flags(query))
        try:
            found = await scan(rg, root, query)
        except PatternError:
            assert query.regex
            assert not expected
            return
    assert found.total == sum(expected.values())
    assert found.files == len(expected)
    assert len(found.rows) == found.total
    assert not found.truncated


@given(projects, st.sampled_from(["foo", "x.y", "-e", "bär"]), st.integers(0, 5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_rows_are_the_first_of_sorted_rg(
    rg: str, files: dict[str, bytes], pattern: str, max_rows: int
) -> None:
    """Rows come by path and line as `rg --sort path` gives them, cut at the number asked for."""
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), files)
        text_files = counted(rg, root, "-F", "-e", pattern, "--")
        sorted_names = plain(rg, root, "--files", "--null", "--sort", "path").split(b"\0")[:-1]
        found = await scan(rg, root, TextQuery(pattern), max_rows=max_rows)
        expected: list[tuple[str, int]] = []
        for name in sorted_names:
            path = name.decode()
            if path in text_files:
                rows = plain(rg, root, "-n", "-F", "--no-filename", "-e", pattern, "--", path)
                shown = path.replace("\n", "\ufffd")
                expected += [(shown, int(row.partition(b":")[0])) for row in rows.split(b"\n")[:-1]]
    assert [(hit.path, hit.line) for hit in found.rows] == expected[:max_rows]
    assert found.truncated == (len(expected) > max_rows)
