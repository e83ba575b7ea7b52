"""The last good answer to a plan: read back for when the same can't be worked out anew."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from engine.events import QueryAnswered, QueryPlanned
from engine.evidence import Answer, PlannedTask

if TYPE_CHECKING:
    from engine.store.past.snapshot import View

_LOOKED_AT = 40


class PastAnswer(NamedTuple):
    """An answer and the wall time at which it was given."""

    answer: Answer
    at_s: float


def key(tasks: Sequence[PlannedTask]) -> tuple[tuple[str, tuple[tuple[str, object], ...]], ...]:
    """Return what makes two plans the same: the work, not the words that it was asked in."""
    return tuple((task.tool, tuple(sorted(task.arguments.items()))) for task in tasks)


def read_good(
    view: "View", project: str, intent: str, tasks: Sequence[PlannedTask]
) -> PastAnswer | None:
    """Return the newest answer with nothing missing to this very plan in this project."""
    # Start-up: every answer is kept under its key, few are looked for on record.
    from engine.store.journals.records import event
    from engine.store.past.digest import read_end
    from engine.store.past.events import EVER_S

    facts = view.table("facts", -EVER_S, EVER_S)
    rows = view.execute(
        f"SELECT session, query, wall_s, body FROM {facts} WHERE type = 'QueryPlanned' "
        "AND body->>'$.understanding.intent' = ? AND session IN (SELECT session "
        f"FROM {facts} WHERE type = 'SessionJoined' AND body->>'$.project' = ?) "
        "ORDER BY wall_s DESC LIMIT ?",
        [intent, project, _LOOKED_AT],
    )
    wanted = key(tasks)
    for session, query, wall_s, body in rows:
        planned = event(str(body))
        if not isinstance(planned, QueryPlanned) or key(planned.tasks) != wanted:
            continue
        end = read_end(view, str(session), str(query), float(str(wall_s)))
        if isinstance(end, QueryAnswered) and end.answer.status == "answered":
            return PastAnswer(end.answer, end.wall_s)
    return None
