"""Whether the characters on either side of a match belong to a word, as ripgrep's `\\w` has it.

That is Unicode's Alphabetic, marks, decimal digits, connecting punctuation and the two joiners
(Unicode Technical Standard 18, annex C). Python knows categories, not all of these properties, so a
character that it can't place is left to ripgrep.
"""

import unicodedata
from typing import Final, Literal

Standing = Literal[0, 1, 2]
APART: Final = 0
WORD: Final = 1
UNSURE: Final = 2

_LONGEST: Final = 4
_IN_WORDS: Final = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Nd", "Mn", "Mc", "Me", "Pc"))
_NEVER: Final = frozenset(
    ("Zs", "Zl", "Zp", "Po", "Ps", "Pe", "Pd", "Pi", "Pf", "Sm", "Sc", "Sk", "Cc")
)
# Symbols outside of these blocks are no letters in any version of Unicode: Other_Alphabetic has
# only enclosed ones.
_ENCLOSED: Final = ((0x2460, 0x24FF), (0x1F100, 0x1F1FF))


def before(text: bytes | bytearray, at: int) -> Standing:
    """Return how the character that ends before `at` stands, which isn't ASCII."""
    start = at - 1
    while start > max(0, at - _LONGEST) and text[start] & 0xC0 == 0x80:
        start -= 1
    return _standing(text[start:at])


def behind(text: bytes | bytearray, at: int) -> Standing:
    """Return how the character that begins at `at` stands, which isn't ASCII."""
    end = at + 1
    while end < min(len(text), at + _LONGEST) and text[end] & 0xC0 == 0x80:
        end += 1
    return _standing(text[at:end])


def _standing(encoded: bytes | bytearray) -> Standing:
    try:
        char = encoded.decode()
    except UnicodeDecodeError:
        return UNSURE
    if len(char) != 1:
        return UNSURE
    category = unicodedata.category(char)
    if category in _IN_WORDS:
        return WORD
    if category in _NEVER:
        return APART
    if category == "So":
        enclosed = any(low <= ord(char) <= high for low, high in _ENCLOSED)
        return UNSURE if enclosed else APART
    return UNSURE
