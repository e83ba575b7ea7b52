"""One line for what its user should know: the loudest alert or notice, and how many more."""

import re
from typing import NamedTuple

from bolt_tui.palette import Ink
from bolt_tui.panes.line import Line, cell_len, fit, joined, spread, width_of
from bolt_tui.panes.marks import SEVERITY
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import clock, date_and_clock, span
from bolt_tui.panes.vitals import brief
from bolt_tui.state import ConsoleState
from engine.events import AlertFiring, Notice, Severity
from engine.evidence import counted

_FOLDERS = re.compile(r"^/\S*/(?=[^/\s]+:\d)")  # of a file and its line, at the beginning
_RANK = {"critical": 0, "warning": 1, "info": 2}
_ROOMY = 100  # columns from which seconds are told


class Said(NamedTuple):
    """One thing to be said; `since_s` is None where it does not matter."""

    severity: Severity
    name: str
    text: str
    since_s: float | None = None
    remedy: str = ""
    value: str = ""  # what matters of the text
    channel: str = ""  # over which it was not told


def draw_alerts(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw the gravest, an alert before a notice; with nothing to say, how the engine is."""
    said = _said(state)
    if not said and state.session is None:
        ink = canvas.ink
        return Drawing([[(" ◌ ", ink.accent), ("the engine is being opened", ink.quiet)]])
    if not said:
        return Drawing([_calm(state, canvas)])
    loudest, *others = said
    right = _beside(said, canvas)
    left = _loud(loudest, canvas.ink, canvas.width - width_of(right) - 1)
    drawn = spread(left, right, canvas.width) if right else fit(left, canvas.width)
    cut = width_of(left) > canvas.width - width_of(right)
    return Drawing([drawn], why="\n".join(map(_sentence, said)) if others or cut else "")


def state_of(alert: AlertFiring) -> str:
    """Return what there is to say of an alert beside that it fires."""
    if alert.unknown:
        return f"can't be told now: {alert.unknown}"
    return "holds no longer, kept firing for a while" if alert.kept else ""


def undelivered(state: ConsoleState) -> dict[str, tuple[int, str]]:
    """Return by channel how many messages did not arrive lately, and why the newest did not."""
    found: dict[str, tuple[int, str]] = {}
    for one in state.alerts.undelivered(state.wall_s or 0.0):
        count, _ = found.get(one.channel, (0, ""))
        found[one.channel] = count + 1, one.cause
    return found


def _said(state: ConsoleState) -> list[Said]:
    alerts = [_alert(one) for one in state.alerts.firing(state.wall_s or 0.0)]
    notices = [_notice(one) for one in state.active_notices()]
    lost = [
        Said("warning", "", f"{counted(count, 'message')} about alerts not "
             f"delivered over {channel}: {cause or 'no answer'}", channel=channel)
        for channel, (count, cause) in undelivered(state).items()
    ]  # fmt: skip
    return sorted([*alerts, *notices, *lost], key=lambda one: _RANK[one.severity])


def _alert(one: AlertFiring) -> Said:
    more = state_of(one)
    text = f"{one.text or one.value}{f' ({more})' if more else ''}"
    return Said(one.severity, one.rule, text, one.since_s, one.remedy, more or one.value)


def _notice(one: Notice) -> Said:
    return Said(one.severity, "", one.text, None, one.remedy)


def _loud(said: Said, ink: Ink, room: int) -> Line:
    """Return what it is; where the text has no room, only what was seen."""
    mark = SEVERITY[said.severity]
    badge = {"critical": ink.badge_bad, "warning": ink.badge_warn, "info": ink.badge_accent}
    line: Line = [(f" {mark.glyph} {mark.word.upper()} ", badge[said.severity])]
    if not said.name:
        fits = cell_len(said.text) < room - width_of(line)
        line.append((f" {said.text if fits else _FOLDERS.sub('…/', said.text)}", ink.strong))
    else:
        line.append((f" {said.name}", ink.strong))
        fits = cell_len(said.text) <= room - width_of(line) - 2
        line.append((f"  {said.text if fits else said.value or said.text}", ink.text))
    return [*line, (f"  {said.remedy}", ink.quiet)] if said.remedy else line


def _beside(said: list[Said], canvas: Canvas) -> Line:
    """Return since when the loudest fires, whom it did not reach, and how many more there are."""
    ink, (loudest, *others) = canvas.ink, said
    pieces: list[Line] = []
    if loudest.since_s is not None:
        since = clock(loudest.since_s, canvas.look.zone)
        pieces.append([(f"since {since if canvas.width >= _ROOMY else since[:5]}", ink.quiet)])
        pieces += [[(f"✗ {one.channel} fails", ink.bad)] for one in others if one.channel]
        others = [one for one in others if not one.channel]
    if others:
        pieces.append([(f"+{len(others)} more", ink.quiet)])
    while pieces and width_of(joined(pieces, "  ")) > canvas.width // 2:
        pieces.pop(0)
    if pieces:
        text, style = pieces[-1][-1]
        pieces[-1][-1] = (f"{text} ", style)
    return joined(pieces, "  ")


def _calm(state: ConsoleState, canvas: Canvas) -> Line:
    """Return that nothing fires, with what waits, what is silenced and how queries went."""
    ink, wall_s = canvas.ink, state.wall_s or 0.0
    silenced = state.alerts.silenced(wall_s)
    pieces: list[Line] = [[(" ● ", ink.good), ("no alerts", ink.quiet)]]
    if silenced:
        ends = dict[str, list[str]]()  # by when it is told again, the first to be so
        for one, until_s in sorted(silenced, key=lambda one: one[1]):
            end = date_and_clock(until_s, wall_s, canvas.look.zone)
            ends.setdefault(end, []).append(one.rule)
        told = "; ".join(f"until {end}: {', '.join(sorted(names))}" for end, names in ends.items())
        pieces = [[(" ○ ", ink.quiet), (f"silenced {told}", ink.text)]]
    if pending := state.alerts.pending(wall_s):
        names = ", ".join(one.rule for one in pending)
        pieces.append([("◐ ", ink.warn), (f"pending: {names}", ink.text)])
    right, asked = brief(state.engine, ink), _asked(state, ink)
    calm = joined(pieces)
    if asked and width_of(calm) + width_of(asked) + width_of(right) + 4 <= canvas.width:
        calm = joined([calm, asked])
    return spread(calm, right, canvas.width)


def _asked(state: ConsoleState, ink: Ink) -> Line:
    """Return how this session's queries of the last hour went, nothing where none ended."""
    readings = state.metrics.readings(state.now_s) if state.metrics else {}
    if not readings:
        return []
    well, mean = readings["query_success_ratio"], readings["response_mean_seconds"]
    if not (isinstance(well.value, float) and isinstance(mean.value, float) and well.events):
        return []
    how = f"{100 * well.value:.0f} % of {counted(well.events, 'query', 'queries')} answered"
    return [(f"last hour {how}, mean {span(mean.value)}", ink.quiet)]


def _sentence(said: Said) -> str:
    name = f"{said.name}: " if said.name else ""
    remedy = f": {said.remedy}" if said.remedy else ""
    return f"{SEVERITY[said.severity].word}: {name}{said.text}{remedy}"
