"""What all answers about the past have in common: what can't be read makes them poorer ones."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps

from msgspec.structs import replace as with_

from engine.agents.tool import Call, lacking
from engine.agents.tools.past.span import NOT_ON_RECORD, not_on_record
from engine.evidence import Evidence, Section, Text

Tell = Callable[[Call], Awaitable[Evidence]]


def of_record(tell: Tell) -> Tell:
    """Return a tool whose answer says what the record had to leave out, and is degraded by it.

    What it does not find is an answer then as well: it may be in what could not be read.
    """

    @wraps(tell)
    async def told(call: Call) -> Evidence:
        past = call.services.past.afresh()
        services = replace(call.services, open_past=lambda: past)
        evidence = await tell(replace(call, services=services))
        if not past.problems:
            return evidence
        sections = _with(evidence.sections, past.problems)
        return lacking(with_(evidence, sections=sections, found=True), [_said(past.problems)])

    return told


def _with(sections: tuple[Section, ...], problems: tuple[str, ...]) -> tuple[Section, ...]:
    """Return the sections with the problems behind what else is not on record."""
    others, said = list[Section](), list[str]()
    for one in sections:
        if isinstance(one, Text) and one.title == NOT_ON_RECORD:
            said.append(one.text)
        else:
            others.append(one)
    return (*others, *not_on_record(*said, *problems))


def _said(problems: tuple[str, ...]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"not all that was recorded could be read: {problems[0]}{more}"
