import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents import planner
from engine.agents.commands import COMMANDS, BadCommand, parse
from engine.agents.tools import names
from engine.checks.tools import tools
from engine.errors import BadQuery

WORDS = {
    "pattern": "x",
    "file": "a.py",
    "to": "b.py",
    "symbol": "f",
    "terms...": "put 20",
    "question...": "where is it",
    "metrics": "cpu",
    "about...": "status",
}
USAGES = {name: command.usage for name, command in COMMANDS.items()}


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
        (":history --limit 5", "history", {"limit": 5.0, "when": ()}),
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
        (":iv put 20 at 0.61", "implied_volatility", {"terms": "put 20 at 0.61"}),
        (":risk --days 10", "risk_analysis", {"horizon_days": 10.0}),
        (":candidates --delta .3 --dte 35", "wheel_candidates", {"delta": 0.3, "days": 35.0}),
        (":backtest", "backtest", {}),
        (":backtest put-write --ticker U", "backtest", {"strategy": "put-write", "ticker": "U"}),
        (":pricing --run", "options_analysis", {"consent": True}),
        (
            ":search -S -t py --type=md -g '*.py' -g '!tests/**' -C 3 --hidden foo",
            "text_search",
            {
                "smart_case": True,
                "types": ("py", "md"),
                "globs": ("*.py", "!tests/**"),
                "context": 3.0,
                "hidden": True,
                "pattern": "foo",
                "paths": (),
            },
        ),
        (
            ":search -wi -tpy -C0 foo -lc",
            "text_search",
            {
                "word": True,
                "ignore_case": True,
                "types": ("py",),
                "context": 0.0,
                "pattern": "foo",
                "paths": (),
                "files_only": True,
                "count_only": True,
            },
        ),
        (":importers a.py --transitive", "importers", {"file": "a.py", "transitive": True}),
        (":imports a.py -a", "imports", {"file": "a.py", "transitive": True}),
        (":impact a.py", "impact", {"file": "a.py"}),
        (":tests a.py", "tests_of", {"file": "a.py"}),
        (":cycles", "import_cycles", {}),
        (":cycles src", "import_cycles", {"file": "src"}),
        (":path a.py b.py", "import_path", {"file": "a.py", "to": "b.py"}),
        (":broken", "broken_imports", {}),
        (":layers", "layers", {}),
        (":central", "central_modules", {}),
        (":orphans", "orphans", {}),
        (":graph", "dependency_graph", {}),
        (
            ":graph a.py --format dot --depth 2",
            "dependency_graph",
            {"file": "a.py", "format": "dot", "depth": 2.0},
        ),
        (":definition Wheel.choose", "definitions", {"symbol": "Wheel.choose"}),
        (":references f", "references", {"symbol": "f"}),
        (":callers f", "callers", {"symbol": "f"}),
        (":calls f", "calls", {"symbol": "f"}),
        (":duplicates src", "duplicates", {"file": "src"}),
        (":dead", "dead_code", {}),
        (":hotspots", "hot_spots", {}),
        (":churn", "churn", {}),
        (":ask where is -x set", "code_question", {"question": "where is -x set"}),
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
        (":force graph open", ":force is an order to an open console: "),
        (":silence", ":silence is typed in a console; without one: bolt-tui alerts silence "),
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
        (":importers", "the command is incomplete; it is :importers PATH"),
        (":path a.py", "the command is incomplete; it is :path FROM TO"),
        (":path a b c", '"c" is one word too many; it is :path FROM TO'),
        (":ask", "the command is incomplete; it is :ask WORDS"),
        (":layers now", '"now" is one word too many; it is :layers'),
        (":importer a.py", "there is no command :importer; did you mean :importers?"),
        (
            ":importers a.py --transitve",
            "unknown option --transitve; did you mean --transitive? it is :importers",
        ),
        (":importers a.py --transitive=no", '--transitive takes no value, found "no"; it is'),
        (
            ":graph --format svg",
            '--format expects one of mermaid, dot, json, tree, found "svg"; it is :graph',
        ),
        (":graph --format mermad", 'found "mermad", did you mean mermaid?; it is :graph'),
        (":backtest swep", '"swep" is none of its words; did you mean sweep?'),
        (":candidates --delta x", '--delta expects a positive number, found "x"'),
        (":graph --format", "--format expects a word, found nothing; it is :graph"),
        (":graph --depth 1.5", '--depth expects a whole number, found "1.5"; it is :graph'),
        (":graph --depth 0", '--depth expects a whole number, found "0"; it is :graph'),
        (":search -C x foo", '-C expects a whole number, found "x"; it is :search'),
        (":search -t", "-t expects a word, found nothing; it is :search"),
        (":search -wz foo", "unknown option -z; it is :search"),
        (":search --smartcase foo", "unknown option --smartcase; did you mean --smart-case?"),
        (":search 'open", "the command's quotes don't close: :search 'open"),
    ],
)
def test_a_command_written_wrong_says_how_it_is_written(text: str, said: str) -> None:
    """The sentence names what is wrong and shows the usage, or the nearest command."""
    with pytest.raises(BadCommand) as caught:
        parse(text)
    assert said in str(caught.value)
    assert isinstance(caught.value, BadQuery)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_plan_of_tools_that_exist(name: str) -> None:
    """Each command, written in its shortest form, becomes tasks with known tools."""
    needed = [take for take in COMMANDS[name].takes if take[-1] not in "?*"]
    understood = parse(" ".join([f":{name}", *(WORDS[take] for take in needed)]))
    tasks = planner.plan([understood]).tasks
    assert tasks
    assert "nothing" not in [task.tool for task in tasks]
    assert {task.tool for task in tasks} <= {*names(), *tools()}
    assert COMMANDS[name].usage.startswith(f":{name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_its_commands_usage(name: str) -> None:
    """What can be typed is shown, by one of its names."""
    for option in COMMANDS[name].options:
        assert any(f"[{typed}" in USAGES[name] for typed in option.names), option


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
