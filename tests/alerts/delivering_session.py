"""A session that does nothing but deliver: `FOLDER MAIL_PORT`, the webhook in the environment."""

import os
import sys
from pathlib import Path

import anyio

from engine.alerts.channels import channels
from engine.alerts.outbox import Outbox
from engine.config import Config
from engine.config.schema import Email, Slack
from tests.alerts.delivering import mail_settings
from tests.alerts.mail_server import MailServer


async def main(folder: str, mail_port: int) -> None:
    """Deliver what is due, again and again, until killed."""
    email = mail_settings(MailServer(mail_port)) if mail_port else Email()
    by = channels(Config(slack=Slack(timeout_s=2.0), email=email), os.environ)
    outbox = Outbox(Path(folder))
    while True:
        due = await outbox.deliver(by, lambda _: None, lambda _: False)
        await anyio.sleep(min(due if due is not None else 0.2, 0.2))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], int(sys.argv[2]))
