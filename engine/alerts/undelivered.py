"""What stands in the way of a message.

AlertsError (errors.py)
└── Undelivered
    ├── OutboxError          it can't be put down to be sent
    ├── ChannelError         a channel can't be used; the sentence names the host, never a secret
    │   └── SecretMissing    the address or the password can't be had
    └── Refused              the receiver said no, or was not there to say anything
"""

from engine.alerts.errors import AlertsError


class Undelivered(AlertsError):
    """A message can't go its way; the sentence says why and what to do."""


class OutboxError(Undelivered):
    """The outbox can't take a message; what was put before lies there as it was."""


class ChannelError(Undelivered):
    """A channel can't be used as it is set, or is not reached."""


class SecretMissing(ChannelError):
    """Neither the environment nor the user's command gives a secret."""


class Refused(Undelivered):
    """A message was clearly not taken.

    `whole` says that the channel takes none now, whichever it is; `retry_after_s` is how long the
    receiver asks to be left alone.
    """

    def __init__(
        self, cause: str, *, whole: bool = True, retry_after_s: float | None = None
    ) -> None:
        super().__init__(cause)
        self.whole = whole
        self.retry_after_s = retry_after_s
