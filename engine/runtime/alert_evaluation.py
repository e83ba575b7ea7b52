"""One evaluator's work: look at the rules, leave behind where they stand, and put what is due.

All of it is blocking work of a few milliseconds, meant for a worker thread. What can't be written
is told, and the rest goes on: an alert that can't be left behind is shown and sent all the same.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from engine.alerts import standing_file, values
from engine.alerts.condition import Readings
from engine.alerts.errors import AlertsError, DamagedStanding
from engine.alerts.machine import Machine
from engine.alerts.message import Message
from engine.alerts.notices import Due, Origin, due
from engine.alerts.progress import ChannelName
from engine.alerts.rules import Rule
from engine.alerts.silence import Silence
from engine.alerts.standing import Standing
from engine.events import AlertEvent, AlertFiring

STANDING: Final = "alerts.standing"
OUTBOX: Final = "alerts.outbox"


class Puts(Protocol):
    """An outbox: takes a message for these channels; what it has already it does not take again."""

    def put(self, message: Message, channels: Iterable[ChannelName]) -> int: ...

    def withdraw(self, alert: str, why: str) -> int: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment on both clocks."""

    mono_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What came of a round: events in order, whether anything is to be sent, what went wrong."""

    events: tuple[AlertEvent, ...]
    put: bool
    problems: dict[str, str]


class Evaluation:
    """Holds the alerts of the session that evaluates. Without an `outbox` nothing is sent."""

    def __init__(
        self,
        folder: Path,
        rules: Sequence[Rule],
        origin: Origin,
        session: str,
        *,
        send_resolved: bool,
    ) -> None:
        self._folder, self._rules, self._origin, self._session = folder, rules, origin, session
        self._send_resolved, self._problem = send_resolved, ""
        self._machine = Machine(rules, Standing())
        self._written = b""

    @property
    def standing(self) -> Standing:
        return self._machine.standing

    def change(self, rules: Sequence[Rule], problem: str, *, send_resolved: bool) -> None:
        """Go by these from the next round on; `problem` is why they are not those of the files."""
        self._rules, self._problem, self._send_resolved = rules, problem, send_resolved
        self._machine.change(rules)

    def begin(self) -> tuple[tuple[AlertFiring, ...], dict[str, str]]:
        """Take over from who evaluated before; return what fires, and what went wrong."""
        problems = dict[str, str]()
        try:
            left = standing_file.read(self._folder)
        except DamagedStanding as error:
            left, problems[STANDING] = Standing(), str(error)
            with suppress(OSError):
                standing_file.put_aside(self._folder)
        self._machine = Machine(self._rules, left)
        return self._machine.firing(), problems

    def evaluate(
        self,
        readings: Readings,
        silences: Sequence[Silence],
        channels: Collection[ChannelName],
        outbox: Puts | None,
        now: Moment,
    ) -> Evaluated:
        """Look at every rule once. What fires is left behind before it is told to anyone."""
        events = self._machine.evaluate(readings, now.mono_s, now.wall_s)
        problems = self._leave()
        found = values.values_of(self._rules, readings)
        with suppress(OSError):  # the standing says so itself
            seen = values.Values(now.wall_s, self._session, found, self._problem)
            values.write(self._folder, seen)
        if outbox is None:
            return Evaluated(events, False, problems)
        wanted = due(
            self.standing,
            silences,
            channels,
            self._origin,
            now.wall_s,
            send_resolved=self._send_resolved,
        )
        put = self._put(wanted, channels, outbox, problems)
        return Evaluated(events, put, problems | self._leave())

    def _put(
        self,
        wanted: Due,
        channels: Collection[ChannelName],
        outbox: Puts,
        problems: dict[str, str],
    ) -> bool:
        """Put all that is due; what could not be put is due again at the next round."""
        try:
            for alert in wanted.untold:
                outbox.withdraw(alert, "it was over before its silence was")
            for notice in wanted.notices:
                outbox.put(notice.message, [one for one in channels if one in notice.channels])
        except (AlertsError, OSError) as error:
            problems[OUTBOX] = str(error)
        else:
            self._machine.settle(wanted)
        return bool(wanted.notices)

    def _leave(self) -> dict[str, str]:
        """Write down where the alerts stand, where that says something new."""
        said = self.standing.encode()
        quiet = not (self.standing.alerts or self.standing.resolved)
        if said == self._written or (quiet and self._written == _QUIET):
            return {}
        try:
            standing_file.write(self._folder, self.standing)
        except OSError as error:
            return {STANDING: f"{self._folder} can't be written: {error.strerror or error}"}
        self._written = _QUIET if quiet else said
        return {}


_QUIET: Final = b"quiet"
