"""How queries in words are read: intent, what they are about, and where to look."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents import planner
from engine.agents.commands import BadCommand
from engine.agents.poorer_ways import POORER
from engine.agents.router import Located, understand
from engine.agents.schedule import Schedule
from engine.agents.slots import masked, plain
from engine.agents.sought import names_no_text
from engine.agents.tools import names
from engine.agents.vocabulary import INTENTS, SAID, likely, weights
from engine.checks.tools import tools
from engine.evidence import Argument, Understanding
from engine.search.corpus import resolve_path
from engine.search.errors import SearchError

from .code_phrases import ASKED, EDITS
from .desk_phrases import DESK, MORE_DESK, THIRD_DESK
from .more_code_phrases import MORE
from .phrases import NAMING, PHRASES, SEVERAL
from .trader_phrases import OF_CODE, OF_OTHERS, TRADER

pytestmark = pytest.mark.anyio

FILES = (
    "src/unity_wheel/strategy/__init__.py",
    "src/unity_wheel/strategy/wheel.py",
    "src/unity_wheel/math/options.py",
    "src/unity_wheel/risk/engine.py",
    "src/x.py",
    "engine.py",
    "config.py",
    "README.md",
    "docs/a.md",
    "tests/test_wheel.py",
)
WHEEL = "src/unity_wheel/strategy/wheel.py"


class Project:
    """A small project on disk, whose files are found as the engine finds them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in FILES:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")

    async def locate(self, named: str) -> Located:
        try:
            place = await resolve_path(str(self.root), named, FILES)
        except SearchError as error:
            return Located(None, tuple(getattr(error, "nearest", ())))
        found = place.found
        if found and found.endswith("/__init__.py") and "__init__" not in named:
            found = found.rpartition("/")[0]
        is_folder = found is not None and (self.root / found).is_dir()
        return Located(found, place.nearest, place.also, is_folder)

    async def all(self, text: str) -> list[Understanding]:
        return await understand(text, self.locate)

    async def one(self, text: str) -> Understanding:
        parts = await self.all(text)
        assert len(parts) == 1, [part.understood_as for part in parts]
        return parts[0]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


# ── intents ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "intents"), [(text, intents) for intents, texts in PHRASES.items() for text in texts]
)
async def test_a_phrase_is_understood(project: Project, text: str, intents: str) -> None:
    """Each phrase is one question, of an intent that fits."""
    assert (await project.one(text)).intent in intents.split("|")


@pytest.mark.parametrize(
    ("text", "intents", "slot"),
    [(text, intents, slot) for (intents, slot), texts in NAMING.items() for text in texts],
)
async def test_a_phrase_that_names_something_names_it(
    project: Project, text: str, intents: str, slot: str
) -> None:
    """The intent fits, and the file or the pattern was found in the words."""
    understood = await project.one(text)
    assert understood.intent in intents.split("|")
    assert understood.slots.get(slot)


@pytest.mark.parametrize(("text", "intents", "slots"), [*ASKED, *MORE])
async def test_a_question_about_code_is_understood(
    project: Project, text: str, intents: str, slots: dict[str, Argument]
) -> None:
    """Each is one question, of an intent that fits, and knows what it is about."""
    understood = await project.one(text)
    assert understood.intent in intents.split("|")
    assert {name: understood.slots.get(name) for name in slots} == slots
    assert "missing" not in understood.slots


@pytest.mark.parametrize(("text", "intents", "slots"), EDITS)
async def test_what_would_change_code_is_known_as_that(
    project: Project, text: str, intents: str, slots: dict[str, Argument]
) -> None:
    """The plan of such a query says that nothing is edited."""
    understood = await project.one(text)
    assert understood.slots.get("asks_for_edit") is True
    assert any("nothing is edited" in said for said in planner.plan([understood]).assumptions)


@pytest.mark.parametrize("text", [text for text, *_ in ASKED if (text, *_) not in EDITS])
async def test_a_question_is_no_request_to_edit(project: Project, text: str) -> None:
    """Only what begins with a verb of change is one."""
    verbs = ("refactor", "optimize", "make", "clean", "simplify", "can i remove")
    asked = (await project.one(text)).slots.get("asks_for_edit", False)
    assert asked is text.startswith(verbs)


