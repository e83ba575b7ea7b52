"""Whatever is out of order, alone or in pairs, every kind of query gives its defined answer."""

from collections.abc import AsyncIterator
from itertools import combinations
from pathlib import Path

import pytest

from bolt_tui.printing import exit_code
from engine.config import load
from engine.evidence import Answer
from engine.runtime import Engine
from tests.sample_project import make

pytestmark = pytest.mark.anyio

GROUPS = {
    "search": ("search.scan",),
    "graph": ("graph", "symbols"),
    "store": ("store.read", "store.write"),
    "kernels": ("kernels.cpu",),
    "agents": ("agents",),
    "memory": ("memory",),
}
OUTAGES = [(name,) for name in GROUPS] + list(combinations(GROUPS, 2))

# What each query gets while a group is out: lines by their `text`, an existing `tool`, its `last`
# answer, or `part` of the whole. A group that isn't named is not needed.
QUERIES: dict[str, dict[str, str]] = {
    "system status": {},
    ":hardware": {},
    ":memory": {},
    ":help": {},
    ":metrics": {"store": "part"},
    ":errors": {"store": "part"},
    ":history": {"store": "last"},
    ":search black_scholes": {"search": "tool", "agents": "tool"},
    ":definition WheelStrategy": {"graph": "text", "agents": "tool"},
    ":callers black_scholes": {"graph": "text", "agents": "tool"},
    ":importers src/desk/pricing.py": {"graph": "text", "agents": "last", "memory": "last"},
    ":outline src/desk/pricing.py": {"graph": "text", "agents": "last"},
    ":overview": {"graph": "last", "agents": "last", "memory": "last"},
    ":layers": {"graph": "last", "agents": "last", "memory": "last"},
    ":price put 20 spot 22 vol 55% 35 days": {"kernels": "last", "agents": "last"},
}
MARKS = {
    "text": "found by their text alone",
    "tool": "gave this, not the engine",
    "last": "This was the answer",
    "part": "Missing:",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("desk"))


@pytest.fixture
async def engine(project: Path) -> AsyncIterator[Engine]:
    async with Engine.open(project) as opened:
        yield opened


def put_out(engine: Engine, groups: tuple[str, ...]) -> None:
    for capability in (name for group in groups for name in GROUPS[group]):
        engine.board.force(capability, "open", "a drill")


def released(engine: Engine, groups: tuple[str, ...]) -> None:
    for capability in (name for group in groups for name in GROUPS[group]):
        engine.board.release(capability)


def way_of(query: str, groups: tuple[str, ...]) -> str:
    """Return what the table says: the lesser of what each group's outage leaves."""
    ways = [way for group in groups if (way := QUERIES[query].get(group))]
    if "text" in ways and "memory" in groups:  # which takes little of it
        ways = ["text"]
    if "text" in ways and "search" in groups:  # by text, which can't be searched for either
        named = query.startswith((":definition", ":callers"))
        ways = ["tool" if named else "last"]
    return max(ways, key=["text", "tool", "part", "last"].index) if ways else ""


def check(answer: Answer, way: str, groups: tuple[str, ...], *, has_last: bool) -> None:
    if not way:
        recorded = "store" not in groups
        assert answer.status == ("answered" if recorded else "degraded"), answer.verdict
        assert recorded or "Not recorded" in answer.verdict
    elif way == "last" and not has_last:
        assert answer.status == "failed"
        assert "is forced open (a drill)" in answer.verdict or "memory" in answer.verdict
        assert "arlier answer" in answer.verdict
        assert "existing_tools" in answer.verdict
    else:
        assert answer.status == "degraded", answer.verdict
        assert MARKS[way] in answer.verdict
    code = exit_code(answer, strict=True)
    assert code == {"answered": 0, "degraded": 4, "failed": 1}[answer.status]


async def test_every_query_has_its_answer_in_every_outage(engine: Engine) -> None:
    """With earlier answers at hand none is refused; what is missing is said, the code fits."""
    for query in QUERIES:
        assert (await engine.ask(query)).status == "answered"
    for groups in OUTAGES:
        put_out(engine, groups)
        for query in QUERIES:
            answer = await engine.ask(query)
            assert answer.level == engine.board.standing.level != "full"
            check(answer, way_of(query, groups), groups, has_last=True)
        released(engine, groups)


@pytest.mark.parametrize("group", GROUPS)
async def test_without_an_earlier_answer_what_has_no_other_way_is_refused(
    engine: Engine, group: str
) -> None:
    """The refusal names the cause, what would lift it, and how to have a tool of one's own."""
    put_out(engine, (group,))
    for query in QUERIES:
        check(await engine.ask(query), way_of(query, (group,)), (group,), has_last=False)


async def test_the_last_good_answer_comes_from_the_store_too(project: Path) -> None:
    """A later session gives what an earlier one answered in this project, with its age."""
    async with Engine.open(project) as first:
        good = await first.ask(":price put 20 spot 22 vol 55% 35 days")
    async with Engine.open(project) as second:
        second.board.force("kernels.cpu", "open", "a drill")
        answer = await second.ask(":price  put 20 spot 22 vol 55% 35 days")
        other = await second.ask(":price put 21 spot 22 vol 55% 35 days")
    assert answer.status == "degraded"
    assert answer.verdict.startswith(good.verdict)
    assert "This was the answer" in answer.verdict
    assert other.status == "failed"


async def test_another_projects_answer_is_not_given(project: Path, tmp_path: Path) -> None:
    """An answer belongs to the project in which it was given."""
    async with Engine.open(project) as first:
        await first.ask(":overview")
    async with Engine.open(make(tmp_path / "other")) as second:
        second.board.force("symbols", "open", "a drill")
        assert (await second.ask(":overview")).status == "failed"


async def test_the_users_own_command_answers_for_its_kind(project: Path, own_folders: Path) -> None:
    """A command in the user's settings is run where nothing of ours can answer."""
    mine = own_folders / "config" / "bolt-tui"
    mine.mkdir(parents=True)
    (mine / "config.toml").write_text(
        '[existing_tools.commands]\noverview = ["echo", "by hand:", "{path}"]\n'
    )
    async with Engine.open(project, settings=load(project)) as engine:
        engine.board.force("symbols", "open", "a drill")
        answer = await engine.ask(":overview")
    assert answer.status == "degraded"
    assert "Echo gave this, not the engine" in answer.verdict
    assert "arlier answer" not in answer.verdict
    assert [task.tool for task in answer.tasks][-1] == "existing tool"


async def test_a_plan_that_is_explained_shows_what_would_be_run(engine: Engine) -> None:
    """--explain names the poorer way in the place of the full one."""
    engine.board.force("graph", "open", "a drill")
    _, plan = await engine.explain(":importers src/desk/pricing.py")
    assert [task.tool for task in plan.tasks] == ["search.instead"]
