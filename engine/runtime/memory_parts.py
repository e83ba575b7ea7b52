"""What of a session can give memory back, the cheapest to have again first; and its budget."""

import sys
from typing import Final

import anyio

from engine.breaker.board import Board
from engine.breaker.memory import Budget, budget
from engine.bus import Bus
from engine.clock import Clock
from engine.config import Config
from engine.kernels.devices import MlxMemory, mlx_memory, shed_mlx_cache
from engine.probes.own_memory import OwnMemory, machine_bytes
from engine.runtime.code_questions import CodeQuestions
from engine.runtime.memory_guard import Cache, MemoryGuard
from engine.runtime.text_index import SessionIndex
from engine.store.leases.pool import Pool

_SHEETS: Final = "engine.kernels.dividends_sheet"


def session_budget(config: Config) -> Budget:
    """Return the budget that the settings give."""
    memory = config.memory
    return budget(memory.max_memory_gb, memory.shed_at, memory.refuse_at, machine_bytes())


def guard_of(
    held: Budget,
    bus: Bus,
    board: Board,
    clock: Clock,
    *,
    pool: Pool,
    code: CodeQuestions,
    text: SessionIndex,
) -> MemoryGuard:
    """Return the guard of a session with these parts."""
    guard = MemoryGuard(held, OwnMemory, bus, board, clock)
    guard.register(
        Cache("solved options", _shed_sheets, _sheet_bytes),
        Cache("MLX's cache", _shed_mlx, _mlx_bytes),
        Cache("DuckDB", pool.shed, pool.held_bytes),
        Cache("what is known of the code", code.shed, pid=lambda: code.pid),
        Cache("text index", text.shed, pid=lambda: text.pid, restore=text.restore),
    )
    return guard


# What was never used isn't imported to be asked what it holds.


async def _sheet_bytes() -> int:
    sheets = sys.modules.get(_SHEETS)
    return int(sheets.kept_bytes()) if sheets is not None else 0


async def _shed_sheets() -> None:
    sheets = sys.modules.get(_SHEETS)
    if sheets is not None:
        await anyio.to_thread.run_sync(sheets.shed)


async def _mlx_bytes() -> int:
    memory = mlx_memory()
    return memory.cache_bytes if isinstance(memory, MlxMemory) else 0


async def _shed_mlx() -> None:
    await anyio.to_thread.run_sync(shed_mlx_cache)
