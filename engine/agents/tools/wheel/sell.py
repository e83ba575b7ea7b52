"""What the wheel would sell now, and what is left to secure it with."""

from typing import TYPE_CHECKING

from engine.agents.tools.money import money
from engine.agents.tools.wheel.desk import Desk
from engine.evidence import Section

if TYPE_CHECKING:
    from engine.market.candidates import Candidate, Ranking
    from engine.market.scene import Scene


def to_sell(desk: Desk) -> tuple[str, list[Section], tuple[str, ...]]:
    """Return the best put in a sentence, the puts and calls to sell, and what was assumed."""
    from engine.agents.tools.wheel import rows
    from engine.market.calibration import MEASURED_ON
    from engine.market.wheel.book import candidates as found_in

    at = scene_of(desk)
    puts, calls = found_in(desk.book, at, desk.sourced.parameters)
    sections: list[Section] = []
    for name, ranking, more in (("Puts", puts, ""), ("Calls", calls, _covered(desk, at))):
        if ranking is not None:
            title = f"{name} to sell on {at.symbol} at {at.spot:g}{more}"
            sections.append(rows.candidates(title, ranking))
            if ranking.rejected:
                sections.append(rows.rejected(ranking))
    said = (
        *puts.assumptions,
        _carry(at),
        "yield: a put's premium over its strike, a call's over the share; a year: that times 365 "
        "over the days, not compounded",
        f"assigned in the past: {MEASURED_ON}; errors of 1 to 2 points",
        "profit by a drift equal to the rate",
    )
    cash, counted = _cash(desk, puts.candidates[0] if puts.candidates else None)
    return _best(puts, at) + cash, sections, (*said, counted)


def scene_of(desk: Desk) -> "Scene":
    """Return what is known of the stock to sell options on.

    Raises:
        NoStock: see `wheel_book.symbol` and `wheel_book.scene`.
    """
    from engine.market.wheel.book import scene, symbol

    wanted = symbol(desk.book, desk.ticker, desk.sourced.parameters)
    return scene(desk.book, wanted, desk.volatility_days)


def _carry(at: "Scene") -> str:
    text = f"rate {at.rate:.2%}"
    if not at.dividends:
        return f"{text}, dividend yield {at.dividend_yield:.2%} a year"
    days = ", ".join(
        f"{amount:g} in {round(365 * when + 0.5)} days" for when, amount in at.dividends
    )
    return f"{text} a year, cash dividends of {at.symbol}: {days}; no yield beside them"


def _covered(desk: Desk, at: "Scene") -> str:
    """Return in a clause how many calls the shares still cover."""
    from engine.market.wheel.cover import free_shares

    held, free = free_shares(desk.book, at.symbol)
    if free == held:
        return ""
    if free < 100:
        return (
            f": NAKED, as open calls need {held - free:g} of the {held:g} shares; close those first"
        )
    return f": {free // 100:g} covered, open calls need {held - free:g} of the {held:g} shares"


def _cash(desk: Desk, best: "Candidate | None") -> tuple[str, str]:
    """Return what the free cash secures, and how it was counted."""
    from engine.market.wheel.cover import free_cash

    found = free_cash(desk.book, desk.account_value)
    if isinstance(found, str):
        return "", f"how many puts the cash secures is not known: {found}"
    currency = next((one.currency for one in desk.book.positions), "USD")
    counted = (
        f"free cash {money(found.left, currency)}: the account {money(found.account, currency)} "
        f"less shares at their price {money(found.shares, currency)} and the strikes of short puts "
        f"{money(found.secured, currency)}; options count at nothing"
    )
    if best is None:
        return "", counted
    each = best.option.strike * best.option.multiplier
    contracts = max(int(found.left // each), 0)
    return f"; the free cash of {money(found.left, currency)} secures {contracts}", counted


def _best(puts: "Ranking", at: "Scene") -> str:
    if not puts.candidates:
        why = max(puts.rejected, key=lambda rule: puts.rejected[rule], default="nothing is quoted")
        return f"no put on {at.symbol} fits the parameters; most often: {why}"
    best = puts.candidates[0]
    return (
        f"sell the {best.option.expiry} {best.option.strike:g} put on {at.symbol} for "
        f"{best.premium:.2f} a share: delta {abs(best.delta):.2f}, {best.annualised:.1%} a year "
        f"on the strike, breakeven {best.breakeven:.2f}, assigned with {best.assigned:.0%}"
    )
