"""The logarithm of a ratio that may be close to one."""

import numpy as np

from engine.kernels.arguments import Floats


def log_ratio(top: Floats, bottom: Floats) -> Floats:
    """Return ln(top / bottom), accurate however close they are, and 0 only if they are equal."""
    excess = top - bottom
    size: Floats = np.log1p(np.abs(excess) / np.minimum(top, bottom))
    return np.copysign(size, excess)
