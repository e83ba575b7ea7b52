import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import Config, load, options
from engine.config.writing import shown, template

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ASSIGNED = re.compile(r"^# (\w+ = .*)$", re.MULTILINE)


def loaded(text: str, folder: Path) -> Config:
    (folder / "bolt.toml").write_text(text)
    return load(
        folder, config_file=folder / "bolt.toml", environ={"XDG_CONFIG_HOME": "/none"}
    ).config


def test_the_template_sets_nothing(tmp_path: Path) -> None:
    """As it is written it is valid, and everything is still the default."""
    assert loaded(template(), tmp_path) == Config()


def test_the_template_with_every_line_in_force_is_still_the_default(tmp_path: Path) -> None:
    """Every commented line is valid when it is uncommented, and shows the true default."""
    text, count = ASSIGNED.subn(r"\1", template())
    assert count == sum(option.default is not None for option in options())
    assert loaded(text, tmp_path) == Config()


def test_the_template_names_every_setting_once() -> None:
    """Each option stands in its section, with its meaning and what is expected."""
    text = template()
    for option in options():
        section = text.partition(f"[{option.section}]\n")[2].partition("\n[")[0]
        assert len(re.findall(rf"^# {option.key} (?:=|is not set)", section, re.MULTILINE)) == 1
        assert option.doc in section
        assert option.expected in section
        if option.user_only:
            assert "Only in your own settings" in section


def test_each_line_of_the_template_is_valid_alone(tmp_path: Path) -> None:
    """A user may uncomment any one of them."""
    lines = template().split("\n")
    for number, line in enumerate(lines):
        if ASSIGNED.match(line):
            text = "\n".join([*lines[:number], line.removeprefix("# "), *lines[number + 1 :]])
            assert loaded(text, tmp_path) == Config()


@given(
    TEXT
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.dictionaries(TEXT, TEXT, max_size=4)
)
def test_a_value_is_shown_as_toml_reads_it(
    value: bool | int | float | str | dict[str, str],
) -> None:
    """What is shown can be pasted into a file, whatever characters it holds."""
    assert tomllib.loads(f"x = {shown(value)}")["x"] == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (True, "true"),
        (0.5, "0.5"),
        ({}, "{}"),
        ({"quit": "ctrl+d"}, '{ quit = "ctrl+d" }'),
        ({"a b": 'say "x"'}, r'{ "a b" = "say \"x\"" }'),
        ("C:\\x\n", r'"C:\\x\n"'),
    ],
)
def test_values_are_shown_plainly(
    value: bool | float | str | dict[str, str] | None, text: str
) -> None:
    """Nothing is quoted or escaped that needn't be."""
    assert shown(value) == text
