"""What a table of trades adds up to, and where positions say otherwise."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.market.book import Dividend, Instrument, Option, Position, Source, Stock
from engine.market.ledger import Running
from engine.market.ledger_events import Event, Paid, Received
from engine.market.lots import Ledger
from engine.market.reading.tables import Table
from engine.market.trades.order import settle
from engine.market.trades.trades import read_trades

_ALIKE: Final = 1e-6
_FEES: Final = 0.01  # a share, and of the price
_CREDITED_DAYS: Final = 90  # from the ex-date


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


def contradictions(account: Account, positions: Iterable[Position]) -> Iterator[str]:
    """Yield a sentence for each instrument that the positions hold in another quantity."""
    for one in reconcile(account.ledger, positions):
        held = one.instrument
        name = held.symbol if isinstance(held, Stock) else _named(held)
        yield (
            f"{account.name} leaves {one.by_trades:+g} of {name}, the positions say "
            f"{one.by_positions:+g}: one of both is wrong"
        )


def _named(option: Option) -> str:
    return f"{option.underlying} {option.expiry} {option.strike:g} {option.kind}"


def overdue(ledger: Ledger, as_of: date) -> tuple[Option, ...]:
    """Return the options that have expired and that no event has ended."""
    return tuple(one for one in ledger.lots if isinstance(one, Option) and one.expiry < as_of)


def holdings(account: Account, as_of: date) -> tuple[Position, ...]:
    """Return what the trades leave open as positions at their basis, less what has expired."""
    own, source = account.ledger, Source(account.name)
    ended = set(overdue(own, as_of))
    return tuple(
        Position(one, own.quantity(one), own.basis(one), lots[0].opened, account.currency, source)
        for one, lots in own.lots.items()
        if one not in ended
    )


def unended(account: Account, as_of: date) -> Iterator[str]:
    """Yield a sentence for each option that has expired and that no trade has ended."""
    for one in overdue(account.ledger, as_of):
        yield (
            f"{_named(one)} has expired, and "
            f"{account.name} doesn't say what became of it: it has no value here"
        )


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """An instrument of which trades and positions tell the same quantity at different prices.

    Attributes:
        by_trades: a share with fees, `premium` of exercised options left out.
    """

    instrument: Instrument
    by_trades: float
    premium: float
    by_positions: float


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A dividend that went ex while shares were held, and that no trade credits."""

    dividend: Dividend
    shares: float

    @property
    def amount(self) -> float:
        """Currency."""
        return self.dividend.amount * self.shares


def unpaid(account: Account, dividends: Iterable[Dividend], as_of: date) -> tuple[Unpaid, ...]:
    """Return the dividends whose credit should be in by now, and isn't, by their ex-dates."""
    found = []
    before, coming = Running(), deque(account.events)
    for one in sorted(dividends, key=lambda one: one.ex_date):
        while coming and coming[0].day < one.ex_date:
            before.add(coming.popleft())
        shares = before.quantity(Stock(one.symbol))
        if shares > 0 and one.ex_date <= as_of and not _credited(account.events, one):
            found.append(Unpaid(one, shares))
    return tuple(found)


def _credited(events: Iterable[Event], paid: Dividend) -> bool:
    return any(
        isinstance(event, Paid | Received)
        and event.symbol == paid.symbol
        and 0 <= (event.day - paid.ex_date).days <= _CREDITED_DAYS
        for event in events
    )


def differing_prices(ledger: Ledger, positions: Iterable[Position]) -> tuple[PriceDifference, ...]:
    """Return where both tell one quantity, at prices further apart than fees bring them."""
    found = []
    for one in positions:
        basis, quantity = ledger.basis(one.instrument), ledger.quantity(one.instrument)
        if one.price is None or basis is None or abs(quantity - one.quantity) > _ALIKE:
            continue
        premium = ledger.premium(one.instrument)
        apart = min(abs(one.price - basis), abs(one.price - basis + premium))
        if apart > _FEES + _FEES * abs(basis):
            found.append(PriceDifference(one.instrument, basis - premium, premium, one.price))
    return tuple(found)


def reconcile(ledger: Ledger, positions: Iterable[Position]) -> tuple[Difference, ...]:
    """Return every instrument of which the positions hold another quantity than the ledger."""
    held: dict[Instrument, float] = {}
    for position in positions:
        held[position.instrument] = held.get(position.instrument, 0.0) + position.quantity
    both = sorted({*held, *ledger.lots}, key=repr)
    differences = (Difference(one, ledger.quantity(one), held.get(one, 0.0)) for one in both)
    return tuple(one for one in differences if abs(one.by_trades - one.by_positions) > _ALIKE)
