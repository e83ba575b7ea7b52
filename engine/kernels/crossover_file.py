"""The crossover between the backends, measured once per machine and kept in a small file.

It holds for one device, one MLX and one NumPy: a file of others, of another format, or one that is
damaged counts as none, and the crossover is measured anew. Only a whole file is ever seen, whoever
else writes; where none can be written the measurement serves this process.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from engine.kernels.backend import Crossover
from engine.kernels.crossover import measure_crossover
from engine.kernels.devices import Absent, inventory

NAME: Final = "crossover.json"
FORMAT: Final = 2
_MOST_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Kept:
    """A crossover, when it was measured, and where it is kept.

    Attributes:
        measured_s: seconds since 1970.
        place: the file; None where it couldn't be written, and `trouble` says why.
    """

    crossover: Crossover
    measured_s: float
    place: Path | None
    trouble: str = ""


class CrossoverFile:
    """The crossover of this machine, read or measured when it is first asked for.

    Args:
        folder: tells where the file is, when that is first needed; None to keep nothing.
        now_s: a monotonic clock to measure with, and `wall_s` the time of day, in seconds.
    """

    def __init__(
        self,
        folder: Callable[[], Path | None],
        now_s: Callable[[], float],
        wall_s: Callable[[], float],
        measure: Callable[[Callable[[], float]], Crossover] = measure_crossover,
    ) -> None:
        self._folder = folder
        self._now_s, self._wall_s, self._measure = now_s, wall_s, measure
        self._known: Kept | None = None

    def kept(self) -> Kept | None:
        """Return what was measured before on this machine as it is now; None where nothing was."""
        key = _key() if self._known is None else None
        if key is not None and (path := self._path()) is not None:
            self._known = _read(path, key)
        return self._known

    def crossover(self) -> Crossover:
        """Return the crossover, measured now (a second or two) where it isn't known.

        Without MLX there is none, and nothing is measured or kept.
        """
        return self.known_or_measured().crossover

    def known_or_measured(self) -> Kept:
        """Return the crossover with when and where; see `crossover`."""
        known = self.kept()
        if known is not None:
            return known
        found = Kept(self._measure(self._now_s), self._wall_s(), None, "nothing to keep")
        if (key := _key()) is not None:
            found = _written(found, self._path(), key)
        self._known = found
        return found

    def _path(self) -> Path | None:
        folder = self._folder()
        return None if folder is None else folder / NAME


def _key() -> dict[str, str | int] | None:
    """Return what the crossover holds for; None without MLX."""
    devices = inventory()
    mlx = devices.mlx
    if isinstance(mlx, Absent):
        return None
    metal = "cpu" if isinstance(mlx.metal, Absent) else str(mlx.metal.name)
    numpy = devices.numpy
    version = numpy.reason if isinstance(numpy, Absent) else numpy.version
    return {"format": FORMAT, "device": metal, "mlx": str(mlx.version), "numpy": version}


def _read(path: Path, key: dict[str, str | int]) -> Kept | None:
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MOST_BYTES))
        if content["key"] != key:
            return None
        contracts, measured_s = content["contracts"], content["measured_s"]
        if not (contracts is None or (type(contracts) is int and contracts > 0)):
            return None
        if type(measured_s) is not float or not isfinite(measured_s):
            return None
        reason = str(content["reason"])
        return Kept(Crossover(contracts, reason, str(key["device"])), measured_s, path)
    # Not there, not readable, no JSON, or JSON of another shape: all are the same here.
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _written(found: Kept, path: Path | None, key: dict[str, str | int]) -> Kept:
    if path is None:
        return Kept(found.crossover, found.measured_s, None, "no cache folder is known")
    content = {
        "key": key,
        "contracts": found.crossover.contracts,
        "reason": found.crossover.reason,
        "measured_s": found.measured_s,
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, json.dumps(content, indent=1).encode())
    except OSError as error:
        return Kept(found.crossover, found.measured_s, None, str(error))
    return Kept(found.crossover, found.measured_s, path)


def _replace(path: Path, content: bytes) -> None:
    file, temporary = mkstemp(prefix=path.stem, suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(file, "wb") as open_file:
            open_file.write(content)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
