import pytest
from msgspec.structs import replace

from engine.agents import planner
from engine.agents.schedule import Schedule
from engine.agents.tools import names
from engine.agents.vocabulary import INTENTS, SAID
from engine.checks.tools import tools as of_checks
from engine.evidence import Answer, Argument, PlannedTask, Understanding, timed

CAPABILITIES = {
    None,
    "probes.host",
    "search.scan",
    "graph",
    "symbols",
    "kernels.cpu",
    "market",
    "store.read",
    "store.write",
}


def about(intent: str, **slots: Argument) -> Understanding:
    return Understanding("the text", "said", intent, slots)


def tools(*parts: Understanding) -> list[str]:
    return [task.tool for task in planner.plan(list(parts)).tasks]


def test_every_intent_has_a_plan_that_can_run() -> None:
    """With and without each slot an intent becomes tasks in an order, of tools that exist."""
    slots: list[dict[str, Argument]] = [
        {},
        {"file": "a.py"},
        {"file": "notes.md"},
        {"folder": "src"},
        {"symbol": "f"},
        {"symbol": "f", "file": "a.py"},
        {"file": "a.py", "to": "b.py", "transitive": True, "format": "dot", "depth": 2.0},
        {"focus": "debug"},
        {"missing": "b.py", "nearest": ("a.py",)},
        {"pattern": "x"},
        {"duration_s": 3.0},
        {"file": "a.py", "performance": True},
        {"folder": "src", "performance": True},
        {"performance": True, "ticker": "U"},
        {"code": True},
        {"strategy": "sweep", "delta": 0.3, "days": 35.0, "begin": "2020-01-01"},
        {"spot_move": -0.1},
    ]
    for intent in [*INTENTS, *SAID]:
        for given in slots:
            plan = planner.plan([about(intent, **given)])
            assert plan.tasks, intent
            Schedule(plan)
            for task in plan.tasks:
                assert task.tool in {*names(), *of_checks()}, (intent, task.tool)
                assert task.capability in CAPABILITIES


def test_a_python_file_is_looked_at_from_all_sides_at_once() -> None:
    """All sides are ready together, cheap ones first, and the review needs them all."""
    plan = planner.plan([about("file_analysis", file="a.py", focus="debug")])
    *sides, review = plan.tasks
    assert [task.tool for task in sides] == [
        "file.outline",
        "file.complexity",
        "graph.imports",
        "graph.importers",
        "graph.impact",
        "graph.cycles",
        "graph.broken",
        "code.tests",
        "code.duplicates",
        "code.dead",
        "file.mentions",
        "file.history",
    ]
    assert all(task.needs == () and task.arguments == {"file": "a.py"} for task in sides)
    assert review.needs == tuple(task.id for task in sides)
    assert (review.tool, review.arguments) == ("code.review", {"file": "a.py", "focus": "debug"})
    schedule = Schedule(plan)
    first = schedule.pop()
    assert first is not None
    assert first.tool == "file.outline"


def test_a_file_that_is_not_python_has_no_imports() -> None:
    """Only what any text has is looked at."""
    assert tools(about("code_analysis", file="notes.md")) == [
        "file.outline",
        "file.mentions",
        "file.history",
        "code.review",
    ]


def test_an_analysis_fits_what_it_is_about() -> None:
    """A name, a folder and the whole project have plans of their own; each ends in the review."""
    name = tools(about("code_analysis", symbol="f", focus="refactor"))
    folder = planner.plan([about("code_analysis", folder="src", focus="review")]).tasks
    whole = tools(about("code_analysis", focus="review"))
    assert name == [
        "symbols.definitions",
        "symbols.callers",
        "symbols.calls",
        "symbols.references",
        "code.tests",
        "code.review",
    ]
    assert whole == [
        "code.overview",
        "code.hotspots",
        "graph.cycles",
        "graph.broken",
        "code.duplicates",
        "code.dead",
        "code.repository",
        "code.review",
    ]
    assert [task.tool for task in folder] == [tool for tool in whole if tool != "code.repository"]
    assert all(task.arguments["folder"] == "src" for task in folder)


def test_a_plain_look_at_the_project_is_no_review() -> None:
    """Sizes are told without looking for faults."""
    assert tools(about("code_analysis")) == ["code.overview"]


