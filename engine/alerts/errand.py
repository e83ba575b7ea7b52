"""What a session hands to the process that sends, on its stdin: where to, with which secret."""

from pathlib import Path

import msgspec
from msgspec import Struct

from engine.alerts.secrets import Secret
from engine.config.schema import Email

# How the process ends. Anything else: it broke, and its last words say how, if it had any.
DONE = 0
NOT_OURS = 75  # another one has the file, or it is further than we thought
UNREACHED = 69  # the sentence on stdout says why
NOT_WRITTEN = 74  # so nothing was sent

ROOT = Path(__file__).parents[2]  # where `-m engine…` is found, from a checkout and a wheel


class ToSlack(Struct, frozen=True, tag="slack"):
    """The webhook's whole address."""

    webhook: Secret


class ToServer(Struct, frozen=True, tag="email"):
    """A mail server and whom it is to serve; `password` is empty where nobody logs in."""

    settings: Email
    password: Secret

    @property
    def at(self) -> str:
        """What may be told of it."""
        return f"{self.settings.host}:{self.settings.port}"


class Errand(Struct, frozen=True):
    """Attempt number `attempt` of a message, or 0: only see whether the receiver is there.

    `timeout_s` is for all of it together, the look-up of the name included.
    """

    to: ToSlack | ToServer
    timeout_s: float
    attempt: int = 0

    @property
    def secret(self) -> Secret:
        """What must not be seen in anything that is told."""
        return self.to.webhook if isinstance(self.to, ToSlack) else self.to.password


def encoded(errand: Errand) -> bytes:
    """Return an errand as JSON, its secret in it: only for the pipe."""
    return msgspec.json.encode(errand, enc_hook=_revealed)


def decoded(content: bytes) -> Errand:
    """Return the errand of `encoded`.

    Raises:
        msgspec.DecodeError: it is none, or not all of it.
    """
    return msgspec.json.decode(content, type=Errand, dec_hook=_secret)


def _revealed(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError


def _secret(kind: type, value: object) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError
