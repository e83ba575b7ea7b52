"""A line as it would be typed for grep or ripgrep: `grep -w delta in src`, `rg '^def ' src/math`.

Such a line is the exact command `:search` in other words, and becomes that.
"""

import re
import shlex
from dataclasses import dataclass, field
from typing import Final

from engine.agents.pattern import Pattern

_BEGINS: Final = Pattern(r"\s*(grep|egrep|fgrep|rg|ripgrep)\s+\S", re.IGNORECASE)
_EXPRESSION: Final = Pattern(r"[\\^$*+?\[\](){}|]|\.[*+?]")
# Of basic expressions only what is an operator there is one here.
_BASIC: Final = Pattern(r"^\^|\$$|\.\*|\[[^\]]+\]|\\[wbs]|\\\|")
_NEEDLESS: Final = frozenset("n r R H s I".split())
_SAME: Final = frozenset("w i S l c".split())
_WITH_VALUE: Final = {"t": "-t", "g": "-g", "C": "-C", "A": "-C", "B": "-C"}
_LONG: Final = {
    "--type": "-t",
    "--glob": "-g",
    "--include": "-g",
    "--context": "-C",
    "--ignore-case": "-i",
    "--word-regexp": "-w",
    "--smart-case": "-S",
    "--count": "-c",
    "--files-with-matches": "-l",
    "--hidden": "--hidden",
    "--no-ignore": "--hidden",
}
_VALUED: Final = frozenset(("-t", "-g", "-C"))
_WORD_AND_PLACE: Final = 2
_IN: Final = frozenset(("in", "under", "inside", "within"))
_AND: Final = frozenset(("and", "or"))


@dataclass(frozen=True, slots=True)
class GrepLine:
    """The `:search` command that a line means, if all of `places` are files or folders.

    Attributes:
        places: those that only a look can tell from more words to search for.
        bare: nothing but a word and a place: it has to be there under that very path.
    """

    command: str
    places: tuple[str, ...] = ()
    bare: bool = False


@dataclass(slots=True)
class _Read:
    options: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    pattern: str | None = None
    literal: bool = False
    typed: bool = False  # an option that changes nothing here, but is one
    extended: bool = False


def read(text: str) -> GrepLine | None:
    """Return what the line means; None where it is a sentence, or has an option not known here."""
    begin = _BEGINS.match(text)
    if begin is None:
        return None
    try:
        program, *given = shlex.split(text)
    except ValueError:
        return None
    found = _options(given)
    if found is None:
        return None
    return _line(program.lower(), found, text)


def _options(given: list[str]) -> _Read | None:
    found, rest = _Read(), list(given)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.words += rest
            break
        if word.startswith("--"):
            name, _, value = word.partition("=")
            option = _LONG.get(name)
            if option is None or not _take(found, option, value, rest):
                return None
        elif word.startswith("-") and len(word) > 1:
            if not _letters(found, word[1:], rest):
                return None
        else:
            found.words.append(word)
    return found


def _take(found: _Read, option: str, value: str, rest: list[str]) -> bool:
    if option not in _VALUED:
        found.options.append(option)
        return not value
    if not value and not rest:
        return False
    found.options += [option, value or rest.pop(0)]
    return True


def _letters(found: _Read, letters: str, rest: list[str]) -> bool:
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in _WITH_VALUE:
            return _take(found, _WITH_VALUE[letter], letters, rest)
        if letter == "e":
            if found.pattern is not None or not (letters or rest):
                return False
            found.pattern = letters or rest.pop(0)
            return True
        if letter in _SAME:
            found.options.append(f"-{letter}")
        elif letter in "EP":
            found.extended = True
        elif letter == "F":
            found.literal = True
        elif letter in _NEEDLESS:
            found.typed = True
        else:
            return False
    return True


def _line(program: str, found: _Read, text: str) -> GrepLine | None:
    words = found.words[1:] if found.words[:1] == ["for"] and len(found.words) > 1 else found.words
    if found.pattern is None:
        if not words:
            return None
        at = next((n for n, word in enumerate(words) if n and word.lower() in _IN), 0)
        cut = at or 1
        pattern, places = " ".join(words[:cut]), words[cut + 1 :] if at else words[1:]
    else:
        pattern, places = found.pattern, words
    places = [place.rstrip(",") for place in places if place.lower() not in _AND]
    said = found.options or found.extended or found.literal or found.typed or found.pattern
    quoted = any(quote in text for quote in "\"'") and (places or _EXPRESSION.search(pattern))
    bare = not (said or quoted or any("/" in place for place in places))
    if bare and (len(places) != 1 or len(found.words) != _WORD_AND_PLACE):
        return None
    options = [*found.options, *(["--regex"] if _is_regex(program, found, pattern) else [])]
    command = f":search {shlex.join([*options, '--', pattern, *places])}"
    # Whoever types -rn types a command: a place that isn't there is told as missing.
    unsure = () if found.typed else tuple(place for place in places if "/" not in place)
    return GrepLine(command, unsure, bare)


def _is_regex(program: str, found: _Read, pattern: str) -> bool:
    if found.literal or program == "fgrep":
        return False
    if found.extended or program in ("egrep", "rg", "ripgrep"):
        return bool(_EXPRESSION.search(pattern) or "." in pattern)
    return bool(_BASIC.search(pattern))
