"""What runs when: the monitor without end, and the calendar of the maintenance plan, as data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Job:
    """One command of the calendar; without an hour it is due every hour.

    Args:
        words: of the command line, behind the project.
        about: what it does, in words.
        answers: exit codes that are an answer of it and no failure to run.
        weekday: 1 is Monday; day and months: of the month, of the year.
        spread_s: it begins later by up to so much.
        most_s: after so long it hangs and is ended.
    """

    name: str
    words: tuple[str, ...]
    about: str
    answers: tuple[int, ...]
    minute: int
    hour: int | None = None
    weekday: int | None = None
    day: int | None = None
    months: tuple[int, ...] = ()
    spread_s: int = 900
    most_s: int = 600


@dataclass(frozen=True, slots=True)
class Program:
    """How the program is started: the first words of each command line, and what it has to know.

    `secrets` is the file of variables that nobody but the user reads; it need not be there.
    """

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    secrets: Path


ABOUT_MONITOR: Final = "Watches the machine and the engine, keeps the record, sends alerts"
JOBS: Final = (
    # Health answers as a Nagios plugin does: 1 warning, 2 critical, 3 unknown.
    Job("health", ("health", "--notify"), "Looks at every part, and raises an alert",
        (1, 2, 3), minute=7, spread_s=300, most_s=120),
    Job("validate-day", ("validate", "--production"), "Measures the acceptance criteria, quickly",
        (1,), minute=30, hour=6),
    Job("report-week", ("report", "--span", "7d", "--save", "--strict"),
        "Writes the report of the week",
        (3,), minute=0, hour=7, weekday=1),
    Job("validate-month", ("validate", "--production", "--full"),
        "Measures the acceptance criteria, all of them",
        (1,), minute=0, hour=5, day=1, most_s=7200),
    Job("report-quarter", ("report", "--span", "90d", "--save", "--strict"),
        "Writes the report of the quarter",
        (3,), minute=30, hour=7, day=1, months=(1, 4, 7, 10)),
)  # fmt: skip
