"""A condition as a tree that is worked out over the readings, with a third truth: unknown.

Kleene's strong logic (1952): unknown and false is false, unknown or true is true, and everything
else that rests on something unknown is unknown. A number that can't be computed (a division by
zero, a reading that is not a number) is unknown, too.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from engine.metrics import Reading

Number = float | None
Known = bool | None
Readings = Mapping[str, Reading]


class Amount(Protocol):
    """A node that is a number, or unknown."""

    def number(self, readings: Readings) -> Number: ...

    def metrics(self) -> Iterator[str]: ...


class Claim(Protocol):
    """A node that holds, doesn't, or is unknown."""

    def holds(self, readings: Readings) -> Known: ...

    def metrics(self) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Constant:
    value: float

    def number(self, _readings: Readings) -> Number:
        return self.value

    def metrics(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Metric:
    """The reading of one metric that is a number."""

    name: str

    def number(self, readings: Readings) -> Number:
        reading = readings.get(self.name)
        value = None if reading is None else reading.value
        return float(value) if isinstance(value, int | float) and isfinite(value) else None

    def metrics(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """left OP right; `sign` is one of + - * /."""

    sign: str
    left: Amount
    right: Amount

    def number(self, readings: Readings) -> Number:
        left, right = self.left.number(readings), self.right.number(readings)
        if left is None or right is None:
            return None
        try:
            result = ARITHMETIC[self.sign](left, right)
        except ZeroDivisionError:
            return None
        return result if isfinite(result) else None

    def metrics(self) -> Iterator[str]:
        yield from self.left.metrics()
        yield from self.right.metrics()


@dataclass(frozen=True, slots=True)
class Comparison:
    """left SIGN right; `sign` is one of < <= > >= == !=."""

    sign: str
    left: Amount
    right: Amount

    def holds(self, readings: Readings) -> Known:
        left, right = self.left.number(readings), self.right.number(readings)
        return None if left is None or right is None else COMPARISONS[self.sign](left, right)

    def metrics(self) -> Iterator[str]:
        yield from self.left.metrics()
        yield from self.right.metrics()


@dataclass(frozen=True, slots=True)
class IsState:
    """The metric is in this state; `equal` False: it is in another."""

    name: str
    state: str
    equal: bool

    def holds(self, readings: Readings) -> Known:
        reading = readings.get(self.name)
        if reading is None or not isinstance(reading.value, str):
            return None
        return (reading.value == self.state) is self.equal

    def metrics(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold."""

    claims: tuple[Claim, ...]

    def holds(self, readings: Readings) -> Known:
        found = [claim.holds(readings) for claim in self.claims]
        return False if False in found else None if None in found else True

    def metrics(self) -> Iterator[str]:
        for claim in self.claims:
            yield from claim.metrics()


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them holds."""

    claims: tuple[Claim, ...]

    def holds(self, readings: Readings) -> Known:
        found = [claim.holds(readings) for claim in self.claims]
        return True if True in found else None if None in found else False

    def metrics(self) -> Iterator[str]:
        for claim in self.claims:
            yield from claim.metrics()


@dataclass(frozen=True, slots=True)
class Not:
    claim: Claim

    def holds(self, readings: Readings) -> Known:
        found = self.claim.holds(readings)
        return None if found is None else not found

    def metrics(self) -> Iterator[str]:
        return self.claim.metrics()


ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
