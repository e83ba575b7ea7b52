"""Daily closes and dividends: ascending, each day once, none to come, faults by cell."""

from datetime import date
from pathlib import Path

import pytest

from engine.market.prices import Dividends, Prices, read_dividends, read_prices
from engine.market.reading.errors import BadRows, ColumnMissing
from engine.market.reading.tables import Place, opened
from tests.market.tables import database, executing, saved

TODAY = date(2025, 1, 2)
_REAL = Path(__file__).parents[2].parent / "shared" / "data" / "U_daily_2020_2024.csv"


def read(place: Place, *tickers: str) -> Prices:
    with opened(executing(), place, "prices", {}) as table:
        return read_prices(table, tickers or ("U",), TODAY)


def read_paid(place: Place, *tickers: str) -> Dividends:
    with opened(executing(), place, "dividends", {}) as table:
        return read_dividends(table, tickers or ("U",))


def test_closes_come_ascending_and_none_from_the_future(tmp_path: Path) -> None:
    """Nasdaq's descending download is turned round; days after the valuation are left out."""
    text = "Date,Close/Last,Volume\n01/03/2025,$23.00,10\n01/02/2025,$22.10,9\n12/31/2024,$22.50,\n"
    found = read(saved(tmp_path, "u.csv", text))
    assert [(p.day, p.close) for p in found.by_symbol["U"]] == [
        (date(2024, 12, 31), 22.5),
        (TODAY, 22.1),
    ]
    assert found.notes == ("u.csv: 1 price after 2025-01-02 left out",)


def test_several_stocks_share_a_table(tmp_path: Path) -> None:
    """Only the tickers asked for are read, from the table of the wheel's database too."""
    path = database(
        tmp_path,
        "wheel.duckdb",
        "CREATE SCHEMA market",
        "CREATE TABLE market.price_data (symbol VARCHAR, date DATE, open DECIMAL(10,2),"
        " close DECIMAL(10,2), volume BIGINT)",
        "INSERT INTO market.price_data VALUES ('U', '2024-12-31', 22, 22.5, 9),"
        " ('AAPL', '2024-12-31', 200, 201, 9), ('SPY', '2024-12-31', 500, 501, 9)",
    )
    found = read(Place(path, "market.price_data", "wheel.duckdb"), "AAPL", "U")
    assert {symbol: one[0].close for symbol, one in found.by_symbol.items()} == {
        "U": 22.5,
        "AAPL": 201.0,
    }


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("2024-12-31,0\n", 'row 2, column "close" is "0", expected a price above 0'),
        ("2024-12-31,1e308\n", 'column "close" is "1e308", expected a price of at most 1e'),
        ("2024-12-31,1\nsoon,2\n", 'row 3, column "date" is "soon", expected a day'),
        ("2024-12-31,x\n", 'column "close" is "x", expected a number'),
        ("2024-12-31,1\n2024-12-31,2\n", "expected one close a day"),
    ],
)
def test_a_price_that_cannot_be_is_named(tmp_path: Path, rows: str, fault: str) -> None:
    """The error says file, row, column, value and what was expected."""
    with pytest.raises(BadRows) as caught:
        read(saved(tmp_path, "u.csv", "date,close\n" + rows))
    assert fault in str(caught.value)


def test_a_table_without_symbols_is_about_one_stock(tmp_path: Path) -> None:
    """For two tickers nothing tells whose prices they are; a day without a close is told."""
    place = saved(tmp_path, "u.csv", "date,close\n2024-12-30,\n2024-12-31,1\n")
    assert read(place).notes == ("u.csv: 1 row without a close left out",)
    with pytest.raises(ColumnMissing, match="tells the symbol"):
        read(place, "U", "AAPL")


def test_dividends_are_ascending_and_counted_once(tmp_path: Path) -> None:
    """Those to come are kept, a copied row is told, an amount of 0 is refused."""
    text = "symbol,ex_date,amount\nU,2025-03-01,0.25\nU,2024-12-01,0.24\nU,2025-03-01,0.25\n"
    found = read_paid(saved(tmp_path, "d.csv", text))
    assert [(one.ex_date.month, one.amount) for one in found.paid] == [(12, 0.24), (3, 0.25)]
    assert found.notes == ("d.csv: 1 dividend stood there twice, counted once",)
    with pytest.raises(BadRows, match="expected an amount above 0"):
        read_paid(saved(tmp_path, "d.csv", "ex_date,amount\n2025-03-01,0\n"))


@pytest.mark.skipif(not _REAL.exists(), reason="the real prices are not here")
def test_the_real_prices_of_a_stock_are_all_read() -> None:
    """868 days of Unity Software, first and last close as in the file."""
    found = read(Place(_REAL, None, "U.csv")).by_symbol["U"]
    assert len(found) == 868
    assert (found[0].close, found[-1].close) == (68.35, 28.91)
