"""Tables of trades: brokers' ways to write them, the order of a day, and what is refused."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.market.account import Account, Difference, overdue, read_account, reconcile
from engine.market.book import Option, Position, Stock
from engine.market.ledger import fold
from engine.market.ledger_events import Event, Exercised, Expired, Filled, Received, Split
from engine.market.occ import written
from engine.market.reading.errors import BadRows, ColumnMissing
from engine.market.reading.tables import Place, opened
from engine.market.wheel.cycles import cycles
from tests.market.tables import database, executing, saved

AS_OF = date(2025, 6, 2)
U = Stock("U")
PUT = Option("U", date(2025, 1, 17), "put", 20.0)
CALL = Option("U", date(2025, 2, 21), "call", 22.0)
HEAD = "Date,Action,Symbol,Quantity,Price,Fees\n"
WHEEL = (
    HEAD
    + """\
2025-01-02,STO,U250117P00020000,2,1.00,1.30
2025-01-17,Assigned,U250117P00020000,2,,
2025-01-21,STO,U250221C00022000,2,0.50,1.30
2025-02-21,Assigned,U250221C00022000,2,,
"""
)


def read(place: Place, as_of: date = AS_OF) -> Account:
    with opened(executing(), place, "trades", {}) as table:
        return read_account(table, as_of)


def of(folder: Path, text: str) -> Account:
    return read(saved(folder, "trades.csv", text))


def refused(folder: Path, text: str) -> str:
    with pytest.raises(BadRows) as error:
        of(folder, text)
    return f"{error.value} · {error.value.remedy}"


def test_a_wheel_is_read_as_one_cycle(tmp_path: Path) -> None:
    """Put, assignment, calls, called away: one closed cycle with its gain and yearly return."""
    account = of(tmp_path, WHEEL)
    gain = 200 * (22 - 20 + 1.0 + 0.5) - 2.60
    assert account.ledger.realised_gain == pytest.approx(gain)
    assert account.ledger.lots == {}
    (cycle,) = cycles(account.events)
    assert (cycle.assigned, cycle.called_away, cycle.days(AS_OF)) == (2, 2, 50)
    assert cycle.annualised == pytest.approx(gain / 4000 * 365 / 50)
    assert account.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        # Signed quantities, spelled actions, commission apart from fees, amounts net of both.
        "Trade Date,Action,Symbol,Qty,Price,Commission,Fees,Amount\n"
        "01/02/2025,Sell to Open,U 01/17/2025 20.00 P,-2,$1.00,$1.00,$0.30,$198.70\n"
        "01/17/2025,Assigned,U 01/17/2025 20.00 P,2,,,,\n"
        "01/21/2025,Sell to Open,U 02/21/2025 22.00 C,-2,$0.50,-$1.00,$0.30,$98.70\n"
        "02/21/2025,Assigned,U 02/21/2025 22.00 C,2,,,,\n",
        # The newest first, times of day, the shares of each assignment in a row of their own.
        "Run Date,Action,Symbol,Quantity,Price,Fees\n"
        "2025-02-24 09:00:00,Sell,U,200,22,\n"
        "2025-02-21 17:00:00,Assigned,U250221C22,2,,\n"
        "2025-01-21 10:00:00,YOU SOLD OPENING TRANSACTION,-U250221C22,-2,0.50,1.30\n"
        "2025-01-17 17:00:00,Buy,U,200,20.00,\n"
        "2025-01-17 17:00:00,Assigned,U250117P20,2,,\n"
        "2025-01-02 10:00:00,YOU SOLD OPENING TRANSACTION,-U250117P20,-2,1.00,1.30\n",
        # Codes for how an option ended, negative commissions, days without signs.
        "TradeDate,Buy/Sell,Symbol,Quantity,TradePrice,IBCommission,NetCash,Notes/Codes\n"
        "20250102,SELL,U     250117P00020000,-2,1.00,-1.30,198.70,O\n"
        "20250117,BUY,U     250117P00020000,2,0,0,0,A;C\n"
        "20250117,BUY,U,200,20,0,-4000,A\n"
        "20250121,SELL,U     250221C00022000,-2,0.50,-1.30,98.70,O\n"
        "20250221,BUY,U     250221C00022000,2,0,0,0,A;C\n"
        "20250221,SELL,U,-200,22,0,4400,A\n",
        # Prices per contract, which the values tell; actions only where something was traded.
        "Date,Sub Type,Action,Symbol,Value,Quantity,Average Price,Commissions,Fees\n"
        "2025-01-02T10:00:00-0500,Sell to Open,SELL_TO_OPEN,U 250117P00020000,200.00,2,100.00,"
        "-1.00,-0.30\n"
        "2025-01-17T17:00:00-0500,Assignment,,U 250117P00020000,0.00,2,--,--,0.00\n"
        "2025-01-17T17:00:00-0500,Buy to Open,BUY_TO_OPEN,U,-4000.00,200,20.00,--,0.00\n"
        "2025-01-21T10:00:00-0500,Sell to Open,SELL_TO_OPEN,U 250221C00022000,100.00,2,50.00,"
        "-1.00,-0.30\n"
        "2025-02-21T17:00:00-0500,Assignment,,U 250221C00022000,0.00,2,--,--,0.00\n"
        "2025-02-21T17:00:00-0500,Sell to Close,SELL_TO_CLOSE,U,4400.00,200,22.00,--,0.00\n",
        # The day on which it was done, and contracts named only by the description.
        "Date,Trans Code,Instrument,Description,Quantity,Price,Fees\n"
        "1/2/2025,STO,U,U 1/17/2025 Put $20.00,2,$1.00,1.30\n"
        "01/21/2025 as of 01/17/2025,OASGN,U,U 1/17/2025 Put $20.00,2,,\n"
        "1/21/2025,STO,U,U 2/21/2025 Call $22.00,2,$0.50,1.30\n"
        "02/24/2025 as of 02/21/2025,OASGN,U,U 2/21/2025 Call $22.00,2,,\n",
        # Contracts by columns; fees are what the amounts differ by.
        "date,side,type,symbol,expiration,strike,quantity,price,amount\n"
        "2025-01-02,STO,put,U,2025-01-17,20,2,1.00,198.70\n"
        "2025-01-17,OASGN,put,U,2025-01-17,20,2,,\n"
        "2025-01-21,STO,call,U,2025-02-21,22,2,0.50,98.70\n"
        "2025-02-21,OASGN,call,U,2025-02-21,22,2,,\n",
    ],
)
def test_brokers_ways_to_write_it_are_one(tmp_path: Path, text: str) -> None:
    """The same four events, whatever the columns, signs, order and words."""
    account = of(tmp_path, text.replace("side,type", "action,option_type"))
    assert [type(one) for one in account.events] == [Filled, Exercised, Filled, Exercised]
    assert account.ledger.realised_gain == pytest.approx(200 * 3.5 - 2.60)
    assert account.ledger.fees == pytest.approx(2.60)
    assert account.ledger.last == date(2025, 2, 21)
    assert account.ledger.lots == {}


def test_a_table_in_duckdb_is_read_like_a_file(tmp_path: Path) -> None:
    """Typed columns mean the same; the table's name is in an error."""
    path = database(
        tmp_path,
        "own.duckdb",
        "CREATE TABLE trades (date DATE, action VARCHAR, symbol VARCHAR, quantity INTEGER, "
        "price DECIMAL(10,2))",
        "INSERT INTO trades VALUES ('2025-01-02', 'BUY', 'U', 100, 20.5)",
        "INSERT INTO trades VALUES ('2025-01-03', 'SELL', 'U', 100, 21.5)",
    )
    account = read(Place(path, "trades", "own.duckdb:trades"))
    assert account.ledger.realised_gain == pytest.approx(100)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("2025-01-02,hodl,U,1,1,", r'row 2, column "Action" is "hodl", expected an action such'),
        ("2025-01-02,buy sell,U,1,1,", r'"Action" is "buy sell", expected one action, not buy and'),
        ("2025-01-02,buy,U,-5,1,", r'"Quantity" is "-5", expected a number above 0, as the action'),
        ("2025-01-02,buy,U,0,1,", r'"Quantity" is "0", expected a number of contracts'),
        ("2025-01-02,buy,U,ten,1,", r'"Quantity" is "ten", expected a number'),
        ("2025-01-02,buy,U,1,-3,", r'"Price" is "-3", expected a price of 0 or more'),
        ("2025-01-02,buy,U,1,,", r'"Price" is empty, expected a price per share, or an amount'),
        ("2025-01-02,buy,U,1,1.5.2,", r'"Price" is "1.5.2", expected a number'),
        ("02.01.2025,buy,U,1,1,", r'"Date" is "02.01.2025", expected a day'),
        ("2025-01-02,buy,,1,1,", r'"Symbol" is empty, expected a stock'),
        ("2025-01-02,buy,U25011720,1,1,x", r'"Fees" is "x", expected a number'),
        ("2025-01-02,assigned,U250117P00020000,1,,", r"row 2.*expected at most 0, the short"),
        (
            "2025-01-02,buy,U250117P00020000,1,1,\n2025-01-03,assigned,U250117P00020000,1,,",
            r"row 3.*expected a short quantity to be held by then; 1 long are",
        ),
        ("2025-01-02,expired,U,1,,", r'"Symbol" is "U", expected an option.s symbol'),
        ("2025-01-02,assigned,U,100,20,", r'"Action" is "assigned", expected an action.*or sold'),
        ("2025-01-02,assigned,U,-100,20,", r"expected a row of the option that delivered U"),
        ("2025-01-02,split,U,1,,", r"column \"ratio\" is empty, expected the split's ratio"),
        ("2025-01-02,dividend,U,,,", r"column \"amount\" is empty, expected the dividend's cash"),
        ("2025-01-02,BTC,U250117P00020000,1,1,", r'"Quantity" is 1 of U 2025-01-17 20 put, exp'),
    ],
)
def test_what_cannot_be_names_its_row_and_cell(tmp_path: Path, rows: str, said: str) -> None:
    """File, row, column, what was found and what was expected."""
    sentence = refused(tmp_path, f"{HEAD}{rows}\n")
    assert sentence.startswith("trades.csv: row ")
    assert re.search(said, sentence), sentence


