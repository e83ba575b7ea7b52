"""The names that a condition may have: the metrics, and the circuit of each capability."""

from typing import Final

from engine.metrics import CATALOGUE, CIRCUIT

# What the engine enters on its board; absent ones too, since a rule outlives a machine's lack.
CAPABILITIES: Final = (
    "agents",
    "graph",
    "kernels.cpu",
    "kernels.gpu",
    "market",
    "memory",
    "notify",
    "probes.gpu",
    "probes.host",
    "search.index",
    "search.scan",
    "store.read",
    "store.write",
    "symbols",
)
KNOWN: Final = (*CATALOGUE, *(f"{CIRCUIT}{name}" for name in CAPABILITIES))
