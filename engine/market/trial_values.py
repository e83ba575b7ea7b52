"""What a call returned or raised, as JSON. Standard library only, for any Python from 3.9 on.

Numbers are numbers, and texts where JSON lacks them ("nan"); objects and mappings are {"fields":
...}; what is too deep or too long is left out.
"""

from __future__ import annotations

from typing import Any

_DEPTH, _WIDTH, _TEXT = 3, 64, 200


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """Return a value as JSON."""
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return _simple(value)
    if depth == 0:
        return {"type": type(value).__name__}
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        pairs = list(value.items())[:_WIDTH]
        return {"fields": {str(key)[:_TEXT]: plain(one, depth - 1) for key, one in pairs}}
    if isinstance(value, (list, tuple)):
        return [plain(one, depth - 1) for one in value[:_WIDTH]]
    return _object(value, depth)


def _simple(value: Any) -> Any:
    if isinstance(value, str):
        return {"text": value[:_TEXT]}
    if isinstance(value, complex):
        return {"complex": str(value)[:_TEXT]}
    if isinstance(value, float):
        return float(value) if value - value == 0 else str(float(value))
    return value if value is None or abs(value) < 1 << 53 else float(value)


def _object(value: Any, depth: int) -> Any:
    if hasattr(value, "tolist"):
        return plain(value.tolist(), depth)
    if getattr(value, "__dict__", None):
        return plain(vars(value), depth)
    if hasattr(value, "__slots__"):
        names = [name for name in value.__slots__ if hasattr(value, name)]
        return plain({name: getattr(value, name) for name in names}, depth)
    try:
        return plain(float(value), depth)
    except (TypeError, ValueError):
        return {"type": type(value).__name__}


def told(error: BaseException) -> dict[str, str]:
    """Return an error as one line."""
    text = " ".join(str(error).split())[:_TEXT]
    return {"error": f"{type(error).__name__}: {text}" if text else type(error).__name__}
