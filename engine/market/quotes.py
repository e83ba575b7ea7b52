"""Quotes of one underlying's options, and of its stock, out of a table of any length.

A chain of millions of rows is narrowed down inside DuckDB: only the underlying that is asked for,
nothing after the day that is valued at, and of each contract the newest moment. What comes back is
as much as there are contracts. A contract whose newest quote is days older than the table's newest
is no market of that day and is left out. A row that can't be (a crossed market, a price below 0, no
number) is left out and counted: one bad quote of a feed refuses nobody the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.evidence import counted
from engine.market import occ
from engine.market.book import Instrument, Option, Quote, Stock
from engine.market.quotes_narrowed import narrowed
from engine.market.reading.cells import BadCell, day, missing, number, option_kind
from engine.market.reading.errors import BadRows, Fault, quoted
from engine.market.reading.tables import Record, Table

_FRESH_DAYS: Final = 4  # a long weekend


@dataclass(frozen=True, slots=True)
class Quotes:
    """What a table says of some underlyings, and a sentence for what was left out.

    Attributes:
        newest: the latest day among the quotes; None where the table tells no day.
        left_out: of an instrument, why its quote isn't there.
    """

    found: tuple[Quote, ...]
    newest: date | None
    notes: tuple[str, ...]
    left_out: Mapping[Instrument, str]


def read_quotes(table: Table, tickers: Sequence[str], as_of: date) -> Quotes:
    """Return the newest quote of each contract on the tickers, and of the stocks themselves.

    Raises:
        MarketDataError: the table can't be read, or holds too many contracts.
        BadRows: two rows quote one contract differently and neither is newer.
    """
    rows = narrowed(table, tickers, as_of)
    for record in rows.rivals:
        _refuse_rivals(record, table)
    kept: dict[Instrument, Quote] = {}
    days: dict[Instrument, date] = {}
    faults: list[str] = []
    left_out: dict[Instrument, str] = {}
    newest: date | None = None
    for record in rows.records:
        try:
            quote, moment = _quote(record, table.commas_are_thousands)
        except BadCell as error:
            faults.append(f"{record.source}: {error}")
            left_out |= _unread(record, table, faults[-1])
            continue
        if _expired(quote.instrument, as_of):
            continue
        newest = moment if newest is None or (moment and moment > newest) else newest
        _keep(kept, quote, table)
        if moment:
            days[quote.instrument] = moment
    stale = dict(_stale(kept, days, newest))
    notes = _stale_notes(stale)
    left_out |= stale
    if faults:
        more = f", and {len(faults) - 1} more rows" if len(faults) > 1 else ""
        notes.append(f"left out: {faults[0]}{more}")
    if rows.later:
        notes.append(f"{table.name}: {counted(rows.later, 'quote')} after {as_of} left out")
    if rows.unknown:
        of = f'whose "{table.names["moment"]}" is no moment'
        notes.append(f"{table.name}: {counted(rows.unknown, 'row')} {of} left out")
    return Quotes(tuple(kept.values()), newest, tuple(notes), left_out)


def _unread(record: Record, table: Table, why: str) -> dict[Instrument, str]:
    """Return the instrument of a row that can't be, with the reason, if it can be told."""
    try:
        return {_instrument(record, table.commas_are_thousands): why}
    except BadCell:
        return {}


def _stale(
    kept: dict[Instrument, Quote], days: Mapping[Instrument, date], newest: date | None
) -> Iterator[tuple[Instrument, str]]:
    """Drop quotes that are much older than the newest one, and yield each one's reason."""
    for one, day_ in days.items():
        if newest is not None and (newest - day_).days > _FRESH_DAYS:
            quote = kept.pop(one)
            yield one, f"{quote.source}: {_named(one)} was quoted last on {day_}"


def _stale_notes(stale: Mapping[Instrument, str]) -> list[str]:
    if not stale:
        return []
    more = f", and {len(stale) - 1} more quotes" if len(stale) > 1 else ""
    first = next(iter(stale.values()))
    return [f"left out: {first}, more than {_FRESH_DAYS} days before the newest{more}"]


