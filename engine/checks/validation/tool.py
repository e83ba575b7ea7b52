"""A validation as the engine's own answer to a query; it goes over the session's bus."""

from pathlib import Path
from tempfile import TemporaryDirectory

from engine.agents.tool import Call
from engine.checks.validation.criteria.catalogue import PHASES, Which, bars
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.report import evidence
from engine.checks.validation.validate import validate as measure
from engine.evidence import Evidence


async def validate(call: Call) -> Evidence:
    """Measure the criteria of a phase, or all."""
    services, wanted = call.services, call.text("phase")
    phase: Which = next((one for one in PHASES if one == wanted), "all")
    total, done = len(bars(phase)), 0

    def told(said: str) -> None:
        nonlocal done
        done += 1
        call.progress(said, done, total)

    with TemporaryDirectory(prefix="bolt-tui-validate-") as scratch:
        ground = Ground(
            project=services.project,
            loaded=services.settings,
            scratch=Path(scratch),
            full=call.flag("full"),
            clock=services.clock,
            told=told,
        )
        found = await measure(ground, phase)
    services.bus.publish(found)
    return evidence(found)
