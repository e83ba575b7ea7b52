"""Positions out of real files: signs, contracts, what is left out, and what is refused by cell."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.book import Option, Stock
from engine.market.positions import Positions, read_positions
from engine.market.reading.errors import BadRows, ColumnMissing, SourceMalformed
from engine.market.reading.tables import Place, opened
from tests.market.tables import database, executing, saved

TODAY = date(2025, 1, 2)
EXPIRY = date(2025, 1, 17)
PUT = Option("U", EXPIRY, "put", 20.0)


def read(place: Place, **mapping: str) -> Positions:
    with opened(executing(), place, "positions", mapping) as table:
        return read_positions(table, TODAY)


def test_a_plain_file_has_its_signs_prices_and_rows(tmp_path: Path) -> None:
    """Stock and options keep quantity, sign, price, day and the row they stand in."""
    place = saved(
        tmp_path,
        "positions.csv",
        "Symbol,Quantity,Avg Price,Open Date\n"
        "U,300,23.10,2024-12-02\nU     250117P00020000,-4,0.92,12/16/2024\n",
    )
    stock, put = read(place).held
    assert (stock.instrument, stock.quantity, stock.price) == (Stock("U"), 300.0, 23.10)
    assert (put.instrument, put.quantity, put.shares) == (PUT, -4.0, -400.0)
    assert put.opened == date(2024, 12, 16)
    assert str(put.source) == "positions.csv:3"


def test_a_brokers_export_is_read_with_its_title_footer_and_dress(tmp_path: Path) -> None:
    """Title lines, BOM, quotes, $ and commas, parentheses, cash and totals don't get in the way."""
    place = saved(
        tmp_path,
        "export.csv",
        '"Positions for account Individual ...123 as of 04:00 PM ET, 2025/01/02"\r\n'
        "\r\n"
        '"Symbol","Description","Qty (Quantity)","Price","Cost Basis",\r\n'
        '"U","UNITY SOFTWARE","1,300","$22.10","$30,030.00",\r\n'
        '"U 01/17/2025 20.00 P","PUT UNITY","(4)","$0.80","($368.00)",\r\n'
        '"Cash & Cash Investments","--","--","--","--",\r\n'
        '"Account Total","--","--","--","$29,662.00",\r\n'
        '"Data as of now; not a statement of any kind."\r\n',
        "utf-8-sig",
    )
    found = read(place)
    stock, put = found.held
    assert stock.quantity == 1300.0
    assert stock.price == pytest.approx(23.10)
    assert (put.instrument, put.quantity) == (PUT, -4.0)
    assert put.price == pytest.approx(0.92)
    assert len(found.notes) == 3
    assert all("left out" in note for note in found.notes)


@pytest.mark.parametrize(
    ("side", "quantity", "expected"),
    [
        ("Short", "4", -4.0),
        ("SHORT_PUT", "4", -4.0),
        ("Sell to Open", "4", -4.0),
        ("Short", "-4", -4.0),
        ("Long", "4", 4.0),
        ("BUY", "4", 4.0),
        ("", "-4", -4.0),
    ],
)
def test_a_side_in_words_gives_the_sign(
    tmp_path: Path, side: str, quantity: str, expected: float
) -> None:
    """Short and sell make a quantity negative; a sign that is there already stays."""
    place = saved(tmp_path, "p.csv", f"symbol,qty,side\nU250117P20,{quantity},{side}\n")
    assert read(place).held[0].quantity == expected


def test_a_plain_price_is_what_was_paid_unless_it_is_todays(tmp_path: Path) -> None:
    """A column that says only price tells the cost, with a note; beside a market value it can't."""
    found = read(saved(tmp_path, "p.csv", "symbol,quantity,price\nU,100,20\n"))
    assert found.held[0].price == 20.0
    assert found.notes == ('p.csv: the column "price" is taken for the price paid a share',)
    todays = read(saved(tmp_path, "p.csv", "symbol,quantity,price,Mkt Value\nU,100,20,2000\n"))
    assert todays.held[0].price is None
    assert todays.notes == ()


