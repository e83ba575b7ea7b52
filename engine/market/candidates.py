"""Options that the wheel could sell now: judged by the user's rules, ranked, each with reasons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.kernels import probabilities
from engine.market.book import Option
from engine.market.calibration import realised_chance
from engine.market.parameters import Parameters
from engine.market.scene import Scene


@dataclass(frozen=True, slots=True)
class Candidate:
    """One option to sell.

    Attributes:
        days: calendar days to expiry.
        premium: per share, at the bid where there is a quote.
        priced_by: where the premium came from, in words.
        volatility: per year, that delta and chances rest on.
        premium_yield: premium over strike (puts) or over spot (calls): what is bound.
        annualised: that yield times 365/days; simple, not compounded.
        breakeven: the stock's price at expiry at which nothing is gained, a call's with the shares
            at their basis, or at spot where that isn't known.
        assigned, assigned_by_drift: chance to end in the money, risk-neutral and with the drift.
        assigned_in_the_past: what such a risk-neutral chance came to (`calibration.MEASURED`);
            None for calls, which were not measured.
        touched: risk-neutral chance that the strike is ever reached.
        profit: chance with the drift that the option gains, held to expiry.
        distance: how far delta and days are from their targets, 0 is on both.
        reasons: a clause each, for and against.
    """

    option: Option
    days: int
    premium: float
    priced_by: str
    volatility: float
    delta: float
    premium_yield: float
    annualised: float
    breakeven: float
    assigned: float
    assigned_by_drift: float
    assigned_in_the_past: float | None
    touched: float
    profit: float
    distance: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates, the nearest to the targets first, and how many fell to which rule."""

    candidates: tuple[Candidate, ...]
    rejected: dict[str, int]
    assumptions: tuple[str, ...]


def judge(
    scene: Scene,
    option: Option,
    premium: float,
    priced_by: str,
    volatility: float,
    parameters: Parameters,
) -> Candidate | str:
    """Return the option as a candidate, or which of the user's rules it breaks.

    Args:
        premium: per share, what selling it brings.
        volatility: per year, above 0.
    """
    if why := unfit(scene, option, premium, parameters):
        return why
    days = (option.expiry - scene.as_of).days
    is_put = option.kind == "put"
    _, delta = scene.price_and_delta(option, volatility)
    if is_put and abs(delta) > parameters.max_delta_short_put + 1e-9:
        return f"delta is above max_delta_short_put {parameters.max_delta_short_put:g}"
    found = _chances(scene, option, premium, volatility, days / 365)
    earned = premium / (option.strike if is_put else scene.spot)
    candidate = Candidate(
        option=option,
        days=days,
        premium=premium,
        priced_by=priced_by,
        volatility=volatility,
        delta=delta,
        premium_yield=earned,
        annualised=earned * 365 / days,
        breakeven=(option.strike if is_put else scene.basis or scene.spot) - premium,
        assigned=found.assigned,
        assigned_by_drift=found.by_drift,
        assigned_in_the_past=realised_chance(found.assigned) if is_put else None,
        touched=found.touched,
        profit=found.profit,
        distance=abs(abs(delta) - parameters.delta_target) / parameters.delta_target
        + abs(days - parameters.days_to_expiry_target) / parameters.days_to_expiry_target,
        reasons=(),
    )
    return replace(candidate, reasons=tuple(_reasons(candidate, scene, parameters)))


def ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return candidates, the nearest to both targets first, of equals the better paid."""
    return tuple(
        sorted(found, key=lambda one: (round(one.distance, 9), -one.annualised, one.option))
    )


@dataclass(frozen=True, slots=True)
class _Chances:
    assigned: float
    by_drift: float
    touched: float
    profit: float


def _chances(
    scene: Scene, option: Option, premium: float, volatility: float, years: float
) -> _Chances:
    kind = option.kind
    spot, strike = scene.split(option.strike, years)
    neutral = scene.rate - scene.dividend_yield
    view = neutral if scene.drift is None else scene.drift - scene.dividend_yield
    inside = scene.spot < option.strike if kind == "put" else scene.spot > option.strike
    touched = probabilities.touch(spot, strike, years, volatility, neutral)
    return _Chances(
        assigned=float(probabilities.in_the_money(kind, spot, strike, years, volatility, neutral)),
        by_drift=float(probabilities.in_the_money(kind, spot, strike, years, volatility, view)),
        touched=1.0 if inside else float(touched),
        profit=float(
            probabilities.profit(kind, "short", spot, strike, premium, years, volatility, view)
        ),
    )


def unfit(scene: Scene, option: Option, premium: float, parameters: Parameters) -> str:
    """Return which rule the option breaks that takes no model to see, "" if none."""
    days = (option.expiry - scene.as_of).days
    moneyness = option.strike / scene.spot
    secured = option.strike if option.kind == "put" else scene.spot
    if days <= 0:
        return "it has expired"
    if parameters.min_days_to_expiry is not None and days < parameters.min_days_to_expiry:
        return f"it has fewer than {parameters.min_days_to_expiry:g} days left"
    if option.kind == "call" and scene.basis is not None and option.strike < scene.basis:
        return f"the strike is below the shares' basis {scene.basis:.2f}"
    if premium < parameters.min_premium_yield * secured or premium >= secured:
        return f"the premium yield is below min_premium_yield {parameters.min_premium_yield:g}"
    if parameters.min_moneyness is not None and moneyness < parameters.min_moneyness:
        return f"the strike is below {parameters.min_moneyness:.0%} of spot"
    if parameters.max_moneyness is not None and moneyness > parameters.max_moneyness:
        return f"the strike is above {parameters.max_moneyness:.0%} of spot"
    return ""


def _reasons(candidate: Candidate, scene: Scene, parameters: Parameters) -> Iterator[str]:
    sign = 1.0 if candidate.option.kind == "call" else -1.0
    away = sign * (candidate.option.strike / scene.spot - 1)
    yield f"delta {abs(candidate.delta):.2f}, target {parameters.delta_target:.2f}"
    yield f"{candidate.days} days, target {parameters.days_to_expiry_target:g}"
    yield f"strike {abs(away):.1%} {'out of' if away >= 0 else 'in'} the money"
    yield f"{candidate.premium_yield:.2%} premium, {candidate.annualised:.1%} a year"
