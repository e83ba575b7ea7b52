import math

import pytest

from engine.breaker.errors import BadPolicy
from engine.breaker.policy import Policy, policy_of
from engine.config.schema import Circuits


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"wait_s": -1.0}, "wait_s: expected seconds above 0, found -1.0"),
        ({"max_wait_s": math.inf}, "max_wait_s: expected seconds above 0, found inf"),
        ({"slow_s": math.nan}, "slow_s: expected seconds above 0, found nan"),
        ({"window_s": 0.0}, "window_s: expected seconds above 0, found 0.0"),
        ({"canaries": 0}, "canaries: expected a whole number from 1 up, found 0"),
        (
            {"failure_threshold": 2.5},
            "failure_threshold: expected a whole number from 1 up, found 2.5",
        ),
        ({"failure_rate": 1.5}, "failure_rate: expected a share above 0, at most 1, found 1.5"),
        ({"slow_rate": 0.0}, "slow_rate: expected a share above 0, at most 1, found 0.0"),
        ({"jitter": 1.0}, "jitter: expected a share from 0 to below 1, found 1.0"),
        (
            {"wait_s": 20.0, "max_wait_s": 5.0},
            "max_wait_s: expected at least wait_s, which is 20, found 5; "
            "raise max_wait_s or lower wait_s",
        ),
        (
            {"minimum_calls": 21},
            "window_calls: expected at least minimum_calls, which is 21, found 20; "
            "raise window_calls or lower minimum_calls",
        ),
    ],
)
def test_what_means_nothing_is_refused(fields: dict[str, float], said: str) -> None:
    """The sentence names the field, what was expected and what was found."""
    with pytest.raises(BadPolicy) as caught:
        Policy(**fields)  # type: ignore[arg-type]
    assert str(caught.value) == said


def test_the_settings_defaults_are_the_policys() -> None:
    """There is one set of defaults, and each setting reaches its field."""
    assert policy_of(Circuits()) == Policy()
    settings = Circuits(1, 0.2, 3.0, 0.4, 5, 60, 7.0, 8, 9.0, 10.0)
    assert policy_of(settings) == Policy(1, 9.0, 10.0, 0.2, 3.0, 0.4, 5, 60, 7.0, 8)


def test_the_window_in_words() -> None:
    """As it is shown beside the rates."""
    assert Policy().window == "20 calls, 60 s"
    assert Policy(window_s=math.inf).window == "20 calls"
