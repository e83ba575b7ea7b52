"""All faults by name, those that take longest first."""

from typing import Final

from engine.checks.drill import child_faults, session_faults, store_faults
from engine.checks.drill.fault import Fault
from engine.config.options import nearest
from engine.errors import EngineError

FAULTS: Final[dict[str, Fault]] = {
    fault.name: fault
    for fault in (*child_faults.FAULTS, *store_faults.FAULTS, *session_faults.FAULTS)
}


class UnknownFault(EngineError, ValueError):
    """There is no fault of this name; the sentence has the nearest one."""

    def __init__(self, name: str) -> None:
        hint = nearest(name, FAULTS) or f"; expected one of {', '.join(FAULTS)}"
        super().__init__(f'there is no fault "{name}"{hint}')


def faults(names: tuple[str, ...]) -> tuple[Fault, ...]:
    """Return these faults, or all; each once.

    Raises:
        UnknownFault.
    """
    for name in names:
        if name not in FAULTS:
            raise UnknownFault(name)
    return tuple(FAULTS[name] for name in dict.fromkeys(names or FAULTS))
