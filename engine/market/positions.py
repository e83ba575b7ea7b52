"""Positions from a table's rows: signs, multipliers and contracts, strictly.

A quantity keeps the sign it has; a word such as "Short" or "Sell" makes an unsigned one negative
and must not contradict a signed one. Rows that are no position (cash, totals, closed positions) and
contracts that have expired are left out with a note; anything else that can't be read is an error
that names its cell.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.market import occ
from engine.market.book import Option, Position
from engine.market.columns import squeezed
from engine.market.reading.cells import missing, words
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

_SHORT: Final = frozenset("short sell sold sto sld written write covered secured csp".split())
_LONG: Final = frozenset("long buy bought bto bot".split())
_NO_POSITION: Final = frozenset("cash total totals pending futures money sweep".split())
_NO_NUMBER: Final = frozenset(("nan", "null", "none", "n/a"))
_NO_SATURDAYS: Final = date(2015, 2, 1)  # until then options expired on Saturdays
_CLOSED: Final = frozenset("closed expired assigned exercised rolled inactive".split())


@dataclass(frozen=True, slots=True)
class Positions:
    """What a table holds, and a sentence for everything that was left out or assumed."""

    held: tuple[Position, ...]
    notes: tuple[str, ...]


def read_positions(table: Table, as_of: date) -> Positions:
    """Return the positions of an open table.

    Raises:
        BadRows: cells that can't be; MarketDataError: the table can't be read.
    """
    held: list[Position] = []
    notes: list[str] = []
    faults: list[Fault] = []
    for record in table.records():
        try:
            why = _no_position(record)
            if why is None:
                position, note = _position(record, table.commas_are_thousands)
                why = _expired(position, as_of)
                if why is None:
                    held.append(position)
                    said = [note, *_doubts(record, position, as_of)]
                    notes += [f"{record.source}: {one}" for one in said if one]
            if why is not None:
                notes += [f"{record.source}: {why}"] if why else []
        except Rejected as error:
            faults.append(error.fault(table, record))
    faults += same_ids(table)
    if faults:
        raise BadRows(faults)
    return Positions(
        tuple(held), (*_paid(table), *notes, *alike((_lot(one), one.source) for one in held))
    )


def _paid(table: Table) -> Iterator[str]:
    """Yield a note where a column that says only "price" is taken for what was paid."""
    if squeezed(column := table.names.get("price", "")) == "price":
        yield f'{table.name}: the column "{column}" is taken for the price paid a share'


def _no_position(record: Record) -> str | None:
    """Return why the row is left out ("" for a blank one), or None: it is a position."""
    if all(missing(value) for value in record.cells.values()):
        return ""
    if _CLOSED & words(record["status"]):
        return f"left out: its status is {quoted(record['status'])}"
    symbol = record["symbol"]
    if missing(record["quantity"]) and (missing(symbol) or _NO_POSITION & words(symbol)):
        return f"left out, no position: {quoted(symbol)}"
    text = "" if symbol is None else str(symbol)
    if missing(record["quantity"]) and text.count(" ") > 3 and occ.parse(text) is None:
        return f"left out, a remark: {quoted(symbol)}"
    return None


def _position(record: Record, commas_are_thousands: bool) -> tuple[Position, str]:
    """Return the row's position and what had to be assumed of it."""

    def amount(field: str) -> float | None:
        return amount_of(record, field, commas_are_thousands)

    instrument, note = instrument_of(record, amount("strike"), amount("multiplier"))
    quantity = _signed(record, amount("quantity"))
    if isinstance(instrument, Option) and quantity != round(quantity):
        raise Rejected("quantity", "a whole number of contracts", record["quantity"])
    price = amount("price")
    cost = amount("cost")
    if price is not None and price < 0.0 and quantity < 0.0:
        price = -price  # some brokers give the price of what was sold its sign
    if price is not None and price < 0.0:
        raise Rejected("price", "a price of 0 or more", record["price"])
    if price is None and cost is not None:
        size = instrument.multiplier if isinstance(instrument, Option) else 1.0
        price = abs(cost) / (abs(quantity) * size)
    currency = record["currency"]
    return (
        Position(
            instrument,
            quantity,
            price,
            day_of(record, "opened"),
            "USD" if missing(currency) else str(currency).strip().upper(),
            record.source,
        ),
        note,
    )


def _doubts(record: Record, position: Position, as_of: date) -> Iterator[str]:
    """Yield what of a row is taken as it stands, though it can hardly be meant."""
    if position.opened is not None and position.opened > as_of:
        yield f"opened on {position.opened}, after the day of valuation {as_of}"
    held = position.instrument
    if isinstance(held, Option) and held.expiry >= _NO_SATURDAYS and held.expiry.weekday() > 4:
        yield f"expires on {held.expiry}, a {held.expiry:%A}: no exchange is open then"
    said = record["price"]
    if isinstance(said, str) and said.strip().lower() in _NO_NUMBER:
        yield f"the price paid is {quoted(said)}: not known, and no gain with it"


def _signed(record: Record, quantity: float | None) -> float:
    if quantity is None or quantity == 0.0:
        raise Rejected("quantity", "a number of contracts or shares, not 0", record["quantity"])
    said = words(record["side"])
    short, long = bool(_SHORT & said), bool(_LONG & said)
    if short and long:
        raise Rejected("side", "either short or long", record["side"])
    if long and quantity < 0.0:
        raise Rejected("quantity", "a number above 0, as the side is long", record["quantity"])
    return -abs(quantity) if short else quantity


def _expired(position: Position, as_of: date) -> str | None:
    instrument = position.instrument
    if isinstance(instrument, Option) and instrument.expiry < as_of:
        return (
            f"left out: {instrument.underlying} {instrument.strike:g} {instrument.kind} expired on "
            f"{instrument.expiry}; what became of it must stand in a row of its own"
        )
    return None


def _lot(one: Position) -> Hashable:
    return one.instrument, one.quantity, one.price, one.opened, one.currency
