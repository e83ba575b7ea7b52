"""Slack's webhook: what is taken, what isn't, and what each cause is called."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts import mail, slack
from engine.alerts.message import Message
from engine.alerts.outbox import Outbox
from engine.alerts.undelivered import ChannelError
from engine.clock import ManualClock
from engine.config.schema import Email
from engine.events import AlertDelivered
from tests.alerts.delivering import (
    NO_PROOF,
    delivered,
    message,
    names,
    round_of,
    slack_only,
    trusting,
    unhidden,
)
from tests.alerts.fake_slack import SECRET, fake_slack
from tests.alerts.mail_server import Authority

pytestmark = pytest.mark.anyio


async def test_a_message_arrives_with_its_id_in_sight_and_in_a_header(tmp_path: Path) -> None:
    """A receiver can tell duplicates by the id, in the context block and in a header."""
    outbox = Outbox(tmp_path)
    outbox.put(message(), ["slack"])
    with fake_slack() as receiver:
        told, due = await round_of(outbox, slack_only(receiver))
    (request,) = receiver.received
    assert (request.path, request.id) == (SECRET, "m1")
    assert "id m1" in json.dumps(request.body["blocks"])
    assert [(one.state, one.attempt, one.cause) for one in told] == [("sent", 1, "")]
    assert (due, names(tmp_path / "sent")) == (None, ["m1.slack.jsonl"])
    assert unhidden(tmp_path, "SECRET") == []


@pytest.mark.parametrize(
    ("what", "state", "cause"),
    [
        ("500", "failed", "answered 500: it is a 500"),
        ("400", "failed", "answered 400: it is a 400"),
        ("echo", "failed", "answered 404: nothing at [hidden]"),
        ("echo:74", "failed", f"answered 404: {74 * '.'}nothing at [hidden]"),
        ("lost", "unsure", "the message went out; then: localhost:PORT closed the connection"),
        ("mute", "unsure", "the message went out; then: localhost:PORT "),
        ("half", "unsure", "the message went out; then: localhost:PORT "),
        (
            "redirect:https://evil.example/take?it=1",
            "failed",
            "redirects to evil.example, which is not followed",
        ),
    ],
)
async def test_each_failure_is_named_and_tells_whether_it_may_have_arrived(
    tmp_path: Path, what: str, state: str, cause: str
) -> None:
    """What was clearly not taken is failed, what may have been is unsure; both wait and go on."""
    with fake_slack(what) as receiver:
        told = await delivered(tmp_path, slack_only(receiver, timeout_s=1.0))
    assert told.state == state
    assert cause.replace("PORT", str(receiver.port)) in told.cause
    assert "SECRET" not in told.cause
    assert "keep" not in told.cause
    assert unhidden(tmp_path, "keepThis") == []
    assert told.next_try_s is not None
    assert 0.5 <= told.next_try_s <= 2.0


@pytest.mark.parametrize("status", ["502", "504"])
async def test_a_gateways_outage_is_outlived(tmp_path: Path, status: str) -> None:
    """Who answers so has not taken it: it is tried again until somebody does, with the same id."""
    clock = ManualClock()
    outbox = Outbox(tmp_path, clock=clock)
    outbox.put(message(), ["slack"])
    told = list[AlertDelivered]()
    with fake_slack(status, status, status, "200") as receiver:
        due: float | None = 0.0
        while due is not None:
            clock.advance(due)
            seen, due = await round_of(outbox, slack_only(receiver))
            told += seen
    assert [one.state for one in told] == ["failed", "failed", "failed", "sent"]
    assert f"answered {status}: it is a {status}" in told[0].cause
    assert receiver.ids == ["m1"] * 4


async def test_an_answer_before_the_message_is_whole_is_heard(tmp_path: Path) -> None:
    """A receiver that refuses at once has refused, though it never read the message."""
    with fake_slack("early") as receiver:
        told = await delivered(tmp_path, slack_only(receiver))
    assert told.state in ("failed", "unsure")  # a reset may overtake the answer
    assert receiver.received == []


async def test_retry_after_is_waited_for_by_the_whole_channel(tmp_path: Path) -> None:
    """A receiver that asks for 77 s gets them, from the other alerts' messages, too."""
    outbox = Outbox(tmp_path)
    outbox.put(message("m1", alert="a1"), ["slack"])
    outbox.put(message("m2", alert="a2"), ["slack"])
    with fake_slack("429:77") as receiver:
        told, due = await round_of(outbox, slack_only(receiver))
        again, _ = await round_of(outbox, slack_only(receiver))
        assert (again, receiver.connections) == ([], 1)
    assert [one.next_try_s for one in told] == [77.0]
    assert due is not None
    assert 70 < due <= 77


