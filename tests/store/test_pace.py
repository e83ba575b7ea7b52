from hypothesis import given
from hypothesis import strategies as st

from engine.store.journals.pace import SLOW_S, TOO_LONG_S, Pace


class Disk:
    """Writes that take what they are told to, one after the other."""

    def __init__(self) -> None:
        self.pace, self.now_s = Pace(), 1000.0

    def write(self, taken_s: float, times: int = 1) -> None:
        for _ in range(times):
            self.pace.took(self.now_s, self.now_s + taken_s)
            self.now_s += taken_s

    @property
    def is_quick(self) -> bool:
        return self.pace.is_quick(self.now_s)


def test_two_slow_writes_are_other_programs_turns() -> None:
    """A few slow ones among many quick ones change nothing, however often."""
    disk = Disk()
    for _ in range(20):
        disk.write(SLOW_S * 2, times=2)
        assert disk.is_quick
        disk.write(SLOW_S / 100, times=200)


def test_three_slow_writes_are_a_slow_disk() -> None:
    """Then the loop makes none for a second, and tries one after it."""
    disk = Disk()
    disk.write(SLOW_S * 2, times=3)
    assert not disk.is_quick
    disk.now_s += 0.99
    assert not disk.is_quick
    disk.now_s += 0.02
    assert disk.is_quick


def test_one_write_that_is_far_too_long_is_enough() -> None:
    """A disk that hangs is not tried twice more."""
    disk = Disk()
    disk.write(TOO_LONG_S * 1.1)
    assert not disk.is_quick


def test_each_relapse_waits_longer_up_to_a_minute() -> None:
    """1, 2, 4 … 60 s; once it has been quick for long the waits begin anew."""
    disk, waits = Disk(), []
    for _ in range(9):
        disk.write(TOO_LONG_S * 1.1)
        before_s = disk.now_s
        while not disk.is_quick:
            disk.now_s += 0.25
        waits.append(round(disk.now_s - before_s, 6))
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    disk.write(SLOW_S / 100, times=200)
    disk.write(TOO_LONG_S * 1.1)
    disk.now_s += 1.01
    assert disk.is_quick


@given(st.lists(st.floats(0, 10), max_size=60))
def test_the_loop_is_never_barred_for_more_than_a_minute(taken: list[float]) -> None:
    """Whatever the writes take, after a minute one is tried again."""
    disk = Disk()
    for each_s in taken:
        disk.write(each_s)
    disk.now_s += 60.0
    assert disk.is_quick