def test_closing_more_than_is_held_names_the_row(tmp_path: Path) -> None:
    """A sale of shares whose purchase is missing is not taken for a short sale."""
    rows = "2025-01-02,buy,U,100,20,\n2025-01-03,sell,U,150,21,\n"
    sentence = refused(tmp_path, HEAD + rows)
    assert 'row 3, column "Quantity" is 150 of U, expected at most 100' in sentence
    assert "the trade that opened the rest is missing" in sentence
    short = of(tmp_path, HEAD + rows.replace("sell", "sell short"))
    assert short.ledger.quantity(U) == -50


def test_rows_of_one_day_wait_for_what_they_close(tmp_path: Path) -> None:
    """Shares are sold in the row above the assignment that delivers them; a day stays a day."""
    account = of(
        tmp_path,
        HEAD + "2025-01-02,STO,U250117P00020000,1,1,\n"
        "2025-01-17,sell,U,100,19,\n"
        "2025-01-17,assigned,U250117P00020000,1,,\n",
    )
    assert [type(one) for one in account.events] == [Filled, Exercised, Filled]
    assert account.ledger.realised_gain == pytest.approx(0)
    sentence = refused(tmp_path, HEAD + "2025-01-17,sell,U,100,19,\n2025-01-18,buy,U,100,20,\n")
    assert "row 2" in sentence


