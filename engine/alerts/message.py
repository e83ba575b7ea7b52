"""What goes out over a channel: one message about one alert."""

from datetime import UTC, datetime
from typing import Final, Literal

from msgspec import Struct, field

from engine.events import Severity

Kind = Literal["firing", "repeated", "resolved", "test"]
_LATE_S: Final = 60.0


class Message(Struct, frozen=True, kw_only=True):
    """Everything that a receiver is told. Times are wall seconds since 1970-01-01 UTC.

    `id` names the happening: whoever tells of the same one, in whichever session, gives the same
    id. `alert` is the fingerprint of rule and labels. `summary` is the one line that matters,
    `text` says in further words what was looked for and how it ended, `value` what was seen.
    """

    id: str
    alert: str
    rule: str
    kind: Kind
    severity: Severity
    summary: str
    text: str = ""
    value: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    since_s: float = 0.0
    at_s: float = 0.0
    remedy: str = ""
    project: str = ""
    host: str = ""


def made(message: Message, now_s: float) -> str:
    """Return when a message was made, where it goes out late at `now_s`; else nothing."""
    if now_s - message.at_s <= _LATE_S:
        return ""
    at = datetime.fromtimestamp(message.at_s, UTC)
    same_day = at.date() == datetime.fromtimestamp(now_s, UTC).date()
    return f"made at {at:%H:%M:%S} UTC" if same_day else f"made at {at:%Y-%m-%d %H:%M:%S} UTC"
