"""Whether there is a book, as told at the start."""

from pathlib import Path

import pytest

from engine.market.settings import USUAL, place
from engine.runtime import Engine, capabilities

pytestmark = pytest.mark.anyio


async def state(folder: Path) -> str:
    async with Engine.open(folder) as engine:
        return engine.board.states()["market"]


async def test_without_positions_the_market_is_absent(tmp_path: Path, own_folders: Path) -> None:
    """A folder of code has neither positions nor prices."""
    assert await state(tmp_path) == "absent"


@pytest.mark.parametrize("name", ["positions.csv", "data/positions.csv", "data/prices.csv"])
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


def test_the_usual_places_are_those_of_the_market() -> None:
    """The start looks where the reading looks."""
    usual = {
        topic: tuple(str(place(text, Path()).path) for text in texts)
        for topic, texts in USUAL.items()
    }
    assert usual["positions"] == capabilities._BOOKS
    assert usual["prices"] == capabilities._PRICES
