"""What became of the messages about alerts: who was told, what waits, and why it doesn't arrive."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from engine.agents.tools.past.span import cut, lasting, more
from engine.alerts.delivery import Lying
from engine.alerts.progress import Outcome
from engine.alerts.standing import AlertRow
from engine.evidence import Cell, Table

When = Callable[[float], str]  # says a moment
_MOST: Final = 40
_MESSAGES: Final = (
    "rule", "kind", "channel", "state", "attempts", "made", "last cause", "next try"
)  # fmt: skip
_CHANNELS: Final = ("channel", "state", "last result", "why")
_RESULTS: Final = {
    "sent": "sent",
    "unsure": "sent, and nobody said that it was taken",
    "failed": "not taken",
    "given_up": "given up",
    "withdrawn": "needed no more",
}


def undelivered(
    messages: Sequence[Lying], now_s: float, when: When, *, sends: bool
) -> tuple[Table, ...]:
    """Return the messages that wait, fail or were given up as a table, none without any.

    Of tests only each channel's newest counts. `sends`: there is a session that tries again.
    """
    told = [one for one in messages if not one.is_test and (one.given_up or not one.so_far.final)]
    there = sorted(
        [*told, *_untaken_tests(messages)],
        key=lambda one: (one.so_far.final, -one.head.put_s),
    )
    if not there:
        return ()
    rests = {name: _rest_until_s(messages, name) for name in {one.head.channel for one in there}}
    rows = tuple(
        _message(one, max(now_s, rests[one.head.channel]), now_s, when, sends=sends)
        for one in there[:_MOST]
    )
    title = f"Messages that did not arrive{more(len(rows), len(there))}"
    return (Table(title, _MESSAGES, rows),)


def _untaken_tests(messages: Iterable[Lying]) -> list[Lying]:
    tests = sorted((one for one in messages if one.is_test), key=lambda one: one.head.put_s)
    newest = {one.head.channel: one for one in tests}
    return [one for one in newest.values() if one.last is None or one.last.state != "sent"]


def channels(absent: Mapping[str, str], messages: Sequence[Lying], when: When) -> Table:
    """Return each channel with what came of its last message, and why it is none."""
    rows = list[tuple[Cell, ...]]()
    for name, why in absent.items():
        tried = [last for one in messages if one.head.channel == name and (last := one.last)]
        newest = max(tried, key=lambda one: one.at_s, default=None)
        said = f"{_RESULTS[newest.state]} at {when(newest.at_s)}" if newest else None
        cause = cut(newest.cause, 160) if newest and newest.state != "sent" else ""
        rows.append((name, "absent" if why else "set up", said, why or cause or None))
    return Table("Channels", _CHANNELS, tuple(rows))


def told(one: AlertRow, messages: Iterable[Lying], reachable: bool, when: When) -> str | None:
    """Return how often and when a receiver took word of an alert; where none did, why not."""
    if one.fired_s is None:
        return None
    if not one.sent:
        if one.silenced_by:
            return None
        return None if reachable else "not yet told: no channel is set up"
    begun_s = one.fired_s
    mine = [
        at for at in messages if at.head.message.alert == one.alert and at.head.put_s >= begun_s
    ]
    taken = [at for at in mine if at.so_far.last is not None and at.so_far.last.state == "sent"]
    if taken:
        last_s = max(at.so_far.last.at_s for at in taken if at.so_far.last is not None)
        count = len({at.head.message.id for at in taken})
        return f"{count}, last at {when(last_s)}"
    if not mine:
        return f"{one.sent} put, and what came of that is not on record"
    return _not_told(mine)


def _not_told(mine: Iterable[Lying]) -> str:
    """Return why none of these messages arrived, the newest causes first."""
    causes = [
        f"{at.head.channel}: {at.last.cause}"
        for at in sorted(mine, key=lambda at: at.head.put_s)
        if at.last is not None
    ]
    latest = dict.fromkeys(reversed(causes))
    return cut(f"not yet told: {'; '.join(list(latest)[:2]) or 'its message waits'}", 160)


def _rest_until_s(messages: Iterable[Lying], channel: str) -> float:
    """Return until when a channel is left alone that took nothing, whichever message it was."""
    open_ones = [one for one in messages if one.head.channel == channel and not one.so_far.final]
    return max((_due_s(one.last) for one in open_ones if one.last and one.last.whole), default=0.0)


def _due_s(last: Outcome | None) -> float:
    return 0.0 if last is None else last.at_s + (last.wait_s or 0.0)


def _message(
    one: Lying, earliest_s: float, now_s: float, when: When, *, sends: bool
) -> tuple[Cell, ...]:
    message, last, so_far = one.head.message, one.so_far.last, one.so_far
    state, after = "given up", None
    if not so_far.final:
        state = "failing" if last is not None or so_far.orphan is not None else "waiting"
        due_s = max(_due_s(last), earliest_s)
        after = _next(due_s, now_s) if sends else "none: no session sends"
    return (
        message.rule,
        message.kind,
        one.head.channel,
        state,
        so_far.attempt - 1,
        when(message.at_s),
        cut(last.cause, 160) or None if last is not None else None,
        after,
    )


def _next(at_s: float, now_s: float) -> str:
    return f"in {lasting(at_s - now_s)}" if at_s > now_s else "now"
