"""The wheel: what to sell, how far limits are, and all of it at once."""

from engine.agents.tool import Call
from engine.agents.tools.rolls import to_roll
from engine.agents.tools.wheel.desk import Desk, work
from engine.agents.tools.wheel.limits import limits_of
from engine.agents.tools.wheel.sell import scene_of, to_sell
from engine.agents.tools.wheel.targets import aimed, wanted_days, wanted_delta
from engine.evidence import Evidence, Section, counted
from engine.market.book import Option

_POINTS = 33


async def candidates(call: Call) -> Evidence:
    """Rank the puts, and calls on shares held, that the parameters would sell now.

    A question may name `delta` and `days` to expiry in place of the configured targets.
    """
    delta, days = wanted_delta(call), wanted_days(call)
    return await work(
        call, lambda desk: _candidates(aimed(desk, delta, days)), "positions", "prices"
    )


async def limits(call: Call) -> Evidence:
    """Show each limit of the configuration and what is left of it; first the margin if asked."""
    asks = call.text("asks")
    return await work(call, lambda desk: limits_of(desk, asks))


async def analysis(call: Call) -> Evidence:
    """Look at the wheel as a whole: what to roll, what to sell, where it gains and loses."""
    return await work(call, _analysis)


def _candidates(desk: Desk) -> Evidence:
    verdict, sections, said = to_sell(desk)
    return desk.evidence(verdict, sections, said, found=bool(sections))


def _analysis(desk: Desk) -> Evidence:
    from engine.agents.tools.curve_rows import payoff_series, smile_series
    from engine.market.payoff import grid, payoff, smiles
    from engine.market.risk.market import priced

    rolling, rolls_sections = to_roll(desk)
    selling, sell_sections, said = to_sell(desk)
    at = scene_of(desk)
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
        said = (
            *said,
            f"{counted(len(drawn.left_out), 'position is', 'positions are')} not in the P&L curves",
        )
    verdict = f"{rolling}; {selling}; breakeven at expiry: {edges}"
    return desk.evidence(verdict, [*rolls_sections, *sell_sections, *curves], said)
