import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents import planner
from engine.agents.commands import COMMANDS, BadCommand, parse
from engine.agents.tools import names
from engine.errors import BadQuery

WORDS = {"pattern": "x", "file": "a.py", "terms...": "put 20"}


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        (":status", "system_status", {}),
        (":help", "help", {}),
        (":monitor", "monitor", {}),
        (":monitor --duration 30", "monitor", {"duration_s": 30.0}),
        (":monitor --duration=0.5", "monitor", {"duration_s": 0.5}),
        (":benchmark", "benchmark", {}),
        (":benchmark --quick", "benchmark", {"quick": True}),
        (":history --limit 5", "history", {"limit": 5.0}),
        (":search foo", "text_search", {"pattern": "foo", "paths": ()}),
        (
            ":search 'two words' src tests",
            "text_search",
            {"pattern": "two words", "paths": ("src", "tests")},
        ),
        (
            ":search -w -i foo",
            "text_search",
            {"pattern": "foo", "word": True, "ignore_case": True, "paths": ()},
        ),
        (
            ":search foo --ignore-case",
            "text_search",
            {"pattern": "foo", "ignore_case": True, "paths": ()},
        ),
        (
            r":search --regex 'a\d+' src",
            "text_search",
            {"pattern": r"a\d+", "regex": True, "paths": ("src",)},
        ),
        (":search -- -w", "text_search", {"pattern": "-w", "paths": ()}),
        (":search - src", "text_search", {"pattern": "-", "paths": ("src",)}),
        (":file src/x.py", "file_analysis", {"file": "src/x.py"}),
        (":importers math.options", "importers", {"file": "math.options"}),
        (":price put 20 rate -0.5%", "option_price", {"terms": "put 20 rate -0.5%"}),
    ],
)
def test_a_command_is_read_as_it_is_written(
    text: str, intent: str, slots: dict[str, object]
) -> None:
    """Options and words land where they belong, and nothing is guessed."""
    understood = parse(text)
    assert (understood.intent, understood.slots, understood.confidence) == (intent, slots, 1.0)
    assert understood.text == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (":", "there is no command :; there are :status, :hardware, "),
        (":staus", "there is no command :staus; did you mean :status?"),
        (":zzz", "there is no command :zzz; there are :status, "),
        (":status now", '"now" is one word too many; it is :status'),
        (":status --now", "unknown option --now; it is :status"),
        (
            ":monitor --duration",
            "--duration expects a positive number, found nothing; it is :monitor",
        ),
        (":monitor --duration soon", '--duration expects a positive number, found "soon"; it is'),
        (":monitor --duration 0", '--duration expects a positive number, found "0"; it is'),
        (":monitor --duration -3", '--duration expects a positive number, found "-3"; it is'),
        (":monitor --duration nan", '--duration expects a positive number, found "nan"; it is'),
        (":monitor --duration inf", '--duration expects a positive number, found "inf"; it is'),
        (":monitor --limit 3", "unknown option --limit; it is :monitor [--duration S]"),
        (":search", "the command is incomplete; it is :search"),
        (":search ''", "the command is incomplete; it is :search"),
        (":file", "the command is incomplete; it is :file PATH"),
        (":file a b", '"b" is one word too many; it is :file PATH'),
        (":price", "the command is incomplete; it is :price put 20"),
        (":search 'open", "the command's quotes don't close: :search 'open"),
    ],
)
def test_a_command_written_wrong_says_how_it_is_written(text: str, said: str) -> None:
    """The sentence names what is wrong and shows the usage, or the nearest command."""
    with pytest.raises(BadCommand) as caught:
        parse(text)
    assert str(caught.value).startswith(said)
    assert isinstance(caught.value, BadQuery)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_plan_of_tools_that_exist(name: str) -> None:
    """Each command, written in its shortest form, becomes tasks with known tools."""
    takes = COMMANDS[name].takes
    understood = parse(f":{name} {WORDS[takes]}" if takes else f":{name}")
    tasks = planner.plan([understood]).tasks
    assert tasks
    assert {task.tool for task in tasks} <= set(names())
    assert COMMANDS[name].usage.startswith(f":{name}")


@given(st.text(max_size=40))
def test_any_text_after_the_colon_is_read_or_refused(text: str) -> None:
    """Arbitrary text gives an understanding or a BadCommand, and nothing else."""
    try:
        understood = parse(f":{text}")
    except BadCommand as error:
        assert str(error)  # noqa: PT017 - any other exception fails the test
    else:
        assert understood.intent in {command.intent for command in COMMANDS.values()}


@given(st.lists(st.text(min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4))
def test_what_is_quoted_comes_through(words: list[str]) -> None:
    """Words that are quoted as in a shell are taken letter by letter."""
    import shlex

    understood = parse(f":search -- {shlex.join(words)}")
    assert understood.slots == {"pattern": words[0], "paths": tuple(words[1:])}
