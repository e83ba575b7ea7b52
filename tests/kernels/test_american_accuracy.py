"""American prices and Greeks against QuantLib's high-precision engine."""

import numpy as np
import pytest

from engine.kernels import american, european

from .american_oracle import Floats, Sample, converged, sample

# What 1e-10 of error in QuantLib's prices is worth in their second difference.
GAMMA_NOISE = 1e-5


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


@pytest.mark.parametrize("accuracy", american.GREEK_ERRORS)
def test_greeks_are_slopes_of_converged_prices(accuracy: american.Accuracy) -> None:
    """Delta, gamma, vega and rho are within their bounds of differences of QuantLib's prices."""
    contracts = sample(40, seed=12)
    found = american.price_and_greeks(*contracts.arguments, accuracy=accuracy)  # type: ignore[arg-type]
    bound = american.GREEK_ERRORS[accuracy]

    def shifted(name: str, step: float) -> Floats:
        return converged(_replaced(contracts, name, getattr(contracts, name) + step))

    def slope(name: str, step: float = 1e-4) -> Floats:
        return (shifted(name, step) - shifted(name, -step)) / (2.0 * step)

    alive = ~found.exercise
    for name, greek in (("volatility", "vega_per_point"), ("rate", "rho_per_point")):
        error = np.abs(slope(name) / 100.0 - getattr(found, greek))[alive]
        assert error.max() < bound * 100.0, greek
    # Homogeneity: S·delta is price less the slope in the strike times the strike, and S²·gamma is
    # the bend in the strike times its square.
    delta = (found.price - contracts.strike * slope("strike")) / 100.0
    assert np.abs(delta - found.delta).max() < bound
    step = 0.05
    ends = [bumped(contracts, strike=contracts.strike + side * step) for side in (1.0, -1.0)]
    calm = alive & ~ends[0].exercise & ~ends[1].exercise
    up, middle, down = (shifted("strike", side * step) for side in (1.0, 0.0, -1.0))
    gamma = (contracts.strike / 100.0) ** 2 * (up - 2.0 * middle + down) / step**2
    assert np.abs(gamma - found.gamma)[calm].max() * 100.0 < bound + GAMMA_NOISE


@pytest.mark.parametrize("accuracy", american.GREEK_ERRORS)
def test_gamma_jumps_at_the_boundary(accuracy: american.Accuracy) -> None:
    """Up to the boundary gamma is 0, and right beyond it what the equation leaves of it."""
    drawn = sample(300, seed=16)
    found = american.price_and_greeks(*drawn.arguments, accuracy=accuracy).boundary  # type: ignore[arg-type]
    keep = np.isfinite(found) & (np.abs(np.log(drawn.strike / found)) < np.log(1.35))
    contracts = Sample(*(getattr(drawn, name)[keep] for name in Sample.__dataclass_fields__))
    edge, outward = found[keep], np.where(contracts.kind == "put", 1.0, -1.0)

    def at(distance: float) -> american.Valuation:
        arguments = list(contracts.arguments)
        arguments[1] = edge * (1.0 + distance * outward)
        return american.price_and_greeks(*arguments, accuracy=accuracy)  # type: ignore[arg-type]

    inside, beyond, closest = (at(distance) for distance in (-1e-6, 1e-6, 1e-8))
    assert inside.exercise.all()
    assert (inside.gamma == 0.0).all()
    assert not beyond.exercise.any()
    # With the smooth fit, price and delta are those of exercise, and nothing decays.
    gain = contracts.rate * contracts.strike - contracts.dividend_yield * edge
    expected = 2.0 * outward * gain / (contracts.volatility**2 * edge)
    seen = ~closest.exercise
    assert seen.sum() > 30
    error = np.abs(closest.gamma * edge - expected)[seen]
    assert error.max() < american.GREEK_ERRORS[accuracy]


def _replaced(contracts: Sample, name: str, values: object) -> Sample:
    fields = {field: getattr(contracts, field) for field in Sample.__dataclass_fields__}
    return Sample(**{**fields, name: values})


def test_theta_is_the_slope_of_the_price_in_time() -> None:
    """Theta, which follows from the other Greeks, is what a little less time costs."""
    contracts = sample(300, seed=13)
    found = american.price_and_greeks(*contracts.arguments)  # type: ignore[arg-type]
    later, sooner = (bumped(contracts, years=contracts.years * factor) for factor in (1.001, 0.999))
    theta = -(later.price - sooner.price) / (0.002 * contracts.years) / 365.0
    calm = ~(found.exercise | later.exercise | sooner.exercise)
    error = np.abs(theta - found.theta_per_day)[calm]
    assert error.max() < american.GREEK_ERRORS["accurate"] * 100.0


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
