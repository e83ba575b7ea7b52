"""What of a book's market is taken as it stands, though it can hardly be meant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from engine.market.book import DailyPrice, Dividend, Option, Position, Quote

_MOST_PAID: Final = 0.25  # of the stock's price


def doubts(
    positions: Iterable[Position],
    quotes: Iterable[Quote],
    dividends: Iterable[Dividend],
    prices: Mapping[str, Sequence[DailyPrice]],
) -> Iterator[str]:
    """Yield a sentence on each quote that nobody bids in and each dividend of a large part."""
    held = {one.instrument for one in positions if isinstance(one.instrument, Option)}
    for quote in quotes:
        if quote.instrument in held and quote.bid == 0.0 and quote.ask:
            yield (
                f"{quote.source}: nobody bids for a contract that is held: it is marked at half of "
                f"the ask {quote.ask:g}, and so is its volatility"
            )
    for paid in dividends:
        closes = prices.get(paid.symbol, ())
        before = [one.close for one in closes if one.day < paid.ex_date]
        if before and paid.amount > _MOST_PAID * before[-1]:
            part = paid.amount / before[-1]
            yield (
                f"{paid.source}: a dividend of {paid.amount:g} a share is {part:.0%} of the last "
                f"close of {paid.symbol} before it, {before[-1]:g}; is its point right?"
            )
