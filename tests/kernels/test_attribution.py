"""P&L attribution: its parts add up, are each alone where only one thing moved, and keep signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernels.attribution import attribute
from engine.kernels.errors import ShapeMismatch
from engine.kernels.portfolio import Portfolio, option_greeks, portfolio


def market(
    spot: float = 20.0,
    years: float = 0.15,
    volatility: float = 0.6,
    rate: float = 0.04,
    times: float = 1.0,
) -> Portfolio:
    return portfolio(
        spot=[spot, 30.0],
        stock=[100.0 * times, 0.0],
        kind=["put", "call"],
        strike=[18.0, 24.0],
        years=years,
        volatility=volatility,
        shares=[-300.0 * times, -100.0 * times],
        rate=rate,
    )


@given(
    st.floats(5.0, 60.0),
    st.floats(0.001, 0.15),
    st.floats(0.05, 2.0),
    st.floats(-0.02, 0.1),
    st.sampled_from((-1.0, 2.0)),
)
def test_parts_and_rest_are_the_true_change_and_scale(
    spot: float, years: float, volatility: float, rate: float, times: float
) -> None:
    """The six parts sum to the difference of values, and those of k books are k times as much."""
    before, after = market(), market(spot, years, volatility, rate)
    found = attribute(before, after)
    parts = (found.delta, found.gamma, found.vega, found.theta, found.rho, found.rest)
    true = (
        100.0 * (spot - 20.0) + option_greeks(after).value.sum() - option_greeks(before).value.sum()
    )
    assert sum(parts) == pytest.approx(found.total, abs=1e-8)
    assert found.total == pytest.approx(true, abs=1e-8)
    other = attribute(market(times=times), market(spot, years, volatility, rate, times))
    assert other.delta == pytest.approx(times * found.delta, abs=1e-8)
    assert other.gamma == pytest.approx(times * found.gamma, abs=1e-8)
    assert other.rest == pytest.approx(times * found.rest, abs=1e-7)


@pytest.mark.parametrize(
    ("part", "after"),
    [
        ("vega", market(volatility=0.605)),
        ("theta", market(years=0.15 - 0.5 / 365)),
        ("rho", market(rate=0.0405)),
    ],
)
def test_what_alone_moved_alone_explains(part: str, after: Portfolio) -> None:
    """A small move of one thing is explained by its own part to 2 %, and by no other."""
    found = attribute(market(), after)
    assert getattr(found, part) == pytest.approx(found.total, rel=0.02)
    for other in {"delta", "gamma", "vega", "theta", "rho"} - {part}:
        assert getattr(found, other) == 0.0


def test_delta_and_gamma_explain_a_small_move_to_third_order() -> None:
    """For a move of 1 % the rest is under a hundredth of gamma's part."""
    found = attribute(market(), market(spot=20.2))
    assert abs(found.rest) < 0.03 * abs(found.gamma)
    assert found.gamma < 0 < found.delta


def test_markets_of_different_positions_have_no_attribution() -> None:
    """Positions that changed in between are refused, by name."""
    with pytest.raises(ShapeMismatch, match="stock is not what it was"):
        attribute(market(), market(times=2.0))
