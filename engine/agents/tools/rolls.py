"""What of the short options is to be rolled: all of them, or those of the side and strike asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.agents.tool import Call
from engine.agents.tools.wheel.desk import Desk, work
from engine.evidence import Evidence, Section

if TYPE_CHECKING:
    from engine.market.wheel.book import Watched


async def rolls(call: Call) -> Evidence:
    """Judge each short option that is meant by each roll rule, and warn of early assignment."""
    kind, strike = call.text("kind"), call.number("strike")
    return await work(call, lambda desk: _rolls(desk, kind, strike))


def _rolls(desk: Desk, kind: str, strike: float | None) -> Evidence:
    verdict, sections = to_roll(desk, kind, strike)
    return desk.evidence(verdict, sections, found=bool(sections))


def to_roll(desk: Desk, kind: str = "", strike: float | None = None) -> tuple[str, list[Section]]:
    """Return what is to be rolled in a sentence, and the rules; `kind` and `strike` narrow it."""
    from engine.agents.tools.wheel import rows
    from engine.market.rolls import fired

    every = shorts(desk)
    found = meant(every, kind, strike)
    if not found:
        return none_meant(every, kind, strike), []
    rolled = [one for one in found if fired(one.rules)]
    likely = [one for one in found if one.early is not None and one.early.danger == "likely"]
    named = _named(kind, strike)
    verdict = f"{len(rolled)} of {len(found)} {named} {_are(len(rolled))} to be rolled"
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


def shorts(desk: Desk) -> "tuple[Watched, ...]":
    """Return every short option that can be valued."""
    from engine.market.wheel.book import watched

    return watched(desk.book, desk.sourced, desk.volatility_days)


def meant(every: "Sequence[Watched]", kind: str, strike: float | None) -> "tuple[Watched, ...]":
    """Return those of the side and the strike, where either is named."""
    return tuple(
        one
        for one in every
        if kind in ("", one.short.option.kind) and strike in (None, one.short.option.strike)
    )


def none_meant(every: "Sequence[Watched]", kind: str, strike: float | None) -> str:
    """Say that nothing like that is short, and what is."""
    if not every:
        return "no short option is held that can be valued"
    held = ", ".join(
        f"{one.short.option.strike:g} {one.short.option.kind} {one.short.option.expiry}"
        for one in every
    )
    asked = f"{f'{strike:g} ' if strike is not None else ''}{kind or 'option'}"
    return f"no short {asked} is held that can be valued; short are {held}"


def _named(kind: str, strike: float | None) -> str:
    side = f"{kind}s" if kind else "options"
    return f"short {side}" + ("" if strike is None else f" at {strike:g}")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
