"""The one door through which the tools' large batches reach a backend."""

from typing import TYPE_CHECKING

from engine.agents.services import Services
from engine.config.cache_folder import cache_folder

if TYPE_CHECKING:
    from engine.kernels.backend import Door
    from engine.kernels.crossover_file import CrossoverFile


def crossover_file(services: Services) -> "CrossoverFile":
    """Return where this machine's crossover is kept; nothing is read or measured yet."""
    from engine.kernels.crossover_file import CrossoverFile

    clock = services.clock
    return CrossoverFile(cache_folder, clock.monotonic_s, clock.wall_s)


def door(services: Services) -> "Door":
    """Return a door that asks for the crossover when a batch is first large enough.

    Call it, and price through it, in a worker thread.
    """
    from engine.kernels.backend import Door

    return Door(crossover_file(services).crossover)


def used(through: "Door") -> tuple[str, ...]:
    """Return in a sentence what European prices were computed with, if any were."""
    if not through.used:
        return ()
    each = " and ".join(str(one) for one in through.used)
    return (f"European prices of scenarios by {each}",)
