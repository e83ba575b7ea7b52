"""Keeps the journal going: batches on their way to disk, failures told, answers made sure."""

from collections.abc import Callable

import anyio
from msgspec.structs import replace

from engine.bus import Bus
from engine.events import Event, Notice, ended
from engine.evidence import Answer
from engine.store.journals.journal import Journal, JournalError

_KEY = "journal"


class Recorder:
    """Between bus and journal. `report` hears of each success and failure to write.

    `held` returns why nothing may be written now, empty where it may: what happens is kept, and
    written once it may be again.
    """

    def __init__(
        self,
        bus: Bus,
        journal: Journal,
        interval_s: float,
        report: Callable[[Exception | None], None],
        held: Callable[[], str] = lambda: "",
    ) -> None:
        self._bus = bus
        self._journal = journal
        self._interval_s = interval_s
        self._report = report
        self._held = held
        self._failing = False

    async def run(self) -> None:
        """Write what has gathered, again and again, until cancelled."""
        while True:
            await anyio.sleep(self._interval_s)
            if self._journal.pending and not self._held():
                await self.flush()

    async def flush(self) -> bool:
        """Write what has gathered; False where it can't be written now."""
        try:
            await self._journal.flush()
        except JournalError as error:
            self._failed(error)
            return False
        self._worked()
        return True

    async def conclude(self, query: str, answer: Answer) -> Answer:
        """Publish a query's end once it is on disk, and return the answer as it was published.

        Where it can't be written the answer goes out all the same, degraded and "not recorded".
        """
        if why := self._held():
            answer = unrecorded(answer, why)
            self._bus.publish(ended(query, answer))
            return answer
        event: Event = ended(query, answer)
        self._bus.stamp(event)
        try:
            await self._journal.commit(event)
        except JournalError as error:
            answer = unrecorded(answer, str(error))
            event = _in_place_of(event, ended(query, answer))
            self._journal.record(event)
            self._failed(error)
        else:
            self._worked()
        self._bus.deliver(event)
        return answer

    def _failed(self, error: JournalError) -> None:
        self._report(error)
        if not self._failing:
            self._failing = True
            self._bus.publish(
                Notice(
                    key=_KEY,
                    severity="warning",
                    text=str(error),
                    remedy=f"{error.remedy}; what waits is kept and tried again",
                )
            )

    def _worked(self) -> None:
        self._report(None)
        if self._failing:
            self._failing = False
            text = "the journal is written again"
            self._bus.publish(Notice(key=_KEY, severity="info", text=text, resolved=True))


def unrecorded(answer: Answer, cause: str) -> Answer:
    """Return the answer as one that is given without being on record."""
    return replace(
        answer,
        status="degraded" if answer.status == "answered" else answer.status,
        verdict=f"{answer.verdict} Not recorded: {cause}.",
    )


def _in_place_of(first: Event, second: Event) -> Event:
    """Return the second event with the place in the session that the first one had."""
    return replace(
        second, session=first.session, seq=first.seq, mono_s=first.mono_s, wall_s=first.wall_s
    )
