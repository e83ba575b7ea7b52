"""The wheel: what to sell, what to roll, how far limits are."""

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.agents.tool import Call
from engine.agents.tools.money import money
from engine.agents.tools.wheel_desk import Desk, work
from engine.agents.tools.wheel_targets import wanted_days, wanted_delta
from engine.evidence import Evidence, Section
from engine.market.book import Option

if TYPE_CHECKING:
    from engine.market.candidates import Ranking, Scene
    from engine.market.risk import Risk

_POINTS = 33


async def candidates(call: Call) -> Evidence:
    """Rank the puts, and calls on shares held, that the parameters would sell now.

    A question may name `delta` and `days` to expiry in place of the configured targets.
    """
    delta, days = wanted_delta(call), wanted_days(call)
    return await work(
        call, lambda desk: _candidates(_aimed(desk, delta, days)), "positions", "prices"
    )


async def rolls(call: Call) -> Evidence:
    """Judge each short option by each roll rule, and warn of early assignment."""
    return await work(call, _rolls)


async def limits(call: Call) -> Evidence:
    """Show each limit of the configuration and what is left of it."""
    return await work(call, _limits)


async def analysis(call: Call) -> Evidence:
    """Look at the wheel as a whole: what to roll, what to sell, where it gains and loses."""
    return await work(call, _analysis)


def _aimed(desk: Desk, delta: float | None, days: float | None) -> Desk:
    """Return the desk with what the question aims at; the user's limits stay as they are."""
    own = desk.sourced.parameters
    if delta is not None:
        own = replace(own, delta_target=delta)
    if days is not None:
        own = replace(own, days_to_expiry_target=days)
    notes = desk.sourced.notes
    if delta is not None and delta > own.max_delta_short_put:
        notes += (
            f"delta {delta:g} is asked for, but max_delta_short_put {own.max_delta_short_put:g} "
            f"({desk.sourced.origin('max_delta_short_put')}) still holds for puts",
        )
    return replace(desk, sourced=replace(desk.sourced, parameters=own, notes=notes))


def _candidates(desk: Desk) -> Evidence:
    verdict, sections, said = _to_sell(desk)
    return desk.evidence(verdict, sections, said, found=bool(sections))


def _to_sell(desk: Desk) -> tuple[str, list[Section], tuple[str, ...]]:
    from engine.agents.tools import wheel_rows as rows
    from engine.market.calibration import MEASURED_ON
    from engine.market.wheel_book import candidates as found_in

    at = _scene(desk)
    puts, calls = found_in(desk.book, at, desk.sourced.parameters)
    sections: list[Section] = []
    for name, ranking in (("Puts", puts), ("Calls", calls)):
        if ranking is not None:
            title = f"{name} to sell on {at.symbol} at {at.spot:g}"
            sections.append(rows.candidates(title, ranking))
            if ranking.rejected:
                sections.append(rows.rejected(ranking))
    said = (
        *puts.assumptions,
        f"rate {at.rate:.2%}, dividend yield {at.dividend_yield:.2%} a year",
        f"assigned in the past: {MEASURED_ON}; errors of 1 to 2 points",
        "profit by a drift equal to the rate",
    )
    return _best(puts, at), sections, said


def _best(puts: "Ranking", at: "Scene") -> str:
    if not puts.candidates:
        why = max(puts.rejected, key=lambda rule: puts.rejected[rule], default="nothing is quoted")
        return f"no put on {at.symbol} fits the parameters; most often: {why}"
    best = puts.candidates[0]
    return (
        f"sell the {best.option.expiry} {best.option.strike:g} put on {at.symbol} for "
        f"{best.premium:.2f} a share: delta {abs(best.delta):.2f}, {best.annualised:.1%} a year "
        f"on what it binds, breakeven {best.breakeven:.2f}, assigned with {best.assigned:.0%}"
    )


def _rolls(desk: Desk) -> Evidence:
    verdict, sections = _to_roll(desk)
    return desk.evidence(verdict, sections, found=bool(sections))


def _to_roll(desk: Desk) -> tuple[str, list[Section]]:
    from engine.agents.tools import wheel_rows as rows
    from engine.market.rolls import fired
    from engine.market.wheel_book import watched

    found = watched(desk.book, desk.sourced, desk.volatility_days)
    if not found:
        return "no short option is held that can be valued", []
    rolled = [one for one in found if fired(one.rules)]
    likely = [one for one in found if one.early is not None and one.early.danger == "likely"]
    verdict = f"{len(rolled)} of {len(found)} short options are to be rolled"
    if rolled:
        first = fired(rolled[0].rules)[0]
        verdict += f": {first.explanation}"
    if likely:
        verdict += f"; early assignment is likely for {len(likely)}"
    warnings = rows.early(found)
    return verdict, [
        rows.rules(found),
        *([warnings] if warnings else []),
        rows.parameters(desk.sourced),
    ]


