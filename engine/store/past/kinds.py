"""The queries of a span and of the one before it, by kind: how many, how they ended, how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.evidence import NOT_TIMED, PUT_WRONGLY
from engine.store.past.digest import ENDED
from engine.store.past.snapshot import View

MOST_TIMES: Final = 1000
_GOOD: Final = ("answered", "nothing_found", "degraded")
_BAD: Final = ("failed", "timed_out")
REFUSED: Final = (
    "coalesce(list_has_any("
    f"json_extract_string(body, '$.answer.tasks[*].error.kind'), {list(PUT_WRONGLY)}), false)"
)
"""In SQL, whether a query failed because of how it was put, as evidence.put_wrongly has it."""
_PATHS: Final = "['$.answer.query.intent', '$.answer.status', '$.answer.elapsed_ms']"


@dataclass(frozen=True, slots=True)
class Ended:
    """The queries of one kind that ended in one span; a cancelled one is no success and no failure.

    Those that were refused because of how they were put are not among them.

    `times_ms` are the response times of at most MOST_TIMES that succeeded, the newest of them.
    What NOT_TIMED names is counted and has no times.
    """

    good: int = 0
    failed: int = 0
    cancelled: int = 0
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    times_ms: tuple[float, ...] = ()

    @property
    def counted(self) -> int:
        """How many the success rate rests upon."""
        return self.good + self.failed


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of queries, by the intent that they were understood as; "" stands for all."""

    intent: str
    now: Ended
    before: Ended


def read_kinds(view: View, start_s: float, end_s: float) -> list[Kind]:
    """Return each kind that ended in a span or in the one of the same length before, all first.

    Without a query there is none. Each query counts once, by its end.
    """
    before_s = 2 * start_s - end_s
    good, bad = (", ".join(f"'{status}'" for status in statuses) for statuses in (_GOOD, _BAD))
    rows = view.execute(
        f"WITH ends AS (SELECT wall_s >= ? AS is_now, json_extract_string(body, {_PATHS}) AS said, "
        f"wall_s FROM {view.table('facts', before_s, end_s)} WHERE type IN (SELECT unnest(?)) "
        f"AND NOT (type = 'QueryFailed' AND {REFUSED}) AND wall_s >= ? AND wall_s <= ? "
        "QUALIFY row_number() OVER (PARTITION BY session, query ORDER BY seq) = 1), "
        "told AS (SELECT is_now, wall_s, coalesce(said[1], '') AS intent, said[2] AS status, "
        "CASE WHEN coalesce(said[1], '') NOT IN (SELECT unnest(?)) "
        "THEN TRY_CAST(said[3] AS DOUBLE) END AS ms FROM ends) "
        "SELECT intent, is_now, "
        f"count(*) FILTER (status IN ({good})), count(*) FILTER (status IN ({bad})), "
        "count(*) FILTER (status = 'cancelled'), "
        f"avg(ms) FILTER (status IN ({good})), "
        f"quantile_disc(ms, 0.5) FILTER (status IN ({good})), "
        f"quantile_disc(ms, 0.95) FILTER (status IN ({good})), "
        f"list(ms ORDER BY wall_s DESC) FILTER (status IN ({good}) AND ms IS NOT NULL)"
        f"[:{MOST_TIMES}] "
        "FROM told GROUP BY GROUPING SETS ((is_now), (is_now, intent))",
        [start_s, list(ENDED), before_s, end_s, list(NOT_TIMED)],
    )
    found = dict[str, dict[bool, Ended]]()
    for row in rows:
        # All kinds together come without one: NULL, where a kind of its own is never NULL.
        found.setdefault(str(row[0] or ""), {})[bool(row[1])] = _ended(row[2:])
    kinds = [
        Kind(one, sides.get(True, Ended()), sides.get(False, Ended()))
        for one, sides in found.items()
    ]
    return sorted(kinds, key=lambda kind: (kind.intent != "", -kind.now.counted, kind.intent))


def _ended(cells: Sequence[object]) -> Ended:
    good, failed, cancelled, mean_ms, p50_ms, p95_ms, times = cells
    return Ended(
        good=_whole(good),
        failed=_whole(failed),
        cancelled=_whole(cancelled),
        mean_ms=_number(mean_ms),
        p50_ms=_number(p50_ms),
        p95_ms=_number(p95_ms),
        times_ms=tuple(float(one) for one in times) if isinstance(times, list) else (),
    )


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
