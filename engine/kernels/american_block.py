"""One block of American options: from calls and puts to puts of strike 1, and back."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.kernels.american_arguments import NEVER_BELOW
from engine.kernels.arguments import Flags, Floats
from engine.kernels.early_exercise import interpolate, solve_boundary
from engine.kernels.early_exercise_premium import premium, premium_and_slopes
from engine.kernels.early_exercise_rule import Rule, shares
from engine.kernels.early_exercise_start import Terms
from engine.kernels.european import european_block

_POINT: Final = 0.01
_DAYS_PER_YEAR: Final = 365.0
_VOLATILITY_STEP: Final = 2e-4
_RATE_STEP: Final = 3e-5
_FRACTION: Final = 0.2
_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Puts:
    """The options of a block that may be exercised early, as puts of strike 1.

    Attributes:
        live: where in the block they are.
        is_call: which of them are calls in truth.
        spot: in units of the strike; for a call, the strike in units of the spot.
        unit: what one unit of their price is worth: the strike; for a call, the spot.
        years, volatility, rate, dividend_yield: of shape (live,), exchanged for calls.
    """

    live: Flags
    is_call: Flags
    spot: Floats
    unit: Floats
    years: Floats
    volatility: Floats
    rate: Floats
    dividend_yield: Floats

    def terms(
        self,
        volatility: Floats | float = 1.0,
        rate: Floats | float = 0.0,
        other: Floats | float = 0.0,
    ) -> Terms[Floats]:
        """Return what the boundary depends on, with the volatility scaled and the rates moved."""
        moved = self.rate + rate
        dividend_yield = self.dividend_yield + other
        top = np.minimum(1.0, moved / np.maximum(dividend_yield, _TINY))
        return Terms(
            self.years,
            self.volatility * volatility,
            moved,
            dividend_yield,
            np.sqrt(self.years),
            top,
        )


def price_block(rule: Rule[Floats], is_call: Flags, *numbers: Floats) -> tuple[Floats, ...]:
    """Return price, boundary and whether to exercise; the numbers in the order of `price`."""
    found = european_block(is_call, *numbers)[0]
    calls, values = _broadcast(is_call, numbers)
    best = _certain(calls, values, found)
    puts = _puts(calls, values)
    terms = puts.terms()
    depth = solve_boundary(terms, rule, np)
    added = np.maximum(premium(puts.spot, depth, terms, rule, np), 0.0)
    return _with_premium(puts, best, added, terms.top * np.exp(depth[0]), calls, values)


def greeks_block(
    rule: Rule[Floats], moved: Rule[Floats] | None, is_call: Flags, *numbers: Floats
) -> tuple[Floats, ...]:
    """Return the fields of `american.Valuation`; the numbers in the order of `price`.

    `moved` is the rule of the prices at another volatility or rate; None: vega and rho are NaN.
    """
    european = european_block(is_call, *numbers)
    calls, values = _broadcast(is_call, numbers)
    spot, _, years, volatility, rate, dividend_yield = values
    value, delta, gamma, vega, theta, rho, _ = (
        np.array(np.broadcast_to(field, calls.shape)) for field in european
    )
    best = _certain(calls, values, value)

    puts = _puts(calls, values)
    terms = puts.terms()
    depth = solve_boundary(terms, rule, np)
    added = premium_and_slopes(puts.spot, depth, terms, rule, np)
    edge = terms.top * np.exp(depth[0])
    price, boundary, exercise = _with_premium(
        puts, best, np.maximum(added.value, 0.0), edge, calls, values
    )
    live, x = puts.live, puts.spot
    delta[live] += np.where(puts.is_call, added.value - x * added.slope, added.slope)
    bend = np.where(puts.is_call, x * x, 1.0) * added.curvature
    gamma[live] += bend / puts.unit
    vega[live] += np.nan if moved is None else _vega(puts, moved) * puts.unit * _POINT
    rho[live] += np.nan if moved is None else _rho(puts, moved) * puts.unit * _POINT

    flow = rate * price - (rate - dividend_yield) * spot * delta
    decay = (flow - 0.5 * (volatility * spot) ** 2 * gamma) / _DAYS_PER_YEAR
    theta[live] = decay[live]
    certain = exercise & ((years == 0.0) | (volatility == 0.0) | live)
    delta = np.where(certain, np.where(calls, 1.0, -1.0), delta)
    gamma, vega, theta, rho = (np.where(certain, 0.0, x) for x in (gamma, vega, theta, rho))
    return price, delta, gamma, vega, theta, rho, boundary, exercise


def boundary_block(rule: Rule[Floats], places: Floats, is_call: Flags, *numbers: Floats) -> Floats:
    """Return the boundary at `places`, the roots of the share of time left: (batch, places)."""
    calls, values = _broadcast(is_call, numbers)
    puts = _puts(calls, values)
    terms = puts.terms()
    depth = solve_boundary(terms, rule, np)
    weights = shares(rule.size.nodes, places)
    columns = tuple(weights[:, j, None] for j in range(rule.size.nodes))
    curve = terms.top * np.exp(interpolate(depth, columns, np))
    strike = values[1][puts.live]
    found = np.full((calls.size, len(places)), np.nan)
    found[puts.live] = (np.where(puts.is_call, strike / curve, strike * curve)).T
    return found


def _broadcast(is_call: Flags, numbers: tuple[Floats, ...]) -> tuple[Flags, list[Floats]]:
    size = max(is_call.size, *(number.size for number in numbers))
    return np.broadcast_to(is_call, size), [np.broadcast_to(number, size) for number in numbers]


def _puts(is_call: Flags, values: list[Floats]) -> Puts:
    spot, strike, years, volatility, rate, dividend_yield = values
    received = np.where(is_call, dividend_yield, rate)
    paid = np.where(is_call, rate, dividend_yield)
    live = (received > NEVER_BELOW) & (years > 0.0) & (volatility > 0.0)
    unit = np.where(is_call, spot, strike)[live]
    return Puts(
        live=live,
        is_call=is_call[live],
        spot=np.where(is_call, strike, spot)[live] / unit,
        unit=unit,
        years=years[live],
        volatility=volatility[live],
        rate=received[live],
        dividend_yield=paid[live],
    )


def _certain(is_call: Flags, values: list[Floats], european: Floats) -> Floats:
    """Return the European price, but where nothing is random the best moment to exercise."""
    spot, strike, years, volatility, rate, dividend_yield = values
    sign = np.where(is_call, 1.0, -1.0)
    best = np.array(np.broadcast_to(european, is_call.shape))
    still = volatility == 0.0
    if still.any():
        flat = rate == dividend_yield
        ratio = np.maximum(
            dividend_yield * spot / np.where(rate == 0.0, _TINY, rate * strike), _TINY
        )
        turn = np.where(flat, 0.0, np.log(ratio) / np.where(flat, 1.0, dividend_yield - rate))
        when = np.clip(turn, 0.0, years)
        for moment in (np.zeros_like(years), when, years):
            paid = sign * (
                spot * np.exp(-dividend_yield * moment) - strike * np.exp(-rate * moment)
            )
            best = np.where(still, np.maximum(best, paid), best)
    return best


def _with_premium(
    puts: Puts, best: Floats, added: Floats, edge: Floats, is_call: Flags, values: list[Floats]
) -> tuple[Floats, Floats, Floats]:
    """Return price, boundary and whether to exercise, from what early exercise adds."""
    spot, strike, years, volatility, _, _ = values
    live = puts.live
    gain = np.maximum(np.where(is_call, spot - strike, strike - spot), 0.0)
    price = best.copy()
    exercise = (price <= gain) & (gain > 0.0) & ((years == 0.0) | (volatility == 0.0))
    # The premium can't be worth more than the interest on the strike, and nobody gives up an
    # option that is worth more unexercised: whatever the boundary's own error.
    past = (puts.spot <= edge) & (price[live] <= gain[live])
    added = np.minimum(added, -np.expm1(-puts.rate * puts.years))
    price[live] = np.where(
        past, gain[live], np.maximum(price[live] + added * puts.unit, gain[live])
    )
    exercise[live] = past
    boundary = np.full(is_call.shape, np.nan)
    own = strike[live]
    boundary[live] = np.where(puts.is_call, own / edge, own * edge)
    return price, boundary, exercise


def _added(puts: Puts, terms: Terms[Floats], rule: Rule[Floats]) -> Floats:
    depth = solve_boundary(terms, rule, np)
    return premium(puts.spot, depth, terms, rule, np)


def _vega(puts: Puts, rule: Rule[Floats]) -> Floats:
    up = _added(puts, puts.terms(volatility=1.0 + _VOLATILITY_STEP), rule)
    down = _added(puts, puts.terms(volatility=1.0 - _VOLATILITY_STEP), rule)
    return (up - down) / (2.0 * _VOLATILITY_STEP * puts.volatility)


def _rho(puts: Puts, rule: Rule[Floats]) -> Floats:
    """Return the slope in the option's own rate, which for a call is the put's dividend yield."""
    step = np.where(puts.is_call, _RATE_STEP, np.minimum(_RATE_STEP, _FRACTION * puts.rate))
    own = np.where(puts.is_call, 0.0, step)
    other = np.where(puts.is_call, step, 0.0)
    up = _added(puts, puts.terms(rate=own, other=other), rule)
    down = _added(puts, puts.terms(rate=-own, other=-other), rule)
    return (up - down) / (2.0 * step)
