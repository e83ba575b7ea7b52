"""The stem of an English word, so that "computed", "computing" and "computation" are one.

M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980, with the two departures of its
author's own program: `-logi` to `-log`, and `-bli` to `-ble`.
"""

import re
from functools import lru_cache
from typing import Final

# Consonants and vowels of a whole word, as C and V; y is a vowel behind a consonant.
_MEASURE: Final = re.compile(r"V+C+")
_SHORT: Final = re.compile(r"(?:^|.*)CVC")

_STEP_2: Final = dict(
    pair.split(">")
    for pair in """
    ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous
    ization>ize ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive
    biliti>ble logi>log
    """.split()
)
_STEP_3: Final = dict(
    pair.split(">") for pair in "icate>ic ative> alize>al iciti>ic ical>ic ful> ness>".split()
)
_STEP_4: Final = (
    *("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion"),
    *("ou", "ism", "ate", "iti", "ous", "ive", "ize"),
)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a word in lower case; words of one or two letters stay as they are."""
    if len(word) <= 2 or not word.isascii():
        return word
    word = _plural(word)
    word = _past(word)
    if word.endswith("y") and "V" in _shape(word[:-1]):
        word = word[:-1] + "i"
    word = _replaced(word, _STEP_2)
    word = _replaced(word, _STEP_3)
    return _final(_stripped(word))


def _shape(word: str) -> str:
    shape = ""
    for at, letter in enumerate(word):
        vowel = letter in "aeiou" or (letter == "y" and at > 0 and shape[-1] == "C")
        shape += "V" if vowel else "C"
    return shape


def _measure(word: str) -> int:
    return len(_MEASURE.findall(_shape(word)))


def _short(word: str) -> bool:
    """Return whether it ends consonant, vowel, consonant, and not in w, x or y."""
    return _SHORT.fullmatch(_shape(word)) is not None and word[-1] not in "wxy"


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for suffix in ("ed", "ing"):
        base = word.removesuffix(suffix)
        if base != word:
            return _mended(base) if "V" in _shape(base) else word
    return word


def _mended(base: str) -> str:
    if base.endswith(("at", "bl", "iz")):
        return base + "e"
    double = len(base) > 1 and base[-1] == base[-2] and _shape(base)[-1] == "C"
    if double and base[-1] not in "lsz":
        return base[:-1]
    return base + "e" if _measure(base) == 1 and _short(base) else base


def _replaced(word: str, endings: dict[str, str]) -> str:
    """Replace the longest ending that fits, if what is before it has a measure."""
    fitting = [ending for ending in endings if word.endswith(ending)]
    if not fitting:
        return word
    ending = max(fitting, key=len)
    base = word.removesuffix(ending)
    return base + endings[ending] if _measure(base) else word


def _stripped(word: str) -> str:
    fitting = [ending for ending in _STEP_4 if word.endswith(ending)]
    if not fitting:
        return word
    ending = max(fitting, key=len)
    base = word.removesuffix(ending)
    if ending == "ion" and not base.endswith(("s", "t")):
        return word
    return base if _measure(base) > 1 else word


def _final(word: str) -> str:
    if word.endswith("e"):
        base = word[:-1]
        if _measure(base) > 1 or (_measure(base) == 1 and not _short(base)):
            word = base
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word
