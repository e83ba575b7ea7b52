"""What health finds of every part, here and now: of the user's own store, files and channels."""

from engine.checks.health.health import health
from engine.checks.health.parts import look
from engine.checks.health.parts.catalogue import chosen
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, judged, listed

_DEADLINE_S = 20.0  # other measurements go on meanwhile
_SOUND = ("ok", "warning")


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return whether no part is critical."""
    here = look.Ground(str(ground.project), str(ground.store), ground.loaded, chosen(()))
    outcome = await health(here, deadline_s=_DEADLINE_S, keep=False, clock=ground.clock)
    found = outcome.event
    bad = [f"{one.name}: {one.text}" for one in found.checks if one.state not in _SOUND]
    counts = {state: sum(one.state == state for one in found.checks) for state in _SOUND}
    warnings = "1 warning" if counts["warning"] == 1 else f"{counts['warning']} warnings"
    figure = f"{counts['ok']} of {len(found.checks)} checks ok, {warnings}"
    proof = listed(bad) or f"all looked at now: {found.text}"
    return {"health": judged(found.state in _SOUND, figure, proof)}
