"""What a session can give back, each the real thing: it goes, and it comes back."""

import os
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import anyio
import psutil  # type: ignore[import-untyped]
import pytest
from anyio.lowlevel import checkpoint

from engine.events import CircuitChanged, IndexProgressed, MemoryChanged
from engine.runtime import Engine
from engine.runtime.memory_parts import _SHEETS, session_budget
from engine.search.code_talk import Talk
from engine.store.leases.pool import Pool, StoreReadError
from tests.sample_project import make

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("desk"))


@pytest.fixture
async def live(project: Path) -> AsyncIterator[Engine]:
    async with Engine.open(project, live=True) as opened:
        await until(lambda: _index(opened) == "ready")
        yield opened


async def until(true: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not true():  # noqa: ASYNC110 - what is waited for is often another process's doing
            await anyio.sleep(0.01)


def _is(talk: Talk, *, idle: bool) -> bool:
    return talk.idle is idle


def _index(engine: Engine) -> str:
    found = [
        one
        for one in engine.state_events()
        if isinstance(one, IndexProgressed) and one.index == "text"
    ]
    return found[-1].state if found else ""


async def test_the_text_index_goes_and_comes_back(live: Engine) -> None:
    """Shed: the process is gone, ripgrep answers and says why, the level stays; then it is back."""
    text = live._text
    pid = text.pid
    assert pid is not None
    await text.shed()
    await until(lambda: not psutil.pid_exists(pid))
    assert live.board.states()["search.index"] == "absent"
    assert live.board.standing.level == "full"
    answer = await live.ask(":search black_scholes")
    assert answer.status == "answered"
    text.restore()
    assert live.board.states()["search.index"] == "closed"
    await until(lambda: _index(live) == "ready")
    again = await live.ask(":search black_scholes")
    assert again.verdict.split(" in ")[0] == answer.verdict.split(" in ")[0]
    assert text.pid not in (None, pid)


async def test_searches_during_the_shedding_all_succeed(live: Engine) -> None:
    """Those that run end by the index, later ones by ripgrep; no failure is counted."""
    answers = []

    async def ask() -> None:
        answers.append(await live.ask(":search def"))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(ask)
        group.start_soon(live._text.shed)
        for _ in range(8):
            group.start_soon(ask)
    assert {answer.status for answer in answers} == {"answered"}
    opened = [e for e in live.state_events() if isinstance(e, CircuitChanged)]
    assert all(event.failures == 0 for event in opened)
    live._text.restore()
    live._text.restore()
    await until(lambda: _index(live) == "ready")


async def test_restoring_at_once_brings_the_index_back(live: Engine) -> None:
    """Even where its process has not ended yet."""
    async with anyio.create_task_group() as group:
        group.start_soon(live._text.shed)
        await checkpoint()
        live._text.restore()
    await until(lambda: _index(live) == "ready" and live._text.pid is not None)


async def test_the_code_process_goes_only_when_it_is_idle(live: Engine) -> None:
    """At work it stays, and its question is answered; idle it ends, and starts when asked."""
    code = live._code
    first = await live.ask(":cycles")
    pid = code.pid
    assert pid is not None
    async with anyio.create_task_group() as group:
        group.start_soon(live.ask, ":dead")
        assert code._client is not None
        busy = code._client._talk
        assert busy is not None
        await until(partial(_is, busy, idle=False))
        await code.shed()
        assert psutil.pid_exists(pid)
    assert busy is not None
    await until(partial(_is, busy, idle=True))
    await code.shed()
    assert code.pid is None
    await until(lambda: not psutil.pid_exists(pid))
    assert (await live.ask(":cycles")).status == first.status
    assert code.pid is not None


async def test_duckdb_is_left_to_those_who_have_it() -> None:
    """A lease goes on with its database; the next one gets another, in less memory."""
    pool = Pool(2, memory_bytes=256 << 20)
    async with pool.lease() as lease:
        await lease.rows("CREATE TABLE numbers AS SELECT range AS n FROM range(2000000)")
        assert await pool.held_bytes() == 0  # it isn't asked while somebody has it
    held = await pool.held_bytes()
    assert held > 4 << 20
    async with pool.lease() as lease:
        await pool.shed()
        assert await lease.rows("SELECT count(*) FROM numbers") == [(2_000_000,)]
        async with pool.lease() as fresh:
            with pytest.raises(StoreReadError, match="numbers"):
                await fresh.rows("SELECT count(*) FROM numbers")
    assert await pool.held_bytes() < 1 << 20
    await pool.shed()
    await pool.shed()
    assert await pool.held_bytes() == 0
    await pool.close()


async def test_duckdb_keeps_to_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its limit a query fails with the reason, and nothing is written to the folder."""
    monkeypatch.chdir(tmp_path)
    pool = Pool(1, memory_bytes=16 << 20)
    async with pool.lease() as lease:
        with pytest.raises(StoreReadError, match=r"(?i)out of memory"):
            await lease.rows("SELECT count(*) FROM (SELECT DISTINCT range FROM range(9000000))")
        assert await lease.rows("SELECT 42") == [(42,)]
    await pool.close()
    assert list(tmp_path.iterdir()) == []


def test_solved_options_go_and_are_solved_again() -> None:
    """What they hold is told; forgotten they hold nothing, and are worth the same again."""
    from engine.kernels import dividends_sheet as sheets

    sheets.shed()
    contract = sheets.Contract(False, True, 20.0, 0.5, 0.4, 0.04, ((0.1, 0.3),))
    import numpy as np

    spot = np.array([18.0, 22.0])
    first = sheets.sheets([contract])[contract].price(spot)
    assert sheets.kept_bytes() > 1000
    sheets.shed()
    assert sheets.kept_bytes() == 0
    assert (sheets.sheets([contract])[contract].price(spot) == first).all()
    assert sheets.__name__ == _SHEETS


def test_mlx_gives_its_cache_back() -> None:
    """What MLX keeps for new arrays is none after shedding."""
    core = pytest.importorskip("mlx.core")
    from engine.kernels.devices import MlxMemory, mlx_memory, shed_mlx_cache

    core.eval(core.ones((1000, 1000)) + 1)
    shed_mlx_cache()
    memory = mlx_memory()
    assert isinstance(memory, MlxMemory)
    assert memory.cache_bytes == 0


async def test_a_session_tells_its_budget_and_refuses(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a budget that is too small: heavy tasks refused, light ones not; the level says why."""
    monkeypatch.setenv("BOLT_MEMORY_MAX_MEMORY_GB", "0.02")
    async with Engine.open(project) as engine:
        assert session_budget(engine.settings.config).total_bytes == int(0.02 * (1 << 30))
        assert engine.board.standing.level == "full"
        refused = await engine.ask(":cycles")
        assert engine.board.states()["memory"] == "open"
        assert "memory" in engine.board.standing.why
        events = [one for one in engine.state_events() if isinstance(one, MemoryChanged)]
        assert [one.state for one in events] == ["refusing"]
        light = await engine.ask(":memory")
    assert refused.status in ("failed", "degraded")
    errors = [task.error for task in refused.tasks if task.error is not None]
    assert {error.kind for error in errors} == {"unavailable"}
    assert "heavy tasks are refused" in errors[0].cause.lower()
    assert light.status == "answered"


async def test_a_headless_run_looks_only_before_heavy_tasks(project: Path) -> None:
    """Nothing is read, and nothing told, for a question that takes little."""
    async with Engine.open(project) as engine:
        await engine.ask(":search black_scholes")
        assert not [one for one in engine.state_events() if isinstance(one, MemoryChanged)]
        await engine.ask(":cycles")
        events = [one for one in engine.state_events() if isinstance(one, MemoryChanged)]
    assert [one.state for one in events] == ["normal"]
    assert events[0].used_bytes >= psutil.Process(os.getpid()).memory_info().rss * 0.5
