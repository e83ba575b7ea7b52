"""What each query gets when something is out of order, or out of use by pin or rollout."""

from itertools import pairwise

import pytest

from engine.agents import serving
from engine.agents.planner import plan
from engine.agents.serving import Lack, adapted, for_existing_tools, instead, needs, out_of_use
from engine.agents.tools import names
from engine.breaker.degradation import LEVELS, Standing
from engine.breaker.row import Row
from engine.evidence import Argument, Level, Plan, PlannedTask, Understanding
from engine.existing_tools import Wanted

OPEN = Lack("graph is out of order", "graph working again lifts this")


def asked(intent: str, **slots: Argument) -> Understanding:
    return Understanding("a question", intent, intent, slots)


def tools(made: Plan) -> list[str]:
    return [task.tool for task in made.tasks]


def at(level: Level, *, pinned: bool = False) -> dict[str, Lack]:
    cap: Level = "full" if pinned else level
    return out_of_use({}, {}, Standing(level, "", "", cap=cap, pinned=pinned))


def test_with_everything_in_use_the_plan_is_as_it_was() -> None:
    """Nothing is rewritten, nothing is copied."""
    made = plan([asked("importers", file="a.py")])
    assert adapted(made, out_of_use({"graph": "closed"}, {}, Standing("full", "", ""))) is made


def test_a_level_that_circuits_caused_takes_nothing_out_of_use() -> None:
    """A search is as good as ever while the kernels are out."""
    out = out_of_use({"kernels.cpu": "open"}, {}, Standing("monitoring", "kernels.cpu failed", ""))
    assert out.keys() == {"kernels.cpu"}
    assert tools(adapted(plan([asked("text_search", pattern="x")]), out)) == ["search.text"]


@pytest.mark.parametrize("pinned", [False, True])
def test_a_lower_level_takes_more_out_of_use(pinned: bool) -> None:
    """By a pin as by the rollout's cap, and the reason names which."""
    sets = [at(level, pinned=pinned).keys() for level in reversed(LEVELS)]
    assert not sets[0]
    assert all(above < below for above, below in pairwise(sets))
    why = at("limited", pinned=pinned)["graph"].why
    assert ("pinned at limited" if pinned else "rollout caps the level at limited") in why


@pytest.mark.parametrize(
    ("level", "intent", "slots", "expected"),
    [
        ("full", "importers", {"file": "a.py"}, "graph.importers"),
        ("limited", "importers", {"file": "a.py"}, "search.instead"),
        ("monitoring", "importers", {"file": "a.py"}, "unserved"),
        ("limited", "definitions", {"symbol": "A.run"}, "search.instead"),
        ("limited", "calls", {"symbol": "run"}, "unserved"),
        ("limited", "import_cycles", {}, "unserved"),
        ("limited", "text_search", {"pattern": "x"}, "search.text"),
        ("monitoring", "text_search", {"pattern": "x"}, "unserved"),
        ("limited", "option_price", {"terms": "put"}, "options.price"),
        ("monitoring", "option_price", {"terms": "put"}, "unserved"),
        ("limited", "positions", {}, "risk.positions"),
        ("monitoring", "positions", {}, "unserved"),
        ("monitoring", "wheel_ledger", {}, "unserved"),
        ("monitoring", "memory_usage", {}, "machine.memory"),
        ("monitoring", "history", {}, "store.history"),
        ("existing_tools", "memory_usage", {}, "unserved"),
        ("existing_tools", "history", {}, "unserved"),
        ("existing_tools", "help", {}, "help"),
    ],
)
def test_each_level_serves_its_own(
    level: Level, intent: str, slots: dict[str, Argument], expected: str
) -> None:
    """full, a poorer way, or a refusal, by what the level takes out of use."""
    assert tools(adapted(plan([asked(intent, **slots)]), at(level)))[0] == expected


def test_an_open_book_is_left_to_its_tools() -> None:
    """They have another way, and count the failure."""
    assert out_of_use({"market": "open"}, {}, Standing("full", "", "")) == {}


