"""What a table of trades adds up to, and where positions say otherwise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from engine.market.book import Instrument, Option, Position, Source
from engine.market.ledger_events import Event
from engine.market.lots import Ledger
from engine.market.reading_tables import Table
from engine.market.trades import read_trades
from engine.market.trades_order import settle


@dataclass(frozen=True, slots=True)
class Account:
    """The trades of a table as events in order, and the ledger after them.

    Attributes:
        name: the table's.
    """

    name: str
    events: tuple[Event, ...]
    ledger: Ledger
    currency: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """An instrument of which trades and positions tell different quantities."""

    instrument: Instrument
    by_trades: float
    by_positions: float


def read_account(table: Table, as_of: date) -> Account:
    """Return what the trades up to `as_of` add up to.

    Raises:
        BadRows: a row can't be, or not after those before it; MarketDataError: the table can't be
            read.
    """
    trades = read_trades(table, as_of)
    settled = settle(trades.found, table)
    return Account(
        table.name,
        settled.events,
        settled.ledger,
        trades.currency,
        (*trades.notes, *settled.notes),
    )


def overdue(ledger: Ledger, as_of: date) -> tuple[Option, ...]:
    """Return the options that have expired and that no event has ended."""
    return tuple(one for one in ledger.lots if isinstance(one, Option) and one.expiry < as_of)


def holdings(account: Account, as_of: date) -> tuple[Position, ...]:
    """Return what the trades leave open as positions at their basis, less what has expired."""
    own, source = account.ledger, Source(account.name)
    ended = overdue(own, as_of)
    return tuple(
        Position(one, own.quantity(one), own.basis(one), lots[0].opened, account.currency, source)
        for one, lots in own.lots.items()
        if one not in ended
    )


def unended(account: Account, as_of: date) -> Iterator[str]:
    """Yield a sentence for each option that has expired and that no trade has ended."""
    for one in overdue(account.ledger, as_of):
        yield (
            f"{one.underlying} {one.expiry} {one.strike:g} {one.kind} has expired, and "
            f"{account.name} doesn't say what became of it: it has no value here"
        )


def reconcile(ledger: Ledger, positions: Iterable[Position]) -> tuple[Difference, ...]:
    """Return every instrument of which the positions hold another quantity than the ledger."""
    held: dict[Instrument, float] = {}
    for position in positions:
        held[position.instrument] = held.get(position.instrument, 0.0) + position.quantity
    both = sorted({*held, *ledger.lots}, key=repr)
    differences = (Difference(one, ledger.quantity(one), held.get(one, 0.0)) for one in both)
    return tuple(one for one in differences if abs(one.by_trades - one.by_positions) > 1e-6)
