"""Whether two samples differ by more than chance: exact where that is short, in pure Python.

Sources: Mann & Whitney (1947), its exact distribution by its generating function, and the normal
approximation corrected for ties and continuity (Lehmann, Nonparametrics, 1975, §1.2 and §1.4);
Fisher's exact test (1935), one-sided; Holm (1979) for many comparisons.
"""

from collections import Counter
from collections.abc import Sequence
from math import comb, erfc, exp, lgamma, sqrt
from typing import Final

EXACT_MOST: Final = 20


def rank_sum_p(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Return the one-sided p of Mann-Whitney: that `higher` is this much the higher by chance.

    Exact where both have at most EXACT_MOST values and no two are equal.

    Raises:
        ValueError: one of the samples is empty.
    """
    if not higher or not lower:
        raise ValueError("both samples need a value")
    values = Counter([*higher, *lower])
    u = _u(higher, values)
    has_ties = len(values) < len(higher) + len(lower)
    if not has_ties and max(len(higher), len(lower)) <= EXACT_MOST:
        return _exact(len(higher), len(lower), round(u))
    return _approximate(len(higher), len(lower), u, values)


def _u(higher: Sequence[float], values: Counter[float]) -> float:
    """Return in how many pairs of both `higher` has the higher value; equal ones count half.

    `values` are those of both samples, with how often each is there.
    """
    rank, mean_rank = 0, dict[float, float]()
    for value in sorted(values):
        mean_rank[value] = rank + (values[value] + 1) / 2
        rank += values[value]
    ranks = sum(mean_rank[value] for value in higher)
    return ranks - len(higher) * (len(higher) + 1) / 2


def _exact(m: int, n: int, u: int) -> float:
    return sum(_ways(m, n)[u:]) / comb(m + n, m)


def _ways(m: int, n: int) -> list[int]:
    """Return in how many orders of m and n values 0, 1, … pairs have the first higher.

    These are the coefficients of the Gaussian binomial: the product of (1 - q^(n+i)) / (1 - q^i).
    """
    ways = [1] + [0] * (m * n)
    for i in range(1, m + 1):
        for k in range(m * n, n + i - 1, -1):
            ways[k] -= ways[k - n - i]
        for k in range(i, m * n + 1):
            ways[k] += ways[k - i]
    return ways


def _approximate(m: int, n: int, u: float, values: Counter[float]) -> float:
    size = m + n
    ties = sum(count**3 - count for count in values.values()) / (size * (size - 1))
    variance = m * n / 12 * (size + 1 - ties)
    if variance <= 0:  # all values are equal
        return 1.0
    z = (u - m * n / 2 - 0.5) / sqrt(variance)
    return erfc(z / sqrt(2)) / 2


def more_often_p(bad: int, of: int, bad_before: int, of_before: int) -> float:
    """Return the one-sided p of Fisher's exact test: that so many more are bad by chance.

    Raises:
        ValueError: there are more bad ones than there are.
    """
    if not (0 <= bad <= of and 0 <= bad_before <= of_before):
        raise ValueError(f"{bad} of {of} and {bad_before} of {of_before} can't be")
    all_bad, total = bad + bad_before, of + of_before
    most = min(of, all_bad)
    whole = _log_comb(total, all_bad)
    tail = sum(
        exp(_log_comb(of, k) + _log_comb(of_before, all_bad - k) - whole)
        for k in range(bad, most + 1)
        if all_bad - k <= of_before
    )
    return min(1.0, tail)


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Return each p as it is once all of them were looked at (Holm's step-down)."""
    adjusted, so_far = [1.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        so_far = max(so_far, min(1.0, ps[place] * (len(ps) - rank)))
        adjusted[place] = so_far
    return tuple(adjusted)
