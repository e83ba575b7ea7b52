"""The answer where the engine can't be opened: by the user's own commands and rg, grep and ps.

Imports of the engine only what `engine.existing_tools` needs.
"""

import anyio
from msgspec.structs import replace

from bolt_tui.opening import Settings
from bolt_tui.printing import emit, exit_code
from bolt_tui.request import Request
from engine.evidence import Answer, Evidence, Understanding, clean
from engine.existing_tools import ExistingToolbox, NoTool, ToolFailed, read

_LIFT = "put that right and ask again"


def run(wanted: Request, error: Exception) -> int:
    """Answer a query without an engine, print that and return the exit code."""
    given = anyio.run(answer, wanted.settings, wanted.query, why(error))
    if wanted.explain:
        given = replace(
            given, status="failed", verdict=f"No plan: {why(error)}; {_LIFT}.", sections=()
        )
    emit(given, wanted.output)
    return exit_code(given, strict=wanted.strict)


async def answer(settings: Settings, query: str, cause: str) -> Answer:
    """Return what existing tools make of a query; `cause` kept the engine from opening."""
    loaded = settings.loaded
    own = loaded.config.existing_tools
    toolbox = ExistingToolbox(own, settings.project, loaded.trusted)
    wanted = read(query, own.commands)
    reason = f"{cause}; {_LIFT}"
    said = (
        f"existing tools: {wanted.kind} {wanted.query}".strip()
        if wanted
        else "nothing that existing tools do"
    )
    understood = Understanding(query, said, "existing_tools", {}, 1.0 if wanted else 0.0)
    try:
        if wanted is None:
            raise NoTool("")
        evidence = await toolbox.answer(wanted)
    except ToolFailed as failed:
        return Answer(
            status="failed",
            level="existing_tools",
            query=understood,
            verdict=f"{_begun(reason)}. {_begun(clean(str(failed)))}.",
        )
    return _of(evidence, understood, reason)


def why(error: BaseException) -> str:
    """Return in a sentence what kept the engine from opening, out of its groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    said = clean(" ".join(str(error).split()))
    kind = type(error).__name__
    return f"the engine can't be opened ({kind}{said and f': {said}'})"


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
