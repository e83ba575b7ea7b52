"""Where wheel projects keep their tables, for where no setting names one.

It imports nothing of the market's, so that a start can look at what it costs to look.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.market.columns import Topic

# A wheel trader's repository keeps one database with these tables; a beginner keeps CSV files.
_DATABASE: Final = "data/wheel_trading_optimized.duckdb"
USUAL: Final[Mapping["Topic", tuple[str, ...]]] = {
    "positions": ("positions.csv", "data/positions.csv", f"{_DATABASE}:trading.positions"),
    "quotes": ("quotes.csv", "data/quotes.csv", f"{_DATABASE}:options.contracts"),
    "prices": ("prices.csv", "data/prices.csv", f"{_DATABASE}:market.price_data"),
    "dividends": ("dividends.csv", "data/dividends.csv"),
    # That database has no table of trades: one in a DuckDB file is read where a setting names it.
    "trades": ("trades.csv", "data/trades.csv"),
}


def files(*topics: "Topic") -> tuple[str, ...]:
    """Return the files of these tables, each once."""
    return tuple(dict.fromkeys(text.partition(":")[0] for topic in topics for text in USUAL[topic]))
