"""What happens to a book, as its ledger takes it: trades, exercises, dividends, splits."""

from dataclasses import dataclass
from datetime import date

from engine.market.book import Instrument, Option, Stock


@dataclass(frozen=True, slots=True)
class Filled:
    """So much of an instrument was bought (`quantity` above 0) or sold (below 0).

    Attributes:
        quantity: contracts of an option, shares of a stock.
        price: per share, never negative.
        fees: currency, of the whole fill.
    """

    day: date
    instrument: Instrument
    quantity: float
    price: float
    fees: float = 0.0


@dataclass(frozen=True, slots=True)
class Expired:
    """So many contracts (above 0) of an option that is held, long or short, ended worthless."""

    day: date
    option: Option
    contracts: float


@dataclass(frozen=True, slots=True)
class Exercised:
    """So many contracts (above 0) were exercised: by us if held long, against us if short."""

    day: date
    option: Option
    contracts: float
    fees: float = 0.0


@dataclass(frozen=True, slots=True)
class Paid:
    """A dividend of `amount` a share on the shares held; short shares owe it."""

    day: date
    symbol: str
    amount: float


@dataclass(frozen=True, slots=True)
class Received:
    """A dividend of so much `cash` in all, as a broker credits it; below 0 where it was owed.

    It may come when the shares that earned it are gone.
    """

    day: date
    symbol: str
    cash: float


@dataclass(frozen=True, slots=True)
class Split:
    """Each share became `ratio` shares; options on it are adjusted alike."""

    day: date
    symbol: str
    ratio: float


Event = Filled | Expired | Exercised | Paid | Received | Split


def symbol_of(instrument: Instrument) -> str:
    """Return the symbol of a stock, or of the stock that an option is on."""
    return instrument.symbol if isinstance(instrument, Stock) else instrument.underlying
