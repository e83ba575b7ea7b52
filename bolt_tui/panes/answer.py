"""The answer: a verdict first and loud, then its proof; while it is sought, who seeks where."""

from collections.abc import Iterable

from bolt_tui.panes.asked import draw_asked
from bolt_tui.panes.bars import bar
from bolt_tui.panes.line import Line, fit, pad, width_of, wrapped
from bolt_tui.panes.marks import LEVEL, QUERY, TASK, glyph_of, span_of
from bolt_tui.panes.pane import Canvas, Drawing
from bolt_tui.panes.sections import section_lines
from bolt_tui.panes.units import clock, milliseconds, whole
from bolt_tui.state import ConsoleState
from bolt_tui.views import QueryView, Work
from engine.evidence import Answer, PlannedTask, TaskRecord

LABEL = 14
TOOL = 20


def draw_answer(state: ConsoleState, canvas: Canvas) -> Drawing:
    """Draw the query that the user turned to; none: what was asked before."""
    query = state.queries.get(canvas.look.query or "")
    if query is None:
        return draw_asked(state, canvas)
    position = list(state.queries).index(query.id) + 1
    note = f"{position} of {len(state.queries)}" if len(state.queries) > 1 else ""
    if query.answer is None:
        return Drawing(_running(query, state, canvas), note)
    return Drawing(_given(query, query.answer, canvas), note)


def _given(query: QueryView, answer: Answer, canvas: Canvas) -> list[Line]:
    lines = _verdict(query, answer, canvas)
    for section in answer.sections:
        lines += [[], *section_lines(section, canvas)]
    notes = [*_tasks(answer.tasks, canvas)]
    notes += _labelled("assumed", answer.assumptions, canvas)
    unseen = [f"{name} {_amount(count)}" for name, count in answer.not_searched.items()]
    notes += _labelled("not searched", unseen and [", ".join(unseen)], canvas)
    return [*lines, [], *notes] if notes else lines


def _amount(count: int | str) -> str:
    return f"{count:,}" if isinstance(count, int) else count


def _verdict(query: QueryView, answer: Answer, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    mark = QUERY[query.status]
    style = ink.strong if mark.tone in ("good", "quiet") else getattr(ink, mark.tone)
    rows = wrapped(answer.verdict, canvas.width - 2)
    lines: list[Line] = [
        [glyph_of(mark, ink) if i == 0 else (" ", ink.text), (f" {row}", style)]
        for i, row in enumerate(rows)
    ]
    facts = [f"in {milliseconds(answer.elapsed_ms)}"]
    if answer.level != "full":
        facts.append(f"at level {LEVEL[answer.level].word}")
    if answer.query.confidence < 0.6:
        facts.append(f"read with {answer.query.confidence:.0%} certainty")
    facts.append(f"asked at {clock(query.asked_wall_s, canvas.look.zone)}")
    tone = ink.quiet if mark.tone == "good" else getattr(ink, mark.tone)
    first, *rest = wrapped(f"{mark.word} {', '.join(facts)}", canvas.width - 2)
    lines.append([(f"  {mark.word}", tone), (first.removeprefix(mark.word), ink.quiet)])
    lines += [[(f"  {row}", ink.quiet)] for row in rest]
    return [*lines, *_question(query, canvas)]


def _question(query: QueryView, canvas: Canvas) -> list[Line]:
    """Return what was asked and, where that is not the same, how it was read."""
    ink = canvas.ink
    question: Line = [("  “", ink.quiet), (query.text, ink.text), ("”", ink.quiet)]
    read = query.understanding.understood_as if query.understanding else ""
    read = "" if read == query.text.strip() else read
    reading: Line = [(f"  read as: {read}", ink.quiet)] if read else []
    if width_of(question) + width_of(reading) <= canvas.width:
        return [[*question, *reading]]
    asked = wrapped(f"“{query.text}”", canvas.width - 2)
    said = wrapped(f"read as: {read}", canvas.width - 2) if read else []
    return [
        *([(f"  {row}", ink.text)] for row in asked),
        *([(f"  {row}", ink.quiet)] for row in said),
    ]


def _labelled(label: str, texts: Iterable[str], canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    rows = [row for text in texts for row in wrapped(text, canvas.width - LABEL)]
    return [
        [(pad(label if i == 0 else "", LABEL), ink.quiet), (row, ink.quiet)]
        for i, row in enumerate(rows)
    ]


def _tasks(tasks: tuple[TaskRecord, ...], canvas: Canvas) -> list[Line]:
    """Return one row a task; a failed one says why and what would help."""
    lines: list[Line] = []
    names = min(TOOL, max((len(task.tool) for task in tasks), default=0))
    words = max((len(TASK[task.status].word) for task in tasks), default=0)
    for task in tasks:
        ink = canvas.ink
        mark = TASK[task.status]
        tries = f" {task.attempts} tries" if task.attempts > 1 else ""
        line: Line = [
            (pad("tasks" if not lines else "", LABEL), ink.quiet),
            glyph_of(mark, ink),
            (f" {pad(task.tool, names)} ", ink.text if mark.tone != "quiet" else ink.quiet),
            (pad(mark.word, words), ink.quiet if mark.tone == "good" else getattr(ink, mark.tone)),
            (f" {milliseconds(task.elapsed_ms):>7}{tries}", ink.quiet),
        ]
        lines.append(fit(line, canvas.width))
        if task.error:
            rows = wrapped(str(task.error), canvas.width - LABEL - 2)
            lines += [[(" " * (LABEL + 2) + row, ink.text)] for row in rows]
    return lines


def _running(query: QueryView, state: ConsoleState, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    elapsed = whole(state.now_s - query.asked_s)
    glyph, style = span_of(QUERY["running"], ink)
    lines: list[Line] = [
        [(f"{glyph} ", style), (elapsed, ink.strong)],
        *_question(query, canvas),
        [],
    ]
    held = {work.task: (name, work) for name, work in state.running if work.query == query.id}
    for task in query.tasks:
        lines += _planned(task, query, held.get(task.id), state, canvas)
    return lines


def _planned(
    task: PlannedTask,
    query: QueryView,
    held: tuple[str, Work] | None,
    state: ConsoleState,
    canvas: Canvas,
) -> list[Line]:
    ink = canvas.ink
    segment = query.done.get(task.id)
    mark = TASK["running" if held else segment.status if segment else "queued"]
    head: Line = [glyph_of(mark, ink), (f" {pad(task.tool, TOOL)}", ink.text)]
    if held is None:
        took = f"  {milliseconds(segment.elapsed_ms)}" if segment else ""
        needs = f"  after {', '.join(task.needs)}" if task.needs and not segment else ""
        return [fit([*head, (mark.word, getattr(ink, mark.tone)), (took + needs, ink.quiet)],
                    canvas.width)]  # fmt: skip
    name, work = held
    attempt = f", try {work.attempt}" if work.attempt > 1 else ""
    head.append((f"{mark.word} {whole(state.now_s - work.started_s)}", ink.accent))
    head.append((f"  {name}{attempt}", ink.quiet))
    return [fit(head, canvas.width), *_progress(work, canvas)]


def _progress(work: Work, canvas: Canvas) -> list[Line]:
    ink = canvas.ink
    line: Line = [("  ", ink.text)]
    if work.done is not None and work.total:
        full, empty = bar(work.done / work.total, 20)
        line += [(full, ink.accent), (empty, ink.line)]
        line.append((f" {work.done:g} of {work.total:g} ", ink.quiet))
    if work.text:
        line.append((work.text, ink.quiet))
    return [fit(line, canvas.width)] if len(line) > 1 else []
