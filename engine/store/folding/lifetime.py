"""How long things stay in the store: what is merged, what is dropped, what is deleted, and when."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from engine.store.folding.manifest import Part
from engine.store.folding.piles import day_of

DAY_S = 86_400.0
GRACE_S = 60.0
MANY_FOLDS = 8  # of a day that is over
MANY_FOLDS_TODAY = 32


def past_grace(since: Mapping[str, float], now_s: float) -> list[str]:
    """Return what no reader can be reading any more.

    After a clock that was set back things stay a while longer.
    """
    return [name for name, then_s in since.items() if now_s - then_s >= GRACE_S]


def crowded_days(parts: Sequence[Part], now_s: float) -> list[str]:
    """Return the days whose parts should become one each, oldest first."""
    folds: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts:
        folds[part.day].add(part.fold)
    today = day_of(now_s)
    return sorted(
        day
        for day, those in folds.items()
        if len(those) > (MANY_FOLDS if day < today else MANY_FOLDS_TODAY)
    )


def expired_days(parts: Sequence[Part], now_s: float, keep_days: int, max_bytes: int) -> list[str]:
    """Return the days to drop: the oldest, until neither age nor size is over; never the newest.

    Age counts from the newest record where the clock is ahead of it, and not before the records
    came into the store: a clock that is wrong by years, ahead or behind, must not lose any.
    """
    size, folded = Counter[str](), defaultdict[str, float](float)
    for part in parts:
        size[part.day] += part.bytes
        folded[part.day] = max(folded[part.day], part.folded_s)
    days = sorted(size)
    if not days:
        return []
    newest = date.fromisoformat(min(day_of(now_s), days[-1]))
    oldest = date.min if (newest - date.min).days < keep_days else newest - timedelta(keep_days)
    since_s = now_s - keep_days * DAY_S
    total, dropped = sum(size.values()), list[str]()
    for day in days[:-1]:
        is_old = day < oldest.isoformat() and folded[day] < since_s
        if not is_old and total <= max_bytes:
            continue
        dropped.append(day)
        total -= size[day]
    return dropped


def days_before(parts: Sequence[Part], day: str) -> list[str]:
    """Return the days of the parts before another day; never the newest."""
    days = sorted({part.day for part in parts})
    return [one for one in days[:-1] if one < day]
