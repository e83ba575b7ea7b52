"""What a book would gain or lose over a grid of spot and volatility moves."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.kernels.arguments import Floats
from engine.kernels.backend import REFERENCE_DOOR, Door
from engine.kernels.portfolio import Portfolio
from engine.kernels.portfolio_moves import changes, moves


@dataclass(frozen=True, slots=True, eq=False)
class StressGrid:
    """P&L in currency, by full revaluation.

    Attributes:
        spot_moves: relative moves of every underlying alike, (a,).
        volatility_moves: added to every option's volatility, (b,); 0.1 is ten points.
        days: calendar days that pass meanwhile.
        profit: (a, b).
    """

    spot_moves: Floats
    volatility_moves: Floats
    days: float
    profit: Floats

    @property
    def worst(self) -> tuple[float, float, float]:
        """The lowest P&L of the grid, and the spot and volatility moves that it comes with."""
        row, column = np.unravel_index(int(np.argmin(self.profit)), self.profit.shape)
        return (
            float(self.profit[row, column]),
            float(self.spot_moves[row]),
            float(self.volatility_moves[column]),
        )


def stress(
    book: Portfolio,
    spot_moves: Sequence[float],
    volatility_moves: Sequence[float],
    days: float = 0.0,
    door: Door = REFERENCE_DOOR,
) -> StressGrid:
    """Revalue the book at every pair of moves.

    Raises:
        NotNumeric, OutOfRange: a move is no number, or a spot would not stay above 0.
    """
    spot, volatility = np.asarray(spot_moves, float), np.asarray(volatility_moves, float)
    pairs = np.meshgrid(spot, volatility, indexing="ij")
    profit = changes(book, moves(pairs[0].ravel(), pairs[1].ravel(), days), door)
    return StressGrid(spot, volatility, days, profit.reshape(pairs[0].shape))
