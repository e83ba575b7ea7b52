"""Events as several sessions publish them, for the tests of the metrics."""

from msgspec.structs import replace

from engine.events import Event, ended
from engine.evidence import Answer, Status, TaskError, TaskRecord, Understanding


def end(
    session: str,
    query: str,
    status: Status = "answered",
    elapsed_ms: float = 100.0,
    intent: str = "intent",
) -> Event:
    """Return the event that ends a query."""
    answer = Answer(
        status=status,
        level="full",
        query=Understanding("text", "said", intent),
        verdict="",
        elapsed_ms=elapsed_ms,
    )
    return stamped(ended(query, answer), session)


def refused(session: str, query: str) -> Event:
    """Return the end of a query that failed of how it was put."""
    error = TaskError("usage", "no such strike")
    task = TaskRecord("t1", "tool", None, "failed", (), None, None, 1, error)
    answer = Answer(
        status="failed",
        level="full",
        query=Understanding("text", "said", "intent"),
        verdict="",
        tasks=(task,),
    )
    return stamped(ended(query, answer), session)


def stamped(event: Event, session: str = "s1", seq: int = 1, wall_s: float = 1000.0) -> Event:
    """Return the event as a bus would hand it on."""
    return replace(event, session=session, seq=seq, wall_s=wall_s)
