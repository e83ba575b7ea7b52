"""The whole book through the pool: what is read, how old it is, and how it fails."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import anyio
import pytest

from engine.config import load as load_settings
from engine.market.account import reconcile
from engine.market.book import Option, Stock
from engine.market.example import TICKER, expiries, write_example
from engine.market.ledger_events import Exercised, Expired
from engine.market.reading.errors import MarketDataError, SourceLocked
from engine.market.reading.reading import Reading, load
from engine.market.settings import Sources, sources
from engine.market.wheel.cycles import cycles
from engine.store.leases.pool import Pool
from tests.market.tables import database
from tests.market.test_reading_tables import written_by_another

TODAY = date(2025, 1, 2)
pytestmark = pytest.mark.anyio


def found(project: Path) -> Sources:
    where = sources(load_settings(project), project, TODAY)
    assert isinstance(where, Sources)
    return where


async def reading(project: Path, *, trades: bool = False) -> Reading:
    pool = Pool(2)
    try:
        return await load(pool, found(project), trades=trades)
    finally:
        await pool.close()


async def test_the_example_is_a_book_and_is_marked_as_one(tmp_path: Path) -> None:
    """What `write_example` writes is read complete, without a note, marked as invented."""
    files = write_example(tmp_path, TODAY)
    assert {file.name for file in files} == {
        "bolt.toml",
        "positions.csv",
        "trades.csv",
        "quotes.csv",
        "prices.csv",
    }
    read = await reading(tmp_path)
    book = read.book
    assert book.example
    assert book.notes == ()
    assert {position.instrument for position in book.positions} <= {
        quote.instrument for quote in book.quotes
    }
    assert book.positions[0].instrument == Stock(TICKER)
    assert len(book.prices[TICKER]) > 400
    assert read.newest == {"quotes": TODAY, "prices": TODAY}
    assert (book.as_of, book.rate) == (TODAY, 0.04)
    with pytest.raises(FileExistsError):
        write_example(tmp_path, TODAY)


@pytest.mark.parametrize("later", range(7))
async def test_the_examples_trades_tell_of_its_positions(tmp_path: Path, later: int) -> None:
    """On any weekday: all positions, their prices, a whole turn, and closes that bear it out."""
    write_example(tmp_path, TODAY + timedelta(days=later))
    read = await reading(tmp_path, trades=True)
    account = read.account
    assert account is not None
    assert reconcile(account.ledger, read.book.positions) == ()
    assert account.ledger.basis(Stock(TICKER)) == pytest.approx(23.10)
    assert read.book.positions[0].price == 23.10
    turned, idle, now = cycles(account.events)
    assert (turned.assigned, turned.called_away, idle.assigned) == (3, 3, 0)
    assert now.closed is None
    closes = {one.day: one.close for one in read.book.prices[TICKER]}
    for event in account.events:
        if isinstance(event, Expired | Exercised):
            option = event.option
            above = closes[event.day] > option.strike
            exercised = above == (option.kind == "call")
            assert exercised == isinstance(event, Exercised)


def test_an_example_can_be_written_on_any_day(tmp_path: Path) -> None:
    """Its expiries are three third Fridays to come, around the turn of a year too."""
    for month in range(1, 13):
        for day in (1, 11, 17, 28):
            today = date(2024, month, day)
            days = expiries(today)
            assert sorted(set(days)) == list(days)
            assert all(one.weekday() == 4 and 15 <= one.day <= 21 for one in days)
            assert 10 < (days[0] - today).days <= 45


async def test_the_wheels_own_database_is_a_book_without_any_setting(tmp_path: Path) -> None:
    """Positions, chain and closes come out of its three tables; the places are told."""
    (tmp_path / "data").mkdir()
    database(
        tmp_path / "data",
        "wheel_trading_optimized.duckdb",
        "CREATE SCHEMA trading",
        "CREATE SCHEMA options",
        "CREATE SCHEMA market",
        "CREATE TABLE trading.positions AS SELECT 'U' AS symbol, 'PUT' AS position_type,"
        " -4 AS quantity, DATE '2025-01-17' AS expiration, 20.0 AS strike, 'PUT' AS option_type,"
        " 'ACTIVE' AS status",
        "CREATE TABLE options.contracts AS SELECT 'U' AS symbol, DATE '2025-01-17' AS expiration,"
        " 20.0 AS strike, 'PUT' AS option_type, TIMESTAMP '2024-12-31 15:00' AS timestamp,"
        " 0.8 AS bid, 0.9 AS ask, 0.61 AS implied_volatility",
        "CREATE TABLE market.price_data AS SELECT 'U' AS symbol, DATE '2024-12-30' AS date,"
        " 22.5 AS close",
    )
    read = await reading(tmp_path)
    put = Option("U", date(2025, 1, 17), "put", 20.0)
    assert [(one.instrument, one.quantity) for one in read.book.positions] == [(put, -4.0)]
    assert [(one.instrument, one.volatility) for one in read.book.quotes] == [(put, 0.61)]
    assert read.newest == {"quotes": date(2024, 12, 31), "prices": date(2024, 12, 30)}
    assert sum("taken for" in note for note in read.book.notes) == 3
    assert not read.book.example


async def test_a_locked_database_fails_as_itself_through_the_pool(tmp_path: Path) -> None:
    """The pool's own error is not put around ours."""
    (tmp_path / "data").mkdir()
    path = database(tmp_path / "data", "wheel_trading_optimized.duckdb", "CREATE TABLE t (a INT)")
    with written_by_another(path), pytest.raises(SourceLocked, match="held for writing"):
        await reading(tmp_path)


