"""Changes of circuits, levels and alerts, notices and failed folds as rows of a time line."""

from engine.agents.tools.past.span import clock, cut
from engine.events import AlertDelivered, AnyEvent, SilenceChanged, StoreFolded
from engine.evidence import Cell
from engine.store.past.marks import mark

Row = tuple[Cell, ...]
COLUMNS = ("time", "what", "text", "session")
_STATES = {
    "sent": "sent",
    "unsure": "may not have arrived",
    "failed": "did not go out",
    "given_up": "given up",
    "withdrawn": "withdrawn",
}


def change_rows(changes: tuple[AnyEvent, ...], now_s: float, own: str) -> list[tuple[float, Row]]:
    """Return a row for each change, with its time; the asking session goes unnamed."""
    rows = list[tuple[float, Row]]()
    for one in changes:
        whose = "" if one.session == own else one.session
        if (told := _told(one, now_s)) is not None:
            what, text = told
            rows.append((one.wall_s, (clock(one.wall_s, now_s), what, cut(text), whose)))
    return rows


def _told(one: AnyEvent, now_s: float) -> tuple[str, str] | None:
    """Return what of a session changed, and how, in words."""
    if isinstance(one, StoreFolded):
        return "store", one.problem
    if isinstance(one, SilenceChanged):
        return "silence", _silence(one, now_s)
    if isinstance(one, AlertDelivered):
        why = f": {one.cause}" if one.cause else ""
        return "message", f"{one.rule} ({one.kind}) by {one.channel} {_STATES[one.state]}{why}"
    made = mark(one)
    return None if made is None else (made.kind, made.text)


def _silence(one: SilenceChanged, now_s: float) -> str:
    what = ", ".join(f"{name}={value}" for name, value in sorted(one.matchers.items()))
    if one.ended:
        return f"{what} is silenced no more"
    by, why = f" by {one.by}" if one.by else "", f": {one.reason}" if one.reason else ""
    return f"{what} silenced until {clock(one.until_s, now_s)}{by}{why}"
