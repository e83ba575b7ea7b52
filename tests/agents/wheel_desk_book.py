"""A wheel of one stock on disk: shares, a covered call, two puts, quotes and a dividend to come."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.clock import ManualClock
from engine.config import load
from engine.evidence import Argument, Evidence, Table
from engine.store.leases.pool import Pool

_SETTINGS = """
[market]
ticker = "U"
as_of = "2024-03-01"
account_value = 60000.0
[pricing]
rate = 0.05
dividend_yield = 0.0
"""
_POSITIONS = """Symbol,Quantity,Avg Price,Open Date
U,500,33.00,2024-01-19
U   240328C00031000,-5,0.95,2024-02-27
U   240328P00026000,-4,0.80,2024-02-27
U   240419P00025000,-2,1.10,2024-02-28
"""
_QUOTES = """symbol,date,bid,ask
U,2024-03-01,28.90,28.92
U   240328C00031000,2024-03-01,0.62,0.68
U   240328P00026000,2024-03-01,0.50,0.56
U   240419P00025000,2024-03-01,0.70,0.78
"""
_DIVIDENDS = "symbol,ex_date,amount\nU,2024-03-20,0.60\n"


def write_book(folder: Path, *, dividends: bool = True, positions: str = _POSITIONS) -> Path:
    """Write the book's files and return their folder."""
    (folder / "bolt.toml").write_text(_SETTINGS)
    (folder / "positions.csv").write_text(positions)
    (folder / "quotes.csv").write_text(_QUOTES)
    if dividends:
        (folder / "dividends.csv").write_text(_DIVIDENDS)
    return folder


def asked_of(project: Path, pool: Pool, arguments: Mapping[str, Argument]) -> Call:
    """Return a call of a tool that reads this project's book."""
    parts: dict[str, Any] = {
        "project": project,
        "store": project / ".store",
        "settings": load(project),
        "pool": pool,
        "clock": ManualClock(),
    }
    # No tool of these tests uses any other part.
    others: dict[str, Any] = {
        part.name: None for part in fields(Services) if part.name not in parts
    }
    return Call(arguments, Services(**parts, **others))


def table(evidence: Evidence, title: str) -> Table:
    """Return the table whose title has these words."""
    return next(s for s in evidence.sections if isinstance(s, Table) and title in s.title)
