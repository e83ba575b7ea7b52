"""Lines as they are typed for grep and ripgrep become the exact command."""

import pytest

from engine.agents import commands
from engine.agents.grep_line import read
from engine.evidence import Argument

SRC = ("src",)


@pytest.mark.parametrize(
    ("line", "slots"),
    [
        ("grep -w delta in src", {"pattern": "delta", "word": True, "paths": SRC}),
        ('grep -E "TODO|FIXME" src', {"pattern": "TODO|FIXME", "regex": True, "paths": SRC}),
        ("grep -i todo src", {"pattern": "todo", "ignore_case": True, "paths": SRC}),
        ("grep -rn TODO src", {"pattern": "TODO", "paths": SRC}),
        ("rg 'roll day' src", {"pattern": "roll day", "paths": SRC}),
        ("grep -rn TODO src/math", {"pattern": "TODO", "paths": ("src/math",)}),
        (
            "grep -i -n 'class .*Strategy' --type py",
            {"pattern": "class .*Strategy", "regex": True, "ignore_case": True, "types": ("py",)},
        ),
        (
            r'rg "def get_\w+" src/math',
            {"pattern": r"def get_\w+", "regex": True, "paths": ("src/math",)},
        ),
        ('grep "^import" src/math', {"pattern": "^import", "regex": True, "paths": ("src/math",)}),
        ("rg -F -- -x", {"pattern": "-x"}),
        ("grep -wi -C3 roll", {"pattern": "roll", "word": True, "ignore_case": True, "context": 3}),
        ("rg -tpy -e -word", {"pattern": "-word", "types": ("py",)}),
        ("grep -i 'foo(bar)' a.py", {"pattern": "foo(bar)", "paths": ("a.py",)}),
        ("grep -l TODO in src and tests", {"pattern": "TODO", "paths": ("src", "tests")}),
    ],
)
def test_a_line_is_the_search_that_it_would_be(line: str, slots: dict[str, Argument]) -> None:
    """Options, pattern and places are read as the program would read them."""
    found = read(line)
    assert found is not None
    said = commands.parse(found.command).slots
    assert {name: said.get(name) for name in slots} == slots


@pytest.mark.parametrize(
    "line",
    [
        "grep for the roll trigger",
        "grep black scholes formula",
        "grep for roll",
        "grep TODO",
        "search -w delta",
        "grep 'unclosed",
        "grep -Z x",
        "rg --replace y x",
        "grep -e",
        "grep",
        "grepping -w x",
    ],
)
def test_a_sentence_or_an_unknown_option_is_left_alone(line: str) -> None:
    """What isn't surely a command line is for those who read sentences."""
    assert read(line) is None


def test_places_without_a_slash_have_to_be_looked_up() -> None:
    """`grep -i roll trigger` may search for two words: whether there is such a place decides."""
    found = read("grep -i roll trigger")
    assert found is not None
    assert (found.places, found.bare) == (("trigger",), False)


def test_a_word_and_a_place_alone_have_to_be_there_as_written() -> None:
    """`grep black scholes` are two words unless there is such a folder."""
    found = read("grep TODO src")
    assert found is not None
    assert (found.command, found.places, found.bare) == (":search -- TODO src", SRC, True)


def test_an_option_that_only_a_shell_takes_makes_it_a_command() -> None:
    """Behind -rn a place that isn't there is missing, and no second word to look for."""
    found = read("grep -rn TODO nosuch")
    assert found is not None
    assert (found.command, found.places) == (":search -- TODO nosuch", ())
