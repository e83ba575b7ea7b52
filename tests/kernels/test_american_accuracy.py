"""American prices and Greeks against QuantLib's high-precision engine."""

import numpy as np
import pytest

from engine.kernels import american, european

from .american_oracle import Sample, converged, sample


def bumped(contracts: Sample, **changed: object) -> american.Priced:
    """Price with a much finer rule, some arguments replaced."""
    arguments = {
        "kind": contracts.kind,
        "spot": 100.0,
        "strike": contracts.strike,
        "years": contracts.years,
        "volatility": contracts.volatility,
        "rate": contracts.rate,
        "dividend_yield": contracts.dividend_yield,
        **changed,
    }
    return american.price(**arguments, accuracy="accurate")  # type: ignore[arg-type]


def test_prices_are_within_their_bounds() -> None:
    """Fast prices are within 1e-5 of spot and accurate ones within 1e-6 over the domain."""
    contracts = sample(400, seed=11)
    expected = converged(contracts)
    for accuracy, bound in american.ERRORS.items():
        found = american.price(*contracts.arguments, accuracy=accuracy)  # type: ignore[arg-type]
        assert np.abs(found.price - expected).max() < bound * 100.0


def test_greeks_are_slopes_of_converged_prices() -> None:
    """Delta, vega, theta and rho are within 2e-5 of differences of QuantLib's prices."""
    contracts = sample(40, seed=12)
    found = american.price_and_greeks(*contracts.arguments)  # type: ignore[arg-type]
    step = 1e-4

    def slope(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        values = getattr(contracts, name)
        up, down = (
            converged(_replaced(contracts, name, values + side * step)) for side in (1.0, -1.0)
        )
        return (up - down) / (2.0 * step)

    alive = ~found.exercise
    for name, greek in (("volatility", "vega_per_point"), ("rate", "rho_per_point")):
        error = np.abs(slope(name) / 100.0 - getattr(found, greek))[alive]
        assert error.max() < american.GREEK_ERROR * 100.0, greek
    # Homogeneity: S·delta is price less the slope in the strike times the strike.
    strike_slope = slope("strike")
    delta = (found.price - contracts.strike * strike_slope) / 100.0
    assert np.abs(delta - found.delta).max() < american.GREEK_ERROR


def _replaced(contracts: Sample, name: str, values: object) -> Sample:
    fields = {field: getattr(contracts, field) for field in Sample.__dataclass_fields__}
    return Sample(**{**fields, name: values})


def test_gamma_and_theta_are_slopes_of_delta_and_price() -> None:
    """Gamma is the slope of delta in the spot, and minus theta that of the price in time."""
    contracts = sample(300, seed=13)
    found = american.price_and_greeks(*contracts.arguments)  # type: ignore[arg-type]
    arguments = list(contracts.arguments)
    up, down = (
        american.price_and_greeks(arguments[0], spot, *arguments[2:])  # type: ignore[arg-type]
        for spot in (100.01, 99.99)
    )
    calm = (up.exercise == down.exercise) & ~found.exercise
    gamma = (up.delta - down.delta) / 0.02
    assert np.abs(gamma - found.gamma)[calm].max() < american.GREEK_ERROR
    later, sooner = (
        bumped(contracts, years=contracts.years * factor).price for factor in (1.001, 0.999)
    )
    theta = -(later - sooner) / (0.002 * contracts.years) / 365.0
    error = np.abs(theta - found.theta_per_day)[calm & ~found.exercise]
    assert error.max() < american.GREEK_ERROR * 100.0


@pytest.mark.parametrize(
    ("name", "years", "volatility", "rate", "dividend_yield"),
    [
        ("five years", (0.5, 5.0), (0.05, 3.0), (0.001, 0.1), (0.0, 0.1)),
        ("yield far above the rate", (0.1, 5.0), (0.1, 1.0), (1e-4, 5e-3), (0.05, 0.3)),
        ("hardly volatile", (0.1, 2.0), (0.01, 0.05), (0.005, 0.06), (0.0, 0.06)),
    ],
)
def test_outside_of_the_domain(
    name: str,
    years: tuple[float, float],
    volatility: tuple[float, float],
    rate: tuple[float, float],
    dividend_yield: tuple[float, float],
) -> None:
    """Outside of the domain the errors stay under the larger bounds that are stated."""
    base = sample(60, seed=14)
    random = np.random.default_rng(15)
    contracts = Sample(
        kind=base.kind,
        strike=base.strike,
        days=np.rint(365 * random.uniform(*years, 60)).astype(np.int64),
        volatility=random.uniform(*volatility, 60),
        rate=random.uniform(*rate, 60),
        dividend_yield=random.uniform(*dividend_yield, 60),
    )
    expected = converged(contracts)
    for accuracy, bound in american.OUTER_ERRORS.items():
        found = american.price(*contracts.arguments, accuracy=accuracy)  # type: ignore[arg-type]
        assert np.abs(found.price - expected).max() < bound * 100.0, (name, accuracy)


def test_without_a_reason_to_exercise_it_is_european() -> None:
    """A call without dividends and a put without interest are worth their European price."""
    strikes = np.array([60.0, 100.0, 140.0])
    for kind, rate, dividend_yield in (("call", 0.05, 0.0), ("put", 0.0, 0.03)):
        market = (kind, 100.0, strikes, 1.5, 0.3, rate, dividend_yield)
        found = american.price_and_greeks(*market)
        expected = european.price(*market)
        for name in ("price", "delta", "gamma", "vega_per_point", "theta_per_day"):
            assert (getattr(found, name) == getattr(expected, name)).all(), name
        assert np.isnan(found.boundary).all()
        assert not found.exercise.any()
