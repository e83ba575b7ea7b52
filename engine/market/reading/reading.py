"""The whole book out of the user's files: positions first, and of the market what they need."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from engine.market.account import Account, contradictions, holdings, read_account, unended
from engine.market.book import Book, DailyPrice, Dividend, Instrument, Option, Position, Quote
from engine.market.columns import Topic
from engine.market.last_good import LastGood, Stale
from engine.market.positions import read_positions
from engine.market.prices import read_dividends, read_prices
from engine.market.quotes import read_quotes
from engine.market.reading.doubts import doubts
from engine.market.reading.errors import MarketDataError
from engine.market.reading.sources import Tables
from engine.market.reading.tables import DATABASES, Table
from engine.market.settings import Sources
from engine.store.leases.pool import Execute, Lease, Pool, StoreReadError

T = TypeVar("T")

_FRESH_DAYS: Final = 4  # a long weekend


@dataclass(frozen=True, slots=True)
class Reading:
    """A book and how old each part of it is.

    Attributes:
        newest: the latest day in quotes and prices; None where a table tells no day.
        account: what the table of trades tells; None where it wasn't asked for, or there is none.
        stale: the tables for which rows of an earlier reading stand in.
    """

    book: Book
    newest: dict[Topic, date | None]
    account: Account | None = None
    stale: tuple[Stale, ...] = ()


async def load(
    pool: Pool,
    sources: Sources,
    *,
    trades: bool = False,
    last_good: LastGood | None = None,
    untried: str = "",
) -> Reading:
    """Read the book on a lease of the pool; DuckDB works in a thread and can be cancelled.

    Args:
        trades: whether to read the table of trades, too, if there is one; without positions it
            is read in any case, and what it leaves open are the positions.
        last_good: where a database's rows are kept, to stand in when it can't be read.
        untried: why databases are not to be tried now; empty: they are.

    Raises:
        MarketDataError: see `engine.market.reading.errors`.
        StoreReadError: DuckDB itself is missing or can't be started.
    """
    async with pool.lease("the book") as lease:
        return await on(
            lease,
            lambda execute: read_book(Tables(execute, sources, last_good, untried), trades=trades),
        )


async def on(lease: Lease, work: Callable[[Execute], T]) -> T:
    """Run `work` on a lease, its own errors raised as they are.

    Raises:
        MarketDataError: `work` raised it; StoreReadError: DuckDB failed in another way.
    """
    try:
        return await lease.read(work)
    except StoreReadError as error:
        if isinstance(error.__cause__, MarketDataError):
            raise error.__cause__ from None
        raise


def read_book(tables: Tables, *, trades: bool = False) -> Reading:
    """Read all tables that there are; see `load`.

    Raises:
        MarketDataError: a table can't be read or holds what can't be.
    """
    sources = tables.sources
    by_trades = sources.places["positions"] is None
    trades = trades or by_trades
    notes = [
        f"{_shown(sources, topic)}: taken for {topic}"
        for topic in sources.assumed
        if trades or topic != "trades"
    ]
    account = None
    if trades:
        account = tables.of("trades", lambda table: read_account(table, sources.as_of))
        notes += account.notes if account else ()
    held = tables.of("positions", lambda table: read_positions(table, sources.as_of))
    positions = held.held if held else ()
    notes += held.notes if held else ()
    if by_trades and account:
        positions = holdings(account, sources.as_of)
        notes.append(f"{account.name}: positions are what its trades leave open")
        notes += unended(account, sources.as_of)
    elif not trades:
        notes += _checked(tables, positions)
    tickers = _tickers(positions, account, {sources.ticker, sources.asked} - {""})
    quotes: tuple[Quote, ...] = ()
    lacks: tuple[str, ...] = ()
    prices: dict[str, tuple[DailyPrice, ...]] = {}
    dividends: tuple[Dividend, ...] = ()
    newest: dict[Topic, date | None] = {}
    as_of = sources.as_of

    def whose(table: Table) -> list[str]:
        # A table without symbols is of one stock: the configured one, whatever else is held.
        named = [sources.ticker] if sources.ticker else tickers
        return tickers if "symbol" in table.fields else named

    if chain := tables.of("quotes", lambda table: read_quotes(table, tickers, as_of), tickers):
        quotes = chain.found
        newest |= {"quotes": chain.newest} if quotes else {}
        notes += chain.notes
        missed = [chain.left_out.get(one.instrument, "") for one in positions]
        lacks = tuple(f"a quote of what is held ({why})" for why in missed if why)
    if past := tables.of("prices", lambda table: read_prices(table, whose(table), as_of), tickers):
        prices = past.by_symbol
        newest["prices"] = max((one[-1].day for one in prices.values()), default=None)
        notes += past.notes
    if paid := tables.of("dividends", lambda table: read_dividends(table, whose(table)), tickers):
        dividends = paid.paid
        notes += paid.notes
    notes += tables.notes
    notes += doubts(positions, quotes, dividends, prices)
    notes += _gaps(sources, tickers, quotes, prices)
    if why := _outlived(sources, newest):
        quotes, lacks = (), (*lacks, f"quotes of the time ({why})")
    asked = {underlying(one) for one in positions} | {sources.asked}
    closed = {symbol: of_it[-1].day for symbol, of_it in prices.items()}
    notes += _old(sources, newest, {one: closed[one] for one in asked & closed.keys()} or closed)
    return Reading(
        Book(
            as_of=as_of,
            positions=positions,
            quotes=quotes,
            dividends=dividends,
            prices=prices,
            rate=sources.rate,
            dividend_yield=sources.dividend_yield,
            notes=tuple(notes),
            lacks=lacks,
            example=sources.example,
        ),
        newest,
        account,
        tuple(tables.stale),
    )


def _checked(tables: Tables, positions: Iterable[Position]) -> list[str]:
    """Return where trades that nobody asked for contradict the positions; of a file only."""
    place = tables.sources.places["trades"]
    # A database may be locked by who writes it, and no answer is to wait for that here.
    if place is None or place.path.suffix.lower() in DATABASES:
        return []
    try:
        account = tables.of("trades", lambda table: read_account(table, tables.sources.as_of))
    except MarketDataError as error:
        return [f"the positions are not checked against {place.shown}: {error}"]
    return list(contradictions(account, positions)) if account else []


def underlying(position: Position) -> str:
    """Return the symbol of the stock that a position is about."""
    return _symbol(position.instrument)


def _symbol(instrument: Instrument) -> str:
    return instrument.underlying if isinstance(instrument, Option) else instrument.symbol


def _tickers(held: Iterable[Position], account: Account | None, named: set[str]) -> list[str]:
    by_trades = account.ledger.lots if account else ()
    known = {underlying(position) for position in held} | {_symbol(one) for one in by_trades}
    return sorted(known | named)


def _gaps(
    sources: Sources,
    tickers: Iterable[str],
    quotes: Iterable[Quote],
    prices: Mapping[str, object],
) -> Iterator[str]:
    """Yield a note for each stock that a table which is there knows nothing of."""
    quoted = {_symbol(quote.instrument) for quote in quotes}
    known: tuple[tuple[Topic, set[str]], ...] = (("quotes", quoted), ("prices", set(prices)))
    for topic, symbols in known:
        if sources.places[topic] is not None:
            for ticker in tickers:
                if ticker not in symbols:
                    yield f"{_shown(sources, topic)}: nothing of {ticker} is in it"


def _outlived(sources: Sources, newest: Mapping[Topic, date | None]) -> str:
    """Return why no quote is used: the closes go on, so the stock has moved on since; else ""."""
    quoted, closed = newest.get("quotes"), newest.get("prices")
    if closed is None or not _is_old(quoted, closed):
        return ""
    name = _shown(sources, "quotes")
    return f"none of {name} is used: its newest is of {quoted}, the newest close of {closed}"


def _is_old(newest: date | None, as_of: date) -> bool:
    return newest is not None and (as_of - newest).days > _FRESH_DAYS


def _old(
    sources: Sources, newest: Mapping[Topic, date | None], closed: Mapping[str, date]
) -> Iterator[str]:
    """Yield a note for each table that is old, and for each stock whose closes alone ended."""
    for topic, day in newest.items():
        if _is_old(day, sources.as_of):
            yield _aged(sources, topic, day)
    last = newest.get("prices")
    for symbol, day in sorted(closed.items()):
        if day != last and _is_old(day, sources.as_of):
            yield _aged(sources, "prices", day, f" of {symbol}")


def _aged(sources: Sources, topic: Topic, newest: date | None, whose: str = "") -> str:
    age = (sources.as_of - newest).days if newest else 0
    shown = _shown(sources, topic)
    return f"{shown}: the newest{whose} is of {newest}, {age} days before the valuation"


def _shown(sources: Sources, topic: Topic) -> str:
    where = sources.places[topic]
    return "" if where is None else where.shown