def test_the_shares_of_an_assignment_are_taken_once(tmp_path: Path) -> None:
    """A broker's second row for them is merged, fees and all, and the answer says so."""
    text = HEAD + (
        "2025-01-02,STO,U250117P00020000,2,1,\n"
        "2025-01-17,assigned,U250117P00020000,2,,\n"
        "2025-01-21,buy,U,200,20,5\n"
        "2025-01-22,buy,U,200,20,\n"
    )
    account = of(tmp_path, text)
    assert account.ledger.quantity(U) == 400
    assert account.ledger.fees == 5
    assert account.notes == ("trades.csv:4: the shares that row 3 delivered, taken once",)


def test_dividends_fees_and_splits_count(tmp_path: Path) -> None:
    """Cash of dividends is taken as it is, also when the shares have gone; a split keeps worth."""
    account = of(
        tmp_path,
        "date,action,symbol,quantity,price,fees,amount,ratio\n"
        "2025-01-02,buy,U,100,20,1,,\n"
        "2025-01-10,split,U,,,,,2:1\n"
        "2025-01-15,sell,U,200,11,1,,\n"
        "2025-01-20,Qualified Dividend,U,,,,12.50,\n",
    )
    assert isinstance(account.events[1], Split)
    assert account.events[3] == Received(date(2025, 1, 20), "U", 12.5)
    assert account.ledger.dividends == 12.5
    assert account.ledger.realised_gain == pytest.approx(200 * 11 - 2000 - 2)
    (cycle,) = cycles(account.events)
    assert cycle.dividends == 12.5
    assert cycle.gain == pytest.approx(210.5)


