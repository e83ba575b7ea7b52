"""Whether there is a book, as told at the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.runtime import Engine

pytestmark = pytest.mark.anyio


async def state(folder: Path) -> str:
    async with Engine.open(folder) as engine:
        return engine.board.states()["market"]


async def test_without_positions_the_market_is_absent(tmp_path: Path, own_folders: Path) -> None:
    """A folder of code has neither positions nor prices."""
    assert await state(tmp_path) == "absent"


@pytest.mark.parametrize(
    "name", ["positions.csv", "data/positions.csv", "data/prices.csv", "trades.csv"]
)
async def test_a_file_in_a_usual_place_is_a_book(
    tmp_path: Path, own_folders: Path, name: str
) -> None:
    """No setting is needed for it."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("symbol,quantity\n")
    assert await state(tmp_path) == "closed"


@pytest.mark.parametrize("topic", ["positions", "prices"])
async def test_a_setting_is_a_book_even_where_it_is_wrong(
    tmp_path: Path, own_folders: Path, topic: str
) -> None:
    """What is wrong with it is for the tools to tell, with its place."""
    (tmp_path / "bolt.toml").write_text(f'[market]\n{topic} = "nowhere.csv"\n')
    assert await state(tmp_path) == "closed"


async def test_a_book_that_is_added_later_is_found_when_it_is_asked_for(
    tmp_path: Path, own_folders: Path
) -> None:
    """No restart: the first question after it is answered from it."""
    async with Engine.open(tmp_path) as engine:
        before = await engine.ask("what is my cost basis")
        (tmp_path / "trades.csv").write_text(
            "date,action,symbol,quantity,price\n2025-01-02,buy,U,100,20.5\n"
        )
        after = await engine.ask("what is my cost basis")
        assert engine.board.states()["market"] == "closed"
    assert "this project has no positions" in str(before)
    assert "100 U at a true basis of $20.50" in str(after)


def test_a_start_looks_without_importing_the_market() -> None:
    """What names the usual places costs no import of what reads them."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, engine.market.usual_places; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "engine.market.usual_places" in loaded
    assert not {"engine.market.settings", "engine.market.columns", "numpy"} & set(loaded)
