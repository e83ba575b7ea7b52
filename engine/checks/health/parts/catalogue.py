"""All checks by name, in the order in which they are told; nothing of them is imported here."""

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from engine.checks.health.parts.look import Ground, Group, Seen
from engine.config.options import nearest
from engine.errors import EngineError

# name: (group, module); in the module the function has the check's name
CHECKS: Final[dict[str, tuple[Group, str]]] = {
    "sessions": ("liveness", "sessions"),
    "settings": ("readiness", "settings"),
    "engine": ("readiness", "opening"),
    "store_write": ("dependency", "store_writing"),
    "store_read": ("dependency", "store_reading"),
    "store_fold": ("dependency", "store_upkeep"),
    "store_clock": ("dependency", "store_upkeep"),
    "disk": ("dependency", "machine"),
    "memory": ("dependency", "machine"),
    "gpu": ("dependency", "machine"),
    "libraries": ("dependency", "libraries"),
    "duckdb": ("dependency", "libraries"),
    "kernels": ("dependency", "libraries"),
    "ripgrep": ("dependency", "programs"),
    "git": ("dependency", "programs"),
    "book": ("dependency", "book"),
    "channels": ("dependency", "alerting"),
    "outbox": ("dependency", "alerting"),
}
GROUPS: Final[tuple[Group, ...]] = ("liveness", "readiness", "dependency")
# Others wait for an answer from outside, or load much: they begin first.
SLOW: Final = ("engine", "channels", "book")


class UnknownCheck(EngineError, ValueError):
    """There is no check or group of this name; the sentence has the nearest one."""

    def __init__(self, name: str) -> None:
        known = (*CHECKS, *GROUPS)
        hint = nearest(name, known) or f"; expected one of {', '.join(known)}"
        super().__init__(f'there is no check "{name}"{hint}')


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """Return the checks of these names and groups, or all; each once, in their order.

    Names may also stand in one word, between commas.

    Raises:
        UnknownCheck.
    """
    names = [name.strip() for word in names for name in word.split(",")]
    for name in names:
        if name not in CHECKS and name not in GROUPS:
            raise UnknownCheck(name)
    return tuple(
        name for name, (group, _) in CHECKS.items() if not names or name in names or group in names
    )


def look(name: str, ground: Ground) -> Seen:
    """Do one check; it may block, and raises what it did not expect."""
    module = import_module(f"engine.checks.health.parts.{CHECKS[name][1]}")
    seen: Seen = getattr(module, name)(ground)
    return seen
