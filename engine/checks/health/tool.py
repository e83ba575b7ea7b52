"""Health as the engine's own answer to a query; what was found goes over the session's bus."""

from engine.agents.tool import Call
from engine.checks.health.health import WORST_FIRST, Outcome
from engine.checks.health.health import health as look
from engine.checks.health.parts.catalogue import chosen
from engine.checks.health.parts.look import Ground
from engine.events import Check, HealthChecked
from engine.evidence import Cell, Evidence, Table

_COLUMNS = ("check", "state", "what", "ms")
_TITLES = (("liveness", "Liveness"), ("readiness", "Readiness"), ("dependency", "Dependencies"))


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
    """Return what was found as a verdict and a table a group, what is not well first."""
    found = sorted(event.checks, key=lambda check: WORST_FIRST.index(check.state))
    tables = tuple(
        Table(title, _COLUMNS, tuple(_row(check) for check in found if check.group == group))
        for group, title in _TITLES
        if any(check.group == group for check in found)
    )
    verdict = f"{event.state}: {event.text}" if event.checks else "nothing was looked at"
    ill = [check.name for check in event.checks if check.state in ("critical", "unknown")]
    lacks = f"not well: {', '.join(ill)}" if ill else None
    return Evidence(verdict, sections=tables, weight=3, lacks=lacks)


def _row(check: Check) -> tuple[Cell, ...]:
    what = f"{check.text}; {check.remedy}" if check.remedy else check.text
    # One that never answered took nobody knows how long.
    took_ms = round(check.elapsed_ms) if check.elapsed_ms else None
    return (check.name, check.state, what, took_ms)
