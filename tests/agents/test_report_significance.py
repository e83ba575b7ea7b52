"""What tells a change from chance in a report, against published figures and counting."""

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.tools.report.significance import EXACT_MOST, holm, more_often_p, rank_sum_p


def test_the_rank_sum_is_that_of_the_manual_of_r() -> None:
    """Permeability of membranes (Hollander & Wolfe 1973, p. 69), the example of wilcox.test."""
    at_term = (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46)
    earlier = (1.15, 0.88, 0.90, 0.74, 1.21)
    assert rank_sum_p(at_term, earlier) == pytest.approx(0.1272, abs=5e-5)


def test_fishers_test_is_that_of_the_manual_of_r() -> None:
    """The lady tasting tea, and the convictions of twins (the examples of fisher.test)."""
    assert more_often_p(3, 4, 1, 4) == pytest.approx(0.2429, abs=5e-5)
    assert more_often_p(10, 12, 3, 18) == pytest.approx(0.0004652, abs=5e-8)


def test_holm_is_that_of_its_paper() -> None:
    """Each p times how many are left, never falling, never above one."""
    assert holm((0.01, 0.04, 0.03)) == pytest.approx((0.03, 0.06, 0.06))
    assert holm((0.5, 0.9)) == pytest.approx((1.0, 1.0))
    assert holm(()) == ()


_few = st.lists(st.integers(0, 1000), min_size=2, max_size=9, unique=True)


@given(_few, st.data())
def test_the_exact_p_is_what_counting_all_orders_gives(
    values: list[int], data: st.DataObject
) -> None:
    """Of all ways to deal the values out, in so many the first has as many higher pairs."""
    m = data.draw(st.integers(1, len(values) - 1))

    def pairs(first: tuple[int, ...]) -> int:
        rest = [value for value in values if value not in first]
        return sum(a > b for a in first for b in rest)

    seen = pairs(tuple(values[:m]))
    as_high = sum(pairs(one) >= seen for one in combinations(values, m))
    p = rank_sum_p([float(v) for v in values[:m]], [float(v) for v in values[m:]])
    assert p == pytest.approx(as_high / comb(len(values), m))


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_the_exact_p_of_failures_is_what_counting_gives(
    of: int, before: int, data: st.DataObject
) -> None:
    """Of all ways to deal the failures out, in so many the first span has as many of them."""
    bad, bad_before = data.draw(st.integers(0, of)), data.draw(st.integers(0, before))
    places = combinations(range(of + before), bad + bad_before)
    sizes = [sum(place < of for place in one) for one in places]
    expected = sum(size >= bad for size in sizes) / len(sizes)
    assert more_often_p(bad, of, bad_before, before) == pytest.approx(expected)


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=60),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=60),
)
def test_a_p_is_a_probability_and_depends_on_the_order_only(
    one: list[float], other: list[float]
) -> None:
    """A stretched scale changes nothing: the response times of a slower machine tell the same."""
    p = rank_sum_p(one, other)
    assert 0.0 <= p <= 1.0
    assert rank_sum_p([8 * v for v in one], [8 * v for v in other]) == pytest.approx(p)


def test_the_approximation_meets_the_exact_one() -> None:
    """Where both can be had they agree, so that one more query makes no jump."""
    n = EXACT_MOST
    higher, lower = [3 * k + 20.5 for k in range(n)], [3.0 * k for k in range(n)]
    exact = rank_sum_p(higher, lower)
    approximate = rank_sum_p([*higher, 1e9], [*lower, -1e9, 49.0])
    assert exact == pytest.approx(approximate, abs=0.01)


def test_equal_samples_differ_by_nothing() -> None:
    """All ties: no p is small; an empty sample can't be compared."""
    assert rank_sum_p([5.0] * 30, [5.0] * 30) == 1.0
    with pytest.raises(ValueError, match="need a value"):
        rank_sum_p([], [1.0])
    with pytest.raises(ValueError, match="can't be"):
        more_often_p(3, 2, 0, 1)
