"""Timelines worked out by hand from what Prometheus and Alertmanager document.

A line is `seconds | what the condition says, or what happens | events | messages that are new`.
"""

from dataclasses import replace

import pytest

from tests.alerts.alert_scene import Scene, a_rule

# Prometheus, "Alerting rules": an alert whose condition holds is pending until it has held, at
# every evaluation, for the `for` time; then it fires. Without `for` it fires at the first one.
AT_ONCE = """
    0   | false |          |
    15  | true  | firing   | firing
    30  | true  |          |
    45  | false | resolved | resolved
    60  | false |          |
"""
WAITS = """
    0   | true  | pending  |
    15  | true  |          |
    59  | true  |          |
    60  | true  | firing   | firing
    75  | true  |          |
    90  | false | resolved | resolved
"""
ONE_FALSE_BEGINS_ANEW = """
    0   | true  | pending  |
    45  | true  |          |
    50  | false | over     |
    55  | true  | pending  |
    100 | true  |          |
    114 | true  |          |
    115 | true  | firing   | firing
"""
# Prometheus: `keep_firing_for` says how long it goes on firing after its condition last held, so
# that it isn't resolved and told anew by each gap.
KEPT = """
    0   | true  | firing      | firing
    15  | false | firing kept |
    30  | false |             |
    60  | true  | firing      |
    75  | false | firing kept |
    190 | false |             |
    194 | false |             |
    195 | false | resolved    | resolved
"""
FLAPS = """
    0   | true  | firing      | firing
    15  | false | resolved    | resolved
    30  | true  | firing      | firing
    45  | false | resolved    | resolved
"""
# Alertmanager, `repeat_interval`: how long it waits before it sends again what it has sent.
REPEATS = """
    0     | true  | firing   | firing
    1800  | true  |          |
    3599  | true  |          |
    3600  | true  |          | repeated
    7199  | true  |          |
    7200  | true  |          | repeated
    7300  | false | resolved | resolved
"""
REPEATS_WHILE_KEPT = """
    0     | true  | firing      | firing
    3590  | false | firing kept |
    3600  | false |             | repeated
    3710  | false | resolved    | resolved
"""
# Alertmanager, "Silences": while one is active nothing is sent of what its matchers fit. Here it
# ends in the middle of the firing: it is told then.
SILENCED_AT_FIRST = """
    0    | silence 600 |
    0    | true  | firing   |
    585  | true  |          |
    600  | true  |          | firing
    615  | true  |          |
    4199 | true  |          |
    4200 | true  |          | repeated
"""
SILENCED_ALL_THE_WHILE = """
    0    | silence 600 |
    0    | true  | firing   |
    300  | false | resolved |
    700  | false |          |
"""
OVER_WHEN_THE_SILENCE_IS = """
    0    | silence 600 |
    0    | true  | firing   |
    595  | true  |          |
    610  | false | resolved |
    700  | false |          |
"""
RESOLVED_IN_SILENCE = """
    0    | true  | firing   | firing
    100  | silence 600 |
    300  | false | resolved |
    800  | false |          |
"""
REPEAT_IN_SILENCE = """
    0     | true  | firing   | firing
    3500  | silence 600 |
    3600  | true  |          |
    4099  | true  |          |
    4100  | true  |          | repeated
    7699  | true  |          |
    7700  | true  |          | repeated
"""
REPEAT_AFTER_SILENCE_WAITS = """
    0     | true  | firing   | firing
    100   | silence 600 |
    800   | true  |          |
    3600  | true  |          | repeated
"""
# Unknown starts nothing and ends nothing.
UNKNOWN_WHILE_INACTIVE = """
    0   | unknown |          |
    15  | unknown |          |
    30  | true    | firing   | firing
"""
UNKNOWN_WHILE_PENDING_COUNTS_NOT = """
    0   | true    | pending  |
    30  | true    |          |
    45  | unknown |          |
    75  | true    |          |
    104 | true    |          |
    105 | true    | firing   | firing
"""
UNKNOWN_FOR_AS_LONG_AS_FOR = """
    0   | true    | pending  |
    15  | unknown |          |
    74  | unknown |          |
    75  | unknown | over     |
    90  | true    | pending  |
"""
UNKNOWN_WHILE_FIRING = """
    0     | true    | firing         | firing
    15    | unknown | firing unknown |
    30    | unknown |                |
    3600  | unknown |                | repeated
    3615  | true    | firing         |
    3630  | unknown | firing unknown |
    3645  | false   | resolved       | resolved
"""
UNKNOWN_WHILE_KEPT = """
    0     | true    | firing              | firing
    15    | false   | firing kept         |
    74    | false   |                     |
    75    | unknown | firing kept unknown |
    500   | unknown |                     |
    515   | false   | firing kept         |
    575   | false   |                     |
    576   | false   | resolved            | resolved
"""
TOO_FEW_EVENTS = """
    0   | true/9    |          |
    15  | true/10   | firing   | firing
    30  | true/9    | resolved | resolved
    45  | unknown/0 |          |
"""
# A restart: what was counted counts, the time in which nobody looked does not (Prometheus restores
# pending alerts the same way, moved by the time that it was down).
RESTART_WHILE_PENDING = """
    0   | true    | pending  |
    40  | true    |          |
    45  | restart |
    100 | true    |          |
    119 | true    |          |
    120 | true    | firing   | firing
"""
AWAY_FOR_LONG_WHILE_PENDING = """
    0    | true    | pending  |
    45   | true    |          |
    3646 | restart |
    3646 | true    | pending  |
    3705 | true    |          |
    3706 | true    | firing   | firing
"""
RESTART_WHILE_FIRING = """
    0    | true    | firing   | firing
    10   | restart |
    20   | true    |          |
    3599 | restart |
    3600 | true    |          | repeated
    3610 | restart |
    3620 | false   | resolved | resolved
    3630 | restart |
    3640 | false   |          |
"""
RESTART_WHILE_KEPT = """
    0    | true    | firing      | firing
    10   | false   | firing kept |
    70   | false   |             |
    75   | restart |
    500  | false   |             |
    559  | false   |             |
    560  | false   | resolved    | resolved
"""
# The session dies when its messages are in the outbox and before it noted that: who takes over
# makes them again, under the same ids, so nothing is new.
DIES_AFTER_SENDING = """
    0    | true dies  | firing   | firing
    5    | true       |          |
    3605 | true dies  |          | repeated
    3610 | true       |          |
    7300 | false dies | resolved | resolved
    7305 | false      |          |
    7310 | true dies  | firing   | firing
    7315 | true       |          |
"""
DIES_AND_IT_IS_OVER = """
    0    | true dies  | firing   | firing
    5    | false      |          |
    20   | false      | resolved | resolved
"""
# The clock is set a day forward and a day back: nothing moves.
CLOCK_SET = """
    0    | true     | pending  |
    30   | clock 1  |
    45   | true     |          |
    50   | clock -2 |
    59   | true     |          |
    60   | true     | firing   | firing
    70   | clock 2  |
    75   | true     |          |
    80   | clock -3 |
    90   | true     |          |
    3659 | true     |          |
    3660 | true     |          | repeated
    3670 | clock 1  |
    3680 | false    | resolved | resolved
"""
CLOCK_SET_WHILE_KEPT = """
    0    | true     | firing      | firing
    15   | false    | firing kept |
    20   | clock 1  |
    30   | false    |             |
    40   | clock -2 |
    134  | false    |             |
    135  | false    | resolved    | resolved
"""
CLOCK_SET_IN_SILENCE = """
    0    | silence 600 |
    0    | true     | firing   |
    10   | clock 1  |
    15   | true     |          |
    20   | clock -2 |
    599  | true     |          |
    600  | true     |          | firing
"""
CLOCK_SET_BACK_BEFORE_A_RESTART = """
    0    | true     | firing   | firing
    100  | true     |          |
    110  | clock -1 |
    110  | restart  |
    120  | true     |          |
    3619 | true     |          |
    3620 | true     |          | repeated
"""


