"""How far the book is from each limit of the configuration."""

from typing import TYPE_CHECKING

from engine.agents.tools.money import money
from engine.agents.tools.wheel.desk import Desk
from engine.agents.tools.wheel.sell import scene_of
from engine.evidence import Evidence, counted

if TYPE_CHECKING:
    from engine.market.limits import Exposure, Headroom
    from engine.market.risk.risk import Risk
    from engine.market.wheel.kelly import KellyBet

_MOST_NAMED = 6


def limits_of(desk: Desk, asks: str = "") -> Evidence:
    """Return each limit with its value, how that is counted, and what is left.

    `asks` is "margin" where the verdict is to lead with that.
    """
    from engine.agents.tools.wheel import rows
    from engine.market.limits import headroom
    from engine.market.risk.risk import Question, assess
    from engine.market.wheel.book import exposure
    from engine.market.wheel.margin import SOURCE

    risk = assess(desk.book, Question(volatility_days=desk.volatility_days))
    if risk is None:
        return desk.evidence("no position of this book can be valued", [], found=False)
    kelly = _kelly(desk)
    bet = None if kelly is None else kelly.bet
    measured = exposure(risk, desk.book, desk.account_value, bet)
    found = headroom(measured, desk.sourced)
    said = (
        f"margin by {SOURCE}",
        _delta(risk),
        *(() if kelly is None else (_bet(kelly, desk.volatility_days),)),
    )
    margin = f"{_margin(measured)}; " if asks == "margin" else ""
    verdict = margin + _verdict(found) + _worth(risk, desk)
    return desk.evidence(
        verdict, [rows.limits(found)], (*risk.assumptions, *risk.tail_assumptions, *said)
    )


def _margin(measured: "Exposure") -> str:
    """Return what the book binds on margin, and what part of its value that is."""
    if measured.margin is None:
        return "the margin is not known"
    bound = f"the book binds {money(measured.margin, measured.currency)} of margin"
    value = measured.portfolio_value
    return f"{bound}, {measured.margin / value:.1%} of the account" if value else bound


def _delta(risk: "Risk") -> str:
    """Return the delta with its sign, of each stock: those of several don't add up."""
    from engine.market.exposure import by_stock

    each = by_stock(risk.lines)
    if len(each) == 1:
        return f"delta of the book: {risk.total.delta:,.1f} shares"
    named = [f"{symbol} {sums.delta:+,.1f}" for symbol, sums in list(each.items())[:_MOST_NAMED]]
    more = [f"{len(each) - len(named)} more"] if len(each) > len(named) else []
    return (
        f"delta by stock, in shares: {', '.join((*named, *more))}; a limit on shares holds for "
        "each stock, those on money for the whole book"
    )


def _verdict(found: "tuple[Headroom, ...]") -> str:
    broken = [one.name for one in found if one.breached]
    unknown = [one.name for one in found if one.breached is None and one.limit is not None]
    given = sum(one.limit is not None for one in found)
    if not given:
        verdict = "the configuration sets no limit"
    elif broken:
        verdict = f"{len(broken)} of {counted(given, 'limit')} breached: {', '.join(broken)}"
    else:
        verdict = f"none of {given - len(unknown)} limits is breached"
    return f"{verdict}; {len(unknown)} can't be told" if unknown else verdict


def _worth(risk: "Risk", desk: Desk) -> str:
    """Return what the limits are measured against, with its currency."""
    worth = f"; the positions are worth {money(risk.total.value, risk.currency)}"
    if desk.account_value is None:
        return worth
    return f"{worth}, the account with its cash {money(desk.account_value, risk.currency)}"


def _kelly(desk: Desk) -> "KellyBet | None":
    from engine.market.wheel.book import candidates as found_in
    from engine.market.wheel.kelly import kelly_bet

    try:
        at = scene_of(desk)
        puts, _ = found_in(desk.book, at, desk.sourced.parameters)
    except ValueError:  # no ticker, price or volatility: the limit then says that it is unknown
        return None
    return kelly_bet(puts.candidates[0], at, desk.sourced.parameters) if puts.candidates else None


def _bet(kelly: "KellyBet", days: int) -> str:
    option, motion = kelly.put.option, kelly.motion
    cap = "" if kelly.full < 1.0 else ", its cap: a put secured by borrowed cash can ruin"
    most = "" if kelly.most is None else f", at most max_kelly_fraction {kelly.most:g}"
    return (
        f"Kelly: the {option.expiry} {option.strike:g} put at {kelly.put.premium:.2f}, its stock "
        f"lognormal with {motion.volatility:.1%} a year, as realised over up to {days} trading "
        f"days, drifting at the rate; the full bet is {kelly.full:.2f} of the capital{cap}; times "
        f"kelly_fraction {kelly.part:g}{most}: {kelly.bet:.2f}"
    )
