"""The tools' door to the backends: the user's cache folder, and what the benchmark shows of it."""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools import backend_door, benchmark
from engine.clock import SystemClock
from engine.config.cache_folder import cache_folder
from engine.evidence import Figures
from engine.kernels.contracts import spread
from engine.kernels.devices import Absent, inventory

pytestmark = pytest.mark.anyio


def call() -> Call:
    parts: dict[str, Any] = {part.name: None for part in fields(Services)}
    return Call({"quick": True}, Services(**{**parts, "clock": SystemClock()}))


def test_the_cache_folder_is_the_users(tmp_path: Path) -> None:
    """As XDG names it, or the platform's; a relative one is none."""
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "bolt-tui"
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) is None
    usual = cache_folder({})
    assert usual is not None
    assert usual.name == "bolt-tui"


async def test_the_benchmark_shows_the_crossover_and_where_it_is_kept() -> None:
    """Measured the first time, read the second; without MLX or Metal the reason stands there."""
    first, second = [(await benchmark.kernels(call())).sections[0] for _ in range(2)]
    assert isinstance(first, Figures)
    assert isinstance(second, Figures)
    shown = {one.name: one for one in first.items}
    mlx = inventory().mlx
    if isinstance(mlx, Absent) or isinstance(mlx.metal, Absent):
        assert shown["MLX prices from"].value is None
        assert shown["MLX prices from"].reason
        return
    place = Path(os.environ["XDG_CACHE_HOME"]) / "bolt-tui" / "crossover.json"
    assert shown["measured"].source == str(place)
    kept = json.loads(place.read_text())
    assert shown["MLX prices from"].value == kept["contracts"]
    assert first.items[-2:] == second.items[-2:]


def test_a_small_batch_leaves_no_trace_and_says_numpy() -> None:
    """Nothing is measured or written for a few contracts; the sentence names what was used."""
    door = backend_door.door(call().services)
    assert backend_door.used(door) == ()
    spot, years, volatility = spread(100)
    door.european("put", spot, 100.0, years, volatility)
    assert backend_door.used(door) == (
        "European prices of scenarios by numpy float64, error at most 1e-12 of spot",
    )
    assert not (Path(os.environ["XDG_CACHE_HOME"]) / "bolt-tui" / "crossover.json").exists()