def test_contracts_may_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    """Underlying, expiry, strike and type in columns, as the wheel's own database has them."""
    path = database(
        tmp_path,
        "wheel.duckdb",
        "CREATE SCHEMA trading",
        "CREATE TABLE trading.positions (position_id VARCHAR, symbol VARCHAR,"
        " position_type VARCHAR, quantity INTEGER, entry_price DECIMAL(10,2),"
        " entry_date TIMESTAMP, expiration DATE,"
        " strike DECIMAL(10,2), option_type VARCHAR, current_price DECIMAL(10,2), status VARCHAR)",
        "INSERT INTO trading.positions VALUES"
        " ('a', 'U', 'STOCK', 300, 23.10, '2024-12-02 10:00', NULL, NULL, NULL, 22.1, 'ACTIVE'),"
        " ('b', 'U', 'SHORT_PUT', 4, 0.92, '2024-12-16', '2025-01-17', 20, 'PUT', 0.8, 'ACTIVE'),"
        " ('c', 'U', 'SHORT_CALL', 3, 1.0, '2024-11-16', '2024-12-20', 30, 'CALL', 0, 'CLOSED')",
    )
    found = read(Place(path, "trading.positions", "wheel.duckdb:trading.positions"))
    stock, put = found.held
    assert (stock.instrument, stock.quantity) == (Stock("U"), 300.0)
    assert (put.instrument, put.quantity, put.price) == (PUT, -4.0, 0.92)
    assert put.opened == date(2024, 12, 16)
    assert any('status is "CLOSED"' in note for note in found.notes)


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ("U,abc,,\n", 'row 2, column "Qty" is "abc", expected a number'),
        ("U,1,,\nU,nan,,\n", 'row 3, column "Qty" is "nan", expected a number of contracts'),
        ("U,0,,\n", 'column "Qty" is "0", expected a number of contracts or shares, not 0'),
        ('U,"1,5",,\n', "a decimal comma is not guessed at"),
        ("U250117P20,-4,long,\n", "expected a number above 0, as the side is long"),
        ("U250117P20,4,long short,\n", "expected either short or long"),
        ("U250117P20,4,,-1\n", 'column "Paid" is "-1", expected a price of 0 or more'),
        ("U250117P20,-5.5,,\n", 'column "Qty" is "-5.5", expected a whole number of contracts'),
        (",4,,\n", 'column "Sym" is empty, expected a stock'),
        ("U1 250117P20,4,,\n", "what an adjusted contract (U1) delivers"),
        ("U251317P00020000,4,,\n", "expected a stock's symbol or an option's as OCC writes"),
    ],
)
def test_a_cell_that_cannot_be_is_named_with_row_column_and_value(
    tmp_path: Path, rows: str, cell: str
) -> None:
    """The error says file, row, column, what was found and what was expected."""
    place = saved(tmp_path, "p.csv", "Sym,Qty,Side,Paid\n" + rows)
    with pytest.raises(BadRows) as caught:
        read(place, symbol="Sym", price="Paid")
    assert cell in str(caught.value)
    assert str(caught.value).startswith("p.csv: row")


def test_all_faults_are_kept_and_counted(tmp_path: Path) -> None:
    """One error speaks for the file and holds every fault of it."""
    place = saved(tmp_path, "p.csv", "symbol,qty\nU,x\nU,2\nU,y\n")
    with pytest.raises(BadRows, match="and 1 more") as caught:
        read(place)
    assert [fault.row for fault in caught.value.faults] == [2, 4]


def test_what_has_expired_is_left_out_with_its_row(tmp_path: Path) -> None:
    """An option that expired before the day of valuation is no position any more."""
    place = saved(tmp_path, "p.csv", "symbol,qty\nU241220P20,-4\nU250102P20,-1\n")
    found = read(place)
    assert [one.quantity for one in found.held] == [-1.0]
    assert "p.csv:2: left out: U 20 put expired on 2024-12-20" in found.notes[0]


