"""Composes the answer from what the tasks gave: the verdict first, then the proof. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from engine.agents import proof
from engine.agents.executor import Outcome, Run
from engine.evidence import (
    SEVERAL,
    Answer,
    Evidence,
    Level,
    Plan,
    PlannedTask,
    Status,
    TaskError,
    TaskRecord,
    Understanding,
    clean,
)

Cut = Literal["timed_out", "cancelled"]


def compose(
    understanding: Understanding, run: Run, level: Level, elapsed_ms: float, cut: Cut | None = None
) -> Answer:
    """Return the answer as the outcomes have it; `cut` says that it was ended before its time."""
    outcomes = [run.outcomes[task.id] for task in run.plan.tasks if task.id in run.outcomes]
    evidence = [o.evidence for o in outcomes if o.evidence is not None]
    parts: dict[str, list[proof.Found]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.evidence is not None:
            part = _part(understanding, outcome.record)
            parts[part].append((outcome.record, outcome.evidence))
    errors = [o.record.error for o in outcomes if o.record.error is not None]
    lacks = [e.lacks for e in evidence if e.lacks]
    status = cut or _status(evidence, errors, lacks)
    return Answer(
        status=status,
        level=level,
        query=understanding,
        verdict=_verdict(status, [[e for _, e in part] for part in parts.values()], errors, lacks),
        sections=tuple(section for part in parts.values() for section in proof.in_order(part)),
        tasks=tuple(_records(run)),
        assumptions=tuple(
            dict.fromkeys([*run.plan.assumptions, *(a for e in evidence for a in e.assumptions)])
        ),
        not_searched={key: value for e in evidence for key, value in e.not_searched.items()},
        elapsed_ms=elapsed_ms,
    )


def _part(understanding: Understanding, record: TaskRecord) -> str:
    """Return which part of the query a task works for; see `planner.plan`."""
    return record.id.partition(".")[0] if understanding.intent in SEVERAL else ""


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
    parts: Sequence[Sequence[Evidence]],
    errors: Sequence[TaskError],
    lacks: Sequence[str],
) -> str:
    said = _sentences(verdict for part in parts for verdict in _leading(part))
    causes = [str(error) for error in errors if error.kind != "skipped"]
    if status == "failed":
        return _causes(causes)
    begin = {"timed_out": "Out of time.", "cancelled": "Cancelled."}.get(status, "")
    missing = _causes([*lacks, *causes])
    return " ".join(filter(None, [begin, said, f"Missing: {missing}" if missing else ""]))


def _leading(part: Sequence[Evidence]) -> list[str]:
    """Return the heaviest verdicts of those that found something, or else of all."""
    speakers = [e for e in part if e.found] or part
    heaviest = max(e.weight for e in speakers)
    return [e.verdict for e in speakers if e.weight == heaviest]


def _causes(texts: Iterable[str]) -> str:
    """Join texts as sentences; what begins as another did adds to it what that did not say."""
    told: dict[str, list[str]] = {}
    for text in texts:
        first, *more = text.strip().removesuffix(".").split("; ")
        said = told.setdefault(first, [])
        said += [clause for clause in more if clause not in said]
    return _sentences("; ".join([first, *more]) for first, more in told.items())


def _sentences(texts: Iterable[str]) -> str:
    """Join texts as sentences, each once."""
    unique = dict.fromkeys(_begun(stripped) for text in texts if (stripped := text.strip()))
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in unique)


def _begun(sentence: str) -> str:
    """Return the sentence with a capital, unless it begins with a path or another name."""
    plain = sentence.split(maxsplit=1)[0].isalpha()
    return sentence[:1].upper() + sentence[1:] if plain else sentence


def failed_plan(error: Exception, run: Run) -> tuple[Plan, dict[str, Outcome]]:
    """Return a plan of one task that failed with this error, for a query that got no further."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    cause = TaskError("failed", clean(f"the query could not be planned: {error!r}"))
    record = TaskRecord("plan", "plan", None, "failed", (), None, None, 1, cause)
    return Plan((PlannedTask("plan", "plan"),)), {**run.outcomes, "plan": Outcome(record)}