def test_a_dividend_of_a_stock_never_held_is_refused(tmp_path: Path) -> None:
    """The rows before it must be missing."""
    head = "date,action,symbol,quantity,price,amount\n"
    sentence = refused(tmp_path, head + "2025-01-20,dividend,U,,,3\n")
    assert "row 2" in sentence
    assert "no shares of U were held before" in sentence


@pytest.mark.parametrize(
    ("amount", "said"),
    [("150", "expected 199.00: 2 at 1 a share, and 1.00 of fees"), ("-199", "as the action sells")],
)
def test_an_amount_must_agree(tmp_path: Path, amount: str, said: str) -> None:
    """Quantity, price and fees give the amount to the cent, with the sign of the action."""
    head = "date,action,symbol,quantity,price,fees,amount\n"
    row = "2025-01-02,STO,U250117P00020000,2,1,1,"
    assert said in refused(tmp_path, f"{head}{row}{amount}\n")
    assert of(tmp_path, f"{head}{row}199\n").ledger.cash == 199
    rounded = "2025-01-02,STO,U250117P00020000,3,0.33,1,98.99"
    assert of(tmp_path, f"{head}{rounded}\n").ledger.cash == 98
    told = of(tmp_path, f"{head}2025-01-02,STO,U250117P00020000,2,,1,199\n").ledger
    assert told.cash == pytest.approx(199)
    assert told.basis(PUT) == pytest.approx(0.995)


def test_currencies_ids_and_copies(tmp_path: Path) -> None:
    """Two currencies and two rows of one id are refused; equal rows count, and are named."""
    head = "date,action,symbol,quantity,price,currency,id\n"
    row = "2025-01-02,buy,U,1,1,"
    mixed = refused(tmp_path, f"{head}{row}USD,1\n{row}EUR,2\n")
    assert 'row 3, column "currency" is "EUR", expected USD, as in row 2' in mixed
    assert "an id of its own; row 2 has it too" in refused(tmp_path, f"{head}{row},7\n{row},7\n")
    twins = of(tmp_path, f"{HEAD}2025-01-02,buy,U,1,1,\n2025-01-02,buy,U,1,1,\n")
    assert twins.ledger.quantity(U) == 2
    assert twins.notes == ("trades.csv:3: the same as row 2; both are counted",)
    assert of(tmp_path, f"{head}{row}eur,1\n").currency == "EUR"


def test_what_is_no_trade_is_left_out_by_name(tmp_path: Path) -> None:
    """Deposits, rows after the day of valuation, and the broker's last lines."""
    account = of(
        tmp_path,
        HEAD + "2025-01-02,Journal,,,,\n2025-01-02,Journal,,,,\n2025-01-02,buy,U,1,1,\n"
        '2026-01-02,buy,U,1,1,\n,,,,,\n"Downloaded by somebody"\n',
    )
    assert account.ledger.quantity(U) == 1
    assert account.notes == (
        'trades.csv: 2 rows are no trade: "Journal"',
        "trades.csv: 1 trade after 2025-06-02 left out",
    )