def test_rows_that_are_alike_are_both_counted_and_told(tmp_path: Path) -> None:
    """Two equal rows may be two lots or a copy; the same id twice can only be a mistake."""
    place = saved(tmp_path, "p.csv", "symbol,qty\nU,100\nU,100\n")
    found = read(place)
    assert len(found.held) == 2
    assert found.notes == ("p.csv:3: the same as row 2; both are counted",)
    place = saved(tmp_path, "p.csv", "symbol,qty\n" + "U,100\n" * 400)
    note = "p.csv:3: the same as row 2, and 398 more are like earlier ones; all are counted"
    assert read(place).notes == (note,)
    place = saved(tmp_path, "p.csv", "id,symbol,qty\n7,U,100\n7,U,200\n")
    with pytest.raises(BadRows, match="row 2 has it too"):
        read(place)


def test_what_can_hardly_be_meant_is_told(tmp_path: Path) -> None:
    """A day to come and a price that is no number stand, each with a note."""
    text = "symbol,qty,avg price,open date\nU,100,nan,2024-12-01\nU250117P20,-4,0.8,2029-01-01\n"
    first, second = read(saved(tmp_path, "p.csv", text)).notes
    assert first == 'p.csv:2: the price paid is "nan": not known, and no gain with it'
    assert second.startswith("p.csv:3: opened on 2029-01-01, after the day of valuation")
    text = "symbol,qty\nU250118P20,-4\nU250117P20,-4\n"
    (weekend,) = read(saved(tmp_path, "p.csv", text)).notes
    assert weekend == "p.csv:2: expires on 2025-01-18, a Saturday: no exchange is open then"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_comma_semicolon_and_tab(tmp_path: Path, delimiter: str) -> None:
    """Each of the three is recognised by its header."""
    text = "symbol,quantity\nU,100\n".replace(",", delimiter)
    assert read(saved(tmp_path, "p.csv", text)).held[0].quantity == 100.0


def test_a_comma_between_semicolons_is_not_taken_for_thousands(tmp_path: Path) -> None:
    """In a file of semicolons 1,234 could be either, and is refused."""
    with pytest.raises(BadRows, match="decimal comma"):
        read(saved(tmp_path, "p.csv", "symbol;quantity\nU;1,234\n"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xff\xfes\0y\0", "UTF-16"),
        (b"sym\0bol,quantity\n", "is no text"),
        (b"symbol|quantity\nU|100\n", "none of comma, semicolon, tab"),
        (b"symbol,quantity\nU\xe9,100\n", "line 2 is not UTF-8 text"),
        (b"symbol,quantity\nU,100,7\n", "line 2 has 3 cells, expected 2"),
        (b'symbol,quantity\nU,100\n"V,100\nW,1\n', "line 3 has a quote that is not closed"),
    ],
)
def test_a_file_that_is_no_such_table_says_why(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    """Encodings, delimiters, ragged rows and open quotes are named with the line."""
    (tmp_path / "p.csv").write_bytes(content)
    with pytest.raises(SourceMalformed, match=sentence):
        read(Place(tmp_path / "p.csv", None, "p.csv"))


def test_columns_that_are_missing_or_mapped_wrong_are_named(tmp_path: Path) -> None:
    """The error names field, usual names, the file's columns, and the nearest one."""
    place = saved(tmp_path, "p.csv", "symbol,amount of it\nU,100\n")
    with pytest.raises(ColumnMissing, match=r"no column for quantity.*amount of it"):
        read(place)
    with pytest.raises(ColumnMissing, match='did you mean "amount of it"'):
        read(place, quantity="amount of")
    assert read(place, quantity="Amount Of It").held[0].quantity == 100.0


def test_two_columns_of_one_meaning_are_refused(tmp_path: Path) -> None:
    """Qty twice is not a choice for us to make."""
    with pytest.raises(ColumnMissing, match="2 columns that mean quantity"):
        read(saved(tmp_path, "p.csv", "symbol,Qty,qty\nU,100,200\n"))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(-500, 500).filter(bool), st.floats(0.01, 500).map(lambda p: round(p, 2))
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_quantity_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, float]]
) -> None:
    """Whatever signs a file has, the positions have them, in its order."""
    text = "symbol,quantity,avg price\n"
    text += "".join(
        f"U250117P20,{'(' + str(-q) + ')' if q < 0 else q},${p:,.2f}\n" for q, p in rows
    )
    held = read(saved(tmp_path_factory.mktemp("book"), "p.csv", text)).held
    assert [(one.quantity, one.price) for one in held] == [(float(q), p) for q, p in rows]
