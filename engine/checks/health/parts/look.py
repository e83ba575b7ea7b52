"""What a check is given and what it says."""

import base64
import pickle
from dataclasses import dataclass, field
from typing import Literal

from engine.config import Loaded
from engine.events import CheckState

Group = Literal["liveness", "readiness", "dependency"]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where to look; it travels to the process that looks.

    `scratch` is an empty folder for what a check has to write, "" where none could be made.
    `patience_s` is the most that a check which could read for ever should take.
    """

    project: str
    store: str
    settings: Loaded
    checks: tuple[str, ...]
    scratch: str = ""
    patience_s: float = 1.5

    def packed(self) -> bytes:
        """Return it as one line, for a process of this very program."""
        return base64.b64encode(pickle.dumps(self))

    @staticmethod
    def unpacked(line: bytes) -> "Ground":
        """Return what another process of this program packed."""
        ground = pickle.loads(base64.b64decode(line))
        assert isinstance(ground, Ground)
        return ground


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw; what this machine simply lacks is ok, and the text says so.

    `figures` by name with the unit at its end, as in `free_bytes`.
    """

    state: CheckState
    text: str
    remedy: str = ""
    figures: dict[str, float] = field(default_factory=dict)
