"""What goes out over a channel: one message about one alert."""

from typing import Literal

from msgspec import Struct, field

from engine.events import Severity

Kind = Literal["firing", "repeated", "resolved", "test"]


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
