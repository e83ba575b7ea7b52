"""When a circuit opens, and how long it waits before it is tried again."""

import math
from dataclasses import dataclass, fields

from engine.breaker.errors import BadPolicy
from engine.config.schema import Circuits

_COUNTS = frozenset({"failure_threshold", "minimum_calls", "window_calls", "canaries"})
_RATES = frozenset({"failure_rate", "slow_rate"})


@dataclass(frozen=True, slots=True)
class Policy:
    """Each field means what the setting of its name in [circuits] does.

    `jitter` is the share of a wait that chance may take off it. The two windows hold together: the
    last `window_calls` calls, as far as they are not older than `window_s`.

    Raises:
        BadPolicy: a value is out of its bounds, or two contradict each other.
    """

    failure_threshold: int = 5
    wait_s: float = 10.0
    max_wait_s: float = 60.0
    failure_rate: float = 0.5
    slow_s: float = 10.0
    slow_rate: float = 0.8
    minimum_calls: int = 10
    window_calls: int = 20
    window_s: float = 60.0
    canaries: int = 1
    jitter: float = 0.1

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if wrong := _wrong(one.name, value):
                raise BadPolicy(f"{one.name}: expected {wrong}, found {value!r}")
        _in_order("wait_s", self.wait_s, "max_wait_s", self.max_wait_s)
        _in_order("minimum_calls", self.minimum_calls, "window_calls", self.window_calls)

    @property
    def window(self) -> str:
        """The window in words."""
        calls = f"{self.window_calls} calls"
        return calls if math.isinf(self.window_s) else f"{calls}, {self.window_s:g} s"


def policy_of(settings: Circuits) -> Policy:
    """Return the policy that the settings describe.

    Raises:
        BadPolicy: as for Policy.
    """
    known = {one.name for one in fields(Policy)} & set(settings.__struct_fields__)
    return Policy(**{name: getattr(settings, name) for name in known})


def _wrong(name: str, value: float) -> str:
    """Return what is expected of a field where its value is not that."""
    if name in _COUNTS:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        return "" if good else "a whole number from 1 up"
    if name in _RATES:
        return "" if 0 < value <= 1 else "a share above 0, at most 1"
    if name == "jitter":
        return "" if 0 <= value < 1 else "a share from 0 to below 1"
    # Only the window may have no end: a wait that never ends would be a circuit that never tries.
    endless = name == "window_s" and value == math.inf
    return "" if endless or 0 < value < math.inf else "seconds above 0"


def _in_order(low: str, low_value: float, high: str, high_value: float) -> None:
    if low_value > high_value:
        raise BadPolicy(
            f"{high}: expected at least {low}, which is {low_value:g}, found {high_value:g}; "
            f"raise {high} or lower {low}"
        )
