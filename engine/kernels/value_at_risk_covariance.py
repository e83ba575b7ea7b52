"""Covariance per year from volatilities and correlations, refused where no market could have it."""

import numpy as np
from numpy.typing import ArrayLike

from engine.kernels.arguments import VOLATILITY, Floats, Range, numbers
from engine.kernels.errors import OutOfRange, ShapeMismatch

_CORRELATION = Range(-1.0, 1.0, "a correlation from -1 to 1")
_SLACK = 1e-9


def covariance(volatility: ArrayLike, correlation: ArrayLike | None, count: int) -> Floats:
    """Return the covariance per year of `count` underlyings' returns, (m, m).

    Raises:
        ShapeMismatch: the arrays are not of that many, or several come without correlations.
        OutOfRange: a correlation beyond ±1, a diagonal that isn't 1, a matrix that isn't symmetric
            or no correlation matrix of anything (an eigenvalue below 0).
    """
    sizes = np.broadcast_to(numbers("volatility", volatility, VOLATILITY), (count,))
    if correlation is None:
        if count != 1:
            raise ShapeMismatch("correlation", "missing", f"{count} by {count} correlations")
        return (sizes * sizes).reshape(1, 1)
    matrix = numbers("correlation", correlation, _CORRELATION)
    if matrix.shape != (count, count):
        expected = f"{count} by {count} correlations"
        raise ShapeMismatch("correlation", f"of shape {matrix.shape}", expected)
    if np.abs(matrix - matrix.T).max() > _SLACK or np.abs(np.diag(matrix) - 1.0).max() > _SLACK:
        raise OutOfRange("correlation", "not symmetric with ones", "a correlation matrix")
    if float(np.linalg.eigvalsh(matrix)[0]) < -_SLACK * count:
        raise OutOfRange("correlation", "of no possible returns", "no eigenvalue below 0")
    return matrix * np.outer(sizes, sizes)
