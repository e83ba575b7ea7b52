"""Positions from a table's rows: signs, multipliers and contracts, strictly.

A quantity keeps the sign it has; a word such as "Short" or "Sell" makes an unsigned one negative
and must not contradict a signed one. Rows that are no position (cash, totals, closed positions) and
contracts that have expired are left out with a note; anything else that can't be read is an error
that names its cell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.market import occ
from engine.market.book import Instrument, Option, Position, Source, Stock
from engine.market.reading_cells import BadCell, day, missing, number, option_kind, words
from engine.market.reading_errors import BadRows, Fault, quoted
from engine.market.reading_tables import Record, Table

_SHORT: Final = frozenset("short sell sold sto sld written write covered secured csp".split())
_LONG: Final = frozenset("long buy bought bto bot".split())
_NO_POSITION: Final = frozenset("cash total totals pending futures money sweep".split())
_CLOSED: Final = frozenset("closed expired assigned exercised rolled inactive".split())
_STOCK: Final = frozenset("stock stocks equity equities share shares etf common".split())


@dataclass(frozen=True, slots=True)
class Positions:
    """What a table holds, and a sentence for everything that was left out or assumed."""

    held: tuple[Position, ...]
    notes: tuple[str, ...]


class _Rejected(Exception):
    def __init__(self, field: str, expected: str, value: object) -> None:
        super().__init__(expected)
        self.field = field
        self.expected = expected
        self.value = value


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
                    notes += [f"{record.source}: {note}"] if note else []
            if why is not None:
                notes += [f"{record.source}: {why}"] if why else []
        except _Rejected as error:
            column = table.names.get(error.field, error.field)
            row = record.source.row
            found = quoted(error.value)
            faults.append(Fault(table.name, row, f'"{column}"', found, error.expected))
    faults += _same_ids(table)
    if faults:
        raise BadRows(faults)
    return Positions(tuple(held), (*notes, *_twins(held)))


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
        value = record[field]
        if missing(value):
            return None
        try:
            return number(value, commas_are_thousands=commas_are_thousands)
        except BadCell as error:
            raise _Rejected(field, str(error), value) from error

    instrument, note = _instrument(record, amount("strike"), amount("multiplier"))
    quantity = _signed(record, amount("quantity"))
    price = amount("price")
    cost = amount("cost")
    if price is not None and price < 0.0 and quantity < 0.0:
        price = -price  # some brokers give the price of what was sold its sign
    if price is not None and price < 0.0:
        raise _Rejected("price", "a price of 0 or more", record["price"])
    if price is None and cost is not None:
        size = instrument.multiplier if isinstance(instrument, Option) else 1.0
        price = abs(cost) / (abs(quantity) * size)
    currency = record["currency"]
    return (
        Position(
            instrument,
            quantity,
            price,
            _day(record, "opened"),
            "USD" if missing(currency) else str(currency).strip().upper(),
            record.source,
        ),
        note,
    )


def _signed(record: Record, quantity: float | None) -> float:
    if quantity is None or quantity == 0.0:
        raise _Rejected("quantity", "a number of contracts or shares, not 0", record["quantity"])
    said = words(record["side"])
    short, long = bool(_SHORT & said), bool(_LONG & said)
    if short and long:
        raise _Rejected("side", "either short or long", record["side"])
    if long and quantity < 0.0:
        raise _Rejected("quantity", "a number above 0, as the side is long", record["quantity"])
    return -abs(quantity) if short else quantity


def _instrument(
    record: Record, strike: float | None, multiplier: float | None
) -> tuple[Instrument, str]:
    text = "" if missing(record["symbol"]) else str(record["symbol"]).strip()
    if not text:
        raise _Rejected("symbol", "a stock's or an option's symbol", record["symbol"])
    if multiplier is not None and multiplier <= 0.0:
        raise _Rejected("multiplier", "a number above 0", record["multiplier"])
    symbol = occ.parse(text)
    if symbol is not None:
        return _of_symbol(record, symbol, multiplier)
    said = words(record["kind"]) | words(record["side"])
    named = sorted({"put", "call", "p", "c"} & said)
    if strike is None and missing(record["expiry"]) and (_STOCK & said or not named):
        if not _is_ticker(text):
            raise _Rejected("symbol", "a stock's symbol or an option's as OCC writes", text)
        return Stock(text.upper()), ""
    return _of_columns(record, text, strike, multiplier, named)


def _of_symbol(record: Record, symbol: occ.Symbol, multiplier: float | None) -> tuple[Option, str]:
    if symbol.adjusted and multiplier is None:
        raise _Rejected(
            "multiplier",
            f"what an adjusted contract ({symbol.root}) delivers; its symbol doesn't say",
            record["multiplier"],
        )
    note = f"{symbol.root} is an adjusted contract, valued as plain" if symbol.adjusted else ""
    return symbol.option(occ.MULTIPLIER if multiplier is None else multiplier), note


def _of_columns(
    record: Record, text: str, strike: float | None, multiplier: float | None, named: list[str]
) -> tuple[Option, str]:
    if strike is None or strike <= 0.0:
        raise _Rejected("strike", "a strike above 0, as the row is an option", record["strike"])
    if len(named) != 1:
        raise _Rejected("kind", "put or call, as the row is an option", record["kind"])
    expiry = _day(record, "expiry")
    if expiry is None:
        raise _Rejected("expiry", "a day, as the row is an option", record["expiry"])
    underlying = record["underlying"]
    root = text if missing(underlying) else str(underlying)
    size = occ.MULTIPLIER if multiplier is None else multiplier
    return Option(root.strip().upper(), expiry, option_kind(named[0]), strike, size), ""


def _day(record: Record, field: str) -> date | None:
    value = record[field]
    if missing(value):
        return None
    try:
        return day(value)
    except BadCell as error:
        raise _Rejected(field, str(error), value) from error


def _is_ticker(text: str) -> bool:
    bare = text.replace(".", "").replace("-", "").replace("/", "").replace("*", "")
    return bare.isalnum() and bare.isascii() and len(text) <= 12 and not bare.isdigit()


def _expired(position: Position, as_of: date) -> str | None:
    instrument = position.instrument
    if isinstance(instrument, Option) and instrument.expiry < as_of:
        return (
            f"left out: {instrument.underlying} {instrument.strike:g} {instrument.kind} expired on "
            f"{instrument.expiry}; what became of it must stand in a row of its own"
        )
    return None


def _twins(held: Iterable[Position]) -> Iterator[str]:
    """Yield a note for rows that are alike in everything: a copy, or two equal lots."""
    seen: dict[tuple[object, ...], Source] = {}
    for one in held:
        key = (one.instrument, one.quantity, one.price, one.opened, one.currency)
        if key in seen:
            yield f"{one.source}: the same as row {seen[key].row}; both are counted"
        seen.setdefault(key, one.source)


def _same_ids(table: Table) -> Iterator[Fault]:
    if "id" not in table.fields:
        return
    seen: dict[str, int | None] = {}
    for record in table.records():
        if missing(value := record["id"]):
            continue
        if (name := str(value)) in seen:
            expected = f"an id of its own; row {seen[name]} has it too"
            row = record.source.row
            yield Fault(table.name, row, f'"{table.names["id"]}"', quoted(value), expected)
        seen.setdefault(name, record.source.row)
