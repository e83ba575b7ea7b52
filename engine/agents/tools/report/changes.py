"""Which kinds of queries became worse from one span to the next, by more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median_low
from typing import Final, Literal

from engine.agents.tools.report.significance import holm, more_often_p, rank_sum_p
from engine.store.past.kinds import Kind

MINIMUM: Final = 8
SURE_P: Final = 0.05
SLOWER_BY: Final = 1.1
What = Literal["slower", "fails more"]


@dataclass(frozen=True, slots=True)
class Change:
    """One comparison; `p` is one-sided.

    `now` and `before` are medians in ms, or shares of failed ones from 0 to 1.
    """

    intent: str
    what: What
    now: float
    before: float
    n: int
    n_before: int
    p: float

    @property
    def is_regression(self) -> bool:
        """Whether it is worse by more than chance, and for slower ones by enough to matter."""
        enough = self.what == "fails more" or self.now >= SLOWER_BY * self.before
        return self.p < SURE_P and enough


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared, worst first, and the kinds of which there were too few to tell."""

    changes: tuple[Change, ...]
    too_few: tuple[Kind, ...]

    @property
    def regressions(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_regression)


def changes_of(kind: Kind) -> list[Change]:
    """Compare one kind of both spans, where there are enough; `p` is that of this look alone."""
    found = (_slower(kind), _fails(kind)) if kind.intent else ()
    return [change for change in found if change is not None]


def compared(kinds: Sequence[Kind], changes: Sequence[Change]) -> Compared:
    """Return all changes, with what each p is worth once so many were looked at."""
    ps = holm([change.p for change in changes])
    corrected = [replace(change, p=p) for change, p in zip(changes, ps, strict=True)]
    few = (
        kind
        for kind in kinds
        if kind.intent and kind.now.counted and min(kind.now.counted, kind.before.counted) < MINIMUM
    )
    return Compared(
        tuple(sorted(corrected, key=lambda change: (change.p, change.intent))), tuple(few)
    )


def _slower(kind: Kind) -> Change | None:
    now, before = kind.now, kind.before
    n, n_before = len(now.times_ms), len(before.times_ms)
    if min(n, n_before) < MINIMUM:
        return None
    p = rank_sum_p(now.times_ms, before.times_ms)
    # Of the very times that are compared: of a kind that is asked often they are not all.
    medians = median_low(now.times_ms), median_low(before.times_ms)
    return Change(kind.intent, "slower", *medians, n, n_before, p)


def _fails(kind: Kind) -> Change | None:
    now, before = kind.now, kind.before
    if min(now.counted, before.counted) < MINIMUM or not now.failed + before.failed:
        return None
    p = more_often_p(now.failed, now.counted, before.failed, before.counted)
    shares = now.failed / now.counted, before.failed / before.counted
    return Change(kind.intent, "fails more", *shares, now.counted, before.counted, p)
