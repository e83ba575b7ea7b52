"""Which alerts fire now, beside an answer on how everything is."""

from typing import Final

import anyio.to_thread

from engine.agents.tool import Call
from engine.agents.tools.alerts.reading import Reading, read
from engine.agents.tools.alerts.rows import verdict
from engine.agents.tools.past.span import clock, some
from engine.config import ConfigError
from engine.evidence import Evidence, Text

_NAMED: Final = 5
_UNHEARD: Final = 0  # nothing fires: it stands below, and the verdict is the machine's


async def firing(call: Call) -> Evidence:
    """Name what fires, as weighty as `weight` says; where nothing does, only tell it below."""
    services, now_s = call.services, call.services.clock.wall_s()

    def reading() -> Reading:
        return read(services.store, services.settings, services.environ, now_s)

    try:
        found = await anyio.to_thread.run_sync(reading)
    except ConfigError as error:
        return Evidence("", found=False, weight=_UNHEARD, lacks=f"how the alerts stand: {error}")
    shown = Text("Alerts", verdict(found, lambda at_s: clock(at_s, now_s)))
    if fires := _fires(found):
        return Evidence(fires, (shown,), weight=int(call.number("weight") or _UNHEARD))
    return Evidence("no alert fires", (shown,), found=False, weight=_UNHEARD)


def _fires(found: Reading) -> str:
    """Return how many alerts fire and which, the gravest first; empty where all are silenced."""
    rows = [row for row in found.rows if row.phase != "pending" and not row.silenced_by]
    if not rows:
        return ""
    names = list(dict.fromkeys(f"{row.rule}, {row.severity}" for row in rows))
    cut = "; …" if len(names) > _NAMED else ""
    verb = "fires" if len(rows) == 1 else "fire"
    stale = " as far as is known: nobody evaluates them now" if found.lacks else ""
    return f"{some(len(rows), 'alert')} {verb} ({'; '.join(names[:_NAMED])}{cut}){stale}"
