"""One line for what its user should know: the loudest notice and how many more there are."""

from bolt_tui.panes.line import Line, fit, spread, width_of
from bolt_tui.panes.marks import SEVERITY
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.vitals import brief
from bolt_tui.state import ConsoleState
from engine.events import Notice


def draw_alerts(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw the most severe notice with its remedy; with nothing to say, how the engine is."""
    notices = state.active_notices()
    ink = canvas.ink
    if not notices and state.session is None:
        return Drawing([[(" ◌ ", ink.accent), ("the engine is being opened", ink.quiet)]])
    if not notices:
        calm: Line = [(" ● ", ink.good), ("no alerts", ink.quiet)]
        return Drawing([spread(calm, brief(state.engine, ink), canvas.width)])
    loudest, *others = notices
    mark = SEVERITY[loudest.severity]
    style = {"critical": ink.badge_bad, "warning": ink.badge_warn, "info": ink.badge_accent}
    line: Line = [
        (f" {mark.glyph} {mark.word.upper()} ", style[loudest.severity]),
        (f" {loudest.text}", ink.strong),
    ]
    if loudest.remedy:
        line.append((f"  {loudest.remedy}", ink.text))
    more: Line = [(f"+{len(others)} more ", ink.quiet)] if others else []
    drawn = spread(line, more, canvas.width) if more else fit(line, canvas.width)
    cut = width_of(line) > canvas.width - width_of(more)
    return Drawing([drawn], why="\n".join(map(_sentence, notices)) if others or cut else "")


def _sentence(notice: Notice) -> str:
    remedy = f": {notice.remedy}" if notice.remedy else ""
    return f"{SEVERITY[notice.severity].word}: {notice.text}{remedy}"
