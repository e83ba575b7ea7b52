"""The past of all sessions, as the console, the answers and the recordings ask for it."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from engine.events import AnyEvent, Event
from engine.store.journals.records import KINDS
from engine.store.leases.pool import Pool, StoreReadError
from engine.store.past.digest import CHANGES, Digest, read_digest, read_end
from engine.store.past.events import (
    EVER_S,
    names,
    read_events,
    read_lines,
    read_standing,
    read_told,
)
from engine.store.past.history import Only, PastQuery, read_queries
from engine.store.past.marks import PastMark, read_marks
from engine.store.past.metric import MetricSpan, check, read_metric
from engine.store.past.minutes import keep_minutes
from engine.store.past.sessions import PastSession, read_sessions
from engine.store.past.snapshot import Snapshot, View
from engine.store.past.store_size import StoreSize, read_size

T = TypeVar("T")


class Past:
    """Reads one store over a pool; each answer is of one complete snapshot.

    Times are wall seconds, spans include both ends. `problems` is what its answers had to leave
    out, in sentences, each once; `foreign` is how many records the last `events` passed over.

    All raise StoreReadError where the store can't be read.
    """

    def __init__(self, pool: Pool, folder: Path) -> None:
        self.problems: tuple[str, ...] = ()
        self.foreign = 0
        self._pool, self._folder = pool, folder
        self._snapshot = Snapshot(folder)

    def afresh(self) -> "Past":
        """Return the same past, of which nothing was asked yet: its `problems` are its own."""
        other = Past(self._pool, self._folder)
        other._snapshot = self._snapshot
        return other

    async def events(
        self,
        start_s: float,
        end_s: float,
        *,
        session: str | None = None,
        types: Collection[type[Event]] | None = None,
        limit: int | None = None,
    ) -> list[AnyEvent]:
        """Return the first events of a span, ordered by wall time, session and number."""
        wanted = names(types)
        found = await self.read(
            lambda view: read_events(view, start_s, end_s, session, wanted, limit)
        )
        self.foreign = found.foreign
        return found.events

    async def standing(self, at_s: float, session: str) -> list[Event]:
        """Return what described a session's state at a moment: what a late reader needs first."""
        return await self.read(lambda view: read_standing(view, at_s, session))

    async def told(self, at_s: float) -> list[Event]:
        """Return the alerts, silences and checks that stood then, whichever session told them."""
        return await self.read(lambda view: read_told(view, at_s))

    async def lines(self, start_s: float, end_s: float, session: str | None = None) -> list[bytes]:
        """Return all records of a span as lines of a journal, those of unknown kinds unchanged."""
        return await self.read(lambda view: read_lines(view, start_s, end_s, session))

    async def sessions(self, start_s: float, end_s: float) -> list[PastSession]:
        """Return the sessions that were there at some time of the span, the earliest first."""
        return await self.read(lambda view: read_sessions(view, self._folder, start_s, end_s))

    async def metric(
        self, name: str, start_s: float, end_s: float, points: int, *, session: str | None = None
    ) -> MetricSpan:
        """Return a metric (metrics.METRICS) in `points` equal steps.

        Raises:
            ValueError: there is no such metric, or no span.
        """
        check(name, start_s, end_s, points)
        return await self.read(
            lambda view: read_metric(view, name, start_s, end_s, points, session)
        )

    async def keep_minutes(self, names: Sequence[str], start_s: float, end_s: float) -> None:
        """Sum a long span of metrics up by the minute, beside the store, for whoever reads it next.

        Where that can't be written the span is read as it is, each time.
        """
        with suppress(StoreReadError):
            await self.read(lambda view: keep_minutes(view, names, start_s, end_s))

    async def marks(self, start_s: float, end_s: float) -> list[PastMark]:
        """Return what stands out in a span, in its order."""
        return await self.read(lambda view: read_marks(view, start_s, end_s))

    async def digest(
        self,
        start_s: float,
        end_s: float,
        limit: int,
        *,
        types: tuple[str, ...] = CHANGES,
        capability: str = "",
        own: str = "",
    ) -> Digest:
        """Return a span in numbers, with at most `limit` of its changes; see `read_digest`."""
        return await self.read(
            lambda view: read_digest(
                view, start_s, end_s, limit, types=types, capability=capability, own=own
            )
        )

    async def queries(
        self, limit: int, start_s: float, end_s: float, *, only: Only = "all", text: str = ""
    ) -> list[PastQuery]:
        """Return the last queries that were asked in a span; see `read_queries`."""
        return await self.read(
            lambda view: read_queries(view, limit, start_s, end_s, only=only, text=text)
        )

    async def answer(self, session: str, query: str, since_s: float) -> AnyEvent | None:
        """Return the event that ended a query which was asked at `since_s`, None without one."""
        return await self.read(lambda view: read_end(view, session, query, since_s))

    async def extent(self) -> tuple[float, float] | None:
        """Return the times of the oldest and newest record, or None where there is none."""
        return await self.read(_extent)

    async def size(self) -> StoreSize:
        """Return how much the store holds."""
        return await self.read(lambda view: read_size(view, self._folder))

    async def read(self, work: Callable[[View], T]) -> T:
        """Return what `work` makes of one complete snapshot, in a worker thread."""

        def noting(view: View) -> tuple[T, tuple[str, ...]]:
            return work(view), tuple(view.problems)

        async with self._pool.lease() as lease:
            answer, problems = await lease.read(
                lambda execute: self._snapshot.read(execute, noting)
            )
        self.problems = tuple(dict.fromkeys([*self.problems, *problems]))
        return answer


def _extent(view: View) -> tuple[float, float] | None:
    parts = [part for part in view.manifest.parts if not part.unreadable]
    times = [time for part in parts for time in (part.first_s, part.last_s)]
    for kind in KINDS:
        # A span that no part reaches into: what is in the journals only.
        rows = view.execute(
            f"SELECT min(wall_s), max(wall_s) FROM {view.table(kind, EVER_S, EVER_S)}"
        )
        times += [time for row in rows for time in row if isinstance(time, float)]
    return (min(times), max(times)) if times else None
