"""How far a message is on its way over one channel, and what an attempt's result leads to: pure.

A message's file is its history: what it is, then for each attempt an `Intent`, written right before
the bytes that make it go out, and an `Outcome`. An intent without an outcome was made by a process
that died: whether the message arrived is not known.

Sent at least once; exactly once where the receiver's yes was written down; otherwise once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from engine.alerts.message import Message

ChannelName = Literal["slack", "email"]
State = Literal["sent", "unsure", "failed", "given_up", "withdrawn"]

_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 600.0
_LONGEST_ASKED_S = 86_400.0
_MOST_UNSURE = 2
_FINAL = ("sent", "given_up", "withdrawn")
_DIED = "the process that sent it died before it wrote down what the receiver said"


class Head(Struct, frozen=True, tag="message", tag_field="line"):
    """The first line: the message, where it goes, and its place among those of its channel."""

    message: Message
    channel: ChannelName
    order: int
    put_s: float  # wall time


class Intent(Struct, frozen=True, tag="intent", tag_field="line"):
    """The message goes out now."""

    attempt: int
    at_s: float


class Outcome(Struct, frozen=True, tag="outcome", tag_field="line"):
    """What became of an attempt; `whole`: the channel took nothing, whichever message it was."""

    attempt: int
    at_s: float
    state: State
    cause: str = ""
    wait_s: float | None = None  # until the next attempt
    whole: bool = False


Record = Intent | Outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """`attempt` is the number of the next one, `unsure` how many may have arrived untold."""

    attempt: int = 1
    unsure: int = 0
    last: Outcome | None = None
    orphan: Intent | None = None

    @property
    def final(self) -> bool:
        """Whether nothing is to be tried any more."""
        return self.last is not None and self.orphan is None and self.last.state in _FINAL


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to, before it is known what follows from that."""

    state: Literal["sent", "unsure", "failed"]
    cause: str = ""
    whole: bool = False
    retry_after_s: float | None = None


def progress(records: Sequence[Record]) -> Progress:
    """Return how far a message is whose file has these records, in their order."""
    unsure, highest = 0, 0
    last: Outcome | None = None
    orphan: Intent | None = None
    for record in records:
        highest = max(highest, record.attempt)
        if isinstance(record, Intent):
            unsure += orphan is not None
            orphan = record
        else:
            unsure += record.state == "unsure"
            last, orphan = record, None
            if record.state in _FINAL:
                break
    return Progress(highest + 1, unsure, last, orphan)


def follows(so_far: Progress, result: Result, at_s: float, *, once: bool, chance: float) -> Outcome:
    """Return the outcome of the attempt `so_far.attempt` that came to `result`.

    `once`: there is no second attempt. `chance` from 0 to 1 spreads the waits of many.
    """
    attempt = so_far.attempt
    if result.state == "sent":
        return Outcome(attempt, at_s, "sent", result.cause)
    if result.state == "unsure" and so_far.unsure + 1 >= _MOST_UNSURE:
        said = f"it went out twice and nobody said that it was taken: {result.cause}"
        return Outcome(attempt, at_s, "given_up", said)
    if once:
        return Outcome(attempt, at_s, "given_up", result.cause)
    wait_s = _wait(attempt, result.retry_after_s, chance)
    return Outcome(attempt, at_s, result.state, result.cause, wait_s, result.whole)


def after_death(so_far: Progress, at_s: float, *, once: bool, chance: float) -> Outcome:
    """Return the outcome of an attempt whose process died between its intent and its outcome."""
    assert so_far.orphan is not None
    before = Progress(so_far.orphan.attempt, so_far.unsure)
    return follows(before, Result("unsure", _DIED), at_s, once=once, chance=chance)


def _wait(attempt: int, asked_s: float | None, chance: float) -> float:
    """Return a wait that doubles with each attempt, spread over its upper half, or what was asked
    for where that is longer.
    """
    grown = min(_FIRST_WAIT_S * 2.0 ** min(attempt - 1, 30), _LONGEST_WAIT_S)
    spread = grown * (0.5 + 0.5 * chance)
    return max(spread, min(asked_s or 0.0, _LONGEST_ASKED_S))