@pytest.mark.parametrize(("text", "intents"), SEVERAL.items())
async def test_a_question_in_parts_is_taken_apart(
    project: Project, text: str, intents: tuple[str, ...]
) -> None:
    """Every part has its own intent; what is one question stays one."""
    parts = await understand(text, project.locate)
    assert len(parts) == len(intents), [part.text for part in parts]
    for part, wanted in zip(parts, intents, strict=True):
        assert part.intent in wanted.split("|")


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "  {}  ",
        "{}?",
        "{}!",
        "please {}",
        "{} please",
        "can you {}",
        "could you please {}, thanks",
        "hey, {}",
        "{} right now",
        "I want you to {}",
        "tell me {}",
        "bolt, {}",
    ],
)
@pytest.mark.parametrize(
    "text",
    ["system status", "memory usage", "run the quick benchmark", "find TODO", "show open circuits"],
)
async def test_politeness_changes_nothing(project: Project, text: str, around: str) -> None:
    """A question means the same however it is wrapped."""
    plain, polite = await project.one(text), await project.one(around.format(text))
    assert polite.intent == plain.intent
    for slot in ("pattern", "quick", "file"):
        assert polite.slots.get(slot) == plain.slots.get(slot)


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: f" {text}\n"])
@pytest.mark.parametrize(
    "text", ["system status", "memory usage", "risk metrics", "wheel strategy"]
)
async def test_letters_case_changes_nothing(project: Project, text: str, change: object) -> None:
    """Questions in words may be shouted."""
    assert callable(change)
    assert (await project.one(change(text))).intent == (await project.one(text)).intent


async def test_a_file_by_a_telling_name_is_a_file(project: Project) -> None:
    """What a file is called says nothing about what is asked of it."""
    for text in ("analyze wheel.py", "explain risk/engine.py", "review math.options"):
        assert (await project.one(text)).intent in ("code_analysis", "file_analysis")


async def test_quoted_text_is_not_a_question(project: Project) -> None:
    """The words of a quotation are searched, not understood."""
    understood = await project.one("find 'system status and memory usage; who imports x.py?'")
    assert understood.intent == "text_search"
    assert understood.slots["pattern"] == "system status and memory usage; who imports x.py?"


async def test_what_was_corrected_is_less_sure(project: Project) -> None:
    """A misspelled question is understood, with less confidence."""
    right, wrong = await project.one("system status"), await project.one("sytem staus")
    assert right.intent == wrong.intent
    assert right.confidence > wrong.confidence > 0.5


async def test_a_sentence_that_fits_nothing_is_not_searched_for(project: Project) -> None:
    """A question that isn't understood is said to be so; a few words are searched, unsurely."""
    understood = await project.one("why is the sky blue over zurich today")
    assert (understood.intent, understood.confidence) == ("unknown", 0.0)
    understood = await project.one("databento loader")
    assert (understood.intent, understood.confidence) == ("text_search", 0.3)


# ── slots ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("find TODO", {"pattern": "TODO", "word": True}),
        ("show me all TODOs", {"pattern": "TODO", "word": True}),
        ("grep for max_delta", {"pattern": "max_delta", "word": True}),
        ("find price_option()", {"pattern": "price_option", "word": True}),
        ("search for WheelStrategy in the codebase", {"pattern": "WheelStrategy", "word": True}),
        ("search 'foo bar' in src/", {"pattern": "foo bar", "paths": ("src",)}),
        ("search in src/ for 'foo bar'", {"pattern": "foo bar", "paths": ("src",)}),
        ("search in src/ for max_delta", {"pattern": "max_delta", "word": True, "paths": ("src",)}),
        (
            "find max_delta in src/x.py and engine.py",
            {"pattern": "max_delta", "word": True, "paths": ("src/x.py", "engine.py")},
        ),
        (
            "find TODO in wheel.py",
            {"pattern": "TODO", "word": True, "paths": (WHEEL,)},
        ),
        ("grep -w strike", {"pattern": "strike", "word": True, "paths": ()}),
        ("grep 'a.b' please", {"pattern": "a.b"}),
        ('look for "def main"', {"pattern": "def main"}),
        ("search foo(bar", {"pattern": "foo(bar"}),
        ("find 'a' and 'b|c'", {"pattern": r"a|b\|c", "regex": True}),
        ("find 'a', or 'b'", {"pattern": "a|b", "regex": True}),
        ("find 'a' near 'b'", {"pattern": "a"}),
        ("grep wheel.py", {"pattern": "wheel.py"}),
        ("find os.path.join", {"pattern": "os.path.join"}),
        (
            "where is black scholes",
            {"pattern": r"black[\W_]*scholes", "regex": True, "ignore_case": True},
        ),
    ],
)
async def test_what_is_searched_and_where(
    project: Project, text: str, slots: dict[str, Argument]
) -> None:
    """The verb, the politeness and the place are not part of the pattern."""
    understood = await project.one(text)
    wanted = ("pattern", "regex", "word", "ignore_case", "paths")
    assert understood.intent == "text_search"
    assert {name: v for name, v in understood.slots.items() if name in wanted} == slots


