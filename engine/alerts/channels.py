"""The channels that messages go over, and why one is absent."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio

from engine.alerts import errand
from engine.alerts.errand import DONE, NOT_OURS, Errand, ToServer, ToSlack, encoded
from engine.alerts.progress import ChannelName
from engine.alerts.secrets import Secret, Source, source
from engine.alerts.undelivered import ChannelError
from engine.config import Config
from engine.config.schema import Email, Slack
from engine.process import Finished, ProcessError, ProcessTimedOut, run

# All that the process that sends may know of the session's surroundings.
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_LEAVE_S = 2.0
_GRACE_S = 10.0  # to start, and to write down how it ended


class Channel(Protocol):
    """A way to a receiver, as it is set."""

    @property
    def name(self) -> ChannelName: ...

    @property
    def timeout_s(self) -> float:
        """The longest time for one message."""
        ...

    async def errand(self, attempt: int) -> Errand:
        """Return what the process that sends has to know.

        Raises:
            ChannelError: the secret can't be had, or is none.
        """
        ...

    async def reach(self) -> None:
        """Return once the receiver is there and is who it should be; nothing is sent.

        Raises:
            ChannelError: it isn't, and why.
        """
        ...


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A Slack webhook."""

    source: Source
    timeout_s: float

    @property
    def name(self) -> ChannelName:
        return "slack"

    async def errand(self, attempt: int) -> Errand:
        from engine.alerts import slack  # it knows HTTP: only who sends needs that

        webhook = await self.source.read()
        slack.place(webhook.reveal())
        return Errand(ToSlack(webhook), self.timeout_s, attempt)

    async def reach(self) -> None:
        await _reach(await self.errand(0))


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """A mail server."""

    settings: Email
    source: Source | None

    @property
    def name(self) -> ChannelName:
        return "email"

    @property
    def timeout_s(self) -> float:
        return self.settings.timeout_s

    async def errand(self, attempt: int) -> Errand:
        password = await self.source.read() if self.source is not None else Secret("")
        if not password.reveal().isascii():
            raise ChannelError("the password has letters beyond ASCII, which no login takes")
        return Errand(ToServer(self.settings, password), self.timeout_s, attempt)

    async def reach(self) -> None:
        nobody = Secret("")
        await _reach(Errand(ToServer(self.settings, nobody), self.timeout_s))


def channels(config: Config, environ: Mapping[str, str]) -> dict[ChannelName, Channel | str]:
    """Return each channel, or the reason why it is absent; no secret is looked up by a command."""
    return {"slack": _slack(config.slack, environ), "email": _email(config.email, environ)}


def _slack(settings: Slack, environ: Mapping[str, str]) -> Channel | str:
    found = source("slack.webhook", settings.webhook_env, settings.webhook_command, environ)
    if found is None:
        return f"{settings.webhook_env} is not set, and slack.webhook_command is empty"
    return SlackChannel(found, settings.timeout_s)


def _email(settings: Email, environ: Mapping[str, str]) -> Channel | str:
    if not settings.host:
        return "email.host is empty"
    from engine.alerts import mail  # it knows SMTP and TLS: 100 ms

    try:
        mail.checked(settings)
    except ChannelError as error:
        return str(error)
    found = None
    if settings.user:
        name, command = settings.password_env, settings.password_command
        found = source("email.password", name, command, environ)
        if found is None:
            return f"{name} is not set, and email.password_command is empty, though email.user is"
    return EmailChannel(settings, found)


async def run_sender(what: Errand, path: Path | None = None) -> Finished:
    """Let a process do an errand and return how it ended.

    Cancelled, it waits a little for a message that is going out, rather than not to know of it.

    Raises:
        ProcessError: the process can't be started, or doesn't end.
    """
    ended: list[Finished | ProcessError] = []
    over, scope = anyio.Event(), anyio.CancelScope(shield=True)

    async def work() -> None:
        with scope:
            try:
                ended.append(await _run(what, path))
            except ProcessError as error:
                ended.append(error)
        over.set()

    async with anyio.create_task_group() as group:
        group.start_soon(work)
        try:
            await over.wait()
        except anyio.get_cancelled_exc_class():
            scope.deadline = anyio.current_time() + (_LEAVE_S if path else 0.0)
            raise
    if isinstance(ended[0], ProcessError):
        raise ended[0]
    return ended[0]


async def _run(what: Errand, path: Path | None) -> Finished:
    argv = [sys.executable, "-E", "-m", "engine.alerts.sender", *([str(path)] if path else [])]
    return await run(
        argv,
        cwd=errand.ROOT,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        stdin=encoded(what),
        timeout_s=what.timeout_s + _GRACE_S,
        max_output_bytes=4096,
    )


async def _reach(what: Errand) -> None:
    try:
        done = await run_sender(what)
    except ProcessTimedOut as error:
        raise ChannelError(f"the connection took longer than {what.timeout_s:g} s") from error
    except ProcessError as error:
        raise ChannelError(str(error)) from error
    if done.returncode not in (DONE, NOT_OURS):
        said = done.stdout.decode("utf-8", "replace")
        raise ChannelError(said or f"the process that looks ended with {done.returncode}")
