"""What an analysis is asked of by a bare word, and what is refused rather than guessed."""

from pathlib import Path

import pytest

from engine.agents import planner
from engine.agents.router import understand
from engine.evidence import Argument, Understanding
from engine.search.errors import PatternError
from engine.search.text_query import TextQuery, check_pattern

from .test_router import WHEEL, Project

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


def tools(part: Understanding) -> list[str]:
    return [task.tool for task in planner.plan([part]).tasks]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("review src", {"folder": "src"}),
        ("analyze src", {"folder": "src"}),
        ("review math", {"folder": "src/unity_wheel/math"}),
        ("optimize math", {"folder": "src/unity_wheel/math", "focus": "optimize"}),
        ("review tests", {"folder": "tests"}),
        ("debug config", {"file": "config.py", "focus": "debug"}),
        ("refactor engine", {"file": "engine.py", "focus": "refactor"}),
        ("review risk", {"folder": "src/unity_wheel/risk"}),
        ("review the risk folder", {"folder": "src/unity_wheel/risk"}),
        ("analyze the risk package", {"folder": "src/unity_wheel/risk"}),
        ("please analyze wheel", {"file": WHEEL}),
        ("debug Body", {"symbol": "Body"}),
        ("analyze the function main", {"symbol": "main"}),
    ],
)
async def test_a_bare_word_is_what_is_reviewed(
    project: Project, text: str, slots: dict[str, Argument]
) -> None:
    """A folder, a module or a class by its name alone is the subject, not the project."""
    read = await project.one(text)
    assert read.intent in ("code_analysis", "performance_analysis")
    assert {name: read.slots.get(name) for name in slots} == slots
    assert tools(read)[-1] == "code.review"


@pytest.mark.parametrize(
    "text", ["review nosuchthing", "analyze jsn", "debug the nosuch module", "optimize nothere"]
)
async def test_a_word_that_names_nothing_is_missed(project: Project, text: str) -> None:
    """Nothing is reviewed in its place; a definition of that name would be told."""
    read = await project.one(text)
    assert str(read.slots["missing"]) in text
    assert tools(read) == ["code.named", "file.missing"]
    assert any("for a name of code" in said for said in planner.plan([read]).assumptions)


@pytest.mark.parametrize(
    "text",
    [
        "review",
        "review the project",
        "debug the code",
        "analyze this repo",
        "refactor the whole codebase",
        "analyze everything",
    ],
)
async def test_the_project_is_meant_where_it_says_so(project: Project, text: str) -> None:
    """No name is looked up for it."""
    assert not {"file", "folder", "symbol", "missing"} & (await project.one(text)).slots.keys()


@pytest.mark.parametrize(
    "text",
    ["review risk metrics", "risk metrics for my positions", "review my risk", "analyze my wheel"],
)
async def test_the_desk_is_meant_where_the_words_are_its_own(project: Project, text: str) -> None:
    """Metrics, positions and "my" are of the book, whatever folders there are."""
    assert (await project.one(text)).intent in ("risk_analysis", "wheel_analysis")


async def test_a_desk_word_without_such_a_folder_is_the_desks(tmp_path: Path) -> None:
    """Where no folder is called risk the book's risk is meant."""
    project = Project(tmp_path)
    (moved := tmp_path / "src/unity_wheel/risk").rename(moved.with_name("danger"))
    assert "missing" not in (await project.one("review options")).slots


async def test_the_second_file_is_said_not_to_be_looked_at(project: Project) -> None:
    """Of two files the first is reviewed, and the other is named."""
    read = await project.one("debug config.py and risk/engine.py")
    assert read.slots["file"] == "config.py"
    assert planner.plan([read]).assumptions == (
        "one file at a time: not looked at is risk/engine.py",
    )


@pytest.mark.parametrize(
    "text",
    [
        "find",
        "find ''",
        'grep ""',
        "find .",
        "search for",
        "grep",
        "rg",
        "please search",
        "find '' in src",
    ],
)
async def test_a_search_for_nothing_is_refused(project: Project, text: str) -> None:
    """The verb is not what is looked for."""
    read = await project.one(text)
    assert (read.intent, read.understood_as) == ("text_search", "text search")
    (task,) = planner.plan([read]).tasks
    with pytest.raises(PatternError):
        check_pattern(TextQuery(str(task.arguments["pattern"])))


async def test_a_part_that_searches_for_nothing_is_refused(project: Project) -> None:
    """In a query of several parts the others are still answered."""
    parts = await understand("show memory usage; find ''", project.locate)
    assert parts[-1].understood_as == "text search"
    assert [tools(part)[0] for part in parts] == ["machine.memory", "search.text"]


