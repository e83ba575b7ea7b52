"""What the metrics of a session that stays open are folded from."""

from pathlib import Path

import pytest

from engine.bus import Bus
from engine.clock import SystemClock
from engine.config import load
from engine.events import EngineSample
from engine.runtime import Engine
from engine.runtime.metrics_feed import MetricsFeed
from engine.store.folding.fold_client import fold
from engine.store.folding.fold_outcome import Limits
from engine.store.folding.folded import has_facts
from engine.store.leases.pool import Pool
from engine.store.past.past import Past

pytestmark = pytest.mark.anyio


async def asked(store: Path, project: Path) -> None:
    """Let another session answer one query and end."""
    settings = load(project, flags={"store.folder": str(store)})
    async with Engine.open(project, settings=settings) as engine:
        await engine.ask(":help")


async def test_queries_of_others_and_of_before(tmp_path: Path) -> None:
    """Queries of ended sessions count once each, whether they were folded before or come later."""
    store = tmp_path / "store"
    await asked(store, tmp_path)
    assert not has_facts(store, 0.0)
    await fold(store, Limits(90, 10**9))
    assert has_facts(store, 0.0)
    assert not has_facts(store, SystemClock().wall_s() + 60)
    feed, pool = MetricsFeed(store, Bus("own", SystemClock()), SystemClock()), Pool(1)
    await feed.recall(Past(pool, store))
    await pool.close()
    await asked(store, tmp_path)
    for _ in range(2):
        await feed.look()
        assert feed.readings()["queries_ended"].value == 2
    feed.close()


async def test_own_samples(tmp_path: Path) -> None:
    """This session's newest sample counts, and its age is by the monotonic clock."""
    bus = Bus("own", SystemClock())
    feed = MetricsFeed(tmp_path, bus, SystemClock())
    bus.publish(EngineSample(memory_used_bytes=1))
    bus.publish(EngineSample(memory_used_bytes=2, memory_budget_bytes=9))
    await feed.look()
    found = feed.readings()
    assert (found["own_memory_bytes"].value, found["memory_budget_bytes"].value) == (2, 9)
    assert found["cpu_ratio"].value is None
    assert found["cpu_ratio"].reason
    feed.close()


def test_a_manifest_that_can_not_be_read(tmp_path: Path) -> None:
    """Where it can't be told what is folded, it is looked at all the same."""
    (tmp_path / "manifest.json").write_bytes(b"{")
    assert has_facts(tmp_path, 0.0)
