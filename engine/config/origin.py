"""Where a value came from, and what was found and not taken."""

from dataclasses import dataclass
from typing import Final

DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: `default`, a file with its line, a variable, a flag or a phase."""

    place: str
    line: int | None = None

    def __str__(self) -> str:
        return self.place if self.line is None else f"{self.place}:{self.line}"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A setting that was found and not taken, and why."""

    name: str
    origin: Origin
    why: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.name} is ignored: {self.why}"
