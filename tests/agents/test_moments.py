"""Times and spans as people write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.moments import BadMoment, moment, span

ZONE = timezone(timedelta(hours=-5))
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=ZONE)  # a Monday


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> float:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:03", at(23, 14, 3)),
        ("14:03:20", at(23, 14, 3, 20)),
        ("2:03 pm", at(23, 14, 3)),
        ("9 am", at(23, 9)),
        ("12:10 am", at(23, 0, 10)),
        ("15:00", at(22, 15)),  # not yet today
        ("noon", at(23, 12)),
        ("yesterday 9:30", at(22, 9, 30)),
        ("9:30 yesterday", at(22, 9, 30)),
        ("yesterday at 9:30", at(22, 9, 30)),
        ("friday 16:00", at(20, 16)),
        ("monday 15:00", at(16, 15)),
        ("2026-11-21 14:03", at(21, 14, 3)),
        ("2026-11-21T14:03", at(21, 14, 3)),
        ("2026-11-21", at(21, 0)),
        ("-10m", at(23, 14, 20)),
        ("- 2 h", at(23, 12, 30)),
        ("10 minutes ago", at(23, 14, 20)),
        ("an hour ago", at(23, 13, 30)),
        ("now", at(23, 14, 30)),
    ],
)
def test_moments(text: str, expected: float) -> None:
    """A time without a day is the latest one that has been."""
    assert moment(text, NOW.timestamp(), ZONE) == expected


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is no time"), ("soon", "is no time"), ("25:00", "no time 25:00"),
        ("13 pm", "no time 13 pm"), ("2026-02-30", "no day 2026-02-30"),
        ("2026-12-24 10:00", "in the future"), ("today 23:00", "in the future"),
    ],
)  # fmt: skip
def test_bad_moments(text: str, part: str) -> None:
    """What names no time is refused with what is understood."""
    with pytest.raises(BadMoment, match=part):
        moment(text, NOW.timestamp(), ZONE)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("what happened between 14:00 and 14:10", at(23, 14), at(23, 14, 10)),
        ("what happened from 23:50 to 0:10?", at(22, 23, 50), at(23, 0, 10)),
        ("what happened yesterday 9:00 to 9:30", at(22, 9), at(22, 9, 30)),
        ("events 14:00-14:10", at(23, 14), at(23, 14, 10)),
        ("what happened since 14:00", at(23, 14), at(23, 14, 30)),
        ("what happened between 14:20 and 14:40", at(23, 14, 20), at(23, 14, 30)),
        ("what happened between 14:00 and 23:00", at(23, 14), at(23, 14, 30)),
        ("errors in the last 10 minutes", at(23, 14, 20), at(23, 14, 30)),
        ("cpu over the past hour", at(23, 13, 30), at(23, 14, 30)),
        ("what happened today", at(23, 0), at(23, 14, 30)),
        ("what happened yesterday", at(22, 0), at(23, 0)),
        ("what happened at 14:03", at(23, 13, 58), at(23, 14, 8)),
        ("what happened this morning", at(23, 5), at(23, 12)),
        ("memory yesterday evening", at(22, 18), at(22, 23, 59, 59)),
        ("between yesterday 22:00 and 23:00", at(22, 22), at(22, 23)),
        ("between 14:00 and 13:00", at(22, 14), at(23, 13)),  # today's would end tomorrow
        ("from 15:00 to 14:45", at(22, 15), at(23, 14, 30)),
        ("from 12:00 to 2:00", at(22, 12), at(23, 2)),
        ("between 2 hours ago and 14:00", at(23, 12, 30), at(23, 14)),
    ],
)
def test_spans(text: str, start: float, end: float) -> None:
    """The span is found within the sentence."""
    found = span(text, NOW.timestamp(), ZONE)
    assert found is not None
    assert (found.start_s, found.end_s) == (start, end)


@pytest.mark.parametrize("text", ["what happened", "who imports math.options?", "price 20 put"])
def test_no_span(text: str) -> None:
    """A sentence without a time has no span."""
    assert span(text, NOW.timestamp(), ZONE) is None


def test_a_span_that_ends_before_it_begins() -> None:
    """A span of two days in the wrong order is refused."""
    with pytest.raises(BadMoment, match="ends before it begins"):
        span("between yesterday 10:00 and yesterday 9:00", NOW.timestamp(), ZONE)
    with pytest.raises(BadMoment, match="ends before it begins"):
        span("between today 14:00 and 13:00", NOW.timestamp(), ZONE)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 1, 1)))
def test_a_written_moment_is_read_back(when: datetime) -> None:
    """Any past minute, written in full, is read as itself."""
    when = when.replace(second=0, microsecond=0, tzinfo=UTC)
    assert moment(f"{when:%Y-%m-%d %H:%M}", NOW.timestamp(), UTC) == when.timestamp()
