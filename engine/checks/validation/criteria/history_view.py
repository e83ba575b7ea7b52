"""What the store knows of the past, counted by DuckDB."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.events import (
    AlertDelivered,
    AlertFiring,
    HealthChecked,
    Notice,
    SessionJoined,
    Validated,
)
from engine.evidence import NOT_TIMED
from engine.store.journals.records import event
from engine.store.past.events import EVER_S
from engine.store.past.kinds import REFUSED
from engine.store.past.past import Past
from engine.store.past.sessions import PastSession
from engine.store.past.snapshot import View

DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
SOAK_PASSED, SOAK_FAILED, SOAK_SHORT = "soak.passed", "soak.failed", "soak.short"
_LONG_S = 90 * DAY_S
_RECENT_S = 31 * DAY_S


@dataclass(frozen=True, slots=True)
class Ends:
    """Of the queries of a week: how many succeeded, failed, and their mean time in seconds.

    Cancelled ones are neither, nor are those that were refused because of how they were put; what
    `NOT_TIMED` names is in no mean.
    """

    succeeded: int
    failed: int
    mean_s: float | None

    @property
    def count(self) -> int:
        return self.succeeded + self.failed

    @property
    def rate(self) -> float:
        return self.succeeded / self.count


@dataclass(frozen=True, slots=True)
class History:
    """What is on record; times are wall seconds.

    `minutes` are those since the epoch in which some session recorded a sample of itself.
    `peak_bytes` is the most that a session and its children were seen to hold, `own_peak_bytes` the
    most of a session alone. `versions` are the program's, by session.
    """

    now_s: float
    ends: Ends
    sessions: tuple[PastSession, ...]
    minutes: tuple[int, ...]
    peak_bytes: int | None
    own_peak_bytes: int | None
    validated: tuple[Validated, ...]
    checked: tuple[HealthChecked, ...]
    fired: tuple[AlertFiring, ...]
    delivered: tuple[AlertDelivered, ...]
    versions: dict[str, str]
    soak: Notice | None
    problems: tuple[str, ...]


async def read_history(past: Past, now_s: float) -> History:
    """Return what the criteria read of the past.

    Raises:
        StoreReadError: the store can't be read.
    """
    since_s = now_s - _LONG_S
    counted = await past.read(lambda view: _counted(view, since_s, now_s))
    problems = past.problems
    sessions = await past.sessions(since_s, now_s)
    kinds = (Validated, HealthChecked, AlertFiring, AlertDelivered, SessionJoined)
    events = await past.events(since_s, now_s, types=kinds)
    ends, minutes, (used, own), soak = counted
    return History(
        now_s=now_s,
        ends=ends,
        sessions=tuple(sessions),
        minutes=minutes,
        peak_bytes=used,
        own_peak_bytes=own,
        validated=tuple(
            one for one in events if isinstance(one, Validated) and one.wall_s > now_s - _RECENT_S
        ),
        checked=tuple(one for one in events if isinstance(one, HealthChecked)),
        fired=tuple(one for one in events if isinstance(one, AlertFiring)),
        delivered=tuple(one for one in events if isinstance(one, AlertDelivered)),
        versions={one.session: one.version for one in events if isinstance(one, SessionJoined)},
        soak=soak,
        problems=(*problems, *past.problems),
    )


def _counted(
    view: View, start_s: float, end_s: float
) -> tuple[Ends, tuple[int, ...], tuple[int | None, int | None], Notice | None]:
    return (
        _ends(view, end_s - WEEK_S, end_s),
        _minutes(view, start_s, end_s),
        _peaks(view, start_s, end_s),
        _soak(view, start_s, end_s),
    )


def _soak(view: View, start_s: float, end_s: float) -> Notice | None:
    """Return how the last soak ended; a short one that found nothing only where there is none."""
    rows = view.execute(
        f"SELECT body FROM {view.table('facts', start_s, end_s)} WHERE type = 'Notice' "
        "AND wall_s >= ? AND wall_s <= ? AND body->>'$.key' IN (SELECT unnest(?)) "
        "ORDER BY body->>'$.key' = ?, wall_s DESC LIMIT 1",
        [start_s, end_s, [SOAK_PASSED, SOAK_FAILED, SOAK_SHORT], SOAK_SHORT],
    )
    found = event(str(rows[0][0])) if rows else None
    return found if isinstance(found, Notice) else None


def _ends(view: View, start_s: float, end_s: float) -> Ends:
    rows = view.execute(
        "SELECT type, count(*), sum(elapsed_ms), count(elapsed_ms) FROM (SELECT type, session, "
        "query, any_value((body->>'$.answer.elapsed_ms')::DOUBLE) FILTER (coalesce("
        "body->>'$.answer.query.intent', '') NOT IN (SELECT unnest(?))) AS elapsed_ms "
        f"FROM {view.table('facts', start_s, end_s)} WHERE wall_s >= ? AND wall_s <= ? "
        f"AND (type = 'QueryAnswered' OR type = 'QueryFailed' AND NOT {REFUSED}) "
        "GROUP BY ALL) GROUP BY type",
        [list(NOT_TIMED), start_s, end_s],
    )
    counts = {str(kind): _whole(count) for kind, count, *_ in rows}
    total_ms = sum(float(took) for _, _, took, _ in rows if isinstance(took, int | float))
    count = sum(_whole(timed) for *_, timed in rows)
    return Ends(
        counts.get("QueryAnswered", 0),
        counts.get("QueryFailed", 0),
        total_ms / 1000 / count if count else None,
    )


def _minutes(view: View, start_s: float, end_s: float) -> tuple[int, ...]:
    rows = view.execute(
        "SELECT DISTINCT floor(wall_s / 60)::BIGINT AS minute "
        f"FROM {view.table('EngineSample', start_s, end_s)} "
        "WHERE wall_s >= ? AND wall_s <= ? ORDER BY minute",
        [start_s, end_s],
    )
    return tuple(_whole(minute) for (minute,) in rows)


def _peaks(view: View, start_s: float, end_s: float) -> tuple[int | None, int | None]:
    rows: Sequence[tuple[object, ...]] = view.execute(
        "SELECT max(memory_used_bytes), max(rss_bytes) "
        f"FROM {view.table('EngineSample', start_s, end_s)} WHERE wall_s >= ? AND wall_s <= ?",
        [start_s, end_s],
    )
    used, own = rows[0]
    return (used if isinstance(used, int) else None, own if isinstance(own, int) else None)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def hours_since(history: History, since_s: float) -> float:
    """Return for how many hours since then some session was there."""
    return sum(1 for minute in history.minutes if minute * 60 >= since_s) / 60


def last_death_s(history: History, since_s: float = -EVER_S) -> float | None:
    """Return when a session last ended without a word; None where none did since then."""
    died = [one.last_s for one in history.sessions if one.left == "died" and one.last_s >= since_s]
    return max(died, default=None)
