"""Trades from a table's rows, as brokers export them: what was done, strictly.

A quantity may have a sign or none; a sign that contradicts the action is refused. Fees and
commission are summed, whatever sign they have. An amount, where there is one, must agree with
quantity, price and fees to the cent; where a price or all fees are missing it tells them. Rows that
are no trade (deposits, interest) and those after the day of valuation are left out with a note;
anything else that can't be read is an error that names its cell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.evidence import counted
from engine.market import occ
from engine.market.book import Instrument, Option, Source, Stock
from engine.market.ledger_events import Event, Exercised, Expired, Filled, Received, Split
from engine.market.reading.cells import BadCell, missing, words
from engine.market.reading.errors import BadRows, Fault, quoted
from engine.market.reading.rows import (
    Rejected,
    alike,
    amount_of,
    day_of,
    instrument_of,
    same_ids,
)
from engine.market.reading.tables import Record, Table
from engine.market.trades.actions import EXPECTED, Action, action, ended
from engine.market.trades.amounts import paid, ratio


@dataclass(frozen=True, slots=True)
class Trade:
    """One row: the event that it is to a ledger, and what it says of itself.

    Attributes:
        currency: "" where the table tells none.
    """

    event: Event
    action: Action
    currency: str
    source: Source


@dataclass(frozen=True, slots=True)
class Trades:
    """What a table tells in the order of its rows, and a sentence for what was left out."""

    found: tuple[Trade, ...]
    currency: str
    notes: tuple[str, ...]


def read_trades(table: Table, as_of: date) -> Trades:
    """Return the trades of an open table up to and with `as_of`.

    Raises:
        BadRows: cells that can't be, or several currencies; MarketDataError: the table can't be
            read.
    """
    found: list[Trade] = []
    faults: list[Fault] = []
    unread: Counter[str] = Counter()
    later = 0
    for record in table.records():
        if all(missing(value) for value in record.cells.values()) or _remark(record):
            continue
        try:
            trade = _trade(record, table)
        except Rejected as error:
            faults.append(error.fault(table, record))
            continue
        if trade is None:
            unread[str(record["action"]).strip()] += 1
        elif trade.event.day > as_of:
            later += 1
        else:
            found.append(trade)
    faults += [*same_ids(table), *_currencies(found, table)]
    if faults:
        raise BadRows(faults)
    notes = [f"{table.name}: {n} rows are no trade: {quoted(name)}" for name, n in unread.items()]
    if later:
        notes.append(f"{table.name}: {counted(later, 'trade')} after {as_of} left out")
    told = {one.currency for one in found} - {""}
    if "id" not in table.fields:
        notes += alike((one.event, one.source) for one in found)
    return Trades(tuple(found), min(told, default="USD"), tuple(notes))


def _remark(record: Record) -> bool:
    """Return whether the row is a line of text that a broker ends its file with."""
    return all(missing(record[field]) for field in ("action", "symbol", "quantity", "price"))


def _trade(record: Record, table: Table) -> Trade | None:
    try:
        said = words(record["action"]) | words(record["side"])
        done = action(said | ended(words(record["code"])))
    except BadCell as error:
        raise Rejected("action", str(error), record["action"]) from error
    if done is None:
        return None
    currency = record["currency"]
    return Trade(
        _event(record, done, table),
        done,
        "" if missing(currency) else str(currency).strip().upper(),
        record.source,
    )


def _event(record: Record, done: Action, table: Table) -> Event:
    day = _day(record)

    def amount(field: str) -> float | None:
        return amount_of(record, field, table.commas_are_thousands)

    instrument = _instrument(record, amount("strike"), amount("multiplier"))
    if done.verb in ("dividend", "split"):
        if not isinstance(instrument, Stock):
            raise Rejected(
                "symbol", f"a stock's symbol, as the row is a {done.verb}", _said(record)
            )
        if done.verb == "split":
            return Split(day, instrument.symbol, ratio(record["ratio"]))
        if (cash := amount("amount")) is None:
            raise Rejected(
                "amount",
                "the dividend's cash in all (usual name of the column: amount)",
                record["amount"],
            )
        return Received(day, instrument.symbol, cash)
    quantity = _quantity(record, done, amount("quantity"))
    fees = sum(abs(amount(field) or 0.0) for field in ("fees", "commission"))
    if done.verb == "trade" or (isinstance(instrument, Stock) and done.verb != "expired"):
        side = _side(record, done, quantity)
        price, fees = paid(record, table, instrument, abs(quantity), side, fees)
        return Filled(day, instrument, side * abs(quantity), price, fees)
    if not isinstance(instrument, Option):
        raise Rejected("symbol", f"an option's symbol, as it is {done.verb}", _said(record))
    if done.verb == "expired":
        return Expired(day, instrument, abs(quantity))
    return Exercised(day, instrument, abs(quantity), fees)


def _day(record: Record) -> date:
    """Return the day on which it was done: the latter of `01/21/2025 as of 01/17/2025`."""
    text = str(record["day"])
    done = text.lower().partition(" as of ")[2].strip()
    said = Record({**record.cells, "day": done}, record.source) if done else record
    if (day := day_of(said, "day")) is None:
        raise Rejected("day", "a day such as 2025-01-17", record["day"])
    return day


def _instrument(record: Record, strike: float | None, multiplier: float | None) -> Instrument:
    found, note = instrument_of(record, strike, multiplier)
    if note:
        raise Rejected("symbol", f"a plain contract: {note}", _said(record))
    if isinstance(found, Stock) and {"put", "call"} & words(record["description"]):
        named = occ.parse(str(record["description"]))
        if named is None or named.adjusted:
            expected = "an option's symbol as OCC writes, as the description names a put or call"
            raise Rejected("symbol", expected, _said(record))
        return named.option()
    return found


def _quantity(record: Record, done: Action, quantity: float | None) -> float:
    if quantity is None or quantity == 0.0:
        raise Rejected("quantity", "a number of contracts or shares, not 0", record["quantity"])
    if done.side == "buy" and quantity < 0.0 and done.verb == "trade":
        raise Rejected("quantity", "a number above 0, as the action buys", record["quantity"])
    return quantity


def _side(record: Record, done: Action, quantity: float) -> float:
    """Return 1 for a purchase, -1 for a sale; shares that an option delivered tell it by sign."""
    if done.side:
        return 1.0 if done.side == "buy" else -1.0
    signed = str(record["quantity"]).strip()[:1] in ("-", "+", "(")
    if not signed and quantity > 0.0:
        expected = f"{EXPECTED}: whether shares {done.verb} were bought or sold is not said"
        raise Rejected("action", expected, record["action"])
    return 1.0 if quantity > 0.0 else -1.0


def _said(record: Record) -> object:
    return record["symbol"]


def _currencies(found: Iterable[Trade], table: Table) -> Iterator[Fault]:
    first: Trade | None = None
    for one in found:
        if not one.currency:
            continue
        first = first or one
        if one.currency != first.currency:
            expected = (
                f"{first.currency}, as in row {first.source.row}: amounts of several currencies "
                "are not summed; keep a table for each"
            )
            column = f'"{table.names["currency"]}"'
            yield Fault(table.name, one.source.row, column, quoted(one.currency), expected)
