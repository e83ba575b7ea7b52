"""The different contracts of a book: many lots of one contract are priced once.

A broker's list has a row for every lot, so a book of thousands of rows may hold thirty contracts.
Early exercise costs some milliseconds a contract and scenario, so rows must not count.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.kernels.portfolio import Portfolio

_TERMS = ("is_call", "strike", "years", "volatility", "underlying", "american")


def distinct(book: "Portfolio") -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first place of each different contract, in their order, and of each option which.

    Contracts are alike if all their terms are; `shares` don't matter.
    """
    columns = np.column_stack([getattr(book, name).astype(np.float64) for name in _TERMS])
    _, first, which = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return first[order], rank[which.reshape(-1)]


def at(book: "Portfolio", places: NDArray[np.intp]) -> "Portfolio":
    """Return the book with only the options at these places; its shares are all kept."""
    return replace(book, **{name: getattr(book, name)[places] for name in (*_TERMS, "shares")})


def netted(book: "Portfolio") -> "Portfolio":
    """Return the same book with one option for each contract: the sum of its lots, 0 left out."""
    first, which = distinct(book)
    shares = np.zeros(first.size)
    np.add.at(shares, which, book.shares)
    merged = replace(at(book, first), shares=shares)
    return at(merged, np.flatnonzero(shares))