async def test_words_may_be_joined_in_any_way() -> None:
    """A search in words finds the words written apart, together and with small words between."""

    from engine.agents.sought import sought

    pattern = str(sought("where do we set the strike price")["pattern"])
    for line in ("set_strike_price(", "set the strike price", "setStrikePrice", "SET-STRIKE PRICE"):
        assert re.search(pattern, line, re.IGNORECASE), line
    assert not re.search(pattern, "set the price", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("monitor the system for 30 seconds", 30.0),
        ("watch cpu for 2 minutes", 120.0),
        ("monitor for 10s", 10.0),
        ("monitor for 1.5 h", 5400.0),
        ("watch the gpu for a minute", 60.0),
        ("keep an eye on memory for half an hour", 1800.0),
        ("monitor", None),
        ("watch the cpu", None),
    ],
)
async def test_how_long_to_monitor(project: Project, text: str, seconds: float | None) -> None:
    """A span of time in figures or words is read in seconds; without one there is no end."""
    understood = await project.one(text)
    assert (understood.intent, understood.slots.get("duration_s")) == ("monitor", seconds)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("last 5 queries", 5.0),
        ("show my last 10 questions", 10.0),
        ("what did I ask 2 days ago", None),
        ("what did i ask in 2025", None),
        ("history", None),
    ],
)
async def test_how_many_past_queries(project: Project, text: str, limit: float | None) -> None:
    """Only a number of queries is one."""
    understood = await project.one(text)
    assert (understood.intent, understood.slots.get("limit")) == ("history", limit)


async def test_an_option_keeps_all_its_words(project: Project) -> None:
    """The terms are the whole text, for the reader of options."""
    text = "price a 20 put 35 days out with spot 22 at 55 vol and rate 4%"
    assert (await project.one(text)).slots["terms"] == text


async def test_an_edit_is_noticed(project: Project) -> None:
    """A request to change code is analysed, and known to be one."""
    for text in ("refactor wheel.py", "please fix src/x.py", "can you optimize the risk engine"):
        assert (await project.one(text)).slots.get("asks_for_edit") is True
    assert "asks_for_edit" not in (await project.one("analyze wheel.py")).slots


@pytest.mark.parametrize(
    "text",
    [
        "disk i/o",
        "put/call parity and options pricing",
        "read/write speed of the disk",
        "e.g. options",
    ],
)
async def test_a_slash_or_a_dot_makes_no_file(project: Project, text: str) -> None:
    """Pairs of words and abbreviations are not looked up."""
    for part in await understand(text, project.locate):
        assert not {"file", "missing", "paths"} & part.slots.keys()


# ── files ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["src/unity_wheel/math/options.py", "math/options.py", "math.options"]
)
async def test_a_file_is_found_by_any_of_its_names(project: Project, name: str) -> None:
    """A path, the end of a path and a module's dotted name lead to the same file."""
    understood = await project.one(f"who imports {name}?")
    assert understood.intent == "importers"
    assert understood.slots["file"] == "src/unity_wheel/math/options.py"
    assert "src/unity_wheel/math/options.py" in understood.understood_as


async def test_a_module_is_found_by_its_bare_name(project: Project) -> None:
    """Whose importers are asked for may be named without dots and slashes."""
    for text in ("who imports wheel", "importers of the module wheel?", "what depends on wheel"):
        understood = await project.one(text)
        assert (understood.intent, understood.slots.get("file")) == ("importers", WHEEL)


async def test_importers_of_a_library_are_asked_for_by_its_name(project: Project) -> None:
    """A module that isn't the project's is none that is missed, whatever is written alike."""
    for name in ("zzqqxx", "numpy.linalg", "wheels"):
        understood = await project.one(f"who imports {name}?")
        assert (understood.intent, understood.slots["module"]) == ("importers", name)
        assert understood.understood_as == f"who imports {name}"
        (task,) = planner.plan([understood]).tasks
        assert (task.tool, task.arguments["module"]) == ("graph.importers", name)


