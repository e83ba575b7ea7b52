"""Composes the answer from what the tasks gave: the verdict first, then the proof. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

from engine.agents.executor import Run
from engine.evidence import Answer, Evidence, Level, Status, TaskError, TaskRecord, Understanding

Cut = Literal["timed_out", "cancelled"]


def compose(
    understanding: Understanding, run: Run, level: Level, elapsed_ms: float, cut: Cut | None = None
) -> Answer:
    """Return the answer as the outcomes have it; `cut` says that it was ended before its time."""
    outcomes = [run.outcomes[task.id] for task in run.plan.tasks if task.id in run.outcomes]
    evidence = [o.evidence for o in outcomes if o.evidence is not None]
    errors = [o.record.error for o in outcomes if o.record.error is not None]
    lacks = [e.lacks for e in evidence if e.lacks]
    status = cut or _status(evidence, errors, lacks)
    return Answer(
        status=status,
        level=level,
        query=understanding,
        verdict=_verdict(status, evidence, errors, lacks),
        sections=tuple(section for e in evidence for section in e.sections),
        tasks=tuple(_records(run)),
        assumptions=tuple(
            dict.fromkeys([*run.plan.assumptions, *(a for e in evidence for a in e.assumptions)])
        ),
        not_searched={key: value for e in evidence for key, value in e.not_searched.items()},
        elapsed_ms=elapsed_ms,
    )


def _records(run: Run) -> Iterable[TaskRecord]:
    """Yield a record for every planned task; one that never began was cancelled with its query."""
    for task in run.plan.tasks:
        if task.id in run.outcomes:
            yield run.outcomes[task.id].record
        else:
            yield TaskRecord(task.id, task.tool, None, "cancelled", task.needs, None, None, 0)


def _status(
    evidence: Sequence[Evidence], errors: Sequence[TaskError], lacks: Sequence[str]
) -> Status:
    found = any(e.found for e in evidence)
    if errors and not found:
        return "failed"
    if not found:
        return "nothing_found"
    return "degraded" if errors or lacks else "answered"


def _verdict(
    status: Status,
    evidence: Sequence[Evidence],
    errors: Sequence[TaskError],
    lacks: Sequence[str],
) -> str:
    heaviest = max((e.weight for e in evidence), default=0)
    leading = [e.verdict for e in evidence if e.weight == heaviest]
    said = _sentences(leading)
    causes = _sentences([str(error) for error in errors if error.kind != "skipped"])
    if status == "failed":
        return causes
    if status == "degraded":
        return f"{said} Missing: {_sentences([*lacks, causes] if causes else lacks)}"
    if status == "timed_out":
        return f"Out of time. {said}".strip()
    if status == "cancelled":
        return f"Cancelled. {said}".strip()
    return said


def _sentences(texts: Iterable[str]) -> str:
    """Join texts as sentences, each once."""
    unique = dict.fromkeys(_begun(stripped) for text in texts if (stripped := text.strip()))
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in unique)


def _begun(sentence: str) -> str:
    """Return the sentence with a capital, unless it begins with a path or another name."""
    plain = sentence.split(maxsplit=1)[0].isalpha()
    return sentence[:1].upper() + sentence[1:] if plain else sentence


def usage_error(answer: Answer) -> bool:
    """Whether the answer failed because of how the question was put."""
    errors = [task.error for task in answer.tasks if task.error is not None]
    return answer.status == "failed" and any(error.kind == "usage" for error in errors)