@pytest.mark.parametrize(
    "text",
    [
        "largest files",
        "show the 10 biggest python files",
        "files without 'import' in src",
        "find files that don't contain 'import'",
        "which files have no tests",
        "show me F line 175",
        "show me src/x.py line 175",
        "show lines 10-20 of src/x.py",
        "what changed last week",
        "what has changed this month",
    ],
)
async def test_what_no_tool_answers_is_refused(project: Project, text: str) -> None:
    """Nothing else is run instead."""
    read = await project.one(text)
    assert (read.intent, tools(read)) == ("unknown", ["nothing"])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("files without importers", "orphans"),
        ("functions without callers", "dead_code"),
        ("what changed in src/x.py last week", "git_history"),
        ("which functions are untested in math.options", "tests_of"),
        ("how many lines of code", "sizes"),
    ],
)
async def test_what_only_sounds_like_that_is_answered(
    project: Project, text: str, intent: str
) -> None:
    """Questions with a tool of their own keep it."""
    assert (await project.one(text)).intent == intent


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        (
            "find TODO in src/unity_wheel but not in tests",
            {
                "pattern": "TODO",
                "paths": ("src/unity_wheel",),
                "globs": ("!**/tests/**", "!**/test_*"),
            },
        ),
        (
            "find TODO in src excluding src/unity_wheel/",
            {"pattern": "TODO", "paths": ("src",), "globs": ("!src/unity_wheel/**",)},
        ),
        (
            "search for the word delta in src, case sensitive",
            {"pattern": "delta", "word": True, "ignore_case": None, "paths": ("src",)},
        ),
        (
            'search for "delta" in src, case sensitive, whole word',
            {"pattern": "delta", "word": True, "ignore_case": None, "paths": ("src",)},
        ),
        (
            "search for the word delta",
            {"pattern": "delta", "word": True, "ignore_case": True},
        ),
        ('find "delta" in src ignoring case', {"ignore_case": True, "paths": ("src",)}),
        (
            "find delta limit in src, case sensitive",
            {"words": "delta limit", "ignore_case": None, "paths": ("src",)},
        ),
        (
            "how many times does delta occur in src/unity_wheel",
            {"pattern": "delta", "count_only": True, "paths": ("src/unity_wheel",)},
        ),
        ("how often does max_delta appear", {"pattern": "max_delta", "count_only": True}),
        ("count files that mention duckdb", {"pattern": "duckdb", "files_only": True}),
        ("how many files mention duckdb", {"pattern": "duckdb", "files_only": True}),
        (
            "find lines starting with class in src",
            {"pattern": r"^\s*class\b", "regex": True, "paths": ("src",)},
        ),
        ("find lines that end with '):'", {"pattern": r"\):\s*$", "regex": True}),
    ],
)
async def test_a_search_is_made_as_it_was_asked_for(
    project: Project, text: str, slots: dict[str, Argument]
) -> None:
    """Places, exceptions, case, whole words and counts are obeyed."""
    read = await project.one(text)
    assert read.intent == "text_search"
    assert {name: read.slots.get(name) for name in slots} == slots


async def test_a_file_is_looked_for_by_its_name(project: Project) -> None:
    """ "Files named" asks for files, and not for a text."""
    for text in ("find files named wheel.py", "list all files called 'wheel.py'"):
        read = await project.one(text)
        assert (read.intent, read.slots["file"]) == ("file_analysis", WHEEL)
    assert (await project.one("find files named nosuch.py")).slots["missing"] == "nosuch.py"


async def test_who_uses_a_class_of_one_word(project: Project) -> None:
    """Only its capital tells that it is a name."""
    read = await project.one("who uses Body?")
    assert (read.intent, read.slots["symbol"]) == ("references", "Body")


async def test_a_graph_in_an_unknown_form_is_said_to_be_none(project: Project) -> None:
    """The answer tells which forms there are."""
    for text in ("dependency graph of src/x.py as svg", "dependency graph as png"):
        (said,) = planner.plan(await understand(text, project.locate)).assumptions
        assert said.startswith(f"not as {text[-3:]}")
    assert not planner.plan([await project.one("dependency graph as dot")]).assumptions


async def test_a_time_that_is_not_kept_to_is_said(project: Project) -> None:
    """The repository's present state doesn't pass for its past."""
    (said,) = planner.plan([await project.one("what changed since yesterday")]).assumptions
    assert "no time is kept to" in said