async def test_a_missing_file_comes_with_the_nearest(project: Project) -> None:
    """A file that isn't there is named, with those that are written alike."""
    for text in ("analyze whel.py", "find TODO in whel.py", "who imports whel.py"):
        understood = await project.one(text)
        assert understood.slots["missing"] == "whel.py"
        assert WHEEL in str(understood.slots["nearest"])
        assert [task.tool for task in planner.plan([understood]).tasks] == ["file.missing"]


async def test_both_ends_of_a_path_are_looked_up(project: Project) -> None:
    """Where either file isn't there it is missed; an exact command is looked up as well."""
    for text in ("path from wheel.py to src/nix.py", ":path wheel.py src/nix.py"):
        understood = await project.one(text)
        assert (understood.intent, understood.slots["missing"]) == ("import_path", "src/nix.py")
    understood = await project.one(":path wheel math.options")
    assert understood.slots == {"file": WHEEL, "to": "src/unity_wheel/math/options.py"}
    assert understood.understood_as == ":path wheel math.options"


async def test_an_exact_command_guesses_no_names(project: Project) -> None:
    """A path that isn't there is missed, and a folder is known as one."""
    for command in ("importers", "impact", "tests", "cycles", "dead", "graph", "outline"):
        understood = await project.one(f":{command} nix")
        assert understood.slots["missing"] == "nix"
        understood = await project.one(f":{command} src/unity_wheel")
        assert understood.slots == {"folder": "src/unity_wheel"}
    assert (await project.one(":callers wheel.py")).slots == {"symbol": "wheel.py"}


@pytest.mark.parametrize(
    ("text", "intent", "symbol"),
    [
        ("who imports black_scholes", "references", "black_scholes"),
        ("what does backfill import", "calls", "backfill"),
        ("what breaks if I change backfill", "impact", "backfill"),
        ("which tests cover the function backfill", "tests_of", "backfill"),
        ("who calls wheel.backfill", "callers", "wheel.backfill"),
    ],
)
async def test_what_is_no_file_is_a_name_of_code(
    project: Project, text: str, intent: str, symbol: str
) -> None:
    """A question that can be asked of either is asked of the name."""
    understood = await project.one(text)
    assert (understood.intent, understood.slots.get("symbol")) == (intent, symbol)
    assert "missing" not in understood.slots


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("who calls wheel.py", "importers"),
        ("references to math.options", "importers"),
        ("what does wheel.py call", "imports"),
        ("where is wheel.py defined", "outline"),
    ],
)
async def test_what_is_asked_of_a_name_is_asked_of_a_file(
    project: Project, text: str, intent: str
) -> None:
    """The users of a file are its importers, and what it uses are its imports."""
    understood = await project.one(text)
    assert understood.intent == intent
    assert str(understood.slots["file"]).endswith(".py")


async def test_what_was_understood_can_be_read_aloud(project: Project) -> None:
    """The question's object, direction, form and order are all said."""
    said = {
        "who imports wheel.py transitively": f"who imports {WHEEL}, directly or not",
        "path from src/x.py to engine.py": "how one file depends on another: from src/x.py to "
        "engine.py",
        "dependency graph of src/x.py as dot": "dependency graph of src/x.py as dot",
        "debug src/x.py": "code analysis of src/x.py, likely faults first",
        "who calls price_option": "callers of price_option",
        "where is the limit set": 'question about the code: "where is the limit set"',
        "dead code": "dead code",
    }
    for text, words in said.items():
        assert (await project.one(text)).understood_as == words


async def test_a_path_out_of_the_project_is_not_taken(project: Project) -> None:
    """Nothing outside is looked at."""
    for text in ("analyze ../secret.py", "find TODO in ../../etc/", "analyze /etc/hosts.cfg"):
        assert "missing" in (await project.one(text)).slots


async def test_where_a_file_is_leads_to_the_file(project: Project) -> None:
    """Asked where a file is, the file is looked at; a text of that form is searched."""
    for text in ("where is wheel.py", "find wheel.py", "locate wheel.py"):
        understood = await project.one(text)
        assert (understood.intent, understood.slots["file"]) == ("file_analysis", WHEEL)
    assert (await project.one("find numpy.random")).slots["pattern"] == "numpy.random"


async def test_it_is_the_file_of_the_part_before(project: Project) -> None:
    """In a question of several parts a pronoun points to the file that was named."""
    parts = await understand("explain src/x.py and show its importers", project.locate)
    assert [part.slots.get("file") for part in parts] == ["src/x.py", "src/x.py"]
    parts = await understand("analyze wheel.py; who uses it?", project.locate)
    assert [part.slots.get("file") for part in parts] == [WHEEL, WHEEL]
    assert parts[1].text == "who uses it?"


