"""What a book is made of: instruments, positions with their signs, and what the market says.

Amounts are in the position's currency and per unit of the underlying (a share) unless named
otherwise; a quantity below zero is a short position, and keeps its sign everywhere.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

OptionKind = Literal["call", "put"]


@dataclass(frozen=True, slots=True, order=True)
class Stock:
    """A share of a company."""

    symbol: str


@dataclass(frozen=True, slots=True, order=True)
class Option:
    """A listed option on a stock.

    Attributes:
        underlying: the stock's symbol.
        expiry: the last day on which it can be exercised.
        multiplier: shares per contract; 100 unless adjusted.
        american: whether it can be exercised before its expiry, as listed options on U.S. stocks.
    """

    underlying: str
    expiry: date
    kind: OptionKind
    strike: float
    multiplier: float = 100.0
    american: bool = True


Instrument = Stock | Option


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read: a text and its line, or a table and its row, both from 1."""

    name: str
    row: int | None = None

    def __str__(self) -> str:
        return self.name if self.row is None else f"{self.name}:{self.row}"


@dataclass(frozen=True, slots=True)
class Position:
    """So many contracts or shares of one instrument.

    Attributes:
        quantity: contracts of an option, shares of a stock; negative is short.
        price: what was paid (long) or taken in (short) for one share, never negative.
    """

    instrument: Instrument
    quantity: float
    price: float | None = None
    opened: date | None = None
    currency: str = "USD"
    source: Source = Source("")

    @property
    def shares(self) -> float:
        """Shares that the position is about, with its sign: contracts times multiplier."""
        size = self.instrument.multiplier if isinstance(self.instrument, Option) else 1.0
        return self.quantity * size


@dataclass(frozen=True, slots=True)
class Quote:
    """What the market asks for an instrument at one moment; what isn't known is None.

    Attributes:
        volatility: implied, per year, as the source gives it.
    """

    instrument: Instrument
    bid: float | None = None
    ask: float | None = None
    last: float | None = None
    volatility: float | None = None
    open_interest: int | None = None
    volume: int | None = None
    source: Source = Source("")


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend: who holds the share at the close before `ex_date` gets `amount`."""

    symbol: str
    ex_date: date
    amount: float
    source: Source = Source("")


@dataclass(frozen=True, slots=True)
class DailyPrice:
    """One trading day of a stock; only the close is needed."""

    symbol: str
    day: date
    close: float
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that is known of positions and market; nothing in it is invented.

    Attributes:
        as_of: the day that all is valued at.
        prices: daily closes of each symbol, ascending by day, none after `as_of`.
        rate, dividend_yield: per year, continuous; None where neither data nor settings tell.
        lacks: what of the market of something held can't be used, a clause each.
        notes: what had to be assumed or left out when it was read, a sentence each.
    """

    as_of: date
    positions: tuple[Position, ...]
    quotes: tuple[Quote, ...] = ()
    dividends: tuple[Dividend, ...] = ()
    prices: dict[str, tuple[DailyPrice, ...]] = field(default_factory=dict)
    rate: float | None = None
    dividend_yield: float | None = None
    notes: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    example: bool = False
