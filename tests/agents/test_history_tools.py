"""What the tools tell of a recorded afternoon."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call, Refused
from engine.agents.tools.circuit_history import changes
from engine.agents.tools.history import history
from engine.agents.tools.metric_history import metric
from engine.agents.tools.past.answer import again
from engine.agents.tools.session_list import sessions
from engine.agents.tools.what_happened import happened
from engine.events import QueryAsked
from engine.evidence import Argument, Evidence, Figures, Series, Table, Text
from engine.store.journals.journal import Journal
from tests.store.stores import folded

from .past_store import OWN, Recorder, afternoon, at, services

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["journals", "parts"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Services]:
    """The afternoon, read from journals or from parts."""
    afternoon(tmp_path)
    if request.param == "parts":
        folded(tmp_path)
    async with services(tmp_path) as made:
        yield made


def call(services: Services, **arguments: Argument) -> Call:
    return Call(arguments, services)


def table(evidence: Evidence, title: str) -> Table:
    return next(
        one for one in evidence.sections if isinstance(one, Table) and one.title.startswith(title)
    )


def column(table: Table, name: str) -> list[object]:
    return [row[table.columns.index(name)] for row in table.rows]


def missing(evidence: Evidence) -> str:
    return "\n".join(one.text for one in evidence.sections if isinstance(one, Text))


# ── what happened ────────────────────────────────────────────────────────────────────────────


async def test_a_span_is_told_in_one_sentence(desk: Services) -> None:
    """Queries, failures, circuits, levels, consoles and notices are counted, each once."""
    told = await happened(call(desk, when="between 13:55 and 14:20"))
    assert told.verdict == (
        "From 13:55:00 to 14:20:00: 2 queries (1 failed), 2 circuit changes (search.index), "
        "1 level change, 1 console opened, 1 notice"
    )


async def test_a_time_line_has_everything_in_its_order(desk: Services) -> None:
    """How circuits and levels began is no change and is not in it."""
    line = table(await happened(call(desk, when="between 13:55 and 14:20")), "Time line")
    assert column(line, "time") == sorted(column(line, "time"), key=str)
    assert column(line, "what") == [
        *("session", "query", "circuit", "level", "notice", "query", "circuit", "session")
    ]
    assert column(line, "text")[2] == "search.index closed → open: no disk"
    assert column(line, "text")[5] == "who imports x → failed: about who imports x"


async def test_both_ends_of_a_span_hold(desk: Services) -> None:
    """Nothing before or after the minute that was asked for is told."""
    told = await happened(call(desk, when="from 14:13 to 14:14"))
    assert told.verdict.startswith("From 14:13:00 to 14:14:00: 1 query (1 failed), 1 circuit")


async def test_what_was_not_recorded_is_said(desk: Services) -> None:
    """Before the first record, and where no session was there, nothing is claimed."""
    said = missing(await happened(call(desk, when="from 13:00 to 14:35")))
    assert "Anything before 14:00:00: the record begins there." in said
    assert "in which no session was recording: 14:20:00 to 14:30:00 (10 min)" in said


async def test_a_time_before_the_record_is_not_found(desk: Services) -> None:
    """The answer says since when there is a record."""
    told = await happened(call(desk, when="from 9:00 to 10:00"))
    assert not told.found
    assert told.verdict.endswith("the record begins at 14:00:00")


async def test_a_span_without_a_session_is_not_found(desk: Services) -> None:
    """Between two sessions nothing is on record, which is not the same as nothing happened."""
    told = await happened(call(desk, when="from 14:22 to 14:28"))
    assert (told.found, told.verdict) == (
        False,
        "Nothing is on record from 14:22:00 to 14:28:00: no session was there",
    )


async def test_a_console_that_died_is_told(desk: Services) -> None:
    """It opened, and was seen last with a query that has no answer."""
    told = await happened(call(desk, when="since 14:35"))
    assert told.verdict == (
        "From 14:35:00 to now: 1 query (1 without an answer on record), 1 console opened, "
        "1 session died"
    )
    assert "was seen last; it did not end in order" in column(table(told, "Time line"), "text")


async def test_away_is_since_the_last_console_was_left(desk: Services) -> None:
    """What was missed begins where the last console was seen."""
    told = await happened(call(desk, away=True))
    assert told.verdict.startswith("From 14:41:00 to now: ")


async def test_an_outage_is_a_span(desk: Services) -> None:
    """From the moment a circuit opened until it closed; one that never did is refused."""
    told = await happened(call(desk, capability="index"))
    assert told.verdict.startswith("From 14:12:00 to 14:14:00: 1 query (1 failed), 2 circuit")
    with pytest.raises(Refused, match="scan was never out of order"):
        await happened(call(desk, capability="scan"))


async def test_the_query_that_asks_is_not_in_its_answer(tmp_path: Path) -> None:
    """A headless run that asks what happened has itself happened, and says nothing of it."""
    own = Recorder(OWN, interactive=False)
    own.join(at(14, 59))
    own.put(at(14, 59, 1), QueryAsked(query="q1", text="what happened"))
    asked = Recorder("other")
    asked.join(at(14, 0))
    asked.ask(at(14, 1), "q1", "status")
    own.save(tmp_path)
    asked.save(tmp_path)
    async with services(tmp_path) as made:
        told = await happened(call(made, when="since 13:00"))
    assert told.verdict.startswith("From 13:00:00 to now: 1 query, none failed, 1 console opened")


async def test_a_long_time_line_says_how_many_more(tmp_path: Path) -> None:
    """Of many queries the last are shown and the others are counted."""
    busy = Recorder("busy")
    busy.join(at(10))
    for number in range(100):
        busy.ask(at(10, 1) + number, f"q{number}", f"t{number}", took_s=0.1)
    busy.save(tmp_path)
    async with services(tmp_path) as made:
        told = await happened(call(made, when="today"))
    assert "100 queries, none failed" in told.verdict
    line = table(told, "Time line")
    assert line.title.endswith("… 60 more)")
    assert str(column(line, "text")[-2]).startswith("t99 → answered")


async def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    """Each question is answered without a store: nothing is on record."""
    async with services(tmp_path / "none") as made:
        for one in (
            await happened(call(made)),
            await metric(call(made, metrics=("cpu",))),
            await history(call(made)),
            await changes(call(made)),
            await again(call(made, about="x")),
        ):
            assert not one.found
            assert "on record" in one.verdict
        assert (await sessions(call(made))).verdict == "no other session is here"


async def test_a_time_that_cannot_be_is_refused(desk: Services) -> None:
    """The sentence names it."""
    with pytest.raises(Refused, match="25:00"):
        await happened(call(desk, when="at 25:00"))


# ── metrics ──────────────────────────────────────────────────────────────────────────────────


async def test_a_metric_is_drawn_with_its_figures(desk: Services) -> None:
    """The mean is of the readings, the most has its time, and steps without one are gaps."""
    told = await metric(call(desk, metrics=("cpu",), when="from 14:00 to 14:20"))
    series, figures = told.sections[0], told.sections[1]
    assert isinstance(series, Series)
    assert isinstance(figures, Figures)
    values = {one.name.partition(", about")[0]: one.value for one in figures.items}
    mean = round((61 * 10.0 + 37 * 90.0) / 98, 2)
    assert values == {"CPU, mean": mean, "CPU, most": 90.0, "CPU, least": 10.0}
    assert (min(y for y in series.y if y is not None), series.unit, series.x[0]) == (10.0, "%", 0.0)
    assert None in series.y
    assert "CPU: 14:10:" in missing(told)
    assert figures.items[0].source == "psutil, 98 readings"


async def test_several_metrics_are_told_together(desk: Services) -> None:
    """Bytes are told in a unit that one reads; more than four at once are named and left out."""
    names = ("cpu", "engine.rss_bytes", "loop_lag_p99_ms", "memory", "gpu", "swap")
    told = await metric(call(desk, metrics=names, when="from 14:00 to 14:20"))
    assert "rss bytes 100 MiB in the mean" in told.verdict
    assert "loop lag, p99 2 ms in the mean" in told.verdict
    assert told.verdict.endswith("memory was not read")
    assert told.assumptions == (
        "figures of the engine are of all sessions together",
        "4 metrics at once: not looked at is gpu, swap",
    )


async def test_a_long_span_counts_days(tmp_path: Path) -> None:
    """A week is drawn over dates."""
    long = Recorder("long")
    long.join(at(10) - 6 * 86_400)
    long.samples(at(10) - 6 * 86_400, at(14), 7200.0)
    long.save(tmp_path)
    async with services(tmp_path) as made:
        told = await metric(call(made, metrics=("cpu",), when="in the last week"))
    series = told.sections[0]
    assert isinstance(series, Series)
    assert (series.x_unit, series.x == tuple(sorted(series.x))) == ("date", True)


async def test_an_unknown_metric_is_refused(desk: Services) -> None:
    """The nearest one is named."""
    with pytest.raises(Refused, match="do you mean 'cpu'"):
        await metric(call(desk, metrics=("cpus",), when="today"))


# ── queries, circuits, sessions, answers ─────────────────────────────────────────────────────


async def test_queries_that_failed_say_why(desk: Services) -> None:
    """Only they are listed, with their verdicts."""
    told = await history(call(desk, failed=True, when="today"))
    assert told.verdict == "1 query failed from 00:00:00 to now, newest first"
    assert column(table(told, "Queries"), "why") == ["about who imports x"]


async def test_that_none_failed_is_an_answer(desk: Services) -> None:
    """It says of how many."""
    told = await history(call(desk, failed=True, when="from 14:25 to 14:35"))
    assert (told.found, told.verdict) == (True, "None of 1 query failed from 14:25:00 to 14:35:00")


async def test_the_slowest_come_first(desk: Services) -> None:
    """The order is that of the time they took."""
    told = await history(call(desk, slow=True, limit=2.0, when="today"))
    assert column(table(told, "Queries"), "elapsed ms") == [9000.0, 3000.0]


async def test_queries_of_a_span_only(desk: Services) -> None:
    """Without words for a span all are meant."""
    told = await history(call(desk, when="from 14:25 to 14:35"))
    assert column(table(told, "Queries"), "query") == ["Risk metrics"]
    assert len((await history(call(desk))).sections[0].rows) == 4  # type: ignore[union-attr]


async def test_when_a_circuit_opened_last(desk: Services) -> None:
    """A part of its name is enough, and its cause is told."""
    told = await changes(call(desk, capability="index"))
    assert told.verdict == (
        "search.index opened last at 14:12:00, 48 min ago: no disk; "
        "2 changes in all that is on record"
    )


async def test_a_circuit_that_there_is_not_is_refused(desk: Services) -> None:
    """The sentence names those that there are."""
    with pytest.raises(Refused, match="no circuit 'nosuch'"):
        await changes(call(desk, capability="nosuch"))


async def test_circuits_and_levels_of_a_span(desk: Services) -> None:
    """Both are in the table; notices are not."""
    told = await changes(call(desk, when="today"))
    assert column(table(told, "Changes"), "what") == ["circuit", "level", "circuit"]


async def test_the_sessions_of_a_span_say_how_they_left(desk: Services) -> None:
    """A session whose lock is free and that did not say goodbye has died."""
    told = await sessions(call(desk, when="today"))
    assert column(table(told, "Sessions of the span"), "how it left") == [
        *("ended in order", "ended in order", "died")
    ]
    assert told.verdict.startswith("3 other sessions from 00:00:00 to now, 1 of them died")


async def test_who_is_here_now_and_what_they_run(tmp_path: Path) -> None:
    """A session whose journal is locked is here, with its queries that have no answer yet."""
    other = Recorder("other", interactive=False)
    other.join(at(14, 50))
    other.put(at(14, 51), QueryAsked(query="q1", text="a long one"))
    journal = Journal(tmp_path, "other")
    for event in other.events:
        await journal.commit(event)
    async with services(tmp_path) as made:
        told = await sessions(call(made))
    journal.close()
    assert told.verdict == "1 other session is here, running 1 query"
    assert table(told, "Here now").rows == (
        ("other", "headless", "/desk", "42", "14:50:00", "a long one"),
    )


async def test_an_earlier_answer_again(desk: Services) -> None:
    """The newest that fits is given with its age, and nothing is looked up anew."""
    told = await again(call(desk, about="risk metrics"))
    assert told.verdict == (
        '"Risk metrics" was answered 14:30:04, 29 min 56 s ago (answered): about Risk metrics'
    )
    assert table(told, "Rows (14:30:04").rows == ((1,),)
    assert not (await again(call(desk, about="nosuch"))).found
