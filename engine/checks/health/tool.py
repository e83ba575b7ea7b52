"""Health as the engine's own answer to a query; what was found goes over the session's bus."""

from engine.agents.tool import Call
from engine.checks.health.health import Outcome
from engine.checks.health.health import health as look
from engine.checks.health.parts.catalogue import chosen
from engine.checks.health.parts.look import Ground
from engine.events import Check, HealthChecked
from engine.evidence import Cell, Evidence, Table

_COLUMNS = ("check", "group", "state", "what", "remedy", "ms")


async def health(call: Call) -> Evidence:
    """Look at every part now."""
    services = call.services
    done = 0

    def told(check: Check) -> None:
        nonlocal done
        done += 1
        call.progress(f"{check.name}: {check.state}", done, len(ground.checks))

    ground = Ground(str(services.project), str(services.store), services.settings, chosen(()))
    outcome: Outcome = await look(ground, keep=False, told=told, clock=services.clock)
    services.bus.publish(outcome.event)
    return evidence(outcome.event)


def evidence(event: HealthChecked) -> Evidence:
    """Return what was found as a verdict and a table of the checks."""
    rows = tuple(map(_row, event.checks))
    verdict = f"{event.state}: {event.text}" if event.checks else "nothing was looked at"
    ill = [check.name for check in event.checks if check.state in ("critical", "unknown")]
    lacks = f"not well: {', '.join(ill)}" if ill else None
    return Evidence(verdict, sections=(Table("Checks", _COLUMNS, rows),), weight=3, lacks=lacks)


def _row(check: Check) -> tuple[Cell, ...]:
    remedy = check.remedy or None
    return (check.name, check.group, check.state, check.text, remedy, check.elapsed_ms)