def test_a_missing_file_is_all_that_is_told() -> None:
    """A name that isn't there leads to the nearest names, whatever was asked of it."""
    for intent in ("file_analysis", "importers", "wheel_analysis", "dependency_graph"):
        (task,) = planner.plan([about(intent, missing="b.py", nearest=("a.py",))]).tasks
        assert (task.tool, task.arguments) == (
            "file.missing",
            {"missing": "b.py", "nearest": ("a.py",)},
        )


def test_measurements_do_not_measure_each_other() -> None:
    """The benchmarks run one after the other."""
    tasks = planner.plan([about("benchmark", quick=True)]).tasks
    assert [task.needs for task in tasks] == [(), *((task.id,) for task in tasks[:-1])]
    assert all(task.arguments == {"quick": True} for task in tasks)


def test_a_search_takes_only_what_a_search_knows() -> None:
    """Other slots of the query don't reach the tool."""
    search = about("text_search", pattern="x", word=True, ticker="U", paths=("src",))
    for task in planner.plan([search]).tasks:
        assert task.arguments == {"pattern": "x", "word": True, "paths": ("src",)}


def test_the_parts_of_a_query_keep_their_tasks_apart() -> None:
    """With several parts each task's id and needs carry the part's number."""
    parts = [about("file_analysis", file="a.py"), about("memory_usage")]
    plan = planner.plan(parts)
    by_part: dict[str, list[PlannedTask]] = {"1": [], "2": []}
    for task in plan.tasks:
        by_part[task.id.partition(".")[0]].append(task)
    assert [task.tool for task in by_part["2"]] == ["machine.memory", "machine.processes"]
    assert by_part["1"][-1].needs == tuple(task.id for task in by_part["1"][:-1])
    Schedule(plan)


def test_the_same_question_twice_is_still_a_plan() -> None:
    """Ids stay apart also where two parts want the same tool."""
    plan = planner.plan([about("memory_usage"), about("memory_usage")])
    assert len({task.id for task in plan.tasks}) == 4


def test_several_parts_are_one_understanding() -> None:
    """It names every part and is as sure as the least sure of them."""
    one = Understanding("a", "system status", "system_status", {}, 0.9)
    two = Understanding("b", "memory usage", "memory_usage", {}, 0.6)
    whole = planner.joined("a and b", [one, two])
    assert (whole.text, whole.understood_as) == ("a and b", "system status; memory usage")
    assert (whole.intent, whole.confidence) == ("multi_part", 0.6)
    assert whole.slots == {"intents": ("system_status", "memory_usage")}
    assert planner.joined("a", [one]) is one


def test_a_part_that_lasts_as_long_as_it_is_told_to_leaves_the_whole_untimed() -> None:
    """What holds a monitor counts in no response time, as the monitor alone does not."""
    one = Understanding("a", "system status", "system_status", {}, 0.9)
    two = Understanding("b", "monitor", "monitor", {"duration_s": 60.0}, 0.9)
    whole = planner.joined("a and b", [one, two])
    given = Answer(status="answered", level="full", query=whole, verdict="It is so.")
    assert not timed(given)
    assert timed(replace(given, query=planner.joined("a and a", [one, one])))


def test_what_was_assumed_is_said() -> None:
    """Edits that are not made, other files of the name and files not looked at are told once."""
    part = about(
        "file_analysis",
        file="src/a.py",
        also=("old/a.py",),
        files=("a.py", "b.py"),
        asks_for_edit=True,
    )
    assert planner.plan([part, about("wheel_analysis", asks_for_edit=True)]).assumptions == (
        "nothing is edited: this program reads code, it doesn't change it",
        "src/a.py is meant; there is also old/a.py",
        "one file at a time: not looked at is b.py",
    )


