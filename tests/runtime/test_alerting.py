"""The alerts of sessions that stay open: one evaluates, the others tell what it says."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from engine.alerts import silences, standing_file
from engine.alerts.errors import BadSilence, UnknownSilence
from engine.alerts.lock import evaluator
from engine.bus import Subscription
from engine.checks.recorded import record
from engine.clock import SystemClock
from engine.config import ConfigError, Loaded, load
from engine.errors import EngineError
from engine.events import (
    AlertDelivered,
    AlertEvent,
    AlertFiring,
    AlertResolved,
    CircuitChanged,
    EngineSample,
    Event,
    HealthChecked,
    Notice,
    PeerChanged,
    SilenceChanged,
)
from engine.runtime import Engine
from engine.store.sessions.seats import sitting
from tests.alerts.fake_slack import SECRET, FakeSlack, fake_slack

pytestmark = pytest.mark.anyio

_ALWAYS = {"expr": "memory_used_bytes > 1", "summary": "There is memory: {value}"}


def loaded(store: Path, rules: dict[str, dict[str, object]] | None = None) -> Loaded:
    """Return the user's settings with this store and these rules, evaluated each second."""
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "bolt-tui"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'[store]\nfolder = "{store}"\nflush_interval_s = 0.05', "[alerts]\ninterval_s = 1"]
    for name, table in ({"always": _ALWAYS} if rules is None else rules).items():
        lines.append(f"[alerts.rules.{name}]")
        lines += [f"{key} = '{value}'" for key, value in table.items()]
    (folder / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return load(store.parent)


@asynccontextmanager
async def session(settings: Loaded, project: Path) -> AsyncIterator[tuple[Engine, Subscription]]:
    """Open a service, and read what it tells from the beginning on."""
    async with Engine.open(project, settings=settings, watch=True) as engine:
        with engine.bus.subscribe() as told:
            yield engine, told


async def until(told: Subscription, fits: Callable[[Event], bool]) -> list[Event]:
    """Read events up to the first that fits, and return all of them."""
    seen = list[Event]()
    with anyio.fail_after(20):
        while True:
            for event in await told.batch():
                seen.append(event)
                if fits(event):
                    return seen


def firing(event: Event) -> bool:
    return isinstance(event, AlertFiring) and event.rule == "always"


async def test_evaluates_alone(tmp_path: Path) -> None:
    """The only session on a store has the lock, publishes what fires and leaves it behind."""
    store = tmp_path / "store"
    async with session(loaded(store), tmp_path) as (engine, told):
        seen = await until(told, firing)
        fired = seen[-1]
        assert isinstance(fired, AlertFiring)
        assert (fired.session, fired.text) == (engine.session, f"There is memory: {fired.value}")
        who = evaluator(store / "alerts")
        assert who is not None
        assert (who.session, who.pid) == (engine.session, os.getpid())
        assert fired.alert in standing_file.read(store / "alerts").alerts
        assert [one for one in engine.state_events() if isinstance(one, AlertFiring)] == [fired]
        assert engine.trouble() == ""
    assert evaluator(store / "alerts") is None


async def test_others_tell_it_too(tmp_path: Path) -> None:
    """A session beside it hands on the evaluator's own events, and writes none of them down."""
    settings = loaded(tmp_path / "store")
    async with session(settings, tmp_path) as (first, told):
        fired = (await until(told, firing))[-1]
        async with session(settings, tmp_path) as (second, heard):
            seen = (await until(heard, firing))[-1]
            assert isinstance(seen, AlertFiring)
            assert isinstance(fired, AlertFiring)
            assert (seen.session, seen.alert) == (first.session, fired.alert)
            assert [one.session for one in second.state_events() if firing(one)] == [first.session]
            await second.flush()
            own = await second.events(0, 1 << 60)
            assert not [one for one in own if isinstance(one, AlertEvent)]


async def test_goes_on_where_it_was_left(tmp_path: Path) -> None:
    """When the evaluator ends another goes on with the same incident, and publishes it itself."""
    store, settings = tmp_path / "store", loaded(tmp_path / "store")
    async with session(settings, tmp_path) as (first, told), AsyncExitStack() as later:
        await until(told, firing)  # so it is the first that evaluates
        second, heard = await later.enter_async_context(session(settings, tmp_path))
        await until(heard, firing)
        assert first._long is not None
        await first._long.alerting.close()
        seen = await until(heard, lambda e: firing(e) and e.session == second.session)
        fired, left = seen[-1], standing_file.read(store / "alerts")
        assert isinstance(fired, AlertFiring)
        assert left.incidents == 1
        assert left.alerts[fired.alert].since_s == fired.since_s
        assert not [one for one in seen if isinstance(one, AlertResolved)]


async def test_silence_is_seen_by_all(tmp_path: Path) -> None:
    """Whoever silences is heard in each session at once, and one of them writes it down."""
    settings = loaded(tmp_path / "store")

    def silenced(event: Event) -> bool:
        return isinstance(event, SilenceChanged) and not event.ended

    async with (
        session(settings, tmp_path) as (first, told),
        session(settings, tmp_path) as (second, heard),
    ):
        await until(told, firing)
        name = (await second.silence({"rule": "always"}, 600.0, "too loud")).silence.id
        for one in (told, heard):
            event = (await until(one, silenced))[-1]
            assert isinstance(event, SilenceChanged)
            assert (event.silence, event.reason) == (name, "too loud")
        await first.unsilence(name)
        for one in (told, heard):
            event = (await until(one, lambda e: isinstance(e, SilenceChanged)))[-1]
            assert isinstance(event, SilenceChanged)
            assert event.ended
        with pytest.raises(UnknownSilence):
            await first.unsilence(name)
        with pytest.raises(BadSilence, match="everything"):
            await first.silence({}, 600.0, "all")
        written = [
            event
            for one in (first, second)
            for event in await one.events(0, 1 << 60)
            if isinstance(event, SilenceChanged)
        ]
        assert [one.ended for one in written] == [False, True]
    assert len(silences.read(tmp_path / "store/alerts/silences").silences) == 1


async def test_a_health_check_elsewhere_is_told_here(tmp_path: Path) -> None:
    """What another process found reaches the readers of a session that stays open."""
    settings = loaded(tmp_path / "store")
    found = HealthChecked(state="warning", text="nobody watches")
    async with session(settings, tmp_path) as (_, told):
        await anyio.to_thread.run_sync(record, tmp_path / "store", tmp_path, SystemClock(), found)
        event = (await until(told, lambda e: isinstance(e, HealthChecked)))[-1]
        assert isinstance(event, HealthChecked)
        assert (event.state, event.text) == ("warning", "nobody watches")


async def test_sends_what_fires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a channel set up what fires is sent once; its secret is in no file or child."""
    with fake_slack() as slack:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook)
        async with session(loaded(tmp_path / "store"), tmp_path) as (engine, told):
            assert "SLACK_WEBHOOK_URL" not in os.environ
            assert engine.board.states()["notify"] == "closed"
            sent = (await until(told, lambda e: isinstance(e, AlertDelivered)))[-1]
            assert isinstance(sent, AlertDelivered)
            assert (sent.channel, sent.kind, sent.state) == ("slack", "firing", "sent")
            assert slack.ids == [sent.message]
        assert os.environ["SLACK_WEBHOOK_URL"] == slack.webhook
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


async def test_silenced_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a silence fits is evaluated and shown, and sent once the silence is ended."""
    with fake_slack() as slack:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook)
        async with session(loaded(tmp_path / "store"), tmp_path) as (engine, told):
            name = (await engine.silence({"rule": "always"}, 600.0, "quiet")).silence.id
            await until(told, firing)
            await anyio.sleep(1.5)  # one more evaluation
            assert slack.ids == []
            await engine.unsilence(name)
            await until(told, lambda e: isinstance(e, AlertDelivered))
            assert len(slack.ids) == 1


