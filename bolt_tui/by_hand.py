"""What an operator types: `:force graph open 10m because …`, `:pin limited`, `:silence NAME 2h`.

Pure: a text and the state in, an order or a sentence out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Final, Literal, get_args

from bolt_tui.state import ConsoleState
from engine.evidence import Level, clean

Verb = Literal["force", "pin", "release", "silence", "unsilence"]
How = Literal["open", "closed", "disabled"]

HOWS: Final[tuple[How, ...]] = get_args(How)
LEVELS: Final[tuple[Level, ...]] = ("full", "limited", "monitoring", "existing_tools")
TIMES: Final = ("10m", "1h")
_VERBS: Final[tuple[Verb, ...]] = get_args(Verb)
_TEXT: Final = re.compile(rf":({'|'.join(_VERBS)})(?:\s+(.*))?", re.DOTALL)
_BECAUSE: Final = re.compile(r"(?:^|\s+)because\b\s*(.*)$", re.DOTALL)
_TIME: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(s|m|min|h|d)")
_UNITS: Final[Mapping[str, float]] = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_USAGE: Final[Mapping[Verb, str]] = {
    "force": ":force CAPABILITY open|closed|disabled [10m] because REASON",
    "pin": ":pin LEVEL [10m] because REASON",
    "release": ":release CAPABILITY, or :release level",
    "silence": ":silence NAME [2h] because REASON",
    "unsilence": ":unsilence NAME, or the id of a silence",
}
SILENCE_S: Final = 3600.0


class BadOrder(ValueError):
    """The text is no order as it stands; the sentence says what was expected and found."""


@dataclass(frozen=True, slots=True)
class Force:
    """Hold a circuit; without `for_s` until it is released. The reason may still be missing."""

    capability: str
    how: How
    for_s: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Pin:
    """Hold the level."""

    level: Level
    for_s: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Release:
    """Let a capability go by itself again, or the level, which is named "level"."""

    name: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Tell nobody of what fits all of these labels; "rule" counts as one."""

    matchers: tuple[tuple[str, str], ...]
    for_s: float
    reason: str

    @property
    def name(self) -> str:
        """What it fits: the rule's name where that is all."""
        if len(self.matchers) == 1 and self.matchers[0][0] == "rule":
            return self.matchers[0][1]
        return " ".join(f"{label}={value}" for label, value in self.matchers)


@dataclass(frozen=True, slots=True)
class Unsilence:
    """End these silences, all of one name."""

    name: str
    silences: tuple[str, ...]


Order = Force | Pin | Release | Silence | Unsilence


def is_order(text: str) -> bool:
    """Return whether a text is meant as one of these."""
    return _TEXT.fullmatch(text.strip()) is not None


