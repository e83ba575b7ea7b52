"""The units for systemd's user manager, from version 244 on: a service, and timers for the rest.

Quoting is systemd.syntax(7) and systemd.service(5), "Command lines": each word in double quotes
with C escapes, `%` doubled; the `:` before the program turns the substitution of `$` off.
"""

from collections.abc import Iterable
from typing import Final

from bolt_tui.service.jobs import ABOUT_MONITOR, JOBS, Job, Program
from engine.checks.service_units import MONITOR, mark
from engine.errors import BadQuery

_NAME: Final = "bolt-tui"
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHORT: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ENDS: Final = "129 130 143"  # it was told to end: SIGHUP, SIGINT, SIGTERM


def units(program: Program, folders_made: int) -> dict[str, bytes]:
    """Return every unit by file name.

    Raises:
        BadQuery: systemd can't start a program at such a path.
    """
    head = f"# {mark(folders_made)}"
    made = {MONITOR["systemd"]: _monitor(program)}
    for job in JOBS:
        made[f"{_NAME}-{job.name}.service"] = _once(program, job)
        made[f"{_NAME}-{job.name}.timer"] = _timer(job)
    return {name: f"{head}\n{text}".encode(errors="surrogateescape") for name, text in made.items()}


def started(names: Iterable[str]) -> tuple[str, ...]:
    """Return which units are to run by themselves: the monitor and the timers."""
    return tuple(name for name in names if name.endswith(".timer") or name == MONITOR["systemd"])


def quoted(word: str) -> str:
    """Return a word as it stands on a command line, or in the value of `Environment`."""
    return '"' + "".join(map(_escaped, word)) + '"'


def _escaped(letter: str) -> str:
    if letter == "%":
        return "%%"
    if letter in _SHORT:
        return _SHORT[letter]
    if letter.isprintable() and not "\udc80" <= letter <= "\udcff":
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode(errors="surrogateescape"))


def _monitor(program: Program) -> str:
    return f"""\
[Unit]
Description={_NAME}: {ABOUT_MONITOR}
StartLimitIntervalSec=0

[Service]
Type=notify
{_command(program, ("monitor",))}
WatchdogSec=60
Restart=on-failure
RestartSec=15
# It was started wrongly, as in a project that is gone: trying again can't help.
RestartPreventExitStatus=2
SuccessExitStatus={_ENDS}
TimeoutStopSec=20
Nice=5
MemoryHigh=1G
MemoryMax=2G
UMask=0077

[Install]
WantedBy=default.target
"""


def _once(program: Program, job: Job) -> str:
    answers = " ".join(map(str, job.answers))
    return f"""\
[Unit]
Description={_NAME}: {job.about}

[Service]
Type=oneshot
{_command(program, job.words)}
# These tell what was found; the run itself went well.
SuccessExitStatus={answers} {_ENDS}
TimeoutStartSec={job.most_s}
Nice=10
IOSchedulingPriority=7
MemoryHigh=4G
MemoryMax=8G
UMask=0077
"""


def _timer(job: Job) -> str:
    return f"""\
[Unit]
Description={_NAME}: when it {job.about[0].lower()}{job.about[1:]}

[Timer]
OnCalendar={_calendar(job)}
RandomizedDelaySec={job.spread_s}
# What was due while the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _command(program: Program, words: Iterable[str]) -> str:
    start, *rest = program.words
    if set(start) & set("\"'\\") or not start.isprintable():
        raise BadQuery(f"systemd can't start {start!r}: a quote or backslash is in its path")
    line = " ".join([f":{quoted(start)}", *map(quoted, (*rest, *words))])
    known = "\n".join(
        f"Environment={quoted(f'{name}={value}')}" for name, value in program.environment
    )
    secrets = str(program.secrets).replace("%", "%%")
    return f"""\
ExecStart={line}
{known}
# Variables with secrets, as SLACK_WEBHOOK_URL=…, a line each; for nobody but you to read.
EnvironmentFile=-{secrets}"""


def _calendar(job: Job) -> str:
    """Return when a job is due as systemd.time(7) writes it."""
    if job.hour is None:
        return f"*-*-* *:{job.minute:02d}:00"
    weekday = "" if job.weekday is None else f"{_DAYS[job.weekday - 1]} "
    months = ",".join(f"{month:02d}" for month in job.months) or "*"
    day = "*" if job.day is None else f"{job.day:02d}"
    return f"{weekday}*-{months}-{day} {job.hour:02d}:{job.minute:02d}:00"
