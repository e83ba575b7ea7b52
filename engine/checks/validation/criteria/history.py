"""What can only be read from history: hours without a crash, a week of validations, deliveries."""

import re
from datetime import UTC, date, datetime

from engine import __version__
from engine.checks.health.parts.catalogue import GROUPS
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.history_view import (
    DAY_S,
    SOAK_FAILED,
    SOAK_PASSED,
    WEEK_S,
    History,
    hours_since,
    last_death_s,
    read_history,
)
from engine.checks.validation.criteria.shown import (
    Shown,
    failed,
    judged,
    listed,
    shortened,
    unproven,
)
from engine.events import Validated
from engine.store.leases.pool import Pool, StoreReadError
from engine.store.past.events import EVER_S
from engine.store.past.past import Past

WEEK = "week"
_CRASH_FREE_H = 48.0
_TESTED_H = 24.0
_ENOUGH = 20
_DAYS = 7
_CHECKS = 23
_GROUPS = frozenset(GROUPS)
_PEAK_GB = 8.0
_SOAK = "bolt-tui soak --hours 48"
_HOURS = re.compile(r"(\d+(?:\.\d+)?) hours?\b")  # in the verdict of a soak


async def read(ground: Ground) -> History | str:
    """Return what is on record, or why it can't be read."""
    pool = Pool(1)
    try:
        found = await read_history(Past(pool, ground.store), ground.clock.wall_s())
    except (StoreReadError, OSError) as error:
        return f"the store {ground.store} can't be read: {error}"
    finally:
        await pool.close()
    if found.problems:
        return f"not all of the store {ground.store} can be read: {listed(found.problems)}"
    return found


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return all that is read from history alone."""
    history = await read(ground)
    if isinstance(history, str):
        names = ("crash_free", "soak", "critical_failures", "monitored", "alerts_delivered", WEEK)
        return {name: failed(history) for name in names}
    return {
        "crash_free": crash_free(history),
        "soak": soak(history),
        "critical_failures": critical_failures(history),
        "monitored": monitored(history),
        "alerts_delivered": delivered(history),
        WEEK: week(history),
    }


def crash_free(history: History) -> Shown:
    """Count the hours that a session was there since one last died."""
    died_s = last_death_s(history)
    hours = hours_since(history, -EVER_S if died_s is None else died_s)
    since = "recorded" if died_s is None else f"since {_when(died_s)}"
    figure = f"{hours:.1f} h {since}"
    if hours >= _CRASH_FREE_H:
        return judged(True, figure, "each minute counts once in which a session recorded itself")
    missing = f"{_CRASH_FREE_H - hours:.1f} h more; install the service, or leave a console open"
    if died_s is not None and died_s >= history.now_s - _CRASH_FREE_H * 3600:
        said = f"a session ended without a word then: crash, kill -9, power cut; {missing}"
        return failed(said, figure)
    return unproven(missing, figure)


def soak(history: History) -> Shown:
    """Read how the last soak ended, and how long it was."""
    if (last := history.soak) is None:
        return unproven(_SOAK, "none in 90 days")
    said = _HOURS.search(last.text)
    hours = float(said[1]) if said else 0.0
    figure = f"{f'{hours:g} h' if said else 'hours unknown'}, at {_when(last.wall_s)}"
    proof = shortened(last.text)
    if last.key == SOAK_FAILED:
        return failed(proof, figure)
    if last.key == SOAK_PASSED and hours >= _CRASH_FREE_H:
        return judged(True, figure, proof)
    return unproven(f"{_SOAK}; the last one: {proof}", figure)


def critical_failures(history: History) -> Shown:
    """Look for deaths, critical health and critical alerts of the last week."""
    since_s = history.now_s - WEEK_S
    problems = [
        f"session {one.session} died at {_when(one.last_s)}"
        for one in history.sessions
        if one.left == "died" and one.last_s >= since_s
    ]
    problems += [
        f"health was critical at {_when(one.wall_s)}: {one.text}"
        for one in history.checked
        if one.state == "critical" and one.wall_s >= since_s
    ]
    problems += sorted(
        {
            f"the alert {one.rule} fired, since {_when(one.since_s)}"
            for one in history.fired
            if one.severity == "critical" and one.wall_s >= since_s
        }
    )
    hours = hours_since(history, since_s)
    figure = f"{len(problems)} in {hours:.1f} h of the last 7 days"
    if problems:
        return failed(listed(problems), figure)
    if hours < _TESTED_H:
        return unproven(f"too little is recorded: {_TESTED_H - hours:.1f} h more", figure)
    return judged(True, figure, "no session died, nothing critical in health or alerts")


def monitored(history: History) -> Shown:
    """Count the hours of the last day in which health was looked at, and not only a part of it.

    They are the clock's, as the timer's are: it comes some minutes early or late in each.
    """
    since_s = history.now_s - DAY_S
    looked = (one for one in history.checked if {check.group for check in one.checks} >= _GROUPS)
    hours = {int(one.wall_s // 3600) for one in looked if one.wall_s > since_s}
    count = min(24, len(hours))
    figure = f"in {count} of the last 24 hours"
    if count >= _CHECKS:
        return judged(True, figure, "by the results on record")
    return unproven("`bolt-tui service install` has it done every hour", figure)


def delivered(history: History) -> Shown:
    """Look for messages that the user's own channels acknowledged."""
    sent = [one for one in history.delivered if one.state == "sent"]
    channels = sorted({one.channel for one in sent})
    figure = f"{len(sent)} acknowledged in 90 days"
    if not sent:
        return unproven("set [slack] or [email], then: bolt-tui alerts test", figure)
    last = f"{' and '.join(channels)}, the last at {_when(sent[-1].wall_s)}"
    return judged(True, figure, last)


