"""Whether a store has all that one session published: each number once, every part sound."""

from pathlib import Path

import anyio

from engine.store.folding.verify import verify
from engine.store.journals.records import KINDS
from engine.store.leases.pool import Pool
from engine.store.past.events import EVER_S
from engine.store.past.past import Past
from engine.store.past.snapshot import View


async def recorded(store: Path, session: str, last: int) -> tuple[int, tuple[str, ...]]:
    """Return how many of the session's events up to `last` the store has, and what is wrong in it.

    Raises:
        StoreReadError.
    """
    pool = Pool(1)
    try:
        found = await Past(pool, store).read(lambda view: _numbers(view, session, last))
    finally:
        await pool.close()
    problems = await anyio.to_thread.run_sync(verify, store)
    return found, tuple(problems)


def _numbers(view: View, session: str, last: int) -> int:
    tables = " UNION ALL ".join(
        f"SELECT seq FROM {view.table(kind, -EVER_S, EVER_S)} WHERE session = ? AND seq <= {last}"
        for kind in KINDS
    )
    sql = f"SELECT count(DISTINCT seq) FROM ({tables})"
    rows = view.execute(sql, [session] * len(KINDS))
    return int(str(rows[0][0] or 0))
