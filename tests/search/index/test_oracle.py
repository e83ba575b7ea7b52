"""The index says of random queries what ripgrep says, whatever happens to the files."""

import shutil
import sysconfig
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.search.errors import PatternError
from engine.search.index.requirements import of_literal, of_regex
from engine.search.index.wanted import read
from engine.search.text_query import TextQuery
from tests.search.index.nasty import nasty
from tests.search.index.oracle import Oracle
from tests.search.index.running import running
from tests.search.trees import plain, write

pytestmark = pytest.mark.anyio

_QUERIES = 120
_WATCHED_QUERIES = 40
_MOST_S = 30.0


@pytest.fixture
def project(tmp_path: Path) -> str:
    """Nasty files beside a few packages of the standard library."""
    root = tmp_path / "project"
    nasty(root)
    library = Path(sysconfig.get_path("stdlib"))
    for package in ("json", "email", "importlib"):
        shutil.copytree(
            library / package, root / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return str(root)


async def test_random_queries_between_random_changes(rg: str, project: str) -> None:
    """After a sync no random query differs from ripgrep, all flags mixed, nor from a scan."""
    async with running(rg, project) as kept:
        oracle = Oracle(rg, project, kept.client, Random(31))
        tried = await oracle.rounds(_QUERIES, _MOST_S, synced=True)
    print(tried)
    assert not tried.differing
    assert tried.with_hits > _QUERIES / 4
    assert not kept.lost


async def test_the_watch_brings_every_change(rg: str, project: str) -> None:
    """Without a sync, the answers after a change become ripgrep's by what the system tells."""
    async with running(rg, project) as kept:
        oracle = Oracle(rg, project, kept.client, Random(32))
        tried = await oracle.rounds(_WATCHED_QUERIES, _MOST_S, synced=False)
    print(tried)
    assert not tried.differing
    assert kept.client.state.follows == "watch"


async def test_a_sweep_brings_every_change_where_nothing_is_watched(rg: str, project: str) -> None:
    """With the watch off the answers are ripgrep's as well, by a look at every file."""
    async with running(rg, project, follow=False) as kept:
        oracle = Oracle(rg, project, kept.client, Random(33))
        tried = await oracle.rounds(_WATCHED_QUERIES, _MOST_S, synced=False)
    print(tried)
    assert not tried.differing
    assert kept.client.state.follows == "sweep: search.follow is off"


# ── what a pattern requires ──────────────────────────────────────────────────────────────────

_ATOMS = st.sampled_from(
    [*"abcskABſé ", "ab", "sk", ".", r"\w", r"\b", r"\.", "[ab]", "[^a]", "^", "$", r"\s", "[]a]"]
)
_REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,1}", "{1,}", "*?", "+?", "{2}?"])
_PATTERNS = st.recursive(
    st.tuples(_ATOMS, _REPEATS).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.tuples(inner, _REPEATS).map(lambda both: f"({both[0]}){both[1]}"),
        inner.map(lambda one: f"(?:{one})"),
    ),
    max_leaves=8,
)
_LINES = st.lists(st.text("abcskABSKſKé .x", max_size=8), min_size=20, max_size=60)


def _may_match(line: str, query: TextQuery) -> bool:
    """Return whether the index would look at a line, by the plain meaning of what it reads."""
    wanted = read(query)
    if wanted is None:
        return True
    text = line.encode()
    if wanted.ignore_case:
        if wanted.folds and ("ſ" in line or "\u212a" in line):
            return True
        text = text.lower()
    return any(all(literal in text for literal in way) for way in wanted.ways)


@given(pattern=_PATTERNS, lines=_LINES, ignore_case=st.booleans(), smart_case=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_matching_line_misses_what_its_pattern_requires(
    rg: str, pattern: str, lines: list[str], ignore_case: bool, smart_case: bool
) -> None:
    """A line that ripgrep matches holds the literals that were read from the expression."""
    query = TextQuery(pattern, regex=True, ignore_case=ignore_case, smart_case=smart_case)
    flags = [*(["-i"] if ignore_case else ["-S"] if smart_case else []), "-n", "-e", pattern]
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), {"lines.txt": "".join(f"{line}\n" for line in lines)})
        output = plain(rg, root, *flags, "--", "lines.txt")
    matching = [int(row.partition(b":")[0]) - 1 for row in output.split(b"\n")[:-1]]
    assert [lines[n] for n in matching if not _may_match(lines[n], query)] == []
    required = of_regex(pattern)
    if required is not None and required.exact and not (ignore_case or smart_case):
        holding = [
            n for n, line in enumerate(lines) if any(way[0] in line for way in required.ways)
        ]
        assert matching == holding


def test_a_literal_requires_itself() -> None:
    """A literal is its own requirement, and nothing else is."""
    assert of_literal("a.b").ways == (("a.b",),)
    assert of_literal("a.b").exact


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        ("abc", (("abc",),)),
        (r"a\.b", (("a.b",),)),
        ("abc|def", (("abc",), ("def",))),
        ("(abc|def)g", (("abcg",), ("defg",))),
        ("abc.*def", (("abc", "def"),)),
        ("abc?d", (("ab", "d"),)),
        ("abc+d", (("abc", "d"),)),
        ("^abc$", (("abc",),)),
        ("a[bc]d", (("a", "d"),)),
        (r"\bword\b", (("word",),)),
        ("a|", None),
        ("(?i)abc", None),
        (r"\pL", None),
        (r"\x41", None),
        ("abc{", None),
        ("(abc", None),
        ("abc)", None),
        ("[a&&b]c", None),
        (".*", None),
        ("a" * 100_000, None),
    ],
)
def test_requirements(pattern: str, ways: tuple[tuple[str, ...], ...] | None) -> None:
    """What is certain of a pattern is read; anything unknown makes it require nothing."""
    read_of = of_regex(pattern)
    assert (read_of.ways if read_of else None) == ways


async def test_what_does_not_compile_is_refused_alike(rg: str, tmp_path: Path) -> None:
    """A pattern that ripgrep refuses is refused, also where no line is looked at."""
    root = write(tmp_path, {"a.txt": "abc\n"})
    async with running(rg, root) as kept:
        with pytest.raises(PatternError, match="invalid"):
            await kept.client.search(TextQuery("zzz[z-a]", regex=True), max_rows=1)