def week(history: History) -> Shown:
    """Look for a validation of everything on each of the last seven days, all of them passed.

    The days are those of the calendar, as the timer's are, and today's where it had one already.
    """
    today = _day(history.now_s)
    aged = [(today - _day(one.wall_s), one) for one in history.validated if one.phase == "all"]
    first = 0 if any(age == 0 for age, _ in aged) else 1
    within = [(age, one) for age, one in aged if first <= age < first + _DAYS]
    runs = [one for _, one in within]
    wrong = [one for one in runs if not _passed(one)]
    days = {age for age, one in within if _passed(one)}
    figure = f"{len(days)} of {_DAYS} days, {len(wrong)} of {len(runs)} not passed"
    if wrong:
        last = wrong[-1]
        proof = f"the last of these at {_when(last.wall_s)}, for {_lacking(last)}"
        return (failed if any(map(_failed, wrong)) else unproven)(proof, figure)
    if len(days) < _DAYS:
        return unproven("`bolt-tui validate` once a day, as the service does it", figure)
    return judged(True, figure, "each of them proved all that is required beside this")


def _day(wall_s: float) -> int:
    """Return the number of a day where this machine stands."""
    return date.fromtimestamp(wall_s).toordinal()


def _passed(run: Validated) -> bool:
    return not _lacking(run)


def _failed(run: Validated) -> bool:
    judged_wrong = (one for one in run.criteria if one.required and one.name != WEEK)
    return any(one.state == "failed" for one in judged_wrong)


def _lacking(run: Validated) -> str:
    return listed(
        [
            one.text
            for one in run.criteria
            if one.required and one.name != WEEK and one.state != "proven"
        ]
    )


def success(history: History, at_least: float) -> Shown | None:
    """Hold the success rate of a week against a bar; None where there were too few queries."""
    if (ends := history.ends).count < _ENOUGH:
        return None
    proof = "answers of all sessions in the last 7 days; cancelled queries don't count"
    figure = f"{100 * ends.rate:.1f} % of {ends.count:,} queries"
    return judged(ends.rate > at_least, figure, proof)


def response(history: History, at_most_s: float) -> Shown | None:
    """Hold the mean time of a week's answers against a bar; None where there were too few."""
    ends = history.ends
    if ends.count < _ENOUGH or ends.mean_s is None:
        return None
    proof = "answers of all sessions in the last 7 days, failed ones too"
    return judged(ends.mean_s < at_most_s, f"{ends.mean_s:.2f} s of {ends.count:,}", proof)


def peak(history: History, seen_gb: float | None) -> Shown:
    """Hold the most memory on record, and the most that was seen just now, against the bar."""
    on_record = history.peak_bytes or history.own_peak_bytes
    past_gb = None if on_record is None else on_record / 1e9
    known = [value for value in (seen_gb, past_gb) if value is not None]
    if not known:
        return unproven("no session's memory could be read")
    what = "with children" if history.peak_bytes else "without children"
    past = "nothing on record" if past_gb is None else f"{past_gb:.2f} GB on record ({what})"
    now = "not seen now" if seen_gb is None else f"{seen_gb:.2f} GB now"
    return judged(max(known) < _PEAK_GB, f"{max(known):.2f} GB", f"{now}; {past}, 90 days")


def last_full(history: History, name: str) -> Validated | None:
    """Return the last full validation by this version in which a criterion was judged."""
    for run in reversed(history.validated):
        judged_then = any(one.name == name and one.state != "unproven" for one in run.criteria)
        if run.full and judged_then and history.versions.get(run.session) == __version__:
            return run
    return None


def _when(wall_s: float) -> str:
    return f"{datetime.fromtimestamp(wall_s, UTC):%Y-%m-%d %H:%M} UTC"