async def test_a_reading_that_is_cancelled_leaves_no_database_attached(tmp_path: Path) -> None:
    """After a cancelled reading the owner can write, and the pool reads again."""
    path = database(
        tmp_path,
        "big.duckdb",
        "CREATE TABLE p AS SELECT 'U' || i AS symbol, 1 AS quantity FROM range(300000) t(i)",
    )
    (tmp_path / "bolt.toml").write_text('[market]\npositions = "big.duckdb:p"\n')
    pool = Pool(1)
    try:
        with anyio.move_on_after(0.05) as scope:
            await load(pool, found(tmp_path))
        assert scope.cancelled_caught
        with written_by_another(path) as holder:
            assert holder.poll() is None
        async with pool.lease() as lease:
            assert await lease.rows("SELECT 1") == [(1,)]
    finally:
        await pool.close()


async def test_many_tasks_read_one_database_at_once(tmp_path: Path) -> None:
    """Each has the whole table; afterwards nothing is attached, copied or locked."""
    path = database(
        tmp_path,
        "b.duckdb",
        "CREATE TABLE p AS SELECT 'U' || range AS symbol, 1 AS quantity FROM range(200)",
    )
    (tmp_path / "bolt.toml").write_text('[market]\npositions = "b.duckdb:p"\n')
    pool, counts = Pool(4), list[int]()

    async def read() -> None:
        counts.append(len((await load(pool, found(tmp_path))).book.positions))

    try:
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(read)
        assert counts == [200] * 8
        with written_by_another(path) as holder:
            assert holder.poll() is None
        async with pool.lease() as lease:
            assert await lease.rows("SELECT table_name FROM duckdb_tables()") == []
    finally:
        await pool.close()


async def test_what_a_writer_that_died_left_is_read_and_said(tmp_path: Path) -> None:
    """Rows that stand only in the WAL are positions, and a note tells where they come from."""
    path = database(tmp_path, "b.duckdb", "CREATE TABLE p AS SELECT 'U' AS symbol, 1 AS quantity")
    (tmp_path / "bolt.toml").write_text('[market]\npositions = "b.duckdb:p"\n')
    code = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]);"
        "c.execute(\"INSERT INTO p VALUES ('V', 2)\"); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    book = (await reading(tmp_path)).book
    assert [one.quantity for one in book.positions] == [1.0, 2.0]
    assert "b.duckdb: its last writer died; its .wal was read as far as it goes" in book.notes


async def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    """A named file that isn't there is missing, not absent."""
    (tmp_path / "bolt.toml").write_text('[market]\npositions = "gone.csv"\n')
    with pytest.raises(MarketDataError, match=r"gone\.csv does not exist"):
        await reading(tmp_path)


