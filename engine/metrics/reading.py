"""One figure as it stands, or the reason why it can't be told."""

from dataclasses import dataclass

MetricValue = float | str | None

NO_REASON = "the source gave no value and no reason"


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric's value in its unit, or None with the reason.

    `events` is how many events a figure over a window rests upon, `age_s` how old a sample is.
    `about` says in words what a state is of, and `project` whose it is, where that is known.
    """

    value: MetricValue
    unit: str
    source: str
    reason: str = ""
    events: int | None = None
    age_s: float | None = None
    about: str = ""
    project: str = ""
