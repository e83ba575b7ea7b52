"""Rules that change while sessions are open: taken up between two evaluations, or told why not."""

import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.alerts import standing_file
from engine.alerts.notices import Origin
from engine.bus import Bus, Subscription
from engine.clock import ManualClock
from engine.config import Loaded, load
from engine.events import AlertDelivered, AlertEvent, AlertFiring, AlertResolved, Event, Notice
from engine.runtime.alert_evaluation import Evaluation
from engine.runtime.alert_rules import RuleFiles
from engine.runtime.alert_ruling import TOLD_S, Ruling
from tests.alerts.fake_slack import fake_slack
from tests.runtime.test_alerting import firing, loaded, session, until

pytestmark = pytest.mark.anyio

ALWAYS = {"expr": "memory_used_bytes > 1", "summary": "There is memory: {value}"}
MORE = {"expr": "memory_used_bytes > 2", "summary": "There is more: {value}"}
NEVER = {"expr": "memory_used_bytes < 1", "for": "5m"}


def rewritten(store: Path, rules: Mapping[str, Mapping[str, object]]) -> None:
    """Write other rules into the user's settings, as an editor does: whole, under the same name."""
    loaded(store, {name: dict(table) for name, table in rules.items()})


def user_file() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"]) / "bolt-tui/config.toml"


def about_rules(event: Event, *, over: bool = False) -> bool:
    return isinstance(event, Notice) and (event.key, event.resolved) == ("alerts.rules", over)


def fires(event: Event, rule: str) -> bool:
    return isinstance(event, AlertFiring) and event.rule == rule


def resolved(event: Event, rule: str) -> bool:
    return isinstance(event, AlertResolved) and event.rule == rule


async def each(told: Subscription, *fitting: Callable[[Event], bool]) -> list[Event]:
    """Read events up to where each of these has had one that fits, and return those."""
    found = dict[int, Event]()

    def have_all(event: Event) -> bool:
        found.update({n: event for n, fits in enumerate(fitting) if n not in found and fits(event)})
        return len(found) == len(fitting)

    await until(told, have_all)
    return [found[n] for n in range(len(fitting))]


async def test_a_new_rule_fires_and_what_fired_goes_on(tmp_path: Path) -> None:
    """A rule that is added begins; the alert of one that stayed as it was hears nothing of it."""
    store = tmp_path / "store"
    async with session(loaded(store), tmp_path) as (engine, told):
        fired = (await until(told, firing))[-1]
        assert isinstance(fired, AlertFiring)
        rewritten(store, {"always": ALWAYS, "more": MORE, "never": NEVER})
        seen = await until(told, lambda e: fires(e, "more"))
        (notice,) = [one for one in seen if isinstance(one, Notice) and about_rules(one)]
        assert notice.severity == "info"
        assert notice.text.endswith("rules: 2 added (more, never)")
        assert not [one for one in seen if isinstance(one, AlertEvent) and one.rule == "always"]
        left = standing_file.read(store / "alerts").alerts[fired.alert]
        assert (left.incident, left.since_s) == (1, fired.since_s)
        asked = await engine.ask(":alerts")
        assert "2 alerts fire: always, more" in asked.verdict
        assert "other rules" not in asked.verdict


@pytest.mark.parametrize(
    ("rules", "why", "said"),
    [
        ({"other": MORE}, "the rule was removed", "1 added (other), 1 removed (always)"),
        (
            {"always": NEVER},
            "the condition of the rule was changed",
            "rules: 1 changed (always)",
        ),
    ],
)
async def test_what_fires_for_a_rule_that_is_no_more_ends(
    tmp_path: Path, rules: Mapping[str, Mapping[str, object]], why: str, said: str
) -> None:
    """Its alert is resolved with the reason, in the session that evaluates and beside it."""
    store = tmp_path / "store"
    settings = loaded(store)
    async with (
        session(settings, tmp_path) as (_, told),
        session(settings, tmp_path) as (_, heard),
    ):
        for one in (told, heard):
            await until(one, firing)
        rewritten(store, rules)
        for one in (told, heard):
            over, notice = await each(one, lambda e: resolved(e, "always"), about_rules)
            assert isinstance(over, AlertResolved)
            assert over.why == why
            assert isinstance(notice, Notice)
            assert notice.text.endswith(said)