async def test_refused_messages_open_the_circuit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that says no is told of, counts against "notify", and the message waits."""
    with fake_slack(*["500"] * 50) as slack:
        _refusing(slack, monkeypatch)
        async with session(loaded(tmp_path / "store"), tmp_path) as (engine, told):
            failed = (await until(told, lambda e: isinstance(e, AlertDelivered)))[-1]
            assert isinstance(failed, AlertDelivered)
            assert failed.state == "failed"
            assert "500" in failed.cause
            assert failed.next_try_s is not None
            row = next(one for one in engine.board.rows() if one.capability == "notify")
            assert row.failures == 1
            assert engine.board.standing.level == "full"


async def test_what_ails_the_outbox_is_told_and_told_to_be_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notice says what can't be sent, and another one that it can again."""
    ill = tmp_path / "store" / "alerts" / "outbox" / "m2.slack.jsonl"
    ill.mkdir(parents=True)
    with fake_slack() as slack:
        _refusing(slack, monkeypatch)
        async with session(loaded(tmp_path / "store"), tmp_path) as (_, told):
            (*_, notice) = await until(told, lambda e: _about_messages(e, over=False))
            assert isinstance(notice, Notice)
            assert notice.text.endswith("in the outbox can't be read or written: Is a directory")
            ill.rmdir()
            await until(told, lambda e: _about_messages(e, over=True))


