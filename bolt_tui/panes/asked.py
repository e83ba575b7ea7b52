"""What was asked before, newest first; before the first question, what can be asked."""

from bolt_tui.panes.line import Line, fit, spread, wrapped
from bolt_tui.panes.marks import QUERY, glyph_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.units import clock, milliseconds, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import QueryView

EXAMPLES = (
    "system status",
    "code analysis",
    "find TODO",
    "memory usage and error recovery status",
    "price put 20 spot 22 vol 55% 35 days",
    ":search --regex 'def .*_pct'",
    ":help",
)
PLAIN_EXAMPLES = (EXAMPLES[0], EXAMPLES[2])  # what needs no engine


def draw_asked(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw the list of queries with the first words of their verdicts."""
    ink = canvas.ink
    if not state.queries and state.refused:
        return Drawing(_refused(state, canvas))
    if not state.queries:
        lines: list[Line] = [[("Ask about the machine, the code or the book.", ink.text)], []]
        lines += [[("  " + example, ink.quiet)] for example in EXAMPLES]
        return Drawing(lines)
    newest = list(state.queries.values())[::-1]
    shown = newest if canvas.zoomed else newest[: max(1, canvas.height // 2)]
    rows = [row for query in shown for row in _asked(query, state, canvas)]
    return Drawing(rows, f"{len(newest)} asked before")


def _refused(state: ConsoleState, canvas: Canvas) -> list[Line]:
    """Return in full why nothing but existing tools can be asked, and what they answer."""
    ink = canvas.ink
    rows = wrapped(state.refused, canvas.width - 2)
    until = "Put that right and start again. Until then existing tools answer, as here:"
    return [
        [("✗ ", ink.bad), ("The engine is not open:", ink.strong)],
        *([("  " + row, ink.text)] for row in rows),
        [],
        *([(row, ink.text)] for row in wrapped(until, canvas.width)),
        *([("  " + example, ink.quiet)] for example in PLAIN_EXAMPLES),
    ]


def _asked(query: QueryView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    mark = QUERY[query.status]
    took = whole(state.now_s - query.asked_s)
    if query.answer:
        took = milliseconds(query.answer.elapsed_ms)
    when = clock(query.asked_wall_s, canvas.look.zone)
    head = spread(
        [glyph_of(mark, ink), (f" {query.text}", ink.text)],
        [(f"{took}  {when}", ink.quiet)],
        canvas.width,
    )
    verdict = query.answer.verdict if query.answer else mark.word
    return [head, fit([(f"  {verdict}", ink.quiet)], canvas.width)]
