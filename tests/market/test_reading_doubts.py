"""What of a market is taken as it stands and told, and what is nobody's doubt."""

from datetime import date

from engine.market.book import DailyPrice, Dividend, Option, Position, Quote, Source, Stock
from engine.market.reading.doubts import doubts

PUT = Option("U", date(2025, 1, 17), "put", 20.0)
EX = date(2025, 1, 2)
PRICES = {"U": (DailyPrice("U", date(2024, 12, 31), 28.91),)}


def test_a_held_contract_that_nobody_bids_for_is_told() -> None:
    """Its mark is half of the ask; one that isn't held, or is bid for, is no doubt."""
    quote = Quote(PUT, 0.0, 0.56, source=Source("quotes.csv", 4))
    (said,) = doubts([Position(PUT, -4)], [quote], [], {})
    assert said.startswith("quotes.csv:4: nobody bids for a contract that is held")
    assert not list(doubts([Position(Stock("U"), 1)], [quote], [], {}))
    assert not list(doubts([Position(PUT, -4)], [Quote(PUT, 0.01, 0.56)], [], {}))


def test_a_dividend_of_a_large_part_of_the_stock_is_told() -> None:
    """60 on a stock at 28.91 is told with its place, 0.60 is not."""
    (said,) = doubts([], [], [Dividend("U", EX, 60.0, Source("dividends.csv", 3))], PRICES)
    assert "dividends.csv:3: a dividend of 60 a share is 208% of the last close of U" in said
    assert not list(doubts([], [], [Dividend("U", EX, 0.6)], PRICES))