def order_of(text: str, state: ConsoleState) -> Order | None:
    """Return what the text orders; None where it is something else.

    Raises:
        BadOrder: a name, way or time is none, or there is nothing to release.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        return None
    verb: Verb = next(verb for verb in _VERBS if verb == found[1])
    said = found[2] or ""
    because = _BECAUSE.search(said)
    reason = clean(" ".join(because[1].split())) if because else ""
    words = (said[: because.start()] if because else said).split()
    if not words:
        raise BadOrder(f":{verb}: expected a name, found none; type {_USAGE[verb]}")
    return _READERS[verb](words, reason, state)


def completions(text: str, state: ConsoleState) -> list[str]:
    """Return whole orders that begin as the text does."""
    found = _TEXT.fullmatch(text)
    if found is None or found[2] is None:
        return []
    verb, words = found[1], found[2].split(" ")
    steps: tuple[Iterable[str], ...]
    if verb == "force":
        steps = (_present(state), HOWS, (*TIMES, "because "), ("because ",))
    elif verb == "pin":
        steps = (LEVELS, (*TIMES, "because "), ("because ",))
    elif verb == "silence":
        steps = (state.alerts.rules(), (*TIMES, "because "), ("because ",))
    else:
        steps = (_held(state) if verb == "release" else sorted(_silenced(state)),)
    if len(words) > len(steps) or "because" in words[:-1]:
        return []
    head = text[: len(text) - len(words[-1])]
    offers = (word for word in steps[len(words) - 1] if word.startswith(words[-1]))
    return [head + word for word in offers if head + word != text]


def _force(words: list[str], reason: str, state: ConsoleState) -> Force:
    name, *rest = words
    circuit = state.circuits.get(name)
    if circuit is None:
        raise BadOrder(f":force: {_unknown('capability', name, _present(state))}")
    if circuit.state == "absent":
        raise BadOrder(f":force: {name} is absent: {circuit.cause}; there is nothing to force")
    if not rest:
        ways = ", ".join(HOWS)
        raise BadOrder(f":force {name}: expected one of {ways}, found nothing more")
    how = next((how for how in HOWS if how == rest[0]), None)
    if how is None:
        raise BadOrder(f":force {name}: {_unknown('way', rest[0], HOWS)}")
    return Force(name, how, _for_s(f":force {name} {how}", rest[1:]), reason)


def _pin(words: list[str], reason: str, state: ConsoleState) -> Pin:
    name, *rest = words
    level = next((level for level in LEVELS if level == name.replace("-", "_")), None)
    if level is None:
        raise BadOrder(f":pin: {_unknown('level', name, LEVELS)}")
    cap = state.level.cap if state.level else "full"
    if LEVELS.index(level) < LEVELS.index(cap):
        allowed = f"phase in [rollout] allows no more than {cap}"
        raise BadOrder(f":pin {level}: {allowed}; pin that or lower")
    return Pin(level, _for_s(f":pin {level}", rest), reason)


def _silence(words: list[str], reason: str, state: ConsoleState) -> Silence:  # noqa: ARG001
    named = [words[0], *takewhile(lambda word: "=" in word, words[1:])]
    fits = tuple(
        (label, value) if equals else ("rule", label)
        for label, equals, value in (word.partition("=") for word in map(clean, named))
    )
    for_s = _for_s(f":silence {clean(words[0])}", words[len(named) :])
    return Silence(fits, for_s or SILENCE_S, reason)


def _unsilence(words: list[str], _: str, state: ConsoleState) -> Unsilence:
    name, known = clean(" ".join(words)), _silenced(state)
    if name in known:
        return Unsilence(name, tuple(known[name]))
    for fits, silences in known.items():
        if name in silences:
            return Unsilence(fits if len(silences) == 1 else f"{fits} ({name})", (name,))
    raise BadOrder(f":unsilence: {_unknown('silence', name, sorted(known))}")


def _silenced(state: ConsoleState) -> dict[str, list[str]]:
    """Return the silences in force by what they fit."""
    found: dict[str, list[str]] = {}
    for one in state.alerts.in_force(state.wall_s or 0.0):
        fits = Silence(tuple(sorted(one.matchers.items())), 0.0, "")
        found.setdefault(fits.name, []).append(one.silence)
    return found


def _release(words: list[str], _: str, state: ConsoleState) -> Release:
    name = " ".join(words)
    held = _held(state)
    if name in held:
        return Release(name)
    if name == "level":
        raise BadOrder(":release level: the level is not pinned; there is nothing to release")
    if name in state.circuits:
        what = "is not forced; there is nothing to release"
        raise BadOrder(f":release: {name} {what}")
    raise BadOrder(f":release: {_unknown('capability', name, [*_present(state), 'level'])}")


_READERS: Final[Mapping[Verb, Callable[[list[str], str, ConsoleState], Order]]] = {
    "force": _force,
    "pin": _pin,
    "release": _release,
    "silence": _silence,
    "unsilence": _unsilence,
}


def _for_s(where: str, words: list[str]) -> float | None:
    """Return the time in seconds; None where none was given."""
    text = " ".join(word for word in words if word != "for")
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if found is None or not float(found[1]):
        expected = "expected a time like 10m or 1h, or because and a reason"
        raise BadOrder(f'{where}: {expected}, found "{clean(text)}"')
    return float(found[1]) * _UNITS[found[2]]


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    from engine.config.options import nearest  # not needed for the first paint

    names = list(known)
    if not names:
        return f"there is no {what}"
    hint = nearest(name, names) or f"; expected one of {', '.join(names)}"
    return f'there is no {what} "{clean(name)}"{hint}'


def _present(state: ConsoleState) -> list[str]:
    return sorted(name for name, one in state.circuits.items() if one.state != "absent")


def _held(state: ConsoleState) -> list[str]:
    """Return what is held by hand now."""
    forced = sorted(name for name, one in state.circuits.items() if one.forced)
    return [*forced, *(["level"] if state.level and state.level.pinned else [])]