def _quote(record: Record, commas_are_thousands: bool) -> tuple[Quote, date | None]:
    """Return the row's quote and its day.

    Raises:
        BadCell: it can't be a quote; the text says what and why.
    """
    instrument = _instrument(record, commas_are_thousands)

    def amount(field: str, most: float = 1e9) -> float | None:
        value = record[field]
        if missing(value):
            return None
        try:
            found = number(value, commas_are_thousands=commas_are_thousands)
        except BadCell as error:
            raise BadCell(f"{field} is {quoted(value)}, expected {error}") from error
        if not 0.0 <= found <= most:
            raise BadCell(f"{field} is {quoted(value)}, expected 0 to {most:g}")
        return found

    bid, ask = amount("bid"), amount("ask")
    if bid is not None and ask is not None and bid > ask:
        raise BadCell(f"crossed: bid {bid:g} is above ask {ask:g}")
    interest, volume = amount("open_interest", 1e12), amount("volume", 1e12)
    quote = Quote(
        instrument,
        bid=bid,
        ask=ask,
        last=amount("last"),
        volatility=amount("volatility", 10.0) or None,
        open_interest=None if interest is None else int(interest),
        volume=None if volume is None else int(volume),
        source=record.source,
    )
    moment = record["moment"]
    return quote, None if missing(moment) else _moment_day(moment)


def _moment_day(moment: object) -> date:
    try:
        return day(moment)
    except BadCell as error:
        raise BadCell(f"moment is {quoted(moment)}, expected {error}") from error


def _instrument(record: Record, commas_are_thousands: bool) -> Instrument:
    text = "" if missing(record["symbol"]) else str(record["symbol"]).strip()
    symbol = occ.parse(text)
    if symbol is not None:
        if symbol.adjusted:
            raise BadCell(f"{symbol.root} is an adjusted contract; what it delivers is not known")
        return symbol.option(_multiplier(record, commas_are_thousands))
    if missing(record["strike"]) and missing(record["expiry"]):
        if not text or any(letter.isdigit() for letter in text):
            raise BadCell(f"symbol is {quoted(text)}, expected a stock's or an option's")
        return Stock(text.upper())
    underlying = text if missing(record["underlying"]) else str(record["underlying"]).strip()
    try:
        strike = number(record["strike"], commas_are_thousands=commas_are_thousands)
        expiry, kind = day(record["expiry"]), option_kind(record["kind"])
    except BadCell as error:
        raise BadCell(f"the contract of {quoted(text)} can't be read: expected {error}") from error
    if strike <= 0.0:
        raise BadCell(f"strike is {strike:g}, expected a number above 0")
    return Option(
        underlying.upper(), expiry, kind, strike, _multiplier(record, commas_are_thousands)
    )


def _multiplier(record: Record, commas_are_thousands: bool) -> float:
    if missing(record["multiplier"]):
        return occ.MULTIPLIER
    found = number(record["multiplier"], commas_are_thousands=commas_are_thousands)
    if found <= 0.0:
        raise BadCell(f"multiplier is {found:g}, expected a number above 0")
    return found


def _expired(instrument: Instrument, as_of: date) -> bool:
    return isinstance(instrument, Option) and instrument.expiry < as_of


def _refuse_rivals(record: Record, table: Table) -> None:
    try:
        quote, _ = _quote(record, table.commas_are_thousands)
    except BadCell:  # left out and told with the others
        return
    raise _twice(quote.instrument, table, str(record["moment"]))


def _keep(kept: dict[Instrument, Quote], quote: Quote, table: Table) -> None:
    other = kept.setdefault(quote.instrument, quote)
    alike = (other.bid, other.ask, other.last, other.volatility)
    if other is not quote and alike != (quote.bid, quote.ask, quote.last, quote.volatility):
        raise _twice(quote.instrument, table, "")


def _twice(instrument: Instrument, table: Table, moment: str) -> BadRows:
    when = f" at {moment}" if moment else ""
    newer = "" if moment else ", or a column that tells which is newer"
    return BadRows(
        [
            Fault(
                table.name,
                None,
                f'"{table.names["symbol"]}"',
                f"{_named(instrument)} twice{when}, with different prices",
                f"one row for each contract{' and moment' if moment else newer}",
            )
        ]
    )


def _named(instrument: Instrument) -> str:
    if isinstance(instrument, Stock):
        return instrument.symbol
    return f"{instrument.underlying} {instrument.expiry} {instrument.strike:g} {instrument.kind}"
