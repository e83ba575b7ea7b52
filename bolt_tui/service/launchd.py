"""The agents for launchd: one that is kept alive, and one for each job of the calendar.

launchd.plist(5): a job that was due while the machine slept is run once when it wakes.
"""

import plistlib
from pathlib import Path
from typing import Final

from bolt_tui.service.jobs import JOBS, Job, Program
from engine.checks.service_units import mark
from engine.errors import BadQuery

_LABEL: Final = "local.bolt-tui"
_SECRETS: Final = (
    "launchd reads no file of secrets: set slack.webhook_command and email.password_command"
)
_TRY_AGAIN_S: Final = 30


def agents(program: Program, logs: Path, folders_made: int) -> dict[str, bytes]:
    """Return every agent's property list by file name; what they print goes into `logs`.

    Raises:
        BadQuery: a path has letters that no property list can hold.
    """
    monitor = {
        "RunAtLoad": True,
        # As systemd's on-failure. launchd has no word for one status: what was started wrongly
        # (2) it tries again as well, no sooner than after the throttle.
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": _TRY_AGAIN_S,
        "Nice": 5,
        "ExitTimeOut": 20,
    }
    made = {f"{_LABEL}.monitor": monitor | _shared(program, ("monitor",), "monitor", logs)}
    for job in JOBS:
        when = {"StartCalendarInterval": _calendar(job), "Nice": 10, "LowPriorityIO": True}
        made[f"{_LABEL}.{job.name}"] = when | _shared(program, job.words, job.name, logs)
    try:
        plists = {label: plistlib.dumps({"Label": label} | keys) for label, keys in made.items()}
    except ValueError as error:
        raise BadQuery(f"a property list can't hold this path or setting: {error}") from error
    return {f"{label}.plist": _marked(text, folders_made) for label, text in plists.items()}


def logs_of(agent: bytes) -> tuple[Path, ...]:
    """Return the files that an agent's output went to."""
    keys = plistlib.loads(agent)
    named = (keys.get("StandardOutPath"), keys.get("StandardErrorPath"))
    return tuple(Path(name) for name in dict.fromkeys(named) if isinstance(name, str))


def label_of(name: str) -> str:
    """Return the label of an agent by its file's name."""
    return name.removesuffix(".plist")


def _shared(program: Program, words: tuple[str, ...], name: str, logs: Path) -> dict[str, object]:
    log = str(logs / f"{name}.log")
    return {
        "ProgramArguments": [*program.words, *words],
        "EnvironmentVariables": dict(program.environment),
        "ProcessType": "Background",
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "Umask": 0o077,
    }


def _calendar(job: Job) -> dict[str, int] | list[dict[str, int]]:
    """Return when a job is due: a dictionary, or one for each month."""
    parts = {"Minute": job.minute, "Hour": job.hour, "Weekday": job.weekday, "Day": job.day}
    when = {name: value for name, value in parts.items() if value is not None}
    return [when | {"Month": month} for month in job.months] or when


def _marked(plist: bytes, folders_made: int) -> bytes:
    """Return a property list with our comments before its first element."""
    comments = f"<!-- {mark(folders_made)} -->\n<!-- {_SECRETS} -->\n".encode()
    return plist.replace(b"<plist ", comments + b"<plist ", 1)
