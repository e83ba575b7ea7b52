import math

from hypothesis import given
from hypothesis import strategies as st

from engine.probes.rates import CoreTime, Flow, busy_pct, core_time, flow_bps
from engine.probes.reading import Unknown

from .stand_ins import MacTimes, Times

seconds = st.floats(0, 1e9, allow_nan=False)
cores = st.lists(st.builds(CoreTime, seconds, seconds), max_size=6)
flows = st.dictionaries(
    st.sampled_from("abcd"), st.builds(Flow, st.integers(0, 2**60), st.integers(0, 2**60))
)


def test_half_a_window_of_work_is_50_percent() -> None:
    """A core that worked half of the window shows 50 %."""
    assert busy_pct([CoreTime(10, 10)], [CoreTime(10.5, 10.5)]) == (50.0,)


def test_waiting_for_a_disk_is_idle() -> None:
    """A core that waits for a disk is not busy."""
    assert core_time(Times(user=1, idle=2, iowait=3)) == CoreTime(busy_s=1, idle_s=5)


def test_stolen_time_is_busy() -> None:
    """Time that a hypervisor took counts as busy."""
    assert core_time(Times(user=1, steal=2, idle=3)) == CoreTime(busy_s=3, idle_s=3)


def test_guest_time_is_counted_once() -> None:
    """Guest time is part of user time already and is not added again."""
    assert core_time(Times(user=4, guest=4, nice=1, guest_nice=1)) == CoreTime(5, 0)


def test_interrupts_are_busy() -> None:
    """Handling interrupts is work."""
    assert core_time(Times(irq=1, softirq=2)) == CoreTime(3, 0)


def test_macos_has_four_kinds_of_time() -> None:
    """The four times of macOS are enough."""
    assert core_time(MacTimes(user=1, nice=2, system=3, idle=4)) == CoreTime(6, 4)


def test_counters_that_stand_still_are_unknown() -> None:
    """A core whose counters did not move has no share, rather than 0 %."""
    assert isinstance(busy_pct([CoreTime(1, 1)], [CoreTime(1, 1)]), Unknown)


def test_one_tick_is_enough() -> None:
    """One tick of 10 ms, wherever it went, gives a share."""
    assert busy_pct([CoreTime(1, 1)], [CoreTime(1, 1.01)]) == (0.0,)


def test_a_core_that_went_offline_makes_one_unknown_window() -> None:
    """When the number of cores changes, their shares are unknown for that window."""
    got = busy_pct([CoreTime(1, 1)] * 2, [CoreTime(2, 2)])
    assert got == Unknown("the number of cores went from 2 to 1")


def test_idle_time_that_runs_back_is_no_negative_time() -> None:
    """Linux may set idle time back a little; the share stays within 0 and 100."""
    assert busy_pct([CoreTime(1, 5)], [CoreTime(2, 4.9)]) == (100.0,)


@given(cores, cores)
def test_shares_are_always_percentages(before: list[CoreTime], after: list[CoreTime]) -> None:
    """Whatever the counters do, a share lies between 0 and 100 or is unknown."""
    got = busy_pct(before, after)
    assert isinstance(got, Unknown) or all(0 <= pct <= 100 for pct in got)


def test_bytes_are_divided_by_the_window() -> None:
    """Rates are bytes per second over the real window."""
    before, after = {"a": Flow(0, 0)}, {"a": Flow(300, 100)}
    assert flow_bps(before, after, 2.0) == (150.0, 50.0)


def test_a_new_device_makes_no_spike() -> None:
    """The bytes that a device counted before it was first seen are in no rate."""
    before, after = {"a": Flow(0, 0)}, {"a": Flow(10, 0), "usb": Flow(10**12, 10**12)}
    assert flow_bps(before, after, 1.0) == (10.0, 0.0)


def test_a_counter_that_starts_anew_makes_no_negative_rate() -> None:
    """A counter that was reset counts as no bytes in that window."""
    assert flow_bps({"a": Flow(500, 500)}, {"a": Flow(5, 600)}, 1.0) == (0.0, 100.0)


def test_a_window_of_no_length_is_unknown() -> None:
    """Two readings at the same moment tell no rate."""
    assert isinstance(flow_bps({"a": Flow(0, 0)}, {"a": Flow(1, 1)}, 0.0), Unknown)


@given(flows, flows, st.floats(0.001, 1e6))
def test_rates_are_never_negative(
    before: dict[str, Flow], after: dict[str, Flow], window_s: float
) -> None:
    """Whatever the counters do, a rate is not negative or is unknown."""
    got = flow_bps(before, after, window_s)
    assert isinstance(got, Unknown) or all(r >= 0 and math.isfinite(r) for r in got)
