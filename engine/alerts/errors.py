"""What the alerts refuse.

AlertsError
├── BadExpression      a rule's condition can't be read: where, what was found, the nearest name
├── BadDuration        a text is no duration
├── BadSilence         a silence that would fit everything, nothing, or for too long
├── UnknownSilence     there is no silence of this id
├── DamagedStanding    what the last evaluator left can't be read
└── Undelivered        what stands in the way of a message: undelivered.py
"""

from collections.abc import Sequence

from engine.config.options import nearest
from engine.evidence import clean


class AlertsError(Exception):
    """The alerts can't take this; the sentence says what was expected and what was found."""

    def __init__(self, sentence: str) -> None:
        super().__init__(clean(sentence))  # it quotes what anyone may have written


class BadExpression(AlertsError, ValueError):
    """A condition can't be read; `column` counts characters from 1."""

    def __init__(self, what: str, column: int) -> None:
        super().__init__(f"at column {column}: {what}")
        self.column = column


class BadDuration(AlertsError, ValueError):
    """A text is no duration, or one out of bounds."""


class BadSilence(AlertsError, ValueError):
    """A silence that can't be meant like this."""


class UnknownSilence(AlertsError, ValueError):
    """There is no silence of this id."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        there = f"; expected one of {', '.join(known)}" if known else "; nothing is silenced"
        super().__init__(f'there is no silence "{name[:60]}"{nearest(name, known) or there}')


class DamagedStanding(AlertsError):
    """What the last evaluator left can't be read; the alerts begin anew."""