def test_what_is_absent_is_not_out_of_use() -> None:
    """A level can't take away what there is none of: its own reason is the one to tell."""
    out = out_of_use({"market": "absent"}, {}, Standing("monitoring", "", "", cap="monitoring"))
    assert "market" not in out


def test_a_refused_task_keeps_its_place() -> None:
    """Its id and its needs stay, so that what builds on it finds it; cause and lift are with it."""
    made = Plan((PlannedTask("g", "graph.cycles", capability="graph"),
                 PlannedTask("r", "code.review", needs=("g",))))  # fmt: skip
    refused, review = adapted(made, {"graph": OPEN}).tasks
    assert (refused.id, refused.tool, refused.capability) == ("g", "unserved", None)
    assert refused.arguments["why"] == OPEN.why
    assert refused.arguments["lift"] == OPEN.lift
    assert review.needs == ("g",)


def test_every_tool_is_in_the_table() -> None:
    """Each needs the agents or looks only at this program and its machine."""
    light = {name for name in names() if "agents" not in needs(PlannedTask("t", name))}
    assert {name.partition(".")[0] for name in light} == {
        "machine", "engine", "store", "help", "nothing", "file", "unserved", "alerts", "checks",
    }  # fmt: skip
    assert not light & {"file.outline", "checks.validate"}


def test_a_forced_circuit_is_told_as_forced() -> None:
    """The operator's reason is the cause, and a wait is no promise of a next try."""
    rows = [
        Row("graph", "open", 0, "boom", 3.0),
        Row("symbols", "open", 0, "", None, forced="open", reason="a drill"),
        Row("search.scan", "closed", 0, "", None),
    ]
    said = serving.causes(rows)
    assert said.keys() == {"graph", "symbols"}
    assert "boom" in said["graph"]
    assert "3 s" in said["graph"]
    assert "a drill" in said["symbols"]


@pytest.mark.parametrize(
    ("wanted", "level", "expected"),
    [
        (Wanted("search", "x"), "limited", ("existing_tool", "cached")),
        (Wanted("status"), "monitoring", ("existing_tool", "cached")),
        (Wanted("risk"), "monitoring", ("cached", "existing_tool")),
        (Wanted("risk"), "existing_tools", ("existing_tool", "cached")),
        (None, "existing_tools", ("cached",)),
    ],
)
def test_what_is_of_now_comes_first(
    wanted: Wanted | None, level: Level, expected: tuple[str, ...]
) -> None:
    """The system's searches before an earlier answer, that before a command of the user's."""
    assert instead(wanted, level) == expected


@pytest.mark.parametrize(
    ("intent", "slots", "expected"),
    [
        (
            "text_search",
            {"pattern": "x y", "paths": ("src",)},
            Wanted("search", "x y", paths=("src",)),
        ),
        ("text_search", {"pattern": "x+", "regex": True}, Wanted("search", "x+", regex=True)),
        (
            "text_search",
            {"pattern": "todo", "ignore_case": True, "suffixes": (".py",), "context": 2},
            Wanted(
                "search",
                "todo",
                options=("--ignore-case", "--type-add=wanted:*.py", "--type=wanted"),
                dropped="it shows no lines around a hit",
            ),
        ),
        ("references", {"symbol": "A.run"}, Wanted("search", "run", word=True)),
        ("calls", {"symbol": "run"}, Wanted("calls", "run")),
        ("memory_usage", {}, Wanted("status")),
        ("importers", {"file": "a.py"}, Wanted("importers", "a.py", "a.py")),
        ("multi_part", {}, None),
    ],
)
def test_a_query_becomes_what_a_tool_can_be_asked(
    intent: str, slots: dict[str, Argument], expected: Wanted | None
) -> None:
    """By its kind, and by the name, text or file that it is about."""
    assert for_existing_tools(asked(intent, **slots), ()) == expected


def test_the_users_own_kind_is_kept() -> None:
    """A command for references is asked for references, not for a search."""
    wanted = for_existing_tools(asked("references", symbol="run"), ("references",))
    assert wanted == Wanted("references", "run")
