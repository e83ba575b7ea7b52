"""How the alerts stand, read from the store's folder: the same in every session and outside."""

from collections.abc import Mapping, Sequence
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
from engine.config import ConfigError, Loaded
from engine.file_lock import Owner

FOLDER: Final = "alerts"
SILENCES: Final = "silences"
_BEATS: Final = 3.0  # of the evaluation's pace: later than that its holder is stopped
_SLOWEST_BEAT_S: Final = 15.0
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known; `problems` are sentences on what could not be read.

    `counts` are messages that wait, of these failing, and given up; None where the outbox can't be
    read. `messages` are those that wait, or were done in the last days. `absent` has for each
    channel why it is none, empty where it is set up. `other` has the rules that the evaluator has
    otherwise than the settings, and `differs` says so.
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
    other: tuple[str, ...] = ()
    differs: str = ""

    @property
    def lacks(self) -> str:
        """In what way this is no picture of now; empty where somebody evaluates the alerts."""
        if self.evaluator is None:
            return "an evaluator of the alerts"
        return "an evaluator that works" if self.stands_s is not None else ""


def fault(loaded: Loaded) -> str:
    """Return why the rules of these settings can't be used; empty where they can."""
    try:
        in_force(loaded)
    except ConfigError as error:
        return str(error)
    return ""


def read(
    store: Path, loaded: Loaded, environ: Mapping[str, str], now_s: float, *, wrong: str = ""
) -> Reading:
    """Read all of it; blocking work of a few milliseconds.

    `wrong` is why the settings can't be used now: without their rules it is told how the alerts
    stand by those that the evaluator read before.

    Raises:
        ConfigError: a rule can't be used; the sentence names it and its file. Where it is known as
            `wrong`, only if nobody evaluates.
    """
    folder, problems, config = store / FOLDER, list[str](), loaded.config
    outbox, who = Outbox(folder), evaluator(folder)
    standing, seen = _standing(folder, problems), values.read(folder)
    silenced = _silences(folder, now_s, problems)
    if wrong and who is None:
        raise ConfigError(wrong)
    rules = () if wrong else in_force(loaded)
    evaluated = seen if seen and who and seen.session == who.session else None
    other = _other(rules, evaluated)
    return Reading(
        rules=rules,
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
        other=other,
        differs=_differs(who, evaluated, other, wrong) if other or wrong else "",
    )


def _other(rules: Sequence[Rule], seen: Values | None) -> tuple[str, ...]:
    """Return the names of the rules that are evaluated otherwise than these say."""
    if seen is None or not all(one.digest for one in seen.values):
        return ()  # nobody evaluates, or one who does not say by what
    theirs = {one.rule: one.digest for one in seen.values}
    ours = {rule.name: rule.digest for rule in rules}
    return tuple(name for name in ours | theirs if ours.get(name) != theirs.get(name))


def _differs(who: Owner | None, seen: Values | None, other: Sequence[str], wrong: str) -> str:
    problem = wrong or (seen.problem if seen else "")
    if problem:
        return f"{who} goes by the rules that it read before: {problem}"
    names = ", ".join(other[:_NAMED]) + (", …" if len(other) > _NAMED else "")
    return (
        f"{who} goes by other rules than your settings here ({names}): a change is taken within "
        "seconds; else it was given another project, a flag or a variable"
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
