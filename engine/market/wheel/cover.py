"""What is left to sell options against: shares that no call is short on, and cash."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.market.book import Book, Instrument, Option, Quote, Stock
from engine.market.risk.market import spot


@dataclass(frozen=True, slots=True)
class FreeCash:
    """Cash that secures no put yet; currency.

    Attributes:
        account: the account's value; shares: at their price; secured: strikes of short puts.
    """

    account: float
    shares: float
    secured: float

    @property
    def left(self) -> float:
        """What is left, below 0 where puts are secured by less than their strikes.

        Options count at nothing, so that what short ones brought in is not spent twice.
        """
        return self.account - self.shares - self.secured


def free_shares(book: Book, symbol: str) -> tuple[float, float]:
    """Return the shares held of a stock, and those of them that no short call is covered by."""
    held = sum(one.quantity for one in book.positions if one.instrument == Stock(symbol))
    owed = sum(
        -one.shares
        for one in book.positions
        if isinstance(one.instrument, Option)
        and (one.instrument.underlying, one.instrument.kind) == (symbol, "call")
        and one.quantity < 0
    )
    return held, held - owed


def free_cash(book: Book, account_value: float | None) -> FreeCash | str:
    """Return the cash that secures no put yet, or why it can't be told."""
    if account_value is None:
        return "[market] account_value is not set"
    quotes: Mapping[Instrument, Quote] = {quote.instrument: quote for quote in book.quotes}
    shares = secured = 0.0
    for one in book.positions:
        held = one.instrument
        if isinstance(held, Stock):
            price = spot(book, quotes, held.symbol)
            if price is None:
                return f"no price of {held.symbol} is known"
            shares += one.quantity * price.value
        elif held.kind == "put" and one.quantity < 0:
            secured -= one.shares * held.strike
    return FreeCash(account_value, shares, secured)
