"""An earlier answer again, marked with its age."""

from msgspec.structs import replace

from engine.agents.tool import Call
from engine.agents.tools.on_record import of_record
from engine.agents.tools.past.span import clock, lasting
from engine.events import QueryEnded
from engine.evidence import Evidence

_LOOKED_AT = 20


@of_record
async def again(call: Call) -> Evidence:
    """Give the newest answer on record to a query that contains the words `about`."""
    services, now_s = call.services, call.services.clock.wall_s()
    about = call.text("about")
    asked = await services.past.queries(_LOOKED_AT, 0.0, now_s, text=about)
    ended = [one for one in asked if one.elapsed_ms is not None and one.status != "cancelled"]
    if not ended:
        return Evidence(f'No answer to a query with "{about}" is on record', found=False)
    exact = [one for one in ended if one.text.lower() == about.lower()]
    chosen = (exact or ended)[0]
    event = await services.past.answer(chosen.session, chosen.query, chosen.asked_at_s)
    if not isinstance(event, QueryEnded):
        return Evidence(f'The answer to "{chosen.text}" can\'t be read any more', found=False)
    answer, at_s = event.answer, event.wall_s
    old = f"{clock(at_s, now_s)}, {lasting(max(0.0, now_s - at_s))} ago"
    others = {one.text for one in ended if one.text != chosen.text}
    also = (f"other queries with these words: {'; '.join(sorted(others)[:5])}",) if others else ()
    return Evidence(
        f'"{chosen.text}" was answered {old} ({answer.status.replace("_", " ")}): {answer.verdict}',
        tuple(replace(section, title=f"{section.title} ({old})") for section in answer.sections),
        assumptions=(f"nothing was looked up anew: this is what held {old}", *also),
        weight=2,
    )
