"""What the tables of the journals hold of journals that are gone."""

from pathlib import Path

import pytest

from engine.store.leases.pool import Pool
from engine.store.past.past import Past

from .stores import NOON_S, samples, write

pytestmark = pytest.mark.anyio

_HELD = "SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()"


async def test_journals_that_are_gone_hold_no_memory(tmp_path: Path) -> None:
    """DuckDB keeps deleted rows until a checkpoint: a console that reads all day would grow."""
    pool = Pool(1)
    held = list[int]()
    try:
        past = Past(pool, tmp_path)
        for number in range(12):
            path = write(tmp_path, f"s{number:02d}", samples("s", 900))
            assert await past.events(NOON_S, NOON_S + 2)
            path.unlink()
            async with pool.lease() as lease:
                ((found,),) = await lease.rows(_HELD)
            assert isinstance(found, int)
            held.append(found)
    finally:
        await pool.close()
    assert max(held[2:]) <= 2 * max(held[:2])
