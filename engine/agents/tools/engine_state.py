"""How this engine is doing: circuits and level, recent failures."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from engine.agents.tool import Call
from engine.agents.tools.figures import rounded
from engine.breaker.row import Row
from engine.events import CircuitState
from engine.evidence import Cell, Evidence, Table

if TYPE_CHECKING:  # 10 ms that status doesn't need
    from engine.store.past.history import PastQuery

_HOUR_S = 3600.0
_LOOKED_AT = 1000
_BAD = frozenset({"failed", "timed_out"})
# What is not well comes first, what this machine lacks last.
_RANK: Final[Mapping[CircuitState, int]] = {"open": 0, "half_open": 1, "closed": 2, "absent": 3}


async def circuits(call: Call) -> Evidence:
    """Every capability with its circuit, what was counted, who forced it, and the level."""
    await call.services.find_gpu()
    board = call.services.board
    standing = board.standing
    known = tuple(board.rows())
    out = [row.capability for row in known if row.state in ("open", "half_open")]
    said = [f"{', '.join(out)} out of order" if out else "no circuit is open"]
    said += [_forced(row) for row in known if row.forced]
    if board.unheard:
        said.append(f"{board.unheard} changes could not be told to who listens")
    lift = f"; it rises with {standing.lift}" if standing.lift else ""
    return Evidence(
        verdict=f"{'; '.join(said)}; level {standing.level}{lift}",
        sections=(_table(known),),
        weight=1,
    )


def _table(known: Sequence[Row]) -> Table:
    """Return a row a circuit; a window that is that of all is in the title."""
    windows = {row.window for row in known if row.window}
    common = len(windows) == 1
    said = f", last {''.join(windows)}" if common else ""
    shown = sorted(known, key=lambda row: (_RANK[row.state], row.forced is None))
    rows = [_cells(row, windowed=not common) for row in shown]
    columns = tuple(rows[0]) if rows else ()
    return Table(f"Circuits{said}", columns, tuple(tuple(row.values()) for row in rows))


def _cells(row: Row, *, windowed: bool) -> dict[str, Cell]:
    by_hand = f"by the operator: {row.reason}" if row.forced else ""
    return {
        "capability": row.capability,
        "state": f"{row.state}, forced" if row.forced else row.state,
        "failures": row.failures,
        "next try s": rounded(row.next_try_s),
        "calls": row.calls if row.window else None,
        "failed %": _percent(row.failure_rate),
        "slow %": _percent(row.slow_rate),
        **({"of the last": row.window} if windowed else {}),
        "cause": "; ".join(filter(None, (by_hand, row.cause))),
    }


def _forced(row: Row) -> str:
    until = "until it is released" if row.forced_s is None else f"for {row.forced_s:.0f} s more"
    return f"{row.capability} is forced {row.forced} {until} ({row.reason})"


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(100 * rate, 1)


async def failures(call: Call) -> Evidence:
    """What failed in the last hour, in all sessions."""
    past = await _last_hour(call)
    bad = [row for row in past if row.status in _BAD]
    rows = tuple((row.text[:80], row.status, row.verdict[:120]) for row in bad[:20])
    return Evidence(
        verdict=f"{len(bad)} of {len(past)} queries failed in the last hour",
        sections=(Table("Failed in the last hour", ("query", "status", "why"), rows),),
        weight=1,
    )


async def _last_hour(call: Call) -> "list[PastQuery]":
    now_s = call.services.clock.wall_s()
    return await call.services.past.queries(_LOOKED_AT, now_s - _HOUR_S, now_s)
