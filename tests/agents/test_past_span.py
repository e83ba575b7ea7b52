"""Moments and spans in words."""

import time
from collections.abc import Iterator

import pytest

from engine.agents.tools.past.span import between, clock

ONE_S = 1_793_511_000.0  # 2026-11-01 01:30 in New York, before its clocks go back an hour


@pytest.fixture(autouse=True)
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_hour_that_there_is_twice_is_told_apart() -> None:
    """Half past one before and after the change are an hour apart, and read so."""
    now_s = ONE_S + 7200
    assert clock(ONE_S, now_s) == "01:30:00 UTC-0400"
    assert clock(ONE_S + 3600, now_s) == "01:30:00 UTC-0500"
    assert between(ONE_S, ONE_S + 3600, now_s) == "from 01:30:00 UTC-0400 to 01:30:00 UTC-0500"


def test_any_other_hour_has_no_offset() -> None:
    """A day is told where it is not today's."""
    now_s = ONE_S + 7200
    assert clock(now_s, now_s) == "02:30:00"
    assert clock(ONE_S - 86_400, now_s) == "2026-10-31 01:30:00"
    assert between(ONE_S - 86_400, now_s - 60, now_s) == (
        "from 2026-10-31 01:30:00 to today 02:29:00"
    )
