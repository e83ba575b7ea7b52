"""Who is not to be told of what, and until when: one silence, and whom it fits."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from engine.alerts.errors import BadSilence
from engine.alerts.rule_keys import LABEL, LONGEST_LABEL
from engine.config.options import nearest
from engine.evidence import clean

LONGEST_S: Final = 30 * 86_400.0
ID: Final = re.compile(r"[0-9a-f]{8}")
_MOST_MATCHERS: Final = 20
_LONGEST_REASON: Final = 500


class Silence(Struct, frozen=True, kw_only=True):
    """`matchers` are label values that all have to fit; "rule" and "severity" count as labels."""

    id: str
    matchers: dict[str, str]
    starts_s: float
    until_s: float
    by: str = ""
    reason: str = ""
    ended: bool = False  # before its time

    def fits(self, rule: str, severity: str, labels: Mapping[str, str]) -> bool:
        """Return whether every matcher fits this alert."""
        seen = {**labels, "rule": rule, "severity": severity}
        return all(seen.get(name) == value for name, value in self.matchers.items())

    def left_s(self, wall_s: float) -> float:
        """Return how long it still lasts; not above 0: it is over.

        It is never longer than it was made for, wherever the clock was set since.
        """
        return 0.0 if self.ended else min(self.until_s - wall_s, self.until_s - self.starts_s)


class Made(NamedTuple):
    """A silence that was made; `stands` was there before, fits the same and more, and lasts."""

    silence: Silence
    stands: Silence | None


def silenced(
    silences: Sequence[Silence], rule: str, severity: str, labels: Mapping[str, str]
) -> Silence | None:
    """Return the one that mutes this alert longest, None where nobody does; all of them last."""
    fitting = [one for one in silences if one.fits(rule, severity, labels)]
    return max(fitting, key=lambda one: one.until_s, default=None)


def standing(silences: Sequence[Silence], matchers: Mapping[str, str]) -> Silence | None:
    """Return the one that mutes longest all that these matchers fit, None where none does."""
    fitting = [one for one in silences if one.matchers.items() <= matchers.items()]
    return max(fitting, key=lambda one: one.until_s, default=None)


def silence(
    name: str,
    matchers: Mapping[str, str],
    starts_s: float,
    for_s: float,
    by: str = "",
    reason: str = "",
) -> Silence:
    """Return a silence from now on.

    Raises:
        BadSilence: it would fit everything, nothing, or would last for too long.
    """
    if not matchers or len(matchers) > _MOST_MATCHERS:
        raise BadSilence(
            f"expected 1 to {_MOST_MATCHERS} of rule=NAME, severity=NAME and label=value, "
            f"found {len(matchers) or 'none'}; a silence of everything is not made"
        )
    if not 0 < for_s <= LONGEST_S:
        raise BadSilence(
            f"expected a silence for more than 0 s and at most 30 days, found {for_s:g} s"
        )
    if len(reason) > _LONGEST_REASON:
        raise BadSilence(
            f"expected a reason of at most {_LONGEST_REASON} characters, found {len(reason)}"
        )
    return Silence(
        id=name,
        matchers={key: _value(key, value) for key, value in matchers.items()},
        starts_s=starts_s,
        until_s=starts_s + for_s,
        by=clean(by),
        reason=clean(" ".join(reason.split())),
    )


def matchers(words: Sequence[str], alerts: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Read what to silence: names of rules, one silence each, and `label=value`, which all have
    to fit in each of them.

    `alerts` are the labels, "rule" and "severity" among them, of what there is to silence.

    Raises:
        BadSilence: there is no such rule or label, or one stands twice.
    """
    names, terms = list[str](), dict[str, str]()
    for word in words:
        label, equals, value = word.partition("=")
        if not equals:
            names.append(word)
        elif label in terms:
            raise _twice(label)
        else:
            terms[label] = _value(label, value)
    if (names and "rule" in terms) or len(set(names)) < len(names):
        raise _twice("rule")
    wanted = [{"rule": name, **terms} for name in names] or [terms]
    for one in wanted if words else ():
        _check_fits(one, alerts)
    return wanted


def _twice(label: str) -> BadSilence:
    return BadSilence(f'expected "{label[:64]}" once, as all have to fit; found it twice')


def _check_fits(wanted: Mapping[str, str], alerts: Sequence[Mapping[str, str]]) -> None:
    rules = list(dict.fromkeys(one["rule"] for one in alerts))
    rule = wanted.get("rule")
    if rule is not None and rule not in rules:
        hint = nearest(rule, rules) or f"; expected one of {', '.join(rules)}"
        raise BadSilence(f'there is no rule "{rule[:64]}"{hint}')
    if any(wanted.items() <= one.items() for one in alerts):
        return
    of = [one for one in alerts if rule in (None, one["rule"])]
    there = sorted({f"{k}={v}" for one in of for k, v in one.items() if k != "rule"})
    terms = " ".join(f"{name}={value}" for name, value in wanted.items() if name != "rule")
    whose = "no rule has" if rule is None else f"{rule} does not have"
    raise BadSilence(f"{whose} {terms}; there are: {', '.join(there)}")


def _value(label: str, value: str) -> str:
    if not LABEL.fullmatch(label):
        raise BadSilence(
            f'expected label=value with a label of letters a-z and _, found "{label[:64]}"'
        )
    cleaned = clean(" ".join(value.split()))
    if not 0 < len(cleaned) <= LONGEST_LABEL:
        raise BadSilence(
            f"{label}: expected a value of 1 to {LONGEST_LABEL} characters, found {len(cleaned)}"
        )
    return cleaned
