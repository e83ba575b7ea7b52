"""A trial of somebody's pricing function: what is asked of it, and what came of it."""

from typing import Any, Final, Literal

from msgspec import Struct

Value = Any  # what `trial_script.plain` makes of a result: JSON
Argument = float | int | bool | str | list[float]
Arguments = dict[str, Argument]

MEMORY_BYTES = 4 << 30


class Parameter(Struct, frozen=True, array_like=True):
    """A parameter as the search of the code found it; see `engine.search.pricing`."""

    name: str
    role: str
    certainty: str
    how: str
    has_default: bool


class Target(Struct, frozen=True):
    """A function of the project; `path` from the project's root, `name` dotted from its top."""

    path: str
    line: int
    name: str
    owner: str
    computes: str
    parameters: tuple[Parameter, ...]
    kinds: tuple[str, ...]
    is_async: bool
    binding: str
    needs: tuple[str, ...]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(one.role for one in self.parameters if one.role)


class Sheet(Struct, frozen=True):
    """The calls of one target: a grid, probes of what usually breaks, and one call with arrays."""

    id: int
    name: str
    owner: str
    binding: str
    positional: tuple[str, ...]
    cases: tuple[Arguments, ...]
    probes: tuple[Arguments, ...]
    arrays: Arguments


class Request(Struct, frozen=True):
    """What the trial script reads."""

    root: str
    path: str
    functions: tuple[Sheet, ...]
    budget_s: float
    cpu_s: int
    memory_bytes: int = MEMORY_BYTES


class Ready(Struct, frozen=True, tag="ready", tag_field="says"):
    without_network: bool
    without_files: bool


class Unimportable(Struct, frozen=True, tag="unimportable", tag_field="says"):
    error: str


class Begun(Struct, frozen=True, tag="begun", tag_field="says"):
    id: int


class Unreachable(Struct, frozen=True, tag="unreachable", tag_field="says"):
    id: int
    error: str


class Tried(Struct, frozen=True, tag="tried", tag_field="says"):
    """`results` may be fewer than the cases: the time was over."""

    id: int
    results: list[Value]
    seconds: float
    probes: list[Value]
    scalar: Value
    arrays: Value
    arrays_s: float | None
    printed: int


Line = Ready | Unimportable | Begun | Unreachable | Tried


COMPARABLE: Final = frozenset(
    (
        "price", "implied volatility", "Greeks", "delta", "gamma", "vega", "theta", "rho",
        "probability in the money",
    )
)  # fmt: skip
"""What `Target.computes` may be for the kernels to say what is right."""


class Planning(Struct, frozen=True, tag="planning"):
    """Asks the pricing worker for sheets."""

    targets: tuple[Target, ...]


class Judging(Struct, frozen=True, tag="judging"):
    """Asks the pricing worker what results are worth."""

    targets: tuple[Target, ...]
    tried: tuple[Tried, ...]


class Planned(Struct, frozen=True):
    """A sheet for each target, or the reason why it can't be run."""

    sheets: tuple[Sheet | str, ...]


class Row(Struct, frozen=True):
    """One figure of a function against the kernels.

    Attributes:
        what: "price", "delta"...; `taken_as` the model and unit that its figures fit best.
        unit: of the errors.
        worst: the arguments of the largest error.
    """

    what: str
    taken_as: str
    compared: int
    largest: float | None
    median: float | None
    unit: str
    worst: str


class Report(Struct, frozen=True):
    """What came of one target.

    Attributes:
        calls: of the grid; `failed` those that raised or gave no finite number.
        breaks: what it breaks on, a clause each.
        arrays: "yes", "no: reason", or "not tried: reason".
    """

    id: int
    calls: int
    failed: int
    first_failure: str
    rows: tuple[Row, ...]
    breaks: tuple[str, ...]
    us_per_call: float | None
    arrays: Literal["yes"] | str
    printed: int


class Judged(Struct, frozen=True):
    reports: tuple[Report, ...]
