"""The first line: which project, how well everything works and why, whose session, what time."""

from pathlib import PurePath

from bolt_tui.palette import Ink
from bolt_tui.panes.ladder import lift_of, lifted_in, pin_end, soon
from bolt_tui.panes.line import Line, joined, spread, width_of
from bolt_tui.panes.marks import LEVEL, span_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import age, clock, date_and_clock, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import LevelView, MomentView

OPENING = "◌"


def draw_header(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw it; the level is as loud as it is bad."""
    ink = canvas.ink
    project = PurePath(state.session.project).name if state.session else ""
    left: Line = [(" bolt ", ink.badge_accent), (f" {project}", ink.strong)]
    if moment := canvas.look.moment:
        left += [("  ", ink.text), *_moment(moment, canvas)]
    elif canvas.look.paused:
        left += [("  ", ink.text), (" ‖ PAUSED ", ink.badge_warn)]
    left += [("  ", ink.text), *_level(state, ink)]
    left += _indexing(state, ink)
    pieces: list[Line] = [[(clock(state.wall_s, canvas.look.zone) + " ", ink.text)]]
    if state.session:
        pieces.insert(0, [(f"session {short_id(state.session.session)}", ink.quiet)])
    if machine := _machine(state):
        pieces.insert(0, [(machine, ink.quiet)])
    while len(pieces) > 1 and width_of(left) + 3 + width_of(joined(pieces)) > canvas.width:
        pieces.pop(0)
    return Drawing([spread(left, joined(pieces), canvas.width)], why=_why(state, canvas))


def _moment(moment: MomentView, canvas: Canvas) -> Line:
    """Return when in the past this is, whose past, and that it is not now."""
    when = date_and_clock(moment.at_s, moment.now_s, canvas.look.zone)
    badge = canvas.ink.badge_accent if moment.recording else canvas.ink.badge_warn
    word = "RECORDING" if moment.recording else "PAST"
    line: Line = [(f" ◀ {word} {when} ", badge)]
    if not moment.recording:
        line.append((f" {age(moment.now_s - moment.at_s)} ago", canvas.ink.text))
    if moment.session:
        comma = " " if moment.recording else ", "
        line.append((f"{comma}session {short_id(moment.session)}", canvas.ink.quiet))
    return line


def _level(state: ConsoleState, ink: Ink) -> Line:
    level = state.level
    if level is None:
        return [(f"{OPENING} opening", ink.quiet)]
    mark = LEVEL[level.level]
    if level.level == "full":
        well: Line = [(mark.glyph, ink.good), (f" {mark.word}", ink.text)]
        return [*well, (f"  {level.why}", ink.quiet)] if level.pinned else well
    if level.level == level.cap and not level.pinned:  # as the rollout has it: nothing is wrong
        return [span_of(mark, ink), (f"  {level.why}", ink.quiet)]
    badge = ink.badge_warn if mark.tone == "warn" else ink.badge_bad
    if level.pinned:
        held: Line = [(f" {mark.glyph} {mark.word.upper()} ", badge)]
        return [*held, (f" {pin_end(level, state)}: ", ink.quiet), (level.why, ink.strong)]
    return [
        (f" {mark.glyph} {mark.word.upper()} ", badge),
        (f" {level.why}", ink.strong),
        (_lifted(level, state), ink.quiet),
    ]


def _lifted(level: LevelView, state: ConsoleState) -> str:
    """Return when it may be lifted, which one waits for, and then by what."""
    wait_s = lifted_in(state)
    when = "" if wait_s is None else f"; next try {soon(wait_s)}"
    lift = lift_of(level, state)
    return when + (f"; lifted by: {lift}" if lift else "")


def _indexing(state: ConsoleState, ink: Ink) -> Line:
    """Return how far the indexes are, while one is being built: searches are slower till then."""
    built = [index for index in state.indexes.values() if index.state == "building"]
    if not built:
        return []
    index = built[0]
    share = f" {100 * index.done // index.total} %" if index.total else ""
    what = "indexing" if index.index == "text" else "reading code"
    return [("  ", ink.text), (f"{OPENING} {what}{share}", ink.quiet)]


def _machine(state: ConsoleState) -> str:
    host, gpu = state.host, state.gpu
    if host is None:
        return ""
    chip = gpu.devices[0].name if gpu and gpu.devices else ""
    cores = f"{len(host.cpu_pct)} cores" if host.cpu_pct else ""
    chip = chip if chip.startswith("Apple") else ""  # there the GPU bears the chip's name
    return ", ".join(part for part in (chip, cores) if part)


def _why(state: ConsoleState, canvas: Canvas) -> str:
    if state.level is None:
        return "the engine is being opened"
    level: LevelView = state.level
    rows = [f"level {LEVEL[level.level].word} since {clock(level.since_wall_s, canvas.look.zone)}"]
    rows[0] += f" ({whole(state.now_s - level.since_s)})"
    rows += [f"why: {level.why}"] if level.why else []
    rows += [f"lifted by: {level.lift}"] if level.lift else []
    if state.session:
        rows.append(f"project {state.session.project}, session {state.session.session}")
    rows += ["click, or w: the evidence"] if level.level != "full" else []
    return "\n".join(rows)


def short_id(session: str) -> str:
    """Return what tells sessions apart: the name without the time it begins with."""
    return session.partition("-")[2] or session
