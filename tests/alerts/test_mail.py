"""Mail: what a server takes, what it doesn't, and that nobody adds a header."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts import mail
from engine.alerts.channels import channels
from engine.alerts.message import Message
from engine.alerts.undelivered import ChannelError
from engine.config import Config
from engine.config.schema import Email
from tests.alerts.delivering import (
    LOGIN,
    NO_PROOF,
    delivered,
    mail_only,
    mail_settings,
    names,
    trusting,
    unhidden,
)
from tests.alerts.mail_server import PASSWORD, USER, Authority, MailServer, mail_server

pytestmark = pytest.mark.anyio


async def test_a_mail_arrives_whole_with_an_id_that_follows_from_the_message(
    tmp_path: Path,
) -> None:
    """Subject, text and Message-ID are the message's; the same message has the same Message-ID."""
    with mail_server() as server:
        told = await delivered(tmp_path, mail_only(server))
    (got,) = server.received
    assert told.state == "sent", told
    assert got["Message-ID"] == "<m1@example.org>"
    assert got["Subject"] == "[critical] The memory is nearly full"
    assert (got["From"], got["To"]) == ("Bolt <bolt@example.org>", "trader@example.org")
    assert "What to do: end what you don't need" in got.get_content()
    assert names(tmp_path / "sent") == ["m1.email.jsonl"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_over_tls_it_logs_in_and_the_password_stays_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    """The password reaches the server and no file."""
    authority = Authority(tmp_path)
    trusting(monkeypatch, authority.trusted)
    context = authority.server()
    at_once = context if security == "tls" else None
    later = context if security == "starttls" else None
    with mail_server(starttls=later, tls=at_once, login=True) as server:
        told = await delivered(tmp_path / "a", mail_only(server, security=security, **LOGIN))
    assert (told.state, told.cause, server.logins) == ("sent", "", [USER])
    assert unhidden(tmp_path, PASSWORD) == []


async def test_a_refused_login_is_named_by_user_and_status_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server says to a wrong password is not repeated."""
    authority = Authority(tmp_path)
    trusting(monkeypatch, authority.trusted)
    with mail_server(starttls=authority.server(), login=True) as server:
        settings = mail_settings(server, security="starttls", user=USER)
        by = channels(Config(email=settings), {"SMTP_PASSWORD": "wrong-Passw0rd"})
        told = await delivered(tmp_path / "a", by)
    assert told.state == "failed"
    assert told.cause == f"localhost:{server.port} refused the login of {USER} (535)"


@pytest.mark.parametrize(("name", "expired", "trusted", "cause"), NO_PROOF)
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_with_whom_cant_show_who_they_are_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
    name: str,
    expired: bool,
    trusted: bool,
    cause: str,
) -> None:
    """A wrong name, an old certificate and an unknown authority: nothing is sent, it says which."""
    authority = Authority(tmp_path)
    if trusted:
        trusting(monkeypatch, authority.trusted)
    with bare_server(authority.server(name, expired=expired), security) as server:
        told = await delivered(tmp_path / "a", mail_only(server, security=security))
    assert told.state == "failed"
    assert cause in told.cause


async def test_without_starttls_nothing_goes_in_the_clear(tmp_path: Path) -> None:
    """A server that offers no STARTTLS gets neither password nor message."""
    with mail_server() as server:
        told = await delivered(tmp_path, mail_only(server, security="starttls"))
    assert (told.state, server.received) == ("failed", [])
    assert "offers no STARTTLS" in told.cause


@pytest.mark.parametrize(
    ("reply", "state", "cause"),
    [
        ("451 try later", "failed", "refused the mail: 451 try later"),
        ("554 no such words", "failed", "refused the mail: 554 no such words"),
        ("lost", "unsure", "the message went out; then: localhost:PORT closed the connection"),
        ("25", "unsure", "went out; then: localhost:PORT answered something that is no SMTP"),
    ],
)
async def test_what_a_server_says_to_the_mail_decides(
    tmp_path: Path, reply: str, state: str, cause: str
) -> None:
    """A refusal is a failure; no word after the last dot, or half of one, is unsure."""
    with mail_server(reply) as server:
        told = await delivered(tmp_path, mail_only(server))
    assert told.state == state
    assert cause.replace("PORT", str(server.port)) in told.cause


async def test_one_refused_receiver_keeps_the_mail_from_none_of_the_others(
    tmp_path: Path,
) -> None:
    """It is sent to who is taken, and says who wasn't; all refused is a failure."""
    to = ["gone@example.org", "trader@example.org"]
    with mail_server(refuse=("gone@example.org",)) as server:
        told = await delivered(tmp_path / "a", mail_only(server, to=to))
        none = await delivered(tmp_path / "b", mail_only(server, to=to[:1]))
    assert (told.state, len(server.received)) == ("sent", 1)
    assert "refused gone@example.org (550 nobody" in told.cause
    assert none.state == "failed"


@pytest.mark.parametrize(
    ("greeting", "cause"),
    [
        (b"", ""),  # two clocks run: which of them says so is not certain
        (b"554 go away\r\n", "answered 554 go away"),
        (b"220-half of a gre", ""),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "answered something that is no SMTP"),
    ],
)
async def test_a_server_that_does_not_greet_has_not_got_the_mail(
    tmp_path: Path, greeting: bytes, cause: str
) -> None:
    """Silence, a refusal and half a greeting are clear failures, within the time given."""
    with talking_server(greeting) as server:
        told = await delivered(tmp_path, mail_only(server, timeout_s=0.8))
    assert told.state == "failed", told
    assert told.cause.startswith(f"localhost:{server.port} {cause}")


