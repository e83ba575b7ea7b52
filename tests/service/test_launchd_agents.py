"""The agents for launchd, read by Python's own reader of property lists."""

import plistlib
from pathlib import Path

import pytest

from bolt_tui.service import launchd
from bolt_tui.service.jobs import Program
from engine.checks.service_units import folders_made
from engine.errors import BadQuery

LOGS = Path("/srv/state & more/logs")
WORDS = ('/opt/it\'s "here"/bolt-tui', "-C", "/srv/<two> & Übung % $HOME")
PROGRAM = Program(WORDS, (("PATH", "/usr/bin:/bin"),), Path("/none"))


def agents(folders: int = 0) -> dict[str, bytes]:
    return launchd.agents(PROGRAM, LOGS, folders)


def test_the_monitor_is_kept_alive() -> None:
    """Every key is as launchd.plist(5) has it, and every word as it was meant."""
    assert plistlib.loads(agents()["local.bolt-tui.monitor.plist"]) == {
        "Label": "local.bolt-tui.monitor",
        "ProgramArguments": [*WORDS, "monitor"],
        "EnvironmentVariables": {"PATH": "/usr/bin:/bin"},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "Nice": 5,
        "ExitTimeOut": 20,
        "ProcessType": "Background",
        "StandardOutPath": "/srv/state & more/logs/monitor.log",
        "StandardErrorPath": "/srv/state & more/logs/monitor.log",
        "Umask": 63,
    }


@pytest.mark.parametrize(
    ("job", "words", "due"),
    [
        ("health", ["health", "--notify"], {"Minute": 7}),
        ("validate-day", ["validate", "--production"], {"Minute": 30, "Hour": 6}),
        (
            "report-week",
            ["report", "--span", "7d", "--save", "--strict"],
            {"Minute": 0, "Hour": 7, "Weekday": 1},
        ),
        (
            "validate-month",
            ["validate", "--production", "--full"],
            {"Minute": 0, "Hour": 5, "Day": 1},
        ),
        (
            "report-quarter",
            ["report", "--span", "90d", "--save", "--strict"],
            [{"Minute": 30, "Hour": 7, "Day": 1, "Month": month} for month in (1, 4, 7, 10)],
        ),
    ],
)
def test_the_calendar_is_the_plans(job: str, words: list[str], due: object) -> None:
    """The same as systemd's timers have."""
    keys = plistlib.loads(agents()[f"local.bolt-tui.{job}.plist"])
    assert keys["ProgramArguments"] == [*WORDS, *words]
    assert keys["StartCalendarInterval"] == due
    assert "KeepAlive" not in keys


def test_each_agent_says_whose_it_is_and_where_it_logs() -> None:
    """What removing it deletes is told by the agent itself."""
    made = agents(1)
    assert {folders_made(text) for text in made.values()} == {1}
    assert launchd.logs_of(made["local.bolt-tui.health.plist"]) == (LOGS / "health.log",)


def test_a_path_that_no_property_list_can_hold_is_refused() -> None:
    """XML has no control characters."""
    program = Program(("/opt/bolt-tui", "-C", "/srv/a\x01b"), (), Path("/none"))
    with pytest.raises(BadQuery, match="control characters"):
        launchd.agents(program, LOGS, 0)
