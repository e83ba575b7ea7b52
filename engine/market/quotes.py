"""Quotes of one underlying's options, and of its stock, out of a table of any length.

A chain of millions of rows is narrowed down inside DuckDB: only the underlying that is asked for,
nothing after the day that is valued at, and of each contract the newest moment. What comes back is
as much as there are contracts. A row that can't be (a crossed market, a price below 0, no number)
is left out and counted: one bad quote of a feed refuses nobody the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from engine.market import occ
from engine.market.book import Instrument, Option, Quote, Source, Stock
from engine.market.reading_cells import BadCell, day, missing, number, option_kind
from engine.market.reading_errors import BadRows, Fault, MarketDataError, quoted
from engine.market.reading_tables import ROW, Record, Table

_KEY: Final = ("symbol", "underlying", "kind", "strike", "expiry")
MOST: Final = 200_000
"""Contracts of one underlying; more than any chain has."""

_FIELDS: Final = (
    "symbol underlying kind strike expiry multiplier bid ask last volatility open_interest volume "
    "moment"
).split()


@dataclass(frozen=True, slots=True)
class Quotes:
    """What a table says of some underlyings, and a sentence for what was left out.

    Attributes:
        newest: the latest day among the quotes; None where the table tells no day.
    """

    found: tuple[Quote, ...]
    newest: date | None
    notes: tuple[str, ...]


def read_quotes(table: Table, tickers: Sequence[str], as_of: date) -> Quotes:
    """Return the newest quote of each contract on the tickers, and of the stocks themselves.

    Raises:
        MarketDataError: the table can't be read, or holds too many contracts.
        BadRows: two rows quote one contract differently and nothing tells which is newer.
    """
    records, unknown = _narrowed(table, tickers, as_of)
    kept: dict[Instrument, Quote] = {}
    faults: list[str] = []
    newest: date | None = None
    for record in records:
        try:
            quote, moment = _quote(record, table.commas_are_thousands)
        except BadCell as error:
            faults.append(f"{record.source}: {error}")
            continue
        if _expired(quote.instrument, as_of):
            continue
        newest = moment if newest is None or (moment and moment > newest) else newest
        _keep(kept, quote, table)
    notes = []
    if faults:
        more = f", and {len(faults) - 1} more rows" if len(faults) > 1 else ""
        notes.append(f"left out: {faults[0]}{more}")
    if unknown:
        column = table.names["moment"]
        notes.append(f'{table.name}: {unknown} rows whose "{column}" is no moment are left out')
    return Quotes(tuple(kept.values()), newest, tuple(notes))


def _narrowed(table: Table, tickers: Sequence[str], as_of: date) -> tuple[list[Record], int]:
    """Return the rows that are about the tickers, of each contract the newest.

    The second number is of rows whose moment can't be read: nobody knows whether they are newest.
    """
    fields = [field for field in _FIELDS if field in table.fields]
    cells = [table.fields[field] for field in fields]
    where, parameters = _about(table, tickers)
    if "moment" not in table.fields:
        chosen, rest = [ROW, "0", *cells], ""
    else:
        moment = _moment(table.fields["moment"])
        key = [table.fields[field] for field in fields if field in _KEY]
        newest = [cell if cell in key else f"arg_max({cell}, {moment})" for cell in cells]
        unread = f"count(*) FILTER (WHERE {moment} IS NULL)"
        chosen = [f"arg_max({ROW}, {moment})", unread, *newest]
        end = (as_of + timedelta(days=1)).isoformat()
        where += f" AND ({moment} < TIMESTAMP '{end}' OR {moment} IS NULL)"
        rest = f" GROUP BY {', '.join(key)}"
    sql = f"SELECT {', '.join(chosen)} FROM {table.numbered} WHERE {where}{rest} LIMIT {MOST + 1}"
    rows = table.run(sql, (*table.parameters, *parameters))
    if len(rows) > MOST:
        raise MarketDataError(
            f"{table.name} has more than {MOST} quotes of {', '.join(tickers)}",
            "quotes of several moments need a column that tells the moment",
        )
    unknown = sum(row[1] for row in rows if isinstance(row[1], int))
    return [_record(table, fields, row) for row in rows if row[0] is not None], unknown


def _record(table: Table, fields: Sequence[str], row: tuple[object, ...]) -> Record:
    place = row[0] if isinstance(row[0], int) else None
    return Record(dict(zip(fields, row[2:], strict=True)), Source(table.name, place))


def _moment(column: str) -> str:
    text = f"CAST({column} AS VARCHAR)"
    written = "['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M', '%m/%d/%Y', '%Y%m%d']"
    return f"coalesce(TRY_CAST({text} AS TIMESTAMP), try_strptime({text}, {written}))"


def _about(table: Table, tickers: Sequence[str]) -> tuple[str, list[str]]:
    """Return the condition that a row is about one of the tickers.

    Where a symbol may be an option's, its root is what stands before the first digit.
    """
    names = [ticker.upper() for ticker in tickers]
    column = f"CAST({table.fields.get('underlying', table.fields['symbol'])} AS VARCHAR)"
    root = rf"regexp_extract(upper({column}), '^\s*(?:O:|[-.])?([A-Z./]+)', 1)"
    marks = ", ".join("?" for _ in names)
    if "underlying" in table.fields or {"strike", "expiry"} <= set(table.fields):
        # Mostly a plain symbol, which is cheaper to compare; a long one is an option's.
        plain = f"upper(trim({column})) IN ({marks})"
        return f"({plain} OR (length({column}) > 8 AND {root} IN ({marks})))", names * 2
    return f"{root} IN ({marks})", names


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


def _keep(kept: dict[Instrument, Quote], quote: Quote, table: Table) -> None:
    other = kept.setdefault(quote.instrument, quote)
    alike = (other.bid, other.ask, other.last, other.volatility)
    if other is not quote and alike != (quote.bid, quote.ask, quote.last, quote.volatility):
        raise BadRows(
            [
                Fault(
                    table.name,
                    None,
                    f'"{table.names["symbol"]}"',
                    f"{_named(quote.instrument)} twice, with different prices",
                    "one row for each contract, or a column that tells which is newer",
                )
            ]
        )


def _named(instrument: Instrument) -> str:
    if isinstance(instrument, Stock):
        return instrument.symbol
    return f"{instrument.underlying} {instrument.expiry} {instrument.strike:g} {instrument.kind}"
