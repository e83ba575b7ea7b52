"""The rules of a session's settings, looked at again and again while their files change."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alerts.rules import Rule, in_force
from engine.config import ConfigError, load
from engine.runtime.alert_rules import Reread, RuleFiles


def written(rule: str, expr: str = "cpu_ratio > 0.9") -> str:
    return f'[alerts.rules.{rule}]\nexpr = "{expr}"\n'


class Desk:
    """A user's settings and the rules of a session that was opened with them."""

    def __init__(self, folder: Path, text: str) -> None:
        self.project, self.times = folder, 0
        self.file = folder / "bolt-tui/config.toml"
        self.file.parent.mkdir(parents=True)
        self.file.write_text(text, encoding="utf-8")
        self.environ = {"XDG_CONFIG_HOME": str(folder)}
        self.rules = RuleFiles(load(folder, environ=self.environ))

    def write(self, text: str) -> None:
        """Write as an editor that replaces the file, each time at another time."""
        new, self.times = self.file.with_suffix(".new"), self.times + 1
        new.write_text(text, encoding="utf-8")
        os.utime(new, ns=(self.times, self.times))
        new.replace(self.file)

    def looks(self, count: int = 2) -> list[Reread]:
        return [found for _ in range(count) if (found := self.rules.look()) is not None]

    def names(self) -> list[str]:
        return [rule.name for rule in self.rules.rules if not rule.default]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, written("hot"))


def test_without_a_change_nothing_is_read(desk: Desk) -> None:
    """However often one looks."""
    assert desk.looks(5) == []


def test_what_stands_still_is_read_once(desk: Desk) -> None:
    """Not at the first look that sees a change, and not twice."""
    desk.write(written("cold"))
    assert desk.looks(1) == []
    assert desk.looks(4) == [Reread("rules: 1 added (cold), 1 removed (hot)")]
    assert desk.names() == ["cold"]


def test_half_a_file_is_not_read(desk: Desk) -> None:
    """A file that is emptied and then written is never one without rules."""
    whole = desk.file.read_text(encoding="utf-8")
    for end in (0, 12, len(whole)):
        desk.file.write_text(whole[:end], encoding="utf-8")
        assert desk.looks(1) == []
    assert not [one for one in desk.looks() if one.said]
    assert desk.names() == ["hot"]


def test_what_was_wrong_and_is_right_again(desk: Desk) -> None:
    """The error is said once, the rules stay; what is right again is said, too."""
    desk.write(written("hot", "cpu_rato > 0.9"))
    (wrong,) = desk.looks(4)
    assert wrong.problem.startswith(f"{desk.file}:2: alerts.rules.hot.expr: ")
    assert desk.names() == ["hot"]
    desk.write(written("hot"))
    assert desk.looks(4) == [Reread()]


def test_a_project_that_is_trusted_no_more(tmp_path: Path) -> None:
    """Its file has changed since, so its rules go, and it says why."""
    desk = Desk(tmp_path, "")
    (tmp_path / "bolt.toml").write_text(written("mine"), encoding="utf-8")
    (found,) = desk.looks(3)
    assert found.said.startswith(f"{tmp_path}/bolt.toml:1: alerts.rules is ignored: ")


def test_names_of_many_are_cut(desk: Desk) -> None:
    """The first five, and a sign that there are more."""
    desk.write("".join(written(f"r{n}") for n in range(7)))
    (found,) = desk.looks()
    assert found.said == "rules: 7 added (r0, r1, r2, r3, r4, …), 1 removed (hot)"


TEXTS = st.sampled_from(
    ["", written("a"), written("a", "cpu_ratio > 0.5"), written("b"), "[alerts", written("a", "x")]
)


@settings(max_examples=40)
@given(st.lists(TEXTS | st.none(), max_size=12))
def test_after_any_changes_it_has_what_the_files_say(steps: list[str | None]) -> None:
    """None is a look; at the end the rules are those that were last right when looked at."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), written("hot"))
        for step in steps:
            if step is None:
                desk.looks(1)
            else:
                desk.write(step)
        before = desk.rules.rules
        found = desk.looks(3)
        now = _now(desk)
        if isinstance(now, str):
            assert desk.rules.rules == before
            assert [one.problem for one in found] in ([now], [])
        else:
            assert desk.rules.rules == now


def _now(desk: Desk) -> tuple[Rule, ...] | str:
    try:
        return in_force(load(desk.project, environ=desk.environ))
    except ConfigError as error:
        return str(error)
