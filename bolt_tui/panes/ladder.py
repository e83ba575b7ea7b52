"""The ladder: every level, which one holds, what keeps the others from it, and when it is tried."""

from typing import TYPE_CHECKING

from bolt_tui.panes.line import Line, fit, pad, wrapped
from bolt_tui.panes.marks import LEVEL, Mark, span_of
from bolt_tui.panes.pane import Canvas
from bolt_tui.panes.units import clock, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import LevelView

if TYPE_CHECKING:
    from engine.breaker.degradation import Ladder
    from engine.breaker.rungs import Rung

STATE, NAME = 12, 16
WORKS, OUT = Mark("●", "works", "quiet"), Mark("✗", "out", "bad")
WAITS, BARRED = Mark("◐", "waits", "warn"), Mark("○", "barred", "quiet")


def ladder_lines(state: ConsoleState, canvas: Canvas) -> list[Line]:
    """Return the levels, the highest first, each with its reason; nothing before one is known."""
    from engine.breaker.rungs import rungs  # not needed for the first paint

    level = state.level
    if level is None:
        return []
    standing = ladder_of(level, state)
    found = rungs(standing, state.now_s, waits(state))
    return [line for rung in found for line in _rung(rung, level, state, canvas)]


def ladder_of(level: LevelView, state: ConsoleState) -> "Ladder":
    """Return the engine's ladder as its last events left it."""
    from engine.breaker.degradation import Ladder, Standing

    ladder = Ladder(level.cap)
    ladder.states = {circuit.capability: circuit.state for circuit in state.circuits.values()}
    ladder.standing = Standing(
        level.level, level.why, level.lift, level.cap, level.pinned, level.since_s, level.held_s
    )
    return ladder


def waits(state: ConsoleState) -> dict[str, float | None]:
    """Return in how many seconds each open circuit is tried; None where it isn't."""
    return {
        one.capability: None if one.next_try_s is None else max(0.0, one.next_try_s - state.now_s)
        for one in state.circuits.values()
        if one.state == "open"
    }


def lifted_in(state: ConsoleState) -> float | None:
    """Return in how many seconds something may lift the level; None where that is not known."""
    level = state.level
    if level is None or level.level == "full":
        return None
    if level.held_s is not None:
        return max(0.0, level.held_s - state.now_s)
    above = _above(level, state)
    return above.next_try_s if above else None


def lift_of(level: LevelView, state: ConsoleState) -> str:
    """Return what would lift it: as the engine told, or the hand that holds a circuit open."""
    held = any(circuit.forced == "open" for circuit in state.circuits.values())
    above = _above(level, state) if held and not level.pinned else None
    return _lift(above, state) if above and not above.holds else level.lift


def _above(level: LevelView, state: ConsoleState) -> "Rung | None":
    from engine.breaker.rungs import rungs  # not needed for the first paint

    found = rungs(ladder_of(level, state), state.now_s, waits(state))
    at = next(at for at, rung in enumerate(found) if rung.here)
    return found[at - 1] if at else None


def soon(wait_s: float) -> str:
    """Return a countdown in words."""
    return f"in {whole(wait_s)}" if wait_s >= 1 else "now"


def _rung(rung: "Rung", level: LevelView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    glyph, tone = span_of(_mark(rung, level), ink)
    text = _here(rung, level, state, canvas) if rung.here else _away(rung, level, state)
    rows = wrapped(text, max(10, canvas.width - STATE - NAME))
    line: Line = [
        (pad(glyph, STATE), tone),
        (pad(LEVEL[rung.level].word, NAME), ink.strong if rung.here else ink.text),
        (rows[0], ink.text if rung.here or not rung.holds else ink.quiet),
    ]
    indent = " " * (STATE + NAME)
    return [fit(line, canvas.width), *([(indent + row, ink.text)] for row in rows[1:])]


def _mark(rung: "Rung", level: LevelView) -> Mark:
    """Return the sign of a level: what it is now, whether it would work, or what bars it."""
    if rung.here:
        mark = LEVEL[rung.level]
        return Mark(mark.glyph, "pinned" if level.pinned else "now", mark.tone)
    if not rung.holds:
        return OUT
    if not rung.lift:
        return WORKS
    return BARRED if level.pinned or "[rollout]" in rung.lift else WAITS


def _here(rung: "Rung", level: LevelView, state: ConsoleState, canvas: Canvas) -> str:
    since = f"since {clock(level.since_wall_s, canvas.look.zone)}"
    said = f"{since}, {whole(state.now_s - level.since_s)}"
    if level.pinned:
        said += f"; {pin_end(level, state)}"
    if not rung.holds:
        said += f"; {rung.why}"
    return said


def pin_end(level: LevelView, state: ConsoleState) -> str:
    """Return how long the level stays pinned."""
    if level.held_s is None:
        return "until it is released"
    return f"for {whole(level.held_s - state.now_s)} more"


def _away(rung: "Rung", level: LevelView, state: ConsoleState) -> str:
    if not rung.lift:
        return rung.why if rung.level != "existing_tools" else "needs nothing of this program"
    if rung.holds and level.pinned:
        return "not while the level is pinned"
    wait = "" if rung.next_try_s is None else f", next {soon(rung.next_try_s)}"
    return f"{rung.why}; lifted by: {_lift(rung, state)}{wait}"


def _lift(rung: "Rung", state: ConsoleState) -> str:
    """Return what would lift it; what the operator holds open, only his hand lets go."""
    from engine.breaker.degradation import failing, lifted_by, named

    states = {circuit.capability: circuit.state for circuit in state.circuits.values()}
    failed = failing(rung.level, states)
    forced = frozenset(name for name in failed if state.circuits[name].forced)
    if not forced:
        return rung.lift
    rest = lifted_by(failed - forced)
    return " and ".join(filter(None, (rest, f"{named(forced)} being released")))