def test_an_option_that_is_named_only_in_the_description_is_no_stock(tmp_path: Path) -> None:
    """A broker whose symbol is the stock's is read by the description, or refused."""
    head = "date,action,symbol,description,quantity,price\n"
    known = of(tmp_path, f"{head}2025-01-02,STO,U,U 01/17/2025 20 Put,1,1\n")
    assert known.ledger.quantity(PUT) == -1
    sentence = refused(tmp_path, f"{head}2025-01-02,STO,U,a put on U,1,1\n")
    assert "as the description names a put or call" in sentence


def test_an_expiry_without_an_event_is_told_and_not_guessed(tmp_path: Path) -> None:
    """The option stays in the ledger, and is named as overdue."""
    account = of(tmp_path, WHEEL.splitlines()[0] + "\n" + WHEEL.splitlines()[1] + "\n")
    assert overdue(account.ledger, AS_OF) == (PUT,)
    assert overdue(account.ledger, PUT.expiry) == ()


def test_positions_that_differ_are_named(tmp_path: Path) -> None:
    """Lots of one instrument are summed; what only one side has is a difference, too."""
    account = of(tmp_path, HEAD + "2025-01-02,buy,U,100,20,\n2025-01-02,STO,U250221C22,1,1,\n")
    held = (Position(U, 60.0), Position(U, 40.0), Position(PUT, -1.0))
    assert reconcile(account.ledger, held) == (
        Difference(PUT, 0.0, -1.0),
        Difference(CALL, -1.0, 0.0),
    )


def test_a_table_without_actions_is_no_table_of_trades(tmp_path: Path) -> None:
    """The missing column is named with the usual names for it."""
    with pytest.raises(ColumnMissing, match=r"no column for action \(usual names: action"):
        of(tmp_path, "date,symbol,quantity\n2025-01-02,U,1\n")


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw what can happen to a book: openings, and endings of what is held, each on its day."""
    events: list[Event] = []
    for _ in range(draw(st.integers(1, 8))):
        day = (events[-1].day if events else date(2025, 1, 2)) + timedelta(draw(st.integers(1, 9)))
        ledger = fold(events)
        options = [one for one in ledger.lots if isinstance(one, Option)]
        what = draw(st.sampled_from(["buy", "sell", "write", "end"]))
        price = draw(st.integers(1, 900)) / 100
        if what == "end" and options:
            option = draw(st.sampled_from(options))
            kind = draw(st.sampled_from([Expired, Exercised]))
            events.append(kind(day, option, abs(ledger.quantity(option))))
        elif what == "sell" and ledger.quantity(U) > 0:
            most = int(ledger.quantity(U))
            events.append(Filled(day, U, -float(draw(st.integers(1, most))), price, 1.0))
        elif what == "buy":
            events.append(Filled(day, U, float(draw(st.integers(1, 300))), price, 0.5))
        else:
            option = draw(st.sampled_from([PUT, CALL]))
            events.append(Filled(day, option, -float(draw(st.integers(1, 3))), price, 0.65))
    return events


def as_row(event: Event, signed: bool) -> str:
    if isinstance(event, Filled):
        action = "BUY" if event.quantity > 0 else "SELL SHORT"
        quantity = event.quantity if signed else abs(event.quantity)
        name = (
            event.instrument.symbol
            if isinstance(event.instrument, Stock)
            else written(event.instrument)
        )
        return f"{event.day},{action},{name},{quantity:g},{event.price},{event.fees}"
    assert isinstance(event, Expired | Exercised)
    action = "Expired" if isinstance(event, Expired) else "Assigned"
    return f"{event.day},{action},{written(event.option)},{event.contracts:g},,"


@settings(max_examples=40, deadline=None)
@given(events=histories(), signed=st.booleans(), newest_first=st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    events: Sequence[Event],
    signed: bool,
    newest_first: bool,
) -> None:
    """Any history comes back as it was, with or without signs, from either end."""
    rows = [as_row(one, signed) for one in events]
    text = HEAD + "\n".join(reversed(rows) if newest_first else rows) + "\n"
    account = of(tmp_path_factory.mktemp("trades"), text)
    assert list(account.events) == list(events)
    assert account.ledger == fold(events)
