"""What the board refuses, and what it says about a failure.

BreakerError
├── CircuitOpen         the capability failed, or was forced open: it is left alone for now
├── Absent              this machine or project has no such capability
├── UnknownCapability   there is no capability of this name
├── BadForce            a circuit can't be forced like this
└── BadPolicy           thresholds or waits that contradict each other or mean nothing
"""

from engine.config.options import nearest
from engine.evidence import clean


class BreakerError(Exception):
    """The board can't let this through."""


class CircuitOpen(BreakerError):
    """The capability is left alone for now; the sentence says since what and until when."""

    def __init__(
        self, capability: str, cause: str, next_try_s: float | None, *, forced: bool = False
    ) -> None:
        if forced:
            until = "until it is released" if next_try_s is None else f"for {next_try_s:.0f} s more"
            said = f"{capability} is forced open ({cause}); it stays so {until}"
        else:
            when = "now" if not next_try_s else f"in {next_try_s:.0f} s"
            said = f"{capability} is out of order ({cause}); it is tried again {when}"
        super().__init__(said)
        self.capability = capability


class Absent(BreakerError):
    """This machine or project has no such capability."""

    def __init__(self, capability: str, reason: str) -> None:
        super().__init__(f"{capability} is absent: {reason}")
        self.capability = capability


class UnknownCapability(BreakerError, ValueError):
    """There is no capability of this name; the sentence has the nearest one."""

    def __init__(self, name: str, known: list[str]) -> None:
        hint = nearest(name, known) or f"; expected one of {', '.join(known) or 'none yet'}"
        super().__init__(f'there is no capability "{clean(name)}"{hint}')


class BadForce(BreakerError, ValueError):
    """A circuit can't be forced like this."""


class BadPolicy(BreakerError, ValueError):
    """Thresholds or waits that contradict each other or mean nothing."""


def innermost(error: Exception) -> Exception:
    """Return the error that a task group wrapped, where it wrapped just one."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def sentence(error: Exception) -> str:
    """Return what an error says, in one clean line; its name where it says nothing."""
    return clean(" ".join(str(error).split())) or type(error).__name__
