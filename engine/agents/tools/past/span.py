"""The span of time that a question speaks of, and times as an answer tells them."""

import re
from datetime import datetime

from engine.agents.moments import BadMoment, Span, span
from engine.agents.tool import Call, Refused
from engine.evidence import Text, counted

LONG_S = 2 * 86_400.0
NOT_ON_RECORD = "Not on record"
_EVER = re.compile(r"\b(?:ever|at\s+all|so\s+far|of\s+all\s+time|in\s+total)\b", re.IGNORECASE)
_THIS = re.compile(r"\b(?:in\s+)?this\s+(week|month|year)\b", re.IGNORECASE)


def asked_span(call: Call, default: str) -> Span:
    """Return the span that the call's words `when` name, or else the one that `default` names.

    Raises:
        Refused: the words name no time, or one that can't be.
    """
    words, now_s = call.text("when") or default, call.services.clock.wall_s()
    if _EVER.search(words):
        return Span(0.0, now_s, "ever")
    try:
        found = span(_THIS.sub(lambda match: _since(match[1].lower(), now_s), words), now_s)
    except BadMoment as error:
        raise Refused(str(error)) from error
    if found is None:
        raise Refused(
            f"{words[:40]!r} names no time",
            'write it as in "14:03", "since 9:00", "from 14:00 to 14:10", "yesterday", '
            '"2026-11-21", "the last 2 hours" or "this week"',
        )
    return found


def _since(period: str, now_s: float) -> str:
    now = datetime.fromtimestamp(now_s).astimezone()
    if period == "week":
        return f"since {now.strftime('%A').lower()}" if now.weekday() == 0 else "since monday"
    return f"since {now.year}-{now.month if period == 'month' else 1:02d}-01"


def clock(at_s: float, now_s: float) -> str:
    """Return a moment in local time: "14:03:20", with its day where that is not today's."""
    at, now = (datetime.fromtimestamp(s).astimezone() for s in (at_s, now_s))
    return _time(at) if at.date() == now.date() else f"{at:%Y-%m-%d} {_time(at)}"


def _time(at: datetime) -> str:
    """Return the time of day, with its offset in the hour that there is twice a year."""
    first, second = (at.replace(tzinfo=None, fold=fold).astimezone() for fold in (0, 1))
    return f"{at:%H:%M:%S}" if first == second else f"{at:%H:%M:%S UTC%z}"


def between(start_s: float, end_s: float, now_s: float) -> str:
    """Return a span in words: "from 14:00:00 to 14:10:00"."""
    if start_s <= 0:
        return "in all that is on record"
    until = "now" if end_s >= now_s else _until(start_s, end_s, now_s)
    return f"from {clock(start_s, now_s)} to {until}"


def _until(start_s: float, end_s: float, now_s: float) -> str:
    start, end = (datetime.fromtimestamp(s).astimezone() for s in (start_s, end_s))
    if start.date() == end.date():
        return _time(end)
    said = clock(end_s, now_s)
    return f"today {said}" if said == _time(end) else said


def lasting(seconds: float) -> str:
    """Return a length of time with two units at most: "3 min 20 s"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    whole = round(seconds)
    for unit, size, below, part in (("d", 86_400, "h", 3600), ("h", 3600, "min", 60)):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit}" + (f" {rest} {below}" if rest else "")
    if whole >= 60:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    return f"{whole} s"


def some(count: int, one: str, many: str = "") -> str:
    """Return "1 query", "2 queries", "no query"."""
    return counted(count, one, many) if count else f"no {one}"


def not_on_record(*said: str) -> tuple[Text, ...]:
    """Return what can't be told as a section, none where nothing is missing."""
    return (Text(NOT_ON_RECORD, "\n".join(said)),) if said else ()


def more(shown: int, total: int) -> str:
    """Return what stands behind a title whose rows are not all there are."""
    return f" ({shown:,} of {total:,}; … {total - shown:,} more)" if total > shown else ""


def cut(text: str, length: int = 100) -> str:
    """Return a text that fits into a cell."""
    return text if len(text) <= length else text[: length - 1] + "…"
