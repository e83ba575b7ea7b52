"""The answer where the engine can't be opened: by the user's own commands and rg, grep and ps.

Imports of the engine only what `engine.existing_tools` needs.
"""

import anyio
from msgspec.structs import replace

from bolt_tui.opening import Settings
from bolt_tui.printing import emit, exit_code
from bolt_tui.request import Request
from engine.clock import SystemClock
from engine.evidence import Answer, Evidence, Understanding, clean
from engine.existing_tools import ExistingToolbox, NoTool, ToolFailed, Wanted, read

_ASK = "put that right and ask again"
_START = "put that right and start again"
_NONE = "no existing tool answers this meanwhile"


def run(wanted: Request, error: Exception) -> int:
    """Answer a query without an engine, print that and return the exit code."""
    given = anyio.run(answer, wanted.settings, wanted.query, why(error))
    if wanted.explain:
        given = replace(
            given, status="failed", verdict=f"No plan: {why(error)}; {_ASK}.", sections=()
        )
    emit(given, wanted.output)
    return exit_code(given, strict=wanted.strict)


async def answer(settings: Settings, query: str, cause: str, *, in_console: bool = False) -> Answer:
    """Return what existing tools make of a query; `cause` kept the engine from opening.

    A console opens its engine once: it is to be started again, and no tool is advised meanwhile.
    """
    began_s = SystemClock.monotonic_s()
    wanted = read(query, settings.loaded.config.existing_tools.commands)
    understood = _understood(query, wanted)
    reason = f"{cause}; {_START if in_console else _ASK}"
    try:
        given = _of(await _evidence(settings, wanted), understood, reason)
    except NoTool as none:
        given = _refused(understood, reason, _NONE if in_console else str(none))
    except ToolFailed as failed:
        given = _refused(understood, reason, str(failed))
    return replace(given, elapsed_ms=round((SystemClock.monotonic_s() - began_s) * 1000, 3))


def _understood(query: str, wanted: Wanted | None) -> Understanding:
    said = "nothing that existing tools do"
    if wanted is not None:
        said = f"existing tools: {wanted.kind} {wanted.query}".strip()
    return Understanding(query, said, "existing_tools", {}, 1.0 if wanted else 0.0)


async def _evidence(settings: Settings, wanted: Wanted | None) -> Evidence:
    """Ask the tool.

    Raises:
        ToolFailed.
    """
    if wanted is None:
        raise NoTool("")
    loaded = settings.loaded
    toolbox = ExistingToolbox(loaded.config.existing_tools, settings.project, loaded.trusted)
    return await toolbox.answer(wanted)


def why(error: BaseException) -> str:
    """Return in a sentence what kept the engine from opening, out of its groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = clean(" ".join(str(error).split()))
    kind = type(error).__name__
    return f"the engine can't be opened ({kind}{said and f': {said}'})"


def _refused(understood: Understanding, reason: str, said: str) -> Answer:
    return Answer(
        status="failed",
        level="existing_tools",
        query=understood,
        verdict=f"{_begun(reason)}. {_begun(clean(said))}.",
    )


def _of(evidence: Evidence, understood: Understanding, reason: str) -> Answer:
    lacks = "; ".join(filter(None, (evidence.lacks, reason)))
    return Answer(
        status="degraded" if evidence.found else "nothing_found",
        level="existing_tools",
        query=understood,
        verdict=f"{evidence.verdict}. Missing: {lacks}.",
        sections=evidence.sections,
        assumptions=evidence.assumptions,
    )


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
