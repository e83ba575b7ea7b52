"""Where the book is: what settings name, the usual places, and what a project may not name."""

from datetime import date
from pathlib import Path

import pytest

from engine.config import load
from engine.market.reading.errors import ColumnMissing, MarketDataError, SourceRefused
from engine.market.settings import Absent, Sources, absent, sources

TODAY = date(2025, 1, 2)


def of(project: Path, toml: str = "", **flags: str) -> Sources | Absent:
    if toml:
        (project / "bolt.toml").write_text(toml)
    named = {name.replace("__", "."): value for name, value in flags.items()}
    return sources(load(project, flags=named), project, TODAY)


def test_a_project_without_positions_is_absent_with_the_remedy(tmp_path: Path) -> None:
    """Nothing set and nothing at the usual places: why, and what to write where."""
    found = of(tmp_path)
    assert found == absent("positions")
    assert isinstance(found, Absent)
    assert "[market] positions is not set" in found.reason
    assert "bolt-tui example" in found.remedy


def test_settings_name_files_and_tables_of_the_project(tmp_path: Path) -> None:
    """A path is relative to the project; a DuckDB file has its table after a colon."""
    found = of(
        tmp_path,
        '[market]\npositions = "book/p.csv"\nprices = "d.duckdb:market.price_data"\nticker = "u"\n'
        'as_of = "2024-12-31"\ncolumns = { "positions.quantity" = "Menge" }\n'
        "[pricing]\nrate = 0.045\n",
    )
    assert isinstance(found, Sources)
    positions, prices = found.places["positions"], found.places["prices"]
    assert positions is not None
    assert prices is not None
    assert (positions.path, positions.table) == (tmp_path / "book/p.csv", None)
    assert (prices.path, prices.table) == (tmp_path / "d.duckdb", "market.price_data")
    assert (found.ticker, found.rate, found.dividend_yield) == ("U", 0.045, None)
    assert found.as_of == date(2024, 12, 31)
    assert found.assumed == ()


def test_the_usual_places_of_a_wheel_project_are_found_and_said(tmp_path: Path) -> None:
    """The wheel's own database is taken without a setting; what was assumed is listed."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wheel_trading_optimized.duckdb").write_bytes(b"x")
    found = of(tmp_path)
    assert isinstance(found, Sources)
    assert found.assumed == ("positions", "quotes", "prices")
    place = found.places["quotes"]
    assert place is not None
    assert place.table == "options.contracts"
    assert found.as_of == TODAY


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/passwd", "link/p.csv", "~/p.csv"])
def test_a_project_names_nothing_outside_of_itself(tmp_path: Path, path: str) -> None:
    """Its own file may not; a flag of the user may."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "link").symlink_to(tmp_path)
    with pytest.raises(SourceRefused, match=r"bolt\.toml:2.*outside of the project"):
        of(project, f'[market]\npositions = "{path}"\n')
    (project / "bolt.toml").unlink()
    assert isinstance(of(project, market__positions=path), Sources)


def test_a_mapping_of_a_field_that_is_none_is_refused(tmp_path: Path) -> None:
    """Unknown fields and days that are none are named."""
    with pytest.raises(ColumnMissing, match=r"positions\.quantty"):
        of(tmp_path, '[market]\ncolumns = { "positions.quantty" = "Qty" }\n')
    with pytest.raises(MarketDataError, match='as_of is "soon"'):
        of(tmp_path, '[market]\npositions = "p.csv"\nas_of = "soon"\n')
