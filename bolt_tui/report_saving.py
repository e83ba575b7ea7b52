"""A report kept as Markdown beside the store: `<store>/reports/2026-11-22-7d.md`."""

from datetime import datetime
from pathlib import Path

import anyio.to_thread

from bolt_tui.rendering import markdown
from engine.agents.tool import Call, ToolError
from engine.agents.tools.report.report import DEFAULT, span_s
from engine.durable import replace_file
from engine.evidence import Answer, Evidence, Understanding


async def save(call: Call) -> Evidence:
    """Write the report that was made before; one of the same day and span is replaced.

    Raises:
        ToolError: the disk refuses.
    """
    made = next(iter(call.inputs.values()))
    if not made.found:
        return Evidence("Nothing was saved", found=False)
    span = (call.text("span") or DEFAULT).replace(" ", "").lower()
    span_s(span)  # it becomes part of a file's name
    services = call.services
    day = datetime.fromtimestamp(services.clock.wall_s()).astimezone().date().isoformat()
    words = f"report of {span} to {day}"
    answer = Answer(
        status="answered",
        level=services.board.standing.level,
        query=Understanding(words, words, "report", {"span": span}),
        verdict=made.verdict,
        sections=made.sections,
        assumptions=made.assumptions,
    )
    path = services.store / "reports" / f"{day}-{span}.md"
    try:
        await anyio.to_thread.run_sync(_write, path, markdown.render(answer).encode())
    except OSError as error:
        raise ToolError(
            f"the report can't be written to {path}: {error.strerror}",
            "make room or let this user write there, and ask again",
        ) from error
    return Evidence(f"It is saved as {path}", weight=made.weight)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data)
