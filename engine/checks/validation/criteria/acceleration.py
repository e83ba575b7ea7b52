"""Whether what computes fast computes right, on whatever this machine has."""

import sys

import msgspec

from engine.checks.validation.criteria.child import ran
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, failed

_MODULE = "engine.checks.validation.criteria.kernels_child"
_TIMEOUT_S = 60.0


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return what a process of its own found: MLX's CPU build can end the one it runs in."""
    argv = [sys.executable, "-m", _MODULE]
    done = await ran(argv, (), ground.surroundings(), ground, _TIMEOUT_S)
    if done.code != 0:
        problem = failed(f"the process that prices {done.end}: {done.said}")
        return {"acceleration": problem, "vectors": problem}
    return msgspec.json.decode(done.out, type=dict[str, Shown])
