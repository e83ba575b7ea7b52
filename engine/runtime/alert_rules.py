"""The rules as the settings' files have them now: read anew once those have changed.

A file that is being written may be half a file, and half a file may be one without rules. So what
changed is read when it stood still from one look to the next, and counts if it does so still.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.alerts.rules import Rule, in_force
from engine.config import Config, ConfigError, Loaded, again, options
from engine.config.schema import Alerts
from engine.config.sources import Stamp

# Of these sections the rest is taken when a session is opened.
_SECTIONS: Final = ("alerts", "slack", "email")
_TAKEN: Final = ("alerts.rules", "alerts.interval_s", "alerts.repeat_s", "alerts.send_resolved")
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of a change, in words: what is new of it, empty where nothing is.

    `problem` is why the files can't be used: what was read before stays in force then.
    """

    said: str = ""
    problem: str = ""


class RuleFiles:
    """Knows the rules of one session's settings; `look` is blocking work of microseconds."""

    def __init__(self, loaded: Loaded) -> None:
        """Read the rules.

        Raises:
            ConfigError: one can't be used; the sentence names it and its file.
        """
        self.rules = in_force(loaded)
        self._loaded = loaded
        self._read: Stamp | None = loaded.sources.stamp if loaded.sources else None
        self._seen = self._read

    @property
    def alerts(self) -> Alerts:
        """The settings that the rules are of."""
        return self._loaded.config.alerts

    def look(self) -> Reread | None:
        """Read the files once after each change and return what became of it; else None."""
        if (sources := self._loaded.sources) is None:
            return None
        now = sources.stamp_now()
        still, self._seen = now == self._seen, now
        if now == self._read or not still:
            return None
        found = self._reread()
        if sources.stamp_now() != now:
            return None  # somebody writes there; another look, another try
        self._read = now
        if isinstance(found, ConfigError):
            return Reread(problem=str(found))
        loaded, rules = found
        said = _changes(self.rules, rules, self._loaded, loaded)
        self._loaded, self.rules = loaded, rules
        return Reread(said)

    def _reread(self) -> tuple[Loaded, tuple[Rule, ...]] | ConfigError:
        try:
            loaded = again(self._loaded)
            return loaded, in_force(loaded)
        except ConfigError as error:
            return error


def _changes(before: Iterable[Rule], after: Iterable[Rule], old: Loaded, new: Loaded) -> str:
    said = _of_rules({one.name: one for one in before}, {one.name: one for one in after})
    was_s, is_s = old.config.alerts.interval_s, new.config.alerts.interval_s
    said += [f"evaluated every {is_s:g} s"] if is_s != was_s else []
    if later := _later(old.config, new.config):
        said.append(f"for a session that is opened anew: {_listed(later)}")
    known = set(map(str, old.ignored))
    found = [str(one) for one in new.ignored if one.name in _TAKEN]
    return "; ".join([*said, *(one for one in found if one not in known)])


def _of_rules(before: Mapping[str, Rule], after: Mapping[str, Rule]) -> list[str]:
    kinds = {
        "added": [name for name in after if name not in before],
        "changed": [name for name, one in after.items() if before.get(name, one) != one],
        "removed": [name for name in before if name not in after],
    }
    said = [f"{len(names)} {kind} ({_listed(names)})" for kind, names in kinds.items() if names]
    return [f"rules: {', '.join(said)}"] if said else []


def _later(old: Config, new: Config) -> list[str]:
    """Return the settings about alerts that have changed and are not taken before."""
    return [
        one.name
        for one in options()
        if one.section in _SECTIONS
        and one.name not in _TAKEN
        and getattr(getattr(old, one.section), one.key)
        != getattr(getattr(new, one.section), one.key)
    ]


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
