"""Takes up changed rules while a session is open, and tells what changed, or why it can't be."""

from typing import Final

from anyio.to_thread import run_sync

from engine.bus import Bus
from engine.clock import Clock
from engine.events import Notice
from engine.runtime.alert_evaluation import Evaluation
from engine.runtime.alert_rules import RuleFiles
from engine.runtime.complaints import Complaints

TOLD_S: Final = 600.0  # for so long a change stands among what is to be known
_KEY: Final = "alerts.rules"
_REMEDY: Final = "the rules go on as they were read before; once it is put right it is read again"


class Ruling:
    """Looks at the files of the rules between two rounds of an evaluation, and has it go by them.

    Every session that stays open does, so that whoever takes over the alerts knows the rules.
    """

    def __init__(self, files: RuleFiles, evaluation: Evaluation, bus: Bus, clock: Clock) -> None:
        self._files, self._evaluation, self._bus, self._clock = files, evaluation, bus, clock
        self._complaints = Complaints(bus)
        self._told_s: float | None = None

    @property
    def interval_s(self) -> float:
        """How long to wait between two evaluations."""
        return self._files.alerts.interval_s

    async def look(self) -> bool:
        """Return whether the files were read anew; no round may run meanwhile."""
        found = await run_sync(self._files.look)
        if found is None:
            self._forget()
            return False
        self._evaluation.change(
            self._files.rules, found.problem, send_resolved=self._files.alerts.send_resolved
        )
        if found.problem:
            self._told_s = None
            self._complaints.fails(_KEY, found.problem, _REMEDY)
        else:
            self._complaints.works(_KEY, "the settings of alerts can be read again")
            if found.said:
                self._tell(f"the settings of alerts were read anew; {found.said}")
        return True

    def _tell(self, text: str, *, resolved: bool = False) -> None:
        self._told_s = None if resolved else self._clock.monotonic_s()
        self._bus.publish(Notice(key=_KEY, severity="info", text=text, resolved=resolved))

    def _forget(self) -> None:
        """End what was told of a change once it is old."""
        if self._told_s is not None and self._clock.monotonic_s() - self._told_s >= TOLD_S:
            self._tell("the settings of alerts are as they were told", resolved=True)
