from engine.agents import planner
from engine.agents.schedule import Schedule
from engine.agents.tools import names
from engine.agents.vocabulary import INTENTS, SAID
from engine.evidence import Argument, PlannedTask, Understanding

CAPABILITIES = {
    None,
    "probes.host",
    "search.scan",
    "symbols",
    "kernels.cpu",
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
        {"symbol": "f"},
        {"missing": "b.py", "nearest": ("a.py",)},
        {"pattern": "x"},
        {"duration_s": 3.0},
    ]
    for intent in [*INTENTS, *SAID]:
        for given in slots:
            plan = planner.plan([about(intent, **given)])
            assert plan.tasks, intent
            Schedule(plan)
            for task in plan.tasks:
                assert task.tool in names(), (intent, task.tool)
                assert task.capability in CAPABILITIES


def test_a_python_file_is_looked_at_from_six_sides_at_once() -> None:
    """All sides are ready together, and the summary needs them all."""
    plan = planner.plan([about("file_analysis", file="a.py")])
    *sides, summary = plan.tasks
    assert [task.needs for task in sides] == [()] * 6
    assert set(summary.needs) == {task.id for task in sides}
    assert all(task.arguments == {"file": "a.py"} for task in plan.tasks)


def test_a_file_that_is_not_python_has_no_imports() -> None:
    """Only what any text has is looked at."""
    assert tools(about("code_analysis", file="notes.md")) == [
        "file.outline",
        "file.mentions",
        "file.history",
        "file.summary",
    ]


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


def test_a_graph_of_a_file_is_its_imports_and_importers() -> None:
    """For one file the dependency graph can be told."""
    assert tools(about("dependency_graph", file="a.py")) == ["file.imports", "file.importers"]
    assert tools(about("dependency_graph")) == ["nothing"]


def test_what_is_not_understood_says_so() -> None:
    """No plan is made up."""
    assert tools(about("unknown")) == ["nothing"]
    assert tools(about("risk_analysis")) == ["nothing"]
    assert tools(about("importers")) == ["nothing"]
