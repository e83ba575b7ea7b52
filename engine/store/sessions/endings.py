"""What ended in any session: queries, health checks, validations, as they come into the journals.

A single run may begin and end between two looks: its journal stays until it was folded, and a
minute beyond, so who looks once a minute sees every end.
"""

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from engine.events import (
    AnyEvent,
    Event,
    HealthChecked,
    QueryAnswered,
    QueryCancelled,
    QueryFailed,
    Validated,
)
from engine.store.journals.segments import Segment, segments
from engine.store.journals.tail import kinds, read_on

if TYPE_CHECKING:  # it is handed in; a look needs no DuckDB
    from pathlib import Path

    from engine.store.past.past import Past

ENDS: Final[tuple[type[Event], ...]] = (
    QueryAnswered,
    QueryFailed,
    QueryCancelled,
    HealthChecked,
    Validated,
)


class Endings:
    """Looks at the journals of one store again and again; each look is blocking work.

    Of what is there at the first look, ends before `since_s` (wall time) are passed over. Later
    ones are told whatever their times are: a clock may be set back.
    """

    def __init__(self, folder: "Path", since_s: float, types: Sequence[type[Event]] = ENDS) -> None:
        self._folder, self._since_s, self._kinds = folder, since_s, kinds(types)
        self._places: dict[str, int] = {}
        self._first: frozenset[str] | None = None  # names of the segments at the first look

    def look(self) -> list[AnyEvent]:
        """Return what ended since the last look, by wall time; own ends are among them.

        A journal that can't be read now is read by a later look.

        Raises:
            OSError: the store's folder can't be listed.
        """
        found = list[AnyEvent]()
        here = segments(self._folder)
        self._places = {one.path.name: self._places.get(one.path.name, 0) for one in here}
        if self._first is None:
            self._first = frozenset(self._places)
        for one in here:
            try:
                found += self._new_of(one)
            except OSError:
                continue  # folded and deleted since it was listed, or no file handle is free
        return sorted(found, key=lambda event: (event.wall_s, event.session, event.seq))

    def _new_of(self, one: Segment) -> list[AnyEvent]:
        name, stat = one.path.name, one.path.stat()
        place = self._places[name]
        if stat.st_size <= place:
            return []
        since_s = self._since_s if not place and name in (self._first or ()) else -math.inf
        if stat.st_mtime < since_s:
            self._places[name] = stat.st_size
            return []
        file = os.open(one.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            found = list[AnyEvent]()
            for end, event in read_on(file, place, self._kinds):
                self._places[name] = end
                if event is not None and event.wall_s >= since_s:
                    found.append(event)
            return found
        finally:
            os.close(file)


async def recent(
    past: "Past", now_s: float, window_s: float, types: Sequence[type[Event]] = ENDS
) -> list[AnyEvent]:
    """Return what ended within the window before `now_s` (wall time), folded or not, in order.

    To begin with, where `Endings(folder, now_s)` tells of what comes; a query that ended in
    between may be in both.

    Raises:
        StoreReadError: the store can't be read.
    """
    return await past.events(now_s - window_s, now_s, types=types)
