"""The rules in force: the defaults, and what the user's `[alerts.rules.NAME]` say instead."""

import hashlib
import json
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.alerts.defaults import DEFAULTS
from engine.alerts.expression import Expression
from engine.alerts.known import KNOWN
from engine.alerts.rule_keys import KEYS, Table
from engine.alerts.rule_place import place
from engine.config.loading import Loaded
from engine.config.options import ConfigError, found, nearest
from engine.config.schema import Alerts
from engine.events import Severity

_MOST: Final = 200
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Rule:
    """When to tell, of what, to whom, how often.

    No `channels`: all that are set up. `summary` may have a `{value}`, which becomes what was
    seen; without one, that alone is told. A `{project}` in `remedy` becomes the one that was seen.
    Below `minimum_events` in the windows that `expr` names
    it does not hold.
    """

    name: str
    expr: Expression
    for_s: float = 0.0
    keep_firing_for_s: float = 0.0
    minimum_events: int = 0
    severity: Severity = "warning"
    summary: str = ""
    remedy: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    repeat_s: float = 14_400.0
    enabled: bool = True
    default: bool = False  # it is one of the program's own, changed or not

    @property
    def fingerprint(self) -> str:
        """What tells its alert from others: a hash of name and labels, the same in any session."""
        identity = json.dumps([self.name, sorted(self.labels.items())], ensure_ascii=True)
        return hashlib.sha256(identity.encode()).hexdigest()[:16]

    @property
    def digest(self) -> str:
        """What tells the rule from any other way to write it: a hash of all that it says."""
        said = [
            self.fingerprint,
            self.expr.text,
            *(self.for_s, self.keep_firing_for_s, self.minimum_events, self.repeat_s),
            *(self.severity, self.summary, self.remedy, self.channels, self.enabled),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]

    def told(self, seen: str) -> str:
        """Return the summary with what was seen in its place."""
        return self.summary.replace("{value}", seen)

    def advised(self, project: str) -> str:
        """Return what to do, as the shell takes it, with the project in its place."""
        return self.remedy.replace("{project}", shlex.quote(project) if project else "PROJECT")


def rules(alerts: Alerts, known: Collection[str]) -> tuple[Rule, ...]:
    """Return every rule, the defaults first; `known` are the names of the metrics that there are.

    Raises:
        ConfigError: a rule can't be used; the sentence names rule and key, says what was expected
            and what was found, and the nearest valid thing.
    """
    names = [*DEFAULTS, *(name for name in alerts.rules if name not in DEFAULTS)]
    if len(names) > _MOST:
        raise ConfigError(f"alerts.rules: expected at most {_MOST} rules, found {len(names)}")
    return tuple(_rule(name, alerts, known) for name in names)


def in_force(loaded: Loaded) -> tuple[Rule, ...]:
    """Return the rules of these settings.

    Raises:
        ConfigError: as `rules`, with the file in which they stand.
    """
    try:
        return rules(loaded.config.alerts, KNOWN)
    except ConfigError as error:
        where = place(loaded.origins["alerts.rules"], str(error))
        raise ConfigError(f"{where}: {error}") from error


def _rule(name: str, alerts: Alerts, known: Collection[str]) -> Rule:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"alerts.rules.{name[:64]}: expected a name of at most 64 letters, digits, _ and -, "
            f"which begins with a letter, found {found(name)}"
        )
    table = {**DEFAULTS.get(name, {}), **alerts.rules.get(name, {})}
    for key in table:
        if key not in KEYS:
            hint = nearest(key, KEYS) or f"; expected one of {', '.join(KEYS)}"
            raise ConfigError(f'alerts.rules.{name}: unknown key "{key[:64]}"{hint}')
    if "expr" not in table:
        near = nearest(name, DEFAULTS, 0.7)
        raise ConfigError(
            f"alerts.rules.{name}: expected an expr, as there is no default rule of this name{near}"
        )
    values = Table(name, table, known)
    return Rule(
        name=name,
        expr=values.expression("expr"),
        for_s=values.duration("for"),
        keep_firing_for_s=values.duration("keep_firing_for"),
        minimum_events=values.count("minimum_events"),
        severity=values.severity("severity"),
        summary=values.summary("summary"),
        remedy=values.text("remedy"),
        labels=values.labels("labels"),
        channels=values.channels("channels"),
        repeat_s=values.duration("repeat", alerts.repeat_s, least_s=60.0),
        enabled=values.switch("enabled"),
        default=name in DEFAULTS,
    )
