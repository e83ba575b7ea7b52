"""How the alerts stand: what fires and is silenced, what each rule sees, who is told."""

from typing import TYPE_CHECKING

import anyio.to_thread

from engine.agents.services import Services
from engine.agents.tool import Call, Refused
from engine.agents.tools.alerts.reading import Reading, fault, read
from engine.agents.tools.alerts.rows import sections, verdict
from engine.agents.tools.past.span import clock
from engine.config import ConfigError, again
from engine.events import AlertResolved
from engine.evidence import Evidence
from engine.store.leases.pool import StoreReadError

if TYPE_CHECKING:
    from engine.store.past.past import Past

LATELY_S = 86_400.0
_MOST = 20


async def now(call: Call) -> Evidence:
    """Tell how the alerts stand, with those that were resolved within a day."""
    services, now_s = call.services, call.services.clock.wall_s()
    try:
        found = await anyio.to_thread.run_sync(_read, services, now_s)
    except ConfigError as error:
        raise Refused(str(error), "put it right in your own settings") from error
    resolved, missing = await lately_resolved(services.past, now_s)

    def when(at_s: float) -> str:
        return clock(at_s, now_s)

    shown = sections(found, resolved, missing, now_s, when)
    return Evidence(verdict(found, when), shown, weight=3, lacks=found.lacks or None)


def _read(services: Services, now_s: float) -> Reading:
    """Read how they stand, by the rules that the files have now."""
    loaded = services.settings
    try:
        loaded = again(loaded)
    except ConfigError as error:
        said = str(error)
    else:
        said = fault(loaded)
    return read(services.store, loaded, services.environ, now_s, wrong=said)


async def lately_resolved(
    past: "Past", now_s: float
) -> tuple[list[AlertResolved], tuple[str, ...]]:
    """Return what was resolved within a day, and in sentences what is not known of that."""
    past = past.afresh()
    try:
        events = await past.events(now_s - LATELY_S, now_s, types=[AlertResolved])
    except StoreReadError as error:
        return [], (f"what was resolved: {error}",)
    found = [one for one in events if isinstance(one, AlertResolved)]
    return found[-_MOST:], past.problems
