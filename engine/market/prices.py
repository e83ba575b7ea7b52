"""Daily closes and dividends from a table's rows: ascending, each day once, none to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from engine.evidence import counted
from engine.market.book import DailyPrice, Dividend
from engine.market.reading.cells import BadCell, day, missing, number
from engine.market.reading.errors import BadRows, ColumnMissing, Fault, quoted
from engine.market.reading.tables import Record, Table

T = TypeVar("T")

_MOST: Final = 1e9  # as of a quote
UNNAMED: Final = "THE STOCK"
"""The symbol of a stock that neither its table nor anything else names."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Closes of each symbol, ascending by day, and a sentence for what was left out."""

    by_symbol: dict[str, tuple[DailyPrice, ...]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dividends:
    """Dividends, ascending by day, and a sentence for what was left out."""

    paid: tuple[Dividend, ...]
    notes: tuple[str, ...]


def read_prices(table: Table, tickers: Sequence[str], as_of: date) -> Prices:
    """Return the closes of the tickers up to and with `as_of`.

    A table without a symbol column is about one stock; the only ticker asked for, then. With no
    ticker asked for, all that there is is returned.

    Raises:
        BadRows: a cell can't be, or a day stands twice with different closes.
        ColumnMissing: several tickers are asked for and nothing tells whose price it is.
        MarketDataError: the table can't be read.
    """
    notes: list[str] = []
    faults: list[Fault] = []
    days: dict[str, dict[date, DailyPrice]] = {}
    later = empty = 0
    for record in _of(table, tickers):
        if missing(record["close"]):
            empty += 1
            continue
        price = _price(record, _symbol(record, tickers), table, faults)
        if price is None:
            continue
        if price.day > as_of:
            later += 1
            continue
        known = days.setdefault(price.symbol, {})
        if price.day in known and known[price.day].close != price.close:
            found = f"{price.close:g}, and {known[price.day].close:g} in another row of {price.day}"
            faults.append(_fault(table, record, "close", found, "one close a day"))
        known.setdefault(price.day, price)
    if faults:
        raise BadRows(faults)
    if later:
        notes.append(f"{table.name}: {counted(later, 'price')} after {as_of} left out")
    if empty:
        notes.append(f"{table.name}: {counted(empty, 'row')} without a close left out")
    ordered = {symbol: tuple(one[when] for when in sorted(one)) for symbol, one in days.items()}
    return Prices(ordered, tuple(notes))


def read_dividends(table: Table, tickers: Sequence[str]) -> Dividends:
    """Return the dividends of the tickers, those to come included.

    Raises:
        BadRows: a cell can't be; ColumnMissing: as in `read_prices`.
    """
    faults: list[Fault] = []
    paid: dict[tuple[str, date, float], Dividend] = {}
    twice = 0
    for record in _of(table, tickers):
        if all(missing(value) for value in record.cells.values()):
            continue
        when = _cell(record, "ex_date", day, table, faults)
        amount = _amount(record, "amount", table, faults)
        if when is None or amount is None:
            continue
        if amount <= 0.0:
            found = quoted(record["amount"])
            faults.append(_fault(table, record, "amount", found, "an amount above 0"))
            continue
        dividend = Dividend(_symbol(record, tickers), when, amount, record.source)
        key = (dividend.symbol, when, amount)
        twice += key in paid
        paid.setdefault(key, dividend)
    if faults:
        raise BadRows(faults)
    notes = (
        [f"{table.name}: {counted(twice, 'dividend')} stood there twice, counted once"]
        if twice
        else []
    )
    ordered = sorted(paid.values(), key=lambda one: (one.ex_date, one.symbol))
    return Dividends(tuple(ordered), tuple(notes))


def _of(table: Table, tickers: Sequence[str]) -> list[Record]:
    if "symbol" not in table.fields:
        if len(tickers) > 1:
            raise ColumnMissing(
                f"{table.name} has no column that tells the symbol, so it is of one stock, and the "
                f"book is about {', '.join(tickers)}",
                "say which it is with [market] ticker, or name the column: [market] columns = "
                '{ "symbol" = "…" }',
            )
        return list(table.records())
    return list(table.records(tickers) if tickers else table.records())


def _symbol(record: Record, tickers: Sequence[str]) -> str:
    symbol = record["symbol"]
    if not missing(symbol):
        return str(symbol).strip().upper()
    return tickers[0].upper() if tickers else UNNAMED


def _price(record: Record, symbol: str, table: Table, faults: list[Fault]) -> DailyPrice | None:
    when = _cell(record, "day", day, table, faults)
    close = _amount(record, "close", table, faults)
    if close is not None and not 0.0 < close <= _MOST:
        expected = "a price above 0" if close <= 0.0 else f"a price of at most {_MOST:g}"
        faults.append(_fault(table, record, "close", quoted(record["close"]), expected))
        return None
    if when is None or close is None:
        return None
    others = {
        field: _amount(record, field, table, faults)
        for field in ("open", "high", "low", "volume")
        if not missing(record[field])
    }
    return DailyPrice(symbol, when, close, **others)


def _amount(record: Record, field: str, table: Table, faults: list[Fault]) -> float | None:
    def read(value: object) -> float:
        return number(value, commas_are_thousands=table.commas_are_thousands)

    return _cell(record, field, read, table, faults)


def _cell(
    record: Record, field: str, read: Callable[[object], T], table: Table, faults: list[Fault]
) -> T | None:
    try:
        return read(record[field])
    except BadCell as error:
        faults.append(_fault(table, record, field, quoted(record[field]), str(error)))
        return None


def _fault(table: Table, record: Record, field: str, found: str, expected: str) -> Fault:
    column = f'"{table.names.get(field, field)}"'
    return Fault(table.name, record.source.row, column, found, expected)
