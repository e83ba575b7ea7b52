"""What follows from an attempt: the promise, for every order of results and deaths."""

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.progress import (
    Intent,
    Outcome,
    Record,
    Result,
    after_death,
    follows,
    progress,
)

chances = st.floats(0, 1)
# What becomes of one attempt: how it ends, whether it went out before, or that its process dies.
ATTEMPTS = st.sampled_from(
    ["sent", "failed before", "failed after", "unsure", "dies before", "dies after"]
)


@given(st.lists(ATTEMPTS, max_size=12), chances)
def test_nothing_is_sent_more_than_promised(ends: list[str], chance: float) -> None:
    """After a yes or two unsure ones it is over; until then there is always a next attempt."""
    records: list[Record] = []
    maybe_arrived = 0
    for end in ends:
        so_far = progress(records)
        if so_far.orphan is not None:
            records.append(after_death(so_far, 0.0, once=False, chance=chance))
            so_far = progress(records)
        if so_far.final:
            break
        maybe_arrived += one_attempt(records, end, chance)
    last = progress(records)
    yes = [one for one in records if isinstance(one, Outcome) and one.state == "sent"]
    assert maybe_arrived - len(yes) <= 2
    assert len(yes) <= 1
    assert last.final or maybe_arrived < 3


def one_attempt(records: list[Record], end: str, chance: float) -> bool:
    """Write what an attempt writes; return whether the message may have arrived by it."""
    so_far = progress(records)
    word, _, when = end.partition(" ")
    goes_out = word in ("sent", "unsure") or when == "after"
    if goes_out:
        records.append(Intent(so_far.attempt, 0.0))
    if word != "dies":
        state = word if word in ("sent", "unsure") else "failed"
        result = Result(state)  # type: ignore[arg-type]
        records.append(follows(so_far, result, 0.0, once=False, chance=chance))
    return goes_out and word != "failed"


@given(st.integers(1, 10_000), chances, st.none() | st.floats(0, 1e9))
def test_waits_grow_within_bounds_and_respect_what_is_asked_for(
    attempt: int, chance: float, asked_s: float | None
) -> None:
    """At least what the receiver asks for up to a day, else between 1 s and 10 min."""
    so_far = progress([Outcome(attempt - 1, 0.0, "failed")] if attempt > 1 else [])
    made = follows(so_far, Result("failed", "", True, asked_s), 0.0, once=False, chance=chance)
    assert made.wait_s is not None
    assert made.wait_s >= min(asked_s or 0.0, 86_400.0)
    assert 1.0 <= made.wait_s <= max(600.0, min(asked_s or 0.0, 86_400.0))


def test_a_death_after_the_intent_counts_like_no_answer() -> None:
    """Its attempt is unsure; the second such one gives the message up."""
    first: list[Record] = [Intent(1, 0.0)]
    made = after_death(progress(first), 1.0, once=False, chance=0.0)
    assert (made.attempt, made.state) == (1, "unsure")
    second = after_death(progress([*first, made, Intent(2, 2.0)]), 3.0, once=False, chance=0.0)
    assert (second.attempt, second.state) == (2, "given_up")