async def test_a_wrong_rule_changes_nothing_until_it_is_right(tmp_path: Path) -> None:
    """A warning has the precise error and what goes on; it ends once the rules can be read."""
    store = tmp_path / "store"
    async with session(loaded(store), tmp_path) as (engine, told):
        await until(told, firing)
        rewritten(store, {"always": NEVER, "more": {"expr": "memory_usd_bytes > 1"}})
        seen = await until(told, about_rules)
        warning = seen[-1]
        assert isinstance(warning, Notice)
        assert warning.severity == "warning"
        assert "alerts.rules.more.expr" in warning.text
        assert "memory_used_bytes" in warning.text
        assert "config.toml:10: " in warning.text
        assert "go on as they were read before" in warning.remedy
        assert not [one for one in seen if isinstance(one, AlertResolved)]
        asked = await engine.ask(":alerts")
        assert "1 alert fires: always; evaluated by" in asked.verdict
        assert asked.verdict.rstrip(".").endswith("by other rules than your settings have")
        rewritten(store, {"always": ALWAYS, "more": MORE})
        seen = await until(told, lambda e: fires(e, "more"))
        notices = [one for one in seen if isinstance(one, Notice) and one.key == "alerts.rules"]
        assert [(one.severity, one.resolved) for one in notices] == [
            ("info", True),
            ("info", False),
        ]
        assert not [one for one in seen if isinstance(one, AlertResolved)]


async def test_flags_stand_before_the_files(tmp_path: Path) -> None:
    """What a flag says holds, whatever a file says later."""
    store = tmp_path / "store"
    rules = '{ mine = { expr = "memory_used_bytes > 3" } }'
    loaded(store)
    given: Loaded = load(tmp_path, flags={"alerts.rules": rules})
    async with session(given, tmp_path) as (_, told):
        await until(told, lambda e: fires(e, "mine"))
        rewritten(store, {"always": ALWAYS})
        text = user_file().read_text(encoding="utf-8")
        user_file().write_text(text.replace("interval_s = 1", "interval_s = 2"), encoding="utf-8")
        (*seen, notice) = await until(told, about_rules)
        assert isinstance(notice, Notice)
        assert notice.text.endswith("read anew; evaluated every 2 s")
        assert not [one for one in seen if isinstance(one, AlertResolved)]


async def test_what_needs_another_session_is_said(tmp_path: Path) -> None:
    """Channels are set up when a session is opened; that one of them changed is told."""
    store = tmp_path / "store"
    async with session(loaded(store), tmp_path) as (_, told):
        await until(told, firing)
        with user_file().open("a", encoding="utf-8") as file:
            file.write("\n[slack]\ntimeout_s = 3\n")
        notice = (await until(told, about_rules))[-1]
        assert isinstance(notice, Notice)
        assert notice.text.endswith("for a session that is opened anew: slack.timeout_s")


async def test_people_are_told_that_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was told that it fires is told that its rule was removed."""
    store = tmp_path / "store"
    with fake_slack() as slack:
        monkeypatch.setenv("SLACK_WEBHOOK_URL", slack.webhook)
        async with session(loaded(store), tmp_path) as (_, told):
            await until(told, lambda e: isinstance(e, AlertDelivered) and e.state == "sent")
            rewritten(store, {})
            event = (await until(told, lambda e: isinstance(e, AlertDelivered)))[-1]
            assert isinstance(event, AlertDelivered)
            assert (event.kind, event.state) == ("resolved", "sent")
    assert len(slack.ids) == 2


async def test_who_takes_over_goes_by_the_rules_as_they_are(tmp_path: Path) -> None:
    """A session beside the evaluator knows the changed rules, too, and ends nothing of them."""
    store = tmp_path / "store"
    settings = loaded(store)
    async with session(settings, tmp_path) as (first, told), AsyncExitStack() as later:
        await until(told, firing)  # so it is the first that evaluates
        second, heard = await later.enter_async_context(session(settings, tmp_path))
        await until(heard, firing)
        rewritten(store, {"always": ALWAYS, "more": MORE})
        await each(heard, about_rules, lambda e: fires(e, "more"))
        assert first._long is not None
        await first._long.alerting.close()
        seen = await until(heard, lambda e: fires(e, "more") and e.session == second.session)
        assert not [one for one in seen if isinstance(one, AlertResolved)]
        assert standing_file.read(store / "alerts").incidents == 2


async def test_what_was_told_of_a_change_ends_after_a_while(tmp_path: Path) -> None:
    """It stands among what is to be known for ten minutes."""
    settings, clock = loaded(tmp_path / "store"), ManualClock()
    bus, files = Bus("s1", clock), RuleFiles(settings)
    evaluation = Evaluation(tmp_path, files.rules, Origin("/p", "h"), "s1", send_resolved=True)
    ruling = Ruling(files, evaluation, bus, clock)
    with bus.subscribe() as told:
        rewritten(tmp_path / "store", {"always": ALWAYS, "more": MORE})
        assert [await ruling.look() for _ in range(3)] == [False, True, False]
        assert [about_rules(one) for one in told.take()] == [True]
        clock.advance(TOLD_S)
        assert not await ruling.look()
        assert not await ruling.look()
        assert [about_rules(one, over=True) for one in told.take()] == [True]
