"""Quotes: narrowed down to what is asked for, of each contract the newest."""

from datetime import date
from pathlib import Path

import pytest

from engine.market.book import Option, Stock
from engine.market.quotes import Quotes, read_quotes
from engine.market.reading.errors import BadRows
from engine.market.reading.tables import Place, opened
from tests.market.tables import database, executing, saved

TODAY = date(2025, 1, 2)
PUT = Option("U", date(2025, 1, 17), "put", 20.0)


def read(place: Place, *tickers: str) -> Quotes:
    with opened(executing(), place, "quotes", {}) as table:
        return read_quotes(table, tickers or ("U",), TODAY)


def test_quotes_by_symbol_are_those_of_the_ticker_only(tmp_path: Path) -> None:
    """OCC symbols of the ticker and its stock are read; those of others, UAL's too, are not."""
    place = saved(
        tmp_path,
        "quotes.csv",
        "symbol,bid,ask,last,iv,open interest,volume\n"
        "U     250117P00020000,0.80,0.90,0.85,0.61,1200,40\n"
        "UAL   250117P00020000,0.80,0.90,0.85,0.61,1200,40\n"
        "U,22.00,22.10,22.05,,,\nAAPL,200,201,200,,,\n",
    )
    put, stock = read(place).found
    assert (put.instrument, put.bid, put.ask, put.last) == (PUT, 0.80, 0.90, 0.85)
    assert (put.volatility, put.open_interest, put.volume) == (0.61, 1200, 40)
    assert str(put.source) == "quotes.csv:2"
    assert (stock.instrument, stock.volatility) == (Stock("U"), None)


def test_of_each_contract_the_newest_moment_counts_and_none_of_the_future(tmp_path: Path) -> None:
    """A table of snapshots gives one quote a contract: the last one up to the day of valuation."""
    path = database(
        tmp_path,
        "wheel.duckdb",
        "CREATE SCHEMA options",
        "CREATE TABLE options.contracts (symbol VARCHAR, expiration DATE, strike DECIMAL(10,2),"
        " option_type VARCHAR, timestamp TIMESTAMP, bid DECIMAL(10,4), ask DECIMAL(10,4),"
        " implied_volatility DECIMAL(8,6))",
        "INSERT INTO options.contracts VALUES"
        " ('U', '2025-01-17', 20, 'PUT', '2025-01-02 09:30', 0.7, 0.8, 0.6),"
        " ('U', '2025-01-17', 20, 'PUT', '2025-01-02 15:59', 0.8, 0.9, 0.61),"
        " ('U', '2025-01-17', 20, 'PUT', '2025-01-03 09:30', 9.8, 9.9, 0.99),"
        " ('U', '2024-12-20', 20, 'PUT', '2024-12-19', 0.8, 0.9, 0.61),"
        " ('SPY', '2025-01-17', 20, 'PUT', '2025-01-02', 0.8, 0.9, 0.61)",
    )
    found = read(Place(path, "options.contracts", "wheel.duckdb:options.contracts"))
    (quote,) = found.found
    assert (quote.instrument, quote.bid, quote.volatility) == (PUT, 0.8, 0.61)
    assert found.newest == TODAY


def test_quotes_that_are_all_of_the_future_are_told(tmp_path: Path) -> None:
    """A chain of after the valuation isn't a chain that knows nothing of the stock."""
    text = "symbol,date,bid,ask\nU250117P20,2025-01-03,1,2\nSPY250117P20,2025-01-03,1,2\n"
    found = read(saved(tmp_path, "q.csv", text), "U")
    assert found.found == ()
    assert found.notes == ("q.csv: 1 quote after 2025-01-02 left out",)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("U250117P20,0.90,0.80,0.6", "crossed: bid 0.9 is above ask 0.8"),
        ("U250117P20,-0.10,0.80,0.6", 'bid is "-0.10", expected 0'),
        ("U250117P20,x,0.80,0.6", 'bid is "x", expected a number'),
        ("U250117P20,0.8,0.9,61", 'volatility is "61", expected 0 to 10'),
        ("U1250117P20,0.8,0.9,0.6", "U1 is an adjusted contract"),
        ("U251317P20,0.8,0.9,0.6", 'symbol is "U251317P20", expected a stock'),
    ],
)
def test_a_quote_that_cannot_be_is_left_out_and_told(tmp_path: Path, row: str, why: str) -> None:
    """The others stay; the note names file, row and reason."""
    place = saved(tmp_path, "q.csv", f"symbol,bid,ask,iv\nU,22,23,\n{row}\n")
    found = read(place)
    assert [quote.instrument for quote in found.found] == [Stock("U")]
    assert f"q.csv:3: {why}" in found.notes[0]


