"""Patterns that people type by mistake or out of malice, asked of an index."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from engine.search.errors import PatternError, SearchError
from engine.search.scan import scan
from engine.search.text_query import Scan, TextQuery
from engine.search.text_search import TextSearch
from tests.search.index.nasty import nasty
from tests.search.index.running import running

pytestmark = pytest.mark.anyio

_SOON_S = 20.0
_PATTERNS = [
    *["(", "[", "*", "a{2,1}", "a{99999}", r"\p{Nope}", "(?P<a>x)(?P<a>y)", "[z-a]", r"\8"],
    *["(a+)+$", "(x+x+)+y", "(word|wor|wo)*d!", "(.*)*x", "((((a*)*)*)*)*b", "([a-z]{1,9}){1,9}x"],
    *["-e", "--", "-word", "--files", "-", "--pre=cat"],
    *["$(word)", "`word`", "word; true", "'", '"', "\\", "\t", " ", "\r", "\x1b[2J", "\x7f"],
    *["word" * 2500, "word|" * 2000 + "x", "(" * 3000 + ")" * 3000, "[" * 500, "a?" * 1000],
    *["|".join(f"name{number}" for number in range(10_000)), r"\w" * 100],
    *["ſ", "\u212a", "K", "\ufffd", "\ufeff", "\u202e", "é", "e\u0301", "😀", "İ"],
    *["a", "de", "..", "^", "$", "", "\0", "wo\0rd", "wo\nrd", "\ud800"],
]


@pytest.fixture
async def search(rg: str, tmp_path: Path) -> AsyncIterator[TextSearch]:
    root = nasty(tmp_path / "project")
    async with running(rg, root) as kept, anyio.create_task_group() as group:
        search = TextSearch(lambda: rg, root, kept.client)
        group.start_soon(search.run)
        yield search
        group.cancel_scope.cancel()
    assert kept.lost == []


async def test_a_bad_pattern_is_answered_as_without_an_index(
    rg: str, tmp_path: Path, search: TextSearch
) -> None:
    """Whatever the pattern, the index gives what a scan gives, the refusal included, and lives."""
    root = str(tmp_path / "project")
    for pattern in _PATTERNS:
        for query in (TextQuery(pattern), TextQuery(pattern, regex=True, ignore_case=True)):
            answers: list[object] = []
            with anyio.fail_after(_SOON_S):
                try:
                    answers.append(_said(await search.find(query)))
                except SearchError as error:
                    answers.append(repr(error))
                try:
                    answers.append(_said(await scan(rg, root, query, left_out={"x": 0})))
                except SearchError as error:
                    answers.append(repr(error))
            assert answers[0] == answers[1], pattern[:80]


@pytest.mark.parametrize("pattern", ["", "\0", "wo\nrd", "\ud800", "x" * 100_001])
async def test_what_can_match_no_line_is_refused_before_anyone_is_asked(
    pattern: str, search: TextSearch
) -> None:
    """A pattern that is empty, holds a NUL or a line break, or is endless is refused by name."""
    with pytest.raises(PatternError):
        await search.find(TextQuery(pattern))


def _said(answer: Scan) -> object:
    return answer.total, answer.files, answer.rows, answer.truncated