def _about_messages(event: Event, *, over: bool) -> bool:
    return isinstance(event, Notice) and (event.key, event.resolved) == ("alerts.messages", over)


def _refusing(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook)


async def test_without_a_channel(tmp_path: Path) -> None:
    """Without a channel "notify" is absent with what to set, and alerts are evaluated."""
    async with session(loaded(tmp_path / "store"), tmp_path) as (engine, told):
        await until(told, firing)
        absent = [
            one
            for one in engine.state_events()
            if isinstance(one, CircuitChanged) and one.capability == "notify"
        ]
        assert [one.state for one in absent] == ["absent"]
        assert "SLACK_WEBHOOK_URL" in absent[0].cause


async def test_service_takes_no_seat(tmp_path: Path) -> None:
    """A service has no seat, yet it sees the others and they see it."""
    settings = loaded(tmp_path / "store")
    async with session(settings, tmp_path), session(settings, tmp_path) as (_, heard):
        await until(heard, lambda e: isinstance(e, PeerChanged) and e.state == "here")
        assert sitting(tmp_path / "store") == []


async def test_sample_has_the_memory(tmp_path: Path) -> None:
    """The engine's sample says how much of its budget this program and its children hold."""
    async with session(loaded(tmp_path / "store"), tmp_path) as (engine, told):

        def known(event: Event) -> bool:
            return isinstance(event, EngineSample) and event.memory_used_bytes is not None

        sample = (await until(told, known))[-1]
        assert isinstance(sample, EngineSample)
        assert sample.memory_budget_bytes == engine.memory.budget_bytes
        assert sample.memory_used_bytes is not None
        assert 0 < sample.memory_used_bytes < sample.memory_budget_bytes


async def test_damaged_standing(tmp_path: Path) -> None:
    """What can't be read is put aside and told of, and the alerts begin anew."""
    folder = tmp_path / "store/alerts"
    folder.mkdir(parents=True)
    (folder / "standing.json").write_bytes(b'{"v":')
    async with session(loaded(tmp_path / "store"), tmp_path) as (_, told):
        seen = await until(told, firing)
    notices = [one for one in seen if isinstance(one, Notice) and one.key == "alerts.standing"]
    assert "standing.json" in notices[0].text
    assert (folder / "damaged-standing.json").read_bytes() == b'{"v":'


async def test_no_lock_to_be_had(tmp_path: Path) -> None:
    """Where the folder can't be made alerts are shown all the same; a notice says why and what."""
    (tmp_path / "store").mkdir()
    (tmp_path / "store/alerts").write_bytes(b"a file in its place")
    async with session(loaded(tmp_path / "store"), tmp_path) as (_, told):
        seen = await until(told, firing)
    notices = {one.key: one for one in seen if isinstance(one, Notice)}
    assert "lock" in notices["alerts.lock"].text
    assert "writable" in notices["alerts.lock"].remedy


async def test_bad_rule_is_refused(tmp_path: Path) -> None:
    """A rule that can't be used is a sentence before anything is opened."""
    settings = loaded(tmp_path / "store", {"mine": {"expr": "memory_usd_bytes > 1"}})
    with pytest.raises(ConfigError, match=r"alerts\.rules\.mine\.expr.*memory_used_bytes"):
        async with session(settings, tmp_path):
            pass


async def test_turned_off(tmp_path: Path) -> None:
    """With alerts.enabled off a session takes no lock."""
    settings = load(
        tmp_path, flags={"alerts.enabled": "false", "store.folder": str(tmp_path / "s")}
    )
    async with session(settings, tmp_path) as (engine, told):
        await until(told, lambda e: isinstance(e, EngineSample))
        await anyio.sleep(2.5)  # a look more
        assert evaluator(tmp_path / "s/alerts") is None
        assert engine.trouble() == ""


async def test_single_runs_count(tmp_path: Path) -> None:
    """A run that answers one query evaluates nothing; its query counts where alerts are."""
    settings = loaded(tmp_path / "store", {"asked": {"expr": "queries_ended > 0"}})
    async with Engine.open(tmp_path, settings=settings) as single:
        await single.ask(":help")
    assert not (tmp_path / "store/alerts").exists()
    async with session(settings, tmp_path) as (_, told):
        seen = await until(told, lambda e: isinstance(e, AlertFiring))
    assert isinstance(seen[-1], AlertFiring)
    assert seen[-1].value == "queries_ended = 1"


async def test_single_run_can_not_silence(tmp_path: Path) -> None:
    """A session that does not stay open refuses to, and names the command that can."""
    settings = loaded(tmp_path / "store")
    async with Engine.open(tmp_path, settings=settings) as single:
        with pytest.raises(EngineError, match="bolt-tui alerts silence"):
            await single.silence({"rule": "always"}, 60.0)