def test_one_contract_at_two_prices_is_refused(tmp_path: Path) -> None:
    """Without a moment nobody can say which is newer; the same row twice does no harm."""
    place = saved(tmp_path, "q.csv", "symbol,bid,ask\nU250117P20,0.8,0.9\nU250117P20,0.7,0.9\n")
    with pytest.raises(BadRows, match="twice, with different prices"):
        read(place)
    place = saved(tmp_path, "q.csv", "symbol,bid,ask\nU250117P20,0.8,0.9\nU250117P20,0.8,0.9\n")
    assert len(read(place).found) == 1


def test_a_contract_at_two_prices_of_one_moment_is_refused(tmp_path: Path) -> None:
    """Neither is newer; an older price beside it, or the same price again, does no harm."""
    head, new = "symbol,date,bid,ask\n", "U250117P20,2025-01-02,0.8,0.9\n"
    rival, old = "U250117P20,2025-01-02,0.5,0.6\n", "U250117P20,2025-01-01,0.5,0.6\n"
    with pytest.raises(BadRows, match="20 put twice at 2025-01-02, with different prices"):
        read(saved(tmp_path, "q.csv", head + new + old + rival))
    (quote,) = read(saved(tmp_path, "q.csv", head + old + new + old + new)).found
    assert (quote.bid, quote.ask) == (0.8, 0.9)


def test_a_quote_of_another_season_is_left_out_and_told(tmp_path: Path) -> None:
    """A contract last quoted a month before the others has no market with them; Friday's has."""
    text = (
        "symbol,date,bid,ask\nU250117P20,2024-12-01,0.8,0.9\nU250117P21,2025-01-02,0.8,0.9\n"
        "U250117P22,2024-12-29,0.9,1.0\n"
    )
    found = read(saved(tmp_path, "q.csv", text))
    assert [one.instrument.strike for one in found.found if isinstance(one.instrument, Option)] == [
        21.0,
        22.0,
    ]
    (note,) = found.notes
    assert "left out: q.csv:2: U 2025-01-17 20 put was quoted last on 2024-12-01, more than" in note
    assert list(found.left_out) == [PUT]


def test_moments_in_american_writing_are_read_and_others_counted(tmp_path: Path) -> None:
    """01/02/2025 is a moment; "yesterday" is none, and its row is left out and counted."""
    text = "symbol,bid,ask,timestamp\nU250117P20,0.8,0.9,01/02/2025 15:59\nU,22,23,yesterday\n"
    found = read(saved(tmp_path, "q.csv", text))
    assert [quote.instrument for quote in found.found] == [PUT]
    assert 'q.csv: 1 row whose "timestamp" is no moment left out' in found.notes


def test_a_million_rows_come_down_to_the_contracts_there_are(tmp_path: Path) -> None:
    """A Parquet chain of many underlyings and moments gives each contract of one, once."""
    import duckdb

    path = tmp_path / "chain.parquet"
    duckdb.execute(
        "COPY (SELECT ['U', 'AAPL', 'SPY', 'F', 'T'][1 + i % 5] AS symbol,"
        " DATE '2025-01-17' + CAST(i // 5 % 10 * 7 AS INTEGER) AS expiration,"
        " 10 + i // 50 % 40 * 0.5 AS strike, 'put' AS option_type,"
        " TIMESTAMP '2024-12-01' + to_minutes(CAST(i // 2000 AS INTEGER)) AS timestamp,"
        f" 1.0 AS bid, 1.1 AS ask FROM range(1000000) t(i)) TO '{path}'"
    )
    found = read(Place(path, None, "chain.parquet"))
    assert len(found.found) == 400
    assert len({quote.instrument for quote in found.found}) == 400
