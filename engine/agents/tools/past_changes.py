"""Changes of circuits and levels, notices and failed folds as rows of a time line."""

from engine.agents.tools.past_span import clock, cut
from engine.events import AnyEvent, StoreFolded
from engine.evidence import Cell
from engine.store.past.marks import mark

Row = tuple[Cell, ...]
COLUMNS = ("time", "what", "text", "session")


def change_rows(changes: tuple[AnyEvent, ...], now_s: float, own: str) -> list[tuple[float, Row]]:
    """Return a row for each change, with its time; the asking session goes unnamed."""
    rows = list[tuple[float, Row]]()
    for one in changes:
        whose = "" if one.session == own else one.session
        if isinstance(one, StoreFolded):
            rows.append((one.wall_s, (clock(one.wall_s, now_s), "store", cut(one.problem), whose)))
        elif (made := mark(one)) is not None:
            rows.append(
                (made.wall_s, (clock(made.wall_s, now_s), made.kind, cut(made.text), whose))
            )
    return rows
