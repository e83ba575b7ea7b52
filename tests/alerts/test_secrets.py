"""Secrets: where they come from, what is said where they don't, and that they show nowhere."""

import base64
import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path

import anyio
import msgspec
import psutil  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.channels import channels
from engine.alerts.errand import Errand, ToSlack, decoded, encoded
from engine.alerts.outbox import Outbox
from engine.alerts.secrets import Secret, source, taken_out
from engine.alerts.undelivered import SecretMissing
from engine.config import Config
from engine.config.schema import Slack
from tests.alerts.delivering import message, round_of
from tests.alerts.fake_slack import SECRET, fake_slack

pytestmark = pytest.mark.anyio
ADDRESS = f"https://hooks.slack.com{SECRET}"


def command(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_the_environment_comes_before_the_users_command() -> None:
    """A variable that is set is taken; one that is blank is not."""
    printing = command("print('by command'); print('and more')")
    first = source("x", "NAME", printing, {"NAME": " by variable\n"})
    second = source("x", "NAME", printing, {**os.environ, "NAME": " "})
    assert first is not None
    assert second is not None
    assert (await first.read()).reveal() == "by variable"
    assert (await second.read()).reveal() == "by command"
    assert source("x", "NAME", [], {}) is None


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/no/such/program"], "slack.webhook_command: /no/such/program was not found"),
        (command("print('SECRET'); exit(3)"), "ended with status 3; run it by hand"),
        (command("import sys; print('SECRET', file=sys.stderr); exit(1)"), "ended with status 1"),
        (command("print()"), "printed nothing"),
        (command("import os; os.write(1, bytes([255, 254, 10]))"), "printed what is no text"),
        (command("print('SECRET' * 100_000)"), "wrote more than 65,536 bytes"),
    ],
)
async def test_a_command_that_gives_none_is_told_without_what_it_said(
    argv: list[str], expected: str
) -> None:
    """The sentence names setting, program and status; what was printed may be the secret."""
    found = source("slack.webhook", "NAME", argv, os.environ)
    assert found is not None
    with pytest.raises(SecretMissing) as caught:
        await found.read()
    assert expected in str(caught.value)
    assert "SECRETSECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_missing_secret_is_a_failed_attempt_with_the_reason(tmp_path: Path) -> None:
    """The message waits and is tried again, as for any channel that takes nothing."""
    config = Config(slack=Slack(webhook_command=command("exit(9)")))
    outbox = Outbox(tmp_path)
    outbox.put(message(), ["slack"])
    told, due = await round_of(outbox, channels(config, {"PATH": os.environ["PATH"]}))
    assert [one.state for one in told] == ["failed"]
    assert "slack.webhook_command" in told[0].cause
    assert due is not None


async def test_a_command_runs_outside_the_project(tmp_path: Path) -> None:
    """A program named by a relative path is not the one that lies in an opened repository."""
    found = source("x", "NAME", command("import os; print(os.getcwd())"), os.environ)
    assert found is not None
    assert (await found.read()).reveal() == str(Path.home())


def test_a_secret_shows_itself_nowhere() -> None:
    """Neither printed, formatted, pickled, nor in what holds it."""
    secret = Secret(ADDRESS)
    errand = Errand(ToSlack(secret), 1.0, 1)
    found = source("x", "NAME", [], {"NAME": ADDRESS, "OTHER": ADDRESS})
    for shown in (repr(secret), str(secret), f"{secret}", repr(errand), repr(found)):
        assert "SECRET" not in shown
        assert "keepThis" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(errand)
    assert decoded(encoded(errand)) == errand


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_a_server_says_is_shown_without_the_secret_in_it(before: str, after: str) -> None:
    """An address that comes back in an answer is hidden, whole or in part; its host stays."""
    secret = Secret(ADDRESS)
    for part in (ADDRESS, SECRET, "keepThisHidden123"):
        assert "keepThis" not in secret.hide(before + part + after)
    assert secret.hide("hooks.slack.com answered 404") == "hooks.slack.com answered 404"


@given(st.text(st.characters(codec="ascii"), max_size=9), st.binary(max_size=4))
def test_a_password_is_hidden_in_a_login_that_comes_back(user: str, after: bytes) -> None:
    """A login is Base64 of user and password together, wherever the one begins in it."""
    password = "s3cret-Passw0rd"
    told = base64.b64encode(f"\0{user}\0{password}".encode() + after).decode()
    hidden = Secret(password).hide(f"500 what is AUTH PLAIN {told}")
    assert "[hidden]" in hidden
    rest = hidden.rpartition(" ")[2].replace("[hidden]", "")
    assert len(rest) <= len(told) - len(password) * 8 // 6 + 1


def test_a_value_in_an_address_is_hidden_alone() -> None:
    """Some webhooks have their secret in the query."""
    secret = Secret("https://chat.example.org/hook?token=keepThisHidden&v=1")
    assert secret.hide("no such keepThisHidden") == "no such [hidden]"


def test_secrets_leave_the_environment_that_children_get() -> None:
    """What is taken out is what the channels need, and nothing of it stays."""
    environ = {"SLACK_WEBHOOK_URL": ADDRESS, "SMTP_PASSWORD": "p", "HOME": "/h"}
    taken = taken_out(Config(), environ)
    assert environ == {"HOME": "/h"}
    assert not isinstance(channels(Config(), taken)["slack"], str)


async def test_the_process_that_sends_gets_the_secret_by_its_stdin_only(tmp_path: Path) -> None:
    """While it waits for its answer, neither its arguments nor its environment have it."""
    outbox = Outbox(tmp_path)
    outbox.put(message(), ["slack"])
    seen: list[str] = []
    with fake_slack("wait") as slack:
        by = channels(Config(), {**os.environ, "SLACK_WEBHOOK_URL": slack.webhook})

        async def look() -> None:
            await anyio.to_thread.run_sync(slack.read.wait, 20)
            for one in psutil.Process().children():
                with suppress(psutil.NoSuchProcess):  # another's that has just ended
                    seen.append(" ".join(one.cmdline()) + str(one.environ()))
            slack.go.set()

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            await round_of(outbox, by)
    assert len([one for one in seen if "engine.alerts.sender" in one]) == 1
    assert not [one for one in seen if "keepThis" in one]
