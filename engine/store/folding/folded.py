"""Whether something of a span lies in parts, told without DuckDB."""

from pathlib import Path

from engine.store.errors import StoreError
from engine.store.folding.manifest import read


def has_facts(folder: Path, since_s: float) -> bool:
    """Return whether facts since a wall time are folded, or that can't be told; blocking work."""
    try:
        parts = read(folder).parts
    except StoreError:
        return True
    return any(part.kind == "facts" and part.last_s >= since_s for part in parts)