@pytest.mark.parametrize(
    "table",
    [AT_ONCE, FLAPS, REPEATS, UNKNOWN_WHILE_INACTIVE, UNKNOWN_WHILE_FIRING],
)
def test_a_rule_without_for_fires_at_once(table: str) -> None:
    """It is told at once, repeated each hour, and resolved where its condition is false."""
    Scene((a_rule(),)).follow(table)


@pytest.mark.parametrize(
    "table",
    [
        WAITS,
        ONE_FALSE_BEGINS_ANEW,
        UNKNOWN_WHILE_PENDING_COUNTS_NOT,
        UNKNOWN_FOR_AS_LONG_AS_FOR,
        RESTART_WHILE_PENDING,
        AWAY_FOR_LONG_WHILE_PENDING,
        CLOCK_SET,
    ],
)
def test_a_rule_with_for_waits_a_minute(table: str) -> None:
    """Only a condition that was seen to hold for the whole minute fires."""
    Scene((a_rule(for_s=60.0),)).follow(table)


@pytest.mark.parametrize(
    "table",
    [KEPT, REPEATS_WHILE_KEPT, UNKNOWN_WHILE_KEPT, RESTART_WHILE_KEPT, CLOCK_SET_WHILE_KEPT],
)
def test_a_rule_with_keep_firing_for_is_kept_two_minutes(table: str) -> None:
    """It is resolved only after the condition was seen to be false for so long."""
    Scene((a_rule(keep_s=120.0),)).follow(table)


@pytest.mark.parametrize(
    "table",
    [
        SILENCED_AT_FIRST,
        SILENCED_ALL_THE_WHILE,
        OVER_WHEN_THE_SILENCE_IS,
        RESOLVED_IN_SILENCE,
        REPEAT_IN_SILENCE,
        REPEAT_AFTER_SILENCE_WAITS,
        CLOCK_SET_IN_SILENCE,
    ],
)
def test_a_silence_mutes_at_the_moment_of_sending(table: str) -> None:
    """What is due while it lasts isn't told; what still fires afterwards is."""
    Scene((a_rule(),)).follow(table)


@pytest.mark.parametrize(
    "table",
    [
        RESTART_WHILE_FIRING,
        DIES_AFTER_SENDING,
        DIES_AND_IT_IS_OVER,
        CLOCK_SET_BACK_BEFORE_A_RESTART,
    ],
)
def test_a_restart_tells_nothing_twice(table: str) -> None:
    """Who takes over knows what was told, and when."""
    Scene((a_rule(),)).follow(table)


def test_below_the_minimum_of_events_a_condition_does_not_hold() -> None:
    """Nine bad queries are no incident where ten are asked for, not even while it fires."""
    Scene((replace(a_rule(), minimum_events=10),)).follow(TOO_FEW_EVENTS)


def test_resolved_is_not_told_where_nobody_wants_it() -> None:
    """With send_resolved = false the end is an event and no message."""
    Scene((a_rule(),), send_resolved=False).follow(
        """
        0  | true  | firing   | firing
        15 | false | resolved |
        30 | true  | firing   | firing
        """
    )
