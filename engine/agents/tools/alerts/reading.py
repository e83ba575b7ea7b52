"""How the alerts stand, read from the store's folder: the same in every session and outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.alerts import silences, standing_file, values
from engine.alerts.channels import channels
from engine.alerts.delivery import Lying
from engine.alerts.errors import DamagedStanding
from engine.alerts.lock import AlertLock, evaluator
from engine.alerts.outbox import Outbox
from engine.alerts.rules import Rule, in_force
from engine.alerts.silence import Silence
from engine.alerts.standing import AlertRow, Standing
from engine.alerts.values import Values
from engine.config import Loaded
from engine.file_lock import Owner

FOLDER: Final = "alerts"
SILENCES: Final = "silences"
_BEATS: Final = 3.0  # of the evaluation's pace: later than that its holder is stopped
_SLOWEST_BEAT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known; `problems` are sentences on what could not be read.

    `counts` are messages that wait, of these failing, and given up; None where the outbox can't be
    read. `messages` are those that wait, or were done in the last days. `absent` has for each
    channel why it is none, empty where it is set up.
    """

    rules: tuple[Rule, ...]
    at_s: float | None  # wall time of the last evaluation
    rows: tuple[AlertRow, ...]
    silences: tuple[Silence, ...]
    values: Values | None
    evaluator: Owner | None
    stands_s: float | None  # for how long the evaluator has not worked; None: it works
    enabled: bool
    counts: tuple[int, int, int] | None
    messages: tuple[Lying, ...]
    absent: Mapping[str, str]
    problems: tuple[str, ...]

    @property
    def lacks(self) -> str:
        """In what way this is no picture of now; empty where somebody evaluates the alerts."""
        if self.evaluator is None:
            return "an evaluator of the alerts"
        return "an evaluator that works" if self.stands_s is not None else ""


def read(store: Path, loaded: Loaded, environ: Mapping[str, str], now_s: float) -> Reading:
    """Read all of it; blocking work of a few milliseconds.

    Raises:
        ConfigError: a rule can't be used; the sentence names it and its file.
    """
    folder, problems, config = store / FOLDER, list[str](), loaded.config
    outbox, who = Outbox(folder), evaluator(folder)
    standing, seen = _standing(folder, problems), values.read(folder)
    silenced = _silences(folder, now_s, problems)
    return Reading(
        rules=in_force(loaded),
        at_s=(seen.at_s if seen else standing.at_s) or None,
        rows=standing.rows(silenced),
        silences=silenced,
        values=seen,
        evaluator=who,
        stands_s=_stands_s(folder, who, seen, config.alerts.interval_s, now_s),
        enabled=config.alerts.enabled,
        counts=_counts(outbox, problems),
        messages=_messages(outbox),
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


def _stands_s(
    folder: Path, who: Owner | None, seen: Values | None, interval_s: float, now_s: float
) -> float | None:
    """Return for how long who holds the alerts did nothing about them, None where it works."""
    beat_ns = AlertLock(folder, Owner()).last_beat()
    if who is None or beat_ns is None:
        return None
    longest_s = max(_SLOWEST_BEAT_S, _BEATS * interval_s)
    if (late_s := now_s - beat_ns / 1e9) > longest_s:
        return late_s
    if seen is None or who.since_s is None:
        return None
    late_s = now_s - max(seen.at_s, who.since_s)
    return late_s if late_s > longest_s else None


def _messages(outbox: Outbox) -> tuple[Lying, ...]:
    try:
        return tuple(outbox.lying())
    except OSError:
        return ()  # the counts say so


def _counts(outbox: Outbox, problems: list[str]) -> tuple[int, int, int] | None:
    try:
        waiting, failing, given_up = outbox.counts()
    except OSError as error:
        problems.append(f"the outbox can't be read: {error.strerror or error}")
        return None
    return waiting, failing, given_up
