"""What rows of positions and of trades have alike: their contract, amounts, days and ids.

Rejected    a cell can't be; becomes the fault of its row
"""

from collections.abc import Hashable, Iterable, Iterator
from datetime import date
from typing import Final

from engine.market import occ
from engine.market.book import Instrument, Option, Source, Stock
from engine.market.reading.cells import BadCell, day, missing, number, option_kind, words
from engine.market.reading.errors import Fault, quoted
from engine.market.reading.tables import Record, Table

_STOCK: Final = frozenset("stock stocks equity equities share shares etf common".split())


class Rejected(Exception):
    """The cell of a field is not what it has to be."""

    def __init__(self, field: str, expected: str, value: object) -> None:
        super().__init__(expected)
        self.field = field
        self.expected = expected
        self.value = value

    def fault(self, table: Table, record: Record) -> Fault:
        """Return it with its place."""
        column = table.names.get(self.field, self.field)
        row = record.source.row
        return Fault(table.name, row, f'"{column}"', quoted(self.value), self.expected)


def amount_of(record: Record, field: str, commas_are_thousands: bool) -> float | None:
    """Return the number in a cell, None if it is empty.

    Raises:
        Rejected: it is no number.
    """
    value = record[field]
    if missing(value):
        return None
    try:
        return number(value, commas_are_thousands=commas_are_thousands)
    except BadCell as error:
        raise Rejected(field, str(error), value) from error


def instrument_of(
    record: Record, strike: float | None, multiplier: float | None
) -> tuple[Instrument, str]:
    """Return what the row is about, by its symbol or its columns, and what had to be assumed.

    Raises:
        Rejected: it can't be told for sure.
    """
    text = "" if missing(record["symbol"]) else str(record["symbol"]).strip()
    if not text:
        raise Rejected("symbol", "a stock's or an option's symbol", record["symbol"])
    if multiplier is not None and multiplier <= 0.0:
        raise Rejected("multiplier", "a number above 0", record["multiplier"])
    symbol = occ.parse(text)
    if symbol is not None:
        return _of_symbol(record, symbol, multiplier)
    said = words(record["kind"]) | words(record["side"])
    named = sorted({"put", "call", "p", "c"} & said)
    if strike is None and missing(record["expiry"]) and (_STOCK & said or not named):
        if not _is_ticker(text):
            raise Rejected("symbol", "a stock's symbol or an option's as OCC writes", text)
        return Stock(text.upper()), ""
    return _of_columns(record, text, strike, multiplier, named)


def _of_symbol(record: Record, symbol: occ.Symbol, multiplier: float | None) -> tuple[Option, str]:
    if symbol.adjusted and multiplier is None:
        raise Rejected(
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
        raise Rejected("strike", "a strike above 0, as the row is an option", record["strike"])
    if len(named) != 1:
        raise Rejected("kind", "put or call, as the row is an option", record["kind"])
    expiry = day_of(record, "expiry")
    if expiry is None:
        raise Rejected("expiry", "a day, as the row is an option", record["expiry"])
    underlying = record["underlying"]
    root = text if missing(underlying) else str(underlying)
    size = occ.MULTIPLIER if multiplier is None else multiplier
    return Option(root.strip().upper(), expiry, option_kind(named[0]), strike, size), ""


def day_of(record: Record, field: str) -> date | None:
    """Return the day in a cell, None if it is empty.

    Raises:
        Rejected: it is no day.
    """
    value = record[field]
    if missing(value):
        return None
    try:
        return day(value)
    except BadCell as error:
        raise Rejected(field, str(error), value) from error


def _is_ticker(text: str) -> bool:
    bare = text.replace(".", "").replace("-", "").replace("/", "").replace("*", "")
    return bare.isalnum() and bare.isascii() and len(text) <= 12 and not bare.isdigit()


def same_ids(table: Table) -> Iterator[Fault]:
    """Yield a fault for each row whose id another row has."""
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


def alike(rows: Iterable[tuple[Hashable, Source]]) -> Iterator[str]:
    """Yield one note on rows that are alike in everything: copies, or equal lots or fills."""
    seen: dict[Hashable, Source] = {}
    again = [(source, seen[row]) for row, source in rows if seen.setdefault(row, source) != source]
    if again:
        (source, first), more = again[0], len(again) - 1
        rest = f", and {more} more are like earlier ones; all" if more else "; both"
        yield f"{source}: the same as row {first.row}{rest} are counted"
