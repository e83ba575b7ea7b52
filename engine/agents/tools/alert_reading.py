"""How the alerts stand, read from the store's folder: the same in every session and outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.alerts import silences, standing_file, values
from engine.alerts.channels import channels
from engine.alerts.errors import DamagedStanding
from engine.alerts.known import KNOWN
from engine.alerts.lock import evaluator
from engine.alerts.outbox import Outbox
from engine.alerts.rules import Rule, rules
from engine.alerts.silence import Silence
from engine.alerts.standing import AlertRow, Standing
from engine.alerts.values import Values
from engine.config import Config
from engine.file_lock import Owner

FOLDER: Final = "alerts"
SILENCES: Final = "silences"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known; `problems` are sentences on what could not be read.

    `counts` are messages that wait, of these failing, and given up; None where the outbox can't be
    read. `absent` has for each channel why it is none, empty where it is set up.
    """

    rules: tuple[Rule, ...]
    at_s: float | None  # wall time of the last evaluation
    rows: tuple[AlertRow, ...]
    silences: tuple[Silence, ...]
    values: Values | None
    evaluator: Owner | None
    counts: tuple[int, int, int] | None
    absent: Mapping[str, str]
    problems: tuple[str, ...]


def read(store: Path, config: Config, environ: Mapping[str, str], now_s: float) -> Reading:
    """Read all of it; blocking work of a few milliseconds.

    Raises:
        ConfigError: a rule can't be used; the sentence names it.
    """
    folder, problems = store / FOLDER, list[str]()
    standing, seen = _standing(folder, problems), values.read(folder)
    silenced = _silences(folder, now_s, problems)
    return Reading(
        rules=rules(config.alerts, KNOWN),
        at_s=(seen.at_s if seen else standing.at_s) or None,
        rows=standing.rows(silenced),
        silences=silenced,
        values=seen,
        evaluator=evaluator(folder),
        counts=_counts(folder, problems),
        absent={
            name: one if isinstance(one, str) else ""
            for name, one in channels(config, environ).items()
        },
        problems=tuple(problems),
    )


def _standing(folder: Path, problems: list[str]) -> Standing:
    try:
        return standing_file.read(folder)
    except DamagedStanding as error:
        problems.append(str(error))
        return Standing()


def _silences(folder: Path, now_s: float, problems: list[str]) -> tuple[Silence, ...]:
    try:
        found = silences.read(folder / SILENCES)
    except OSError as error:
        problems.append(f"the silences can't be read: {error.strerror or error}")
        return ()
    problems += found.damaged
    return tuple(one for one in found.silences if one.left_s(now_s) > 0)


def _counts(folder: Path, problems: list[str]) -> tuple[int, int, int] | None:
    try:
        waiting, failing, given_up = Outbox(folder).counts()
    except OSError as error:
        problems.append(f"the outbox can't be read: {error.strerror or error}")
        return None
    return waiting, failing, given_up