async def test_other_files_of_the_name_are_kept(tmp_path: Path) -> None:
    """Where a name fits several files the best is taken and the others are told."""

    async def locate(_: str) -> Located:
        return Located("src/a.py", also=("old/a.py",))

    (understood,) = await understand("analyze a.py", locate)
    assert (understood.slots["file"], understood.slots["also"]) == ("src/a.py", ("old/a.py",))


@pytest.mark.parametrize("text", ["xx?:health", "foo? :status", "xx:monitor", "that :memory there"])
async def test_a_command_stands_at_the_beginning_only(project: Project, text: str) -> None:
    """Elsewhere it is none, and its name does not speak for what it would do."""
    understood = await project.one(text)
    assert understood.intent == "text_search"
    assert understood.slots["pattern"] == text


async def test_an_exact_command_is_read_as_it_is_written(project: Project) -> None:
    """After a colon nothing is guessed, but files are looked up."""
    understood = await project.one(":file wheel.py")
    assert (understood.intent, understood.slots["file"]) == ("file_analysis", WHEEL)
    assert understood.understood_as == ":file wheel.py"
    understood = await project.one(":search 'status; memory' src")
    assert understood.slots == {"pattern": "status; memory", "paths": ("src",)}
    with pytest.raises(BadCommand):
        await project.one(":fiel wheel.py")


# ── anything at all ──────────────────────────────────────────────────────────────────────────────

WORDS = st.sampled_from(
    "find search where is who imports what the a system status memory usage risk wheel options put "
    "20 spot price and then ; ? , . 'x y' \"z\" wheel.py src/ math.options f() Foo_Bar it its for "
    "30 seconds last 5 queries benchmark quick monitor : -- ../x /etc/ please how".split(" ")
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=50))
async def test_any_text_is_understood_somehow(text: str) -> None:
    """Whatever is typed gives known intents, a plan that can run, and no exception."""

    async def locate(named: str) -> Located:
        return Located(named) if "x" in named else Located(None, ("near.py",))

    try:
        parts = await understand(text, locate)
    except BadCommand:
        assert text.lstrip().startswith(":")
        return
    if not text.strip():
        return
    assert parts
    for part in parts:
        assert part.intent in SAID
        assert 0.0 <= part.confidence <= 1.0
        assert part.understood_as
        assert part.text in text
    plan = planner.plan(parts)
    Schedule(plan)
    assert {task.tool for task in plan.tasks} <= {*names(), *tools()}
    for task in plan.tasks:
        if task.tool == "search.text":
            assert task.arguments["pattern"] or any(names_no_text(part.text) for part in parts)


@pytest.mark.parametrize(
    "letter", ["a ", "find ", "'", '"', "x.y.", "/a", "_a", "and ", "put 20 ", "(", "A"]
)
async def test_long_texts_take_no_time_to_speak_of(project: Project, letter: str) -> None:
    """Ten thousand characters of anything are read: no pattern goes astray on them."""
    await understand((letter * 10_000)[:10_000], project.locate)


def test_every_intent_has_words_for_people() -> None:
    """What was understood can be said of each intent."""
    assert set(INTENTS) <= set(SAID)


EVERY = [
    *(text for texts in (*PHRASES.values(), *NAMING.values()) for text in texts),
    *(text for text, *_ in (*ASKED, *MORE, *DESK, *MORE_DESK, *THIRD_DESK, *TRADER)),
    *SEVERAL,
    *OF_CODE,
    *OF_OTHERS,
]