async def test_what_is_old_or_knows_nothing_of_a_stock_is_told(tmp_path: Path) -> None:
    """Closes of last month and a chain of another stock are used as they are, and said."""
    (tmp_path / "positions.csv").write_text("symbol,quantity\nU,100\n")
    (tmp_path / "prices.csv").write_text("symbol,date,close\nU,2024-12-02,22.5\n")
    (tmp_path / "quotes.csv").write_text("symbol,bid,ask\nAAPL,200,201\n")
    notes = (await reading(tmp_path)).book.notes
    assert "prices.csv: the newest is of 2024-12-02, 31 days before the valuation" in notes
    assert "quotes.csv: nothing of U is in it" in notes


async def test_a_fresh_stock_does_not_hide_that_anothers_closes_ended(tmp_path: Path) -> None:
    """What is held is judged stock by stock; a stock that isn't held, not at all."""
    (tmp_path / "positions.csv").write_text("symbol,quantity\nU,100\nAAPL,100\n")
    closes = "SPY,2024-06-28,500\nU,2025-01-02,22.5\nAAPL,2022-12-28,126\n"
    (tmp_path / "prices.csv").write_text(f"symbol,date,close\n{closes}")
    notes = (await reading(tmp_path)).book.notes
    old = "prices.csv: the newest of AAPL is of 2022-12-28, 736 days before the valuation"
    assert [one for one in notes if "newest" in one] == [old]


@pytest.mark.parametrize(("closed", "used"), [("2025-01-02", False), ("2024-11-04", True)])
async def test_quotes_that_the_closes_have_outlived_are_not_the_market(
    tmp_path: Path, closed: str, used: bool
) -> None:
    """Where closes are newer by more than a long weekend, no old quote prices anything."""
    (tmp_path / "positions.csv").write_text("symbol,quantity\nU,100\n")
    (tmp_path / "prices.csv").write_text(f"symbol,date,close\nU,{closed},22.5\n")
    (tmp_path / "quotes.csv").write_text("symbol,date,bid,ask\nU,2024-11-01,30,31\n")
    book = (await reading(tmp_path)).book
    assert bool(book.quotes) is used
    assert "quotes.csv: nothing of U is in it" not in book.notes
    why = "none of quotes.csv is used: its newest is of 2024-11-01, the newest close of 2025-01-02"
    assert book.lacks == (() if used else (f"quotes of the time ({why})",))


async def test_trades_that_contradict_the_positions_are_told_unasked(tmp_path: Path) -> None:
    """A sign that trades.csv knows better is a note in every answer; bad trades are one, too."""
    write_example(tmp_path, TODAY)
    positions = tmp_path / "positions.csv"
    text = positions.read_text()
    positions.write_text(text.replace(",-4,", ",4,", 1))
    (note,) = (await reading(tmp_path)).book.notes
    assert note.startswith("trades.csv leaves -4 of EXMPL")
    assert note.endswith("put, the positions say +4: one of both is wrong")
    positions.write_text(text)
    (tmp_path / "trades.csv").write_text("date,action,symbol,quantity,price\nsoon,sold,U,1,1\n")
    (note,) = (await reading(tmp_path)).book.notes
    assert note.startswith("the positions are not checked against trades.csv: trades.csv: row 2")


async def test_a_quote_of_what_is_held_that_cannot_be_is_what_the_book_lacks(
    tmp_path: Path,
) -> None:
    """A crossed quote of a position is no footnote: the book says that it lacks it."""
    write_example(tmp_path, TODAY)
    quotes = tmp_path / "quotes.csv"
    head, *lines = quotes.read_text().splitlines()
    held = (await reading(tmp_path)).book.positions[1].instrument
    assert isinstance(held, Option)
    columns = head.split(",")
    bid = columns.index("bid")
    place = next(
        number
        for number, line in enumerate(lines)
        if line.split(",")[0].endswith(f"P{round(1000 * held.strike):08d}")
        and f"{held.expiry:%y%m%d}" in line
    )
    cells = lines[place].split(",")
    cells[bid] = "99"
    lines[place] = ",".join(cells)
    quotes.write_text("\n".join([head, *lines]) + "\n")
    (lacks,) = (await reading(tmp_path)).book.lacks
    assert lacks.startswith(f"a quote of what is held (quotes.csv:{place + 2}: crossed: bid 99")