async def test_a_canary_logs_in_nowhere_and_sends_nothing() -> None:
    """Whether the server is there is seen without a password."""
    with mail_server() as server:
        channel = mail_only(server)["email"]
        assert not isinstance(channel, str)
        await channel.reach()
    assert (server.received, server.logins) == ([], [])
    with pytest.raises(ChannelError, match="refused the connection"):
        await channel.reach()


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"host": "mail.example.org"}, '"none" is only for a server on this machine'),
        ({"host": "mail example"}, "no name of a host"),
        ({"sender": ""}, "email.sender is empty"),
        ({"to": []}, "email.to is empty"),
        ({"to": ["trader"]}, "email.to: 'trader' is no mail address"),
        ({"sender": "x@example.org\r\nBcc: y@example.org"}, "no mail address"),
        ({"to": ["a@example.org, b@example.org"]}, "no mail address"),
        ({"user": "bolt"}, "SMTP_PASSWORD is not set"),
        ({"user": "bölt"}, "email.user: 'bölt' has letters beyond ASCII"),
        ({"host": ""}, "email.host is empty"),
    ],
)
def test_settings_that_cant_work_make_the_channel_absent_with_the_reason(
    other: dict[str, object], reason: str
) -> None:
    """The reason names the setting."""
    settings = mail_settings(MailServer(25), **other)
    absent = channels(Config(email=settings), {})["email"]
    assert isinstance(absent, str)
    assert reason in absent


@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=100))
def test_no_text_adds_a_header_or_ends_the_mail(summary: str, label: str, host: str) -> None:
    """Whatever alerts say, the headers are ours, and each line is fit to be sent."""
    made = Message(
        id="m", alert=label, rule="r", kind="resolved", severity="info", summary=summary,
        labels={"l": label}, host=host,
    )  # fmt: skip
    settings = Email(sender="b@example.org", to=["t@example.org"])
    content = mail.letter(made, settings, 0.0).as_bytes()
    head = content.partition(b"\r\n\r\n")[0]
    found = [row.partition(b":")[0] for row in head.split(b"\r\n") if row[:1] not in b" \t"]
    assert sorted(set(found)) == sorted(found)
    assert set(found) == {
        b"Subject", b"From", b"To", b"Date", b"Message-ID", b"References", b"Auto-Submitted",
        b"X-Bolt-Message-Id", b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version",
    }  # fmt: skip
    assert content.isascii()
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")


async def test_a_password_that_no_login_takes_is_told_before_anything_is_sent() -> None:
    """The ways to log in are ASCII; the sentence does not quote it."""
    settings = mail_settings(MailServer(25), user=USER)
    by = channels(Config(email=settings), {"SMTP_PASSWORD": "pässword"})["email"]
    assert not isinstance(by, str)
    with pytest.raises(ChannelError, match="the password has letters beyond ASCII"):
        await by.errand(1)


@contextmanager
def talking_server(greeting: bytes, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run a server that says one thing to whoever comes, and then waits."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        with listener.accept()[0] as connection:
            connection.sendall(greeting)
            over.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield MailServer(listener.getsockname()[1])
        over.set()
        thread.join(10)


@contextmanager
def bare_server(context: ssl.SSLContext, security: str) -> Iterator[MailServer]:
    """Run a server that gets as far as TLS, which its client refuses."""

    def serve(listener: socket.socket) -> None:
        connection = listener.accept()[0]
        try:
            connection.settimeout(10)
            if security == "starttls":
                for reply in (b"220 hello\r\n", b"250-me\r\n250 STARTTLS\r\n", b"220 go on\r\n"):
                    connection.sendall(reply)
                    connection.recv(1000) if not reply.startswith(b"220 go") else None
            context.wrap_socket(connection, server_side=True).close()
        except OSError:
            pass  # refused, as it should be
        finally:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield MailServer(listener.getsockname()[1])
        thread.join(10)
