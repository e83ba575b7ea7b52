"""Whether the user's book can be read: open, whole, and not held by another program."""

from datetime import date
from pathlib import Path
from typing import Final

import anyio

from engine.checks.health.parts.look import Ground, Seen
from engine.market.columns import Topic
from engine.market.reading.errors import (
    BadRows,
    ColumnMissing,
    MarketDataError,
    SourceLocked,
    SourceRefused,
    SourceUnreadable,
)
from engine.market.reading.reading import load
from engine.market.settings import Absent, sources
from engine.store.leases.pool import Pool, StoreReadError

_BOOKS: Final[tuple[Topic, ...]] = ("positions", "prices", "trades")
_OWNERS: Final = (SourceLocked, SourceRefused, SourceUnreadable, BadRows, ColumnMissing)


def book(ground: Ground) -> Seen:
    """Read all tables of the book, and none that was kept from before."""
    try:
        where = sources(ground.settings, Path(ground.project), date.today(), needs=_BOOKS)
        if isinstance(where, Absent):
            return Seen("ok", "absent: no positions, prices or trades are set in [market] or found")
        names = sorted({place.path.name for place in where.places.values() if place})
        anyio.run(_read, where)
    except _OWNERS as error:  # what is wrong with a file is its owner's to mend
        return Seen("warning", str(error), error.remedy)
    except MarketDataError as error:
        return Seen("critical", str(error), error.remedy)
    except StoreReadError as error:
        return Seen("critical", f"the book can't be read: {error}")
    return Seen("ok", f"{', '.join(names)} can be read", figures={"files": float(len(names))})


async def _read(where: object) -> None:
    from engine.market.settings import Sources

    assert isinstance(where, Sources)
    pool = Pool(1)
    try:
        await load(pool, where, trades=True)
    finally:
        await pool.close()
