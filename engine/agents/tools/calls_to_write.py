"""Which call to write against the shares held: the calls alone, and how many the shares cover."""

from typing import TYPE_CHECKING

from engine.agents.tool import Call
from engine.agents.tools.wheel.desk import Desk, work
from engine.agents.tools.wheel.sell import scene_of
from engine.agents.tools.wheel.targets import aimed, wanted_days, wanted_delta
from engine.evidence import Evidence, Section

if TYPE_CHECKING:
    from engine.market.candidates import Ranking

_SHARES = 100


async def calls(call: Call) -> Evidence:
    """Rank the calls on shares held; a question may name `delta` and `days` to expiry."""
    delta, days = wanted_delta(call), wanted_days(call)
    return await work(call, lambda desk: _calls(aimed(desk, delta, days)), "positions", "prices")


def _calls(desk: Desk) -> Evidence:
    from engine.agents.tools.wheel import rows
    from engine.market.wheel.book import candidates as found_in
    from engine.market.wheel.cover import free_shares

    at = scene_of(desk)
    held, free = free_shares(desk.book, at.symbol)
    _, found = found_in(desk.book, at, desk.sourced.parameters)
    if found is None:
        verdict = (
            f"no call on {at.symbol} can be covered: {held:g} shares are held, a call takes 100"
        )
        return desk.evidence(verdict, [], found=False)
    sections: list[Section] = [rows.candidates(f"Calls to sell on {at.symbol}", found)]
    if found.rejected:
        sections.append(rows.rejected(found))
    best = _best(found, at.symbol)
    covered = max(int(free // _SHARES), 0)
    cover = f"{held:g} shares are held, open calls take {held - free:g} of them"
    if covered:
        verdict = f"{best}; {covered} would be covered: {cover}"
    else:
        verdict = f"no further call on {at.symbol} is covered: {cover}; uncovered: {best}"
    said = (
        *found.assumptions,
        "yield: a call's premium over the share; a year: that times 365 over the days",
    )
    return desk.evidence(verdict, sections, said)


def _best(found: "Ranking", symbol: str) -> str:
    if not found.candidates:
        rejected = found.rejected
        why = max(rejected, key=lambda rule: rejected[rule], default="nothing is quoted")
        return f"no call on {symbol} fits the parameters; most often: {why}"
    best = found.candidates[0]
    return (
        f"write the {best.option.expiry} {best.option.strike:g} call on {symbol} for "
        f"{best.premium:.2f} a share: delta {abs(best.delta):.2f}, {best.annualised:.1%} a year on "
        f"the share, called away with {best.assigned:.0%}"
    )
