"""The stress grid: where it is looked at, and that its cells are the book's own changes."""

import numpy as np
import pytest

from engine.kernels.errors import OutOfRange
from engine.kernels.portfolio import portfolio
from engine.kernels.portfolio_moves import changes, moves
from engine.kernels.stress import stress

_BOOK = portfolio(
    spot=20.0,
    stock=100.0,
    kind=["put", "call"],
    strike=[18.0, 24.0],
    years=0.1,
    volatility=0.6,
    shares=[-300.0, -100.0],
    rate=0.04,
)


def test_each_cell_is_the_change_of_its_two_moves() -> None:
    """The cell of row a and column b is the book revalued at those moves; no move, no change."""
    grid = stress(_BOOK, [-0.2, 0.0, 0.1], [-0.1, 0.0, 0.2, 0.4], days=3)
    assert grid.profit.shape == (3, 4)
    for row, spot in enumerate(grid.spot_moves):
        for column, volatility in enumerate(grid.volatility_moves):
            alone = changes(_BOOK, moves(spot, volatility, 3))[0]
            assert grid.profit[row, column] == pytest.approx(alone)
    assert stress(_BOOK, [0.0], [0.0]).profit[0, 0] == 0.0


def test_the_worst_cell_is_named_by_its_moves() -> None:
    """A short put book loses most where the stock falls furthest and volatility rises most."""
    grid = stress(_BOOK, [0.1, -0.3, 0.0], [0.3, -0.1])
    lost, spot, volatility = grid.worst
    assert (spot, volatility) == (-0.3, 0.3)
    assert lost == np.min(grid.profit)


def test_a_stock_cannot_fall_below_nothing() -> None:
    """A move of -100 % or less is refused."""
    with pytest.raises(OutOfRange, match="spot move"):
        stress(_BOOK, [-1.0], [0.0])
