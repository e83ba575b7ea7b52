"""The other sessions on the same store, and the store's upkeep that falls to one of them.

A console takes a seat; it and a service look every two seconds who else is there, and fold finished
journals into the store from time to time; whoever has the fold lock folds, the others go on.
"""

from pathlib import Path
from typing import Final

import anyio

from engine.bus import Bus
from engine.clock import Clock
from engine.config.schema import Store
from engine.events import StoreFolded
from engine.file_lock import Owner
from engine.runtime.complaints import Complaints
from engine.store.errors import FoldFailed, SeatsUnreadable
from engine.store.folding.fold_client import fold
from engine.store.folding.fold_outcome import Busy, Limits
from engine.store.journals.segments import is_live, segments
from engine.store.sessions.seats import Seat
from engine.store.sessions.sessions import Peer, Peers, changes

LOOK_S: Final = 2.0
FIRST_FOLD_S: Final = 20.0
FOLD_S: Final = 600.0
_SEATS = "store.seats"
_PEERS = "store.peers"
_FOLD = "store.fold"


class Company:
    """Takes a seat, watches peers and folds, for one session that stays open."""

    def __init__(
        self, folder: Path, settings: Store, project: Path, pid: int, bus: Bus, clock: Clock
    ) -> None:
        self._folder, self._settings, self._bus, self._clock = folder, settings, bus, clock
        self._who = Owner(bus.session, pid, str(project), clock.wall_s())
        self._seat: Seat | None = None
        self._complaints = Complaints(bus)

    async def sit(self) -> None:
        """Take a seat; where seats can't be used the session goes on without one.

        Raises:
            SeatsTaken: as many consoles as are allowed are open; it names them.
        """
        limit = self._settings.concurrent_sessions
        try:
            self._seat = await anyio.to_thread.run_sync(Seat.take, self._folder, limit, self._who)
        except SeatsUnreadable as error:
            self._complaints.fails(
                _SEATS, str(error), "other sessions can't be counted; all else goes on"
            )

    def stand_up(self) -> None:
        if self._seat is not None:
            self._seat.release()

    async def watch(self) -> None:
        """Publish who comes, asks and goes, until cancelled."""
        peers, before = Peers(self._folder), list[Peer]()
        while True:
            try:
                now = await anyio.to_thread.run_sync(peers.look)
            except OSError as error:
                self._complaints.fails(_PEERS, f"other sessions can't be seen: {error}", "")
            else:
                self._complaints.works(_PEERS, "other sessions are seen again")
                for change in changes(before, now, self._bus.session):
                    self._bus.publish(change)
                before = [peer for peer in now if peer.live]
            await anyio.sleep(LOOK_S)

    async def fold(self) -> None:
        """Fold what is finished, soon after the beginning and then now and again."""
        await anyio.sleep(FIRST_FOLD_S)
        while True:
            if await anyio.to_thread.run_sync(self._has_finished):
                await self._fold_once()
            await anyio.sleep(FOLD_S)

    def _has_finished(self) -> bool:
        try:
            return any(not is_live(one.path) for one in segments(self._folder))
        except OSError:
            return False  # the journal says so itself

    async def _fold_once(self) -> None:
        keep = Limits(self._settings.keep_days, round(self._settings.max_gb * 1e9))
        try:
            outcome = await fold(self._folder, keep)
        except FoldFailed as error:
            self._bus.publish(StoreFolded(problem=str(error)))
            self._complaints.fails(
                _FOLD, str(error), "journals stay as they are; it is tried again"
            )
            return
        self._complaints.works(_FOLD, "finished journals are folded again")
        if not isinstance(outcome, Busy) and outcome.records:
            self._bus.publish(
                StoreFolded(
                    journals=outcome.journals,
                    records=outcome.records,
                    bytes=outcome.bytes,
                    elapsed_ms=outcome.elapsed_ms,
                )
            )