ONE_TOOL: list[tuple[str, dict[str, Argument], str, dict[str, Argument]]] = [
    ("importers", {"file": "a.py"}, "graph.importers", {"file": "a.py"}),
    (
        "importers",
        {"folder": "src", "transitive": True},
        "graph.importers",
        {"folder": "src", "is_folder": True, "transitive": True},
    ),
    ("imports", {"file": "a.py"}, "graph.imports", {"file": "a.py"}),
    ("impact", {"file": "a.py"}, "graph.impact", {"file": "a.py"}),
    ("tests_of", {"file": "a.py"}, "code.tests", {"file": "a.py"}),
    ("tests_of", {"symbol": "f"}, "code.tests", {"symbol": "f"}),
    ("import_cycles", {}, "graph.cycles", {}),
    ("import_cycles", {"folder": "src"}, "graph.cycles", {"folder": "src", "is_folder": True}),
    (
        "import_path",
        {"file": "a.py", "to": "b.py"},
        "graph.path",
        {"file": "a.py", "to": "b.py"},
    ),
    ("broken_imports", {}, "graph.broken", {}),
    ("layers", {}, "graph.layers", {}),
    ("central_modules", {}, "graph.central", {}),
    ("orphans", {}, "graph.orphans", {}),
    ("dependency_graph", {}, "graph.overview", {}),
    ("dependency_graph", {"format": "dot"}, "graph.export", {"format": "dot"}),
    ("dependency_graph", {"file": "a.py"}, "graph.export", {"file": "a.py", "format": "tree"}),
    (
        "dependency_graph",
        {"file": "a.py", "format": "json", "depth": 2.0},
        "graph.export",
        {"file": "a.py", "format": "json", "depth": 2.0},
    ),
    ("definitions", {"symbol": "f"}, "symbols.definitions", {"symbol": "f"}),
    ("references", {"symbol": "f"}, "symbols.references", {"symbol": "f"}),
    (
        "callers",
        {"symbol": "f", "file": "a.py"},
        "symbols.callers",
        {"symbol": "f", "file": "a.py"},
    ),
    ("calls", {"symbol": "f"}, "symbols.calls", {"symbol": "f"}),
    ("outline", {"file": "a.py"}, "file.outline", {"file": "a.py"}),
    ("complexity", {"file": "a.py"}, "file.complexity", {"file": "a.py"}),
    ("duplicates", {"file": "a.py"}, "code.duplicates", {"file": "a.py"}),
    ("dead_code", {"folder": "src"}, "code.dead", {"folder": "src", "is_folder": True}),
    ("hot_spots", {}, "code.hotspots", {}),
    ("churn", {}, "code.churn", {}),
    ("git_history", {"file": "a.py"}, "file.history", {"file": "a.py"}),
    ("git_history", {}, "code.repository", {}),
    ("code_question", {"question": "where is it"}, "code.ask", {"question": "where is it"}),
]


@pytest.mark.parametrize(("intent", "slots", "tool", "arguments"), ONE_TOOL)
def test_a_plain_question_is_one_tool(
    intent: str, slots: dict[str, Argument], tool: str, arguments: dict[str, Argument]
) -> None:
    """The tool is given what the question is about, and nothing else."""
    (task,) = planner.plan([about(intent, **slots, ticker="U")]).tasks
    assert (task.tool, task.arguments) == (tool, arguments)


def test_a_changed_name_concerns_its_callers_uses_and_tests() -> None:
    """What breaks with a function is where it is called and named."""
    assert tools(about("impact", symbol="f")) == [
        "symbols.callers",
        "symbols.references",
        "code.tests",
    ]


def test_a_question_in_words_also_looks_for_the_words_themselves() -> None:
    """The ranked places come first; the very words are searched in the same place."""
    part = about(
        "code_question", question="where is delta set", pattern="delta", paths=("src",), regex=True
    )
    ask, search = planner.plan([part]).tasks
    assert (ask.tool, ask.priority) == ("code.ask", 1)
    assert ask.arguments == {"question": "where is delta set", "folder": "src"}
    assert search.arguments == {"pattern": "delta", "regex": True, "paths": ("src",)}


def test_a_marker_is_not_looked_for_among_definitions() -> None:
    """TODO is text; a name is looked for as a definition as well, unless the search is narrowed."""
    assert tools(about("text_search", pattern="TODO", word=True)) == ["search.text"]
    assert tools(about("text_search", pattern="f", word=True)) == ["code.named", "search.text"]
    narrowed = about("text_search", pattern="f", word=True, globs=("!tests/**",))
    assert tools(narrowed) == ["search.text"]


def test_what_is_not_understood_says_so() -> None:
    """No plan is made up."""
    assert tools(about("unknown")) == ["nothing"]
    for intent in ("importers", "imports", "impact", "tests_of", "import_path", "callers", "calls"):
        assert tools(about(intent)) == ["nothing"]
