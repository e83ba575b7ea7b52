"""What the tests of the outbox and the channels begin with: messages, settings, one round."""

import os
from pathlib import Path

import pytest

from engine.alerts.channels import Channel, channels
from engine.alerts.message import Kind, Message
from engine.alerts.outbox import Outbox
from engine.alerts.progress import ChannelName
from engine.config import Config
from engine.config.schema import Email, Slack
from engine.events import AlertDelivered
from tests.alerts.fake_slack import FakeSlack
from tests.alerts.mail_server import PASSWORD, USER, MailServer

Channels = dict[ChannelName, Channel | str]


def message(name: str = "m1", *, alert: str = "a1", kind: Kind = "firing") -> Message:
    return Message(
        id=name,
        alert=alert,
        rule="high_memory",
        kind=kind,
        severity="critical",
        summary="The memory is nearly full",
        value="memory_used_bytes = 15.4 GiB",
        labels={"desk": "wheel"},
        since_s=1_795_000_000.0,
        at_s=1_795_000_060.0,
        remedy="end what you don't need",
        host="mini",
    )


def slack_only(slack: FakeSlack, timeout_s: float = 5.0) -> Channels:
    config = Config(slack=Slack(timeout_s=timeout_s))
    return channels(config, {"SLACK_WEBHOOK_URL": slack.webhook, **os.environ})


def mail_settings(server: MailServer, **other: object) -> Email:
    given: dict[str, object] = {
        "host": "localhost",
        "port": server.port,
        "security": "none",
        "sender": "Bolt <bolt@example.org>",
        "to": ["trader@example.org"],
        "timeout_s": 5.0,
    }
    return Email(**(given | other))  # type: ignore[arg-type]


def mail_only(server: MailServer, **other: object) -> Channels:
    config = Config(email=mail_settings(server, **other))
    return channels(config, {"SMTP_PASSWORD": PASSWORD, **os.environ})


# Whose certificate is no proof: for which name, whether expired, whether trusted; what is said.
NO_PROOF = [
    ("elsewhere.example", False, True, "mismatch"),
    ("localhost", True, True, "expired"),
    ("localhost", False, False, "certificate is not accepted"),
]
LOGIN: dict[str, object] = {"user": USER}


async def round_of(
    outbox: Outbox, by: Channels, only: str | None = None
) -> tuple[list[AlertDelivered], float | None]:
    """Do one round and return what was told, and when the next is due."""
    told: list[AlertDelivered] = []
    due = await outbox.deliver(by, told.append, lambda _: False, only)
    return told, due


async def delivered(folder: Path, by: Channels) -> AlertDelivered:
    """Put a message for the one channel that is set up, and return what came of one round."""
    outbox = Outbox(folder)
    outbox.put(message(), [name for name, one in by.items() if not isinstance(one, str)])
    ((told,), _) = await round_of(outbox, by)
    return told


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def unhidden(folder: Path, secret: str) -> list[Path]:
    """Return the files below a folder that have the secret in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if secret.encode() in path.read_bytes()]


def trusting(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """Let the processes that send trust an authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
