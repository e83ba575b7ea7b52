"""What is listed of messages that did not arrive, and when they are tried again."""

from engine.agents.tools.alerts.messages import undelivered
from engine.alerts.delivery import Lying
from engine.alerts.message import Kind, Message
from engine.alerts.progress import Head, Outcome, Progress, State
from engine.evidence import Cell


def lying(kind: Kind, state: State | None, put_s: float = 0.0, *, whole: bool = False) -> Lying:
    message = Message(id="m", alert="a", rule=kind, kind=kind, severity="info", summary="s")
    wait_s = 30.0 if state == "failed" else None
    last = Outcome(1, put_s, state, "nobody was there", wait_s, whole) if state else None
    return Lying(Head(message, "slack", 1, put_s), Progress(2 if last else 1, 0, last))


def listed(*messages: Lying, sends: bool = True) -> list[tuple[Cell, ...]]:
    tables = undelivered(messages, 10.0, str, sends=sends)
    return [(row[1], row[3], row[7]) for table in tables for row in table.rows]


def test_the_next_try_is_told_where_somebody_makes_it() -> None:
    """Without a session that sends, nothing counts down."""
    both = lying("firing", "failed"), lying("repeated", None)
    assert listed(*both) == [("firing", "failing", "in 20 s"), ("repeated", "waiting", "now")]
    assert [row[2] for row in listed(*both, sends=False)] == ["none: no session sends"] * 2
    assert listed(lying("firing", "given_up"), sends=False) == [("firing", "given up", None)]


def test_what_waits_for_a_channel_waits_while_that_rests() -> None:
    """Where the channel took nothing, its other messages are not tried sooner."""
    rests = lying("firing", "failed", whole=True)
    assert [row[2] for row in listed(rests, lying("repeated", None))] == ["in 20 s", "in 20 s"]


def test_a_test_that_failed_is_listed_until_a_newer_one_is_taken() -> None:
    """What was sent, withdrawn or tested anew needs nobody."""
    failed = lying("test", "given_up", 1.0)
    assert listed(failed) == [("test", "given up", None)]
    assert listed(lying("test", "given_up"), failed) == [("test", "given up", None)]
    assert not listed(failed, lying("test", "sent", 2.0), lying("firing", "withdrawn"))