@pytest.mark.parametrize(
    ("name", "expired", "trusted", "cause"), [("localhost", False, True, ""), *NO_PROOF]
)
async def test_tls_is_refused_for_a_wrong_name_an_old_and_an_unknown_certificate(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    expired: bool,
    trusted: bool,
    cause: str,
) -> None:
    """Nothing is sent to whom can't show who they are; the cause says what was wrong."""
    authority = Authority(tmp_path)
    if trusted:
        trusting(monkeypatch, authority.trusted)
    with fake_slack(tls=authority.server(name, expired=expired)) as receiver:
        told = await delivered(tmp_path / "alerts", slack_only(receiver))
    assert told.state == ("failed" if cause else "sent"), told
    assert cause in told.cause
    assert len(receiver.received) == (0 if cause else 1)


@pytest.mark.parametrize("what", ["silent", "drop"])
async def test_a_server_that_never_begins_tls_has_not_got_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What goes wrong before the message goes out is a clear failure, not an unsure one."""
    authority = Authority(tmp_path)
    trusting(monkeypatch, authority.trusted)
    with fake_slack(what, tls=authority.server()) as receiver:
        told = await delivered(tmp_path / "alerts", slack_only(receiver, timeout_s=0.7))
    assert told.state == "failed"


async def test_nobody_there_is_refused(tmp_path: Path) -> None:
    """A port that nobody listens on is named as such."""
    with fake_slack() as receiver:
        gone = slack_only(receiver)
    told = await delivered(tmp_path, gone)
    assert told.cause == f"localhost:{receiver.port} refused the connection"


async def test_a_canary_connects_and_posts_nothing(tmp_path: Path) -> None:
    """Whether the receiver is there is seen without a message; that it isn't is an error."""
    with fake_slack() as receiver:
        channel = slack_only(receiver)["slack"]
        assert not isinstance(channel, str)
        await channel.reach()
    assert receiver.received == []
    with pytest.raises(ChannelError, match="refused the connection"):
        await channel.reach()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://hooks.slack.com/services/SECRET", "hooks.slack.com is not reached by https"),
        ("https://", "no web address"),
        ("https://hooks.slack.com/services/SEC RET", "no web address"),
        ("https://hooks.slack.com:99999/services/SECRET", "no web address"),
        ("https://user:SECRET@hooks.slack.com/", "has a user in it"),
        ("file:///etc/SECRET", "no web address"),
        ("https://[::1/SECRET", "no web address"),
        ("https://host\r\nX-SECRET: 1/", "no web address"),
    ],
)
def test_an_address_that_cant_be_used_is_told_without_it(address: str, expected: str) -> None:
    """The sentence names the host at most."""
    with pytest.raises(ChannelError, match=expected) as caught:
        slack.place(address)
    assert "SEC" not in str(caught.value)


@given(st.text(max_size=300), st.text(max_size=4000), st.text(max_size=60))
def test_no_text_becomes_markup(summary: str, text: str, label: str) -> None:
    """Whatever alerts say, nobody is mentioned, and the limits of Slack hold."""
    made = Message(
        id="x", alert="a", rule="r", kind="firing", severity="info", summary=summary, text=text,
        labels={"l": label},
    )  # fmt: skip
    body = json.loads(slack.payload(made, 0.0))
    assert "<" not in json.dumps(body)
    assert ">" not in json.dumps(body)
    header, *others = [block for block in body["blocks"] if block["type"] != "context"]
    assert len(header["text"]["text"]) <= 150
    assert all(len(other["text"]["text"]) <= 3000 for other in others)
    texts = [block["text"] for block in (header, *others)]
    assert all(one["type"] == "plain_text" for one in texts)
    assert "\r" not in body["text"]


def test_each_line_of_a_longer_text_is_a_line() -> None:
    """The findings of a health check stand one below the other, in a mail, too."""
    one = Message(id="x", alert="a", rule="r", kind="firing", severity="info", summary="s",
                  text="critical a: b\nwarning c: d")  # fmt: skip
    blocks = json.loads(slack.payload(one, 0.0))["blocks"]
    assert [block["text"]["text"] for block in blocks if block["type"] == "section"] == [one.text]
    letter = mail.letter(one, Email(sender="b@example.org", to=["t@example.org"]), 0.0)
    assert f"\n{one.text}\n" in letter.get_content()


def test_a_late_message_says_when_it_was_made() -> None:
    """More than a minute later, and with the day where that is another one."""
    one = Message(id="x", alert="a", rule="r", kind="repeated", severity="info", summary="s",
                  at_s=1_795_000_000.0)  # fmt: skip
    assert "made at" not in slack.payload(one, one.at_s + 60.0).decode()
    at = datetime.fromtimestamp(one.at_s, UTC)
    assert f"made at {at:%H:%M:%S} UTC" in slack.payload(one, one.at_s + 61.0).decode()
    assert f"made at {at:%Y-%m-%d}" in slack.payload(one, one.at_s + 86_400.0).decode()
    letter = mail.letter(one, Email(sender="b@example.org", to=["t@example.org"]), one.at_s + 61.0)
    assert f"made at {at:%H:%M:%S} UTC" in letter.get_content()