def _limits(desk: Desk) -> Evidence:
    from engine.agents.tools import wheel_rows as rows
    from engine.market.limits import headroom
    from engine.market.risk import Question, assess
    from engine.market.wheel_book import exposure

    risk = assess(desk.book, Question(volatility_days=desk.volatility_days))
    if risk is None:
        return desk.evidence("no position of this book can be valued", [], found=False)
    figures = exposure(risk, desk.book, desk.account_value, _kelly(desk))
    found = headroom(figures, desk.sourced)
    broken = [one.name for one in found if one.breached]
    unknown = [one.name for one in found if one.breached is None and one.limit is not None]
    given = sum(one.limit is not None for one in found)
    if not given:
        verdict = "the configuration sets no limit"
    elif broken:
        verdict = f"{len(broken)} of {given} limits are breached: {', '.join(broken)}"
    else:
        verdict = f"none of {given - len(unknown)} limits is breached"
    if unknown:
        verdict += f"; {len(unknown)} can't be told"
    verdict += _worth(risk, desk)
    from engine.market.wheel_margin import SOURCE

    said = (
        f"margin by {SOURCE}",
        "delta and gamma limits are in contracts: shares over 100",
        "Kelly: the first put to sell, its stock moving as it did, drifting at the rate",
    )
    return desk.evidence(verdict, [rows.limits(found)], (*risk.assumptions, *said))


def _worth(risk: "Risk", desk: Desk) -> str:
    """Return what the limits are measured against, with its currency."""
    worth = f"; the book is worth {money(risk.total.value, risk.currency)}"
    if desk.account_value is None:
        return worth
    return f"{worth}, the account {money(desk.account_value, risk.currency)}"


def _kelly(desk: Desk) -> float | None:
    from engine.market.wheel_book import candidates as found_in
    from engine.market.wheel_book import kelly_bet

    try:
        at = _scene(desk)
        puts, _ = found_in(desk.book, at, desk.sourced.parameters)
    except ValueError:  # no ticker, price or volatility: the limit then says that it is unknown
        return None
    return kelly_bet(puts.candidates[0], at, desk.sourced.parameters) if puts.candidates else None


def _analysis(desk: Desk) -> Evidence:
    from engine.agents.tools.curve_rows import payoff_series, smile_series
    from engine.market.payoff import grid, payoff, smiles
    from engine.market.risk_market import priced

    rolling, rolls_sections = _to_roll(desk)
    selling, sell_sections, said = _to_sell(desk)
    at = _scene(desk)
    volatilities = {
        one.instrument: found.value
        for one, found in priced(desk.book, desk.volatility_days).options
        if isinstance(one.instrument, Option)
    }
    drawn = payoff(
        desk.book.positions,
        at.symbol,
        grid(at.spot, points=_POINTS),
        as_of=at.as_of,
        volatilities=volatilities,
        rate=at.rate,
        dividend_yield=at.dividend_yield,
        dividends=desk.book.dividends,
    )
    currency = desk.book.positions[0].currency if desk.book.positions else "USD"
    drawing = payoff_series(drawn, at.symbol, currency, at.spot, drawn.breakevens)
    curves: list[Section] = [drawing]
    if quoted := smiles(desk.book.quotes, at.symbol):
        first = [one for one in quoted if one.expiry == quoted[0].expiry]
        title = f"Smile of {at.symbol} on {quoted[0].expiry}"
        curves.append(smile_series(title, first, at.symbol, at.spot))
    edges = ", ".join(f"{price:.2f}" for price in drawn.breakevens) or "none within 40 %"
    if drawn.left_out:
        said = (*said, f"{len(drawn.left_out)} positions are not in the P&L curves")
    verdict = f"{rolling}; {selling}; breakeven at expiry: {edges}"
    return desk.evidence(verdict, [*rolls_sections, *sell_sections, *curves], said)


def _scene(desk: Desk) -> "Scene":
    from engine.market.wheel_book import scene, symbol

    wanted = symbol(desk.book, desk.ticker, desk.sourced.parameters)
    return scene(desk.book, wanted, desk.volatility_days)
