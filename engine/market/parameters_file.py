"""Where a project keeps the wheel's parameters, and what they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from engine.market.parameters import ParameterError, Parameters, Sourced, contradictions

NAMES: Final = ("config.yaml", "config/unified.yaml", "config_unified.yaml", "wheel.yaml")
_MOST_BYTES: Final = 4_000_000


def load(project: Path, environ: Mapping[str, str] | None = None) -> Sourced:
    """Return the parameters of the first of `NAMES` that is there, or the defaults, and say so.

    Raises:
        ParameterError: the file can't be read, or holds a value that can't be right.
    """
    for name in NAMES:
        path = project / name
        if not path.is_file():
            continue
        from engine.market.parameters_yaml import read  # imports yaml, 20 ms

        return read(_text(path, name), name, environ)
    defaults = Parameters()
    said = f"no {NAMES[0]} here: the wheel's parameters are defaults, and no limit is set"
    return Sourced(defaults, notes=(said, *contradictions(defaults)))


def _text(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ParameterError(name, "the file", f"{path.stat().st_size:,} bytes", "at most 4 MB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = (error.strerror or "not readable").lower()
        raise ParameterError(name, "the file", why, "a readable file") from error
    except UnicodeDecodeError as error:
        raise ParameterError(name, "the file", "not UTF-8 text", "UTF-8 text") from error