def test_an_intent_that_is_not_looked_at_would_not_have_fitted() -> None:
    """What the hints leave out has no pattern in any phrase that is known."""
    for text in EVERY:
        words = masked(plain(text)).lower()
        looked_at = set(likely(words))
        for intent in INTENTS:
            fits = any(weights(intent, words))
            assert intent in looked_at or not fits, (text, intent)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("find TODO in src", {"pattern": "TODO", "paths": ("src",)}),
        ("find TODO in the src folder", {"pattern": "TODO", "paths": ("src",)}),
        ('grep for "x: y" in *.md', {"pattern": "x: y", "suffixes": (".md",)}),
        ("find TODO in python files only", {"pattern": "TODO", "types": ("py",)}),
        ("find TODO in src except tests", {"pattern": "TODO", "paths": ("src",)}),
        ("where is the strike set in src", {"question": "where is the strike set"}),
        ("find TODO in nowhere", {"words": "TODO in nowhere"}),
    ],
)
async def test_a_folder_or_kind_of_file_is_where_to_look(
    project: Project, text: str, slots: dict[str, object]
) -> None:
    """A word after "in" is a place where such a folder exists, and otherwise sought."""

    async def locate(named: str) -> Located:
        return Located("src", is_folder=True) if named == "src" else Located(None)

    [understood] = await understand(text, locate)
    assert {name: understood.slots.get(name) for name in slots} == slots


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("what imports the risk package", "risk"),
        ("who imports the wheel module", "wheel"),
        ("who imports the logging module?", "logging"),
    ],
)
async def test_a_module_named_as_such_keeps_all_its_letters(text: str, name: str) -> None:
    """The words package and module belong to the question, not to the name."""
    named: list[str] = []

    async def locate(word: str) -> Located:
        named.append(word)
        return Located(f"{word}.py")

    [understood] = await understand(text, locate)
    assert named == [name]
    assert understood.intent == "importers"


@pytest.mark.parametrize(
    ("text", "pattern", "paths"),
    [
        (r"search /class \w+Strategy/", r"/class \w+Strategy/", None),
        ("find $(touch /tmp/made) in src", "$(touch /tmp/made)", ("src",)),
        ("find https://a.example/b", "https://a.example/b", None),
        (f"find config/no in {WHEEL}", "config/no", (WHEEL,)),
    ],
)
async def test_what_only_reads_like_a_path_is_looked_for(
    project: Project, text: str, pattern: str, paths: tuple[str, ...] | None
) -> None:
    """A path that isn't there is missed only where the query calls it a place."""
    understood = await project.one(text)
    assert understood.intent == "text_search"
    assert "missing" not in understood.slots
    assert (understood.slots["pattern"], understood.slots.get("paths")) == (pattern, paths)


async def test_a_place_of_a_search_that_is_not_there_is_missed(project: Project) -> None:
    """Also where what is looked for reads like a path itself."""
    for text in ("find config/no in nosuch/dir", "find roll in nosuch/dir"):
        assert (await project.one(text)).slots["missing"] == "nosuch/dir"


async def test_it_is_the_name_of_the_part_before(project: Project) -> None:
    """What "it" points to may be a name of code as well as a file."""
    parts = await understand("where is price_put defined and who calls it", project.locate)
    assert [(part.intent, part.slots["symbol"]) for part in parts] == [
        ("definitions", "price_put"),
        ("callers", "price_put"),
    ]


@pytest.mark.parametrize(
    "text",
    ["which files use zzqqxx", "which modules need zzqqxx", "is zzqqxx imported anywhere?"],
)
async def test_who_uses_a_library_is_who_imports_it(project: Project, text: str) -> None:
    """A module may be asked for by other words than "who imports"."""
    understood = await project.one(text)
    assert (understood.intent, understood.slots["module"]) == ("importers", "zzqqxx")


async def test_whether_a_file_imports_a_library_is_told_by_its_imports(project: Project) -> None:
    """Not by who imports the file."""
    understood = await project.one(f"does {WHEEL} import pandas")
    assert (understood.intent, understood.slots["file"]) == ("imports", WHEEL)


async def test_a_regex_search_is_a_search(project: Project) -> None:
    """The kind of search may stand before the verb, whatever the expression names."""
    understood = await project.one("regex search def test_.*wheel")
    assert understood.intent == "text_search"
    assert (understood.slots["pattern"], understood.slots["regex"]) == ("def test_.*wheel", True)


@pytest.mark.parametrize(
    "text",
    ["who subclasses WheelStrategy", "subclasses of WheelStrategy", "what inherits from Roll?"],
)
async def test_who_derives_from_a_class_is_asked_of_its_name(project: Project, text: str) -> None:
    """By text alone a base stands alone, among others, with its module; no keyword is one."""
    understood = await project.one(text)
    base = re.split(r"\W+", text.rstrip("?"))[-1]
    assert (understood.intent, understood.slots["symbol"]) == ("subclasses", base)
    search = POORER["symbols.subclasses"](understood.slots)
    assert search is not None
    pattern = re.compile(str(search["pattern"]))
    ours = (f"class A({base}):", f"  class B(x.{base}, C):", f"class D(C, {base}[int]): ...")
    others = (f"class {base}(C):", f"class A(My{base}):", f"class A(C, metaclass={base}):")
    assert all(pattern.search(line) for line in ours)
    assert not any(pattern.search(line) for line in others)
