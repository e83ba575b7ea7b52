"""The keys of one rule's table, each read with its check."""

import re
from collections.abc import Collection, Mapping
from typing import Final, get_args

from engine.alerts.durations import seconds
from engine.alerts.errors import BadDuration, BadExpression
from engine.alerts.expression import Expression, parse
from engine.config.options import ConfigError, found, nearest
from engine.events import Severity
from engine.evidence import clean

KEYS: Final = (
    "expr",
    "for",
    "keep_firing_for",
    "minimum_events",
    "severity",
    "summary",
    "remedy",
    "labels",
    "channels",
    "repeat",
    "enabled",
)
RESERVED: Final = ("rule", "severity")  # they are labels of every alert already
LABEL: Final = re.compile(r"[a-z_]{1,64}")
LONGEST_LABEL: Final = 200
_SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
_CHANNELS: Final = ("slack", "email")
_LONGEST_TEXT: Final = 500
_MOST_LABELS: Final = 20
_MOST_EVENTS: Final = 1_000_000
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


class Table:
    """One rule's table, structurally unchecked as TOML gave it.

    Raises:
        ConfigError: each method, where its key has another type or lies out of bounds.
    """

    def __init__(self, rule: str, table: Mapping[str, object], known: Collection[str]) -> None:
        self._rule, self._table, self._known = rule, table, known

    def expression(self, key: str) -> Expression:
        text = self.text(key)
        try:
            return parse(text, self._known)
        except BadExpression as error:
            raise ConfigError(f"{self._place(key)}: {error}") from error

    def duration(self, key: str, default_s: float = 0.0, least_s: float = 0.0) -> float:
        if key not in self._table:
            return default_s
        value = self._table[key]
        if not isinstance(value, str):
            raise self._bad(key, 'a duration such as "5m" or "1h30m"', value)
        try:
            return seconds(value, least_s)
        except BadDuration as error:
            raise ConfigError(f"{self._place(key)}: {error}") from error

    def count(self, key: str) -> int:
        value = self._table.get(key, 0)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not isinstance(value, int) or not 0 <= value <= _MOST_EVENTS:
            raise self._bad(key, f"a whole number from 0 to {_MOST_EVENTS}", value)
        return value

    def severity(self, key: str) -> Severity:
        value = self._table.get(key, "warning")
        for severity in _SEVERITIES:
            if value == severity:
                return severity
        raise self._bad(key, f"one of {_quoted(_SEVERITIES)}", value, _SEVERITIES)

    def text(self, key: str) -> str:
        value = self._table.get(key, "")
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise self._bad(key, f"a text of at most {_LONGEST_TEXT} characters", value)
        return value if key == "expr" else clean(" ".join(value.split()))

    def summary(self, key: str) -> str:
        text = self.text(key)
        for placeholder in _PLACEHOLDER.findall(text):
            if placeholder != "{value}":
                raise self._bad(key, "no placeholder but {value}", placeholder)
        return text

    def labels(self, key: str) -> dict[str, str]:
        value = self._table.get(key, {})
        if not isinstance(value, dict) or len(value) > _MOST_LABELS:
            raise self._bad(key, f"a table of at most {_MOST_LABELS} texts", value)
        return {str(name): self._label(key, str(name), text) for name, text in value.items()}

    def _label(self, key: str, name: str, text: object) -> str:
        if not LABEL.fullmatch(name):
            raise self._bad(key, "names of at most 64 letters a-z and _", name)
        if name in RESERVED:
            raise self._bad(
                key, f"other names than {_quoted(RESERVED)}, which every alert has", name
            )
        cleaned = clean(" ".join(text.split())) if isinstance(text, str) else ""
        if not isinstance(text, str) or not 0 < len(cleaned) <= LONGEST_LABEL:
            raise self._bad(f"{key}.{name}", f"a text of 1 to {LONGEST_LABEL} characters", text)
        return cleaned

    def channels(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key, [])
        if not isinstance(value, list):
            raise self._bad(key, f"a list of {_quoted(_CHANNELS)}", value)
        for channel in value:
            if channel not in _CHANNELS:
                raise self._bad(key, f"a list of {_quoted(_CHANNELS)}", channel, _CHANNELS)
        return tuple(dict.fromkeys(value))

    def switch(self, key: str) -> bool:
        value = self._table.get(key, True)
        if not isinstance(value, bool):
            raise self._bad(key, "true or false", value)
        return value

    def _place(self, key: str) -> str:
        return f"alerts.rules.{self._rule}.{key}"

    def _bad(
        self, key: str, expected: str, value: object, valid: Collection[str] = ()
    ) -> ConfigError:
        hint = nearest(value, valid) if isinstance(value, str) else ""
        return ConfigError(f"{self._place(key)}: expected {expected}, found {found(value)}{hint}")


def _quoted(words: Collection[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
