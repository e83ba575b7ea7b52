"""Regular expressions that Python reads as ripgrep does, for lines in ASCII.

To start ripgrep takes milliseconds, and most expressions that people search for are made of what
both engines share: literals, sets, simple repetitions, alternatives. Only those are read here; a
repetition of a group, which can take Python forever, is none of them.
"""

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from engine.search.text_query import TextQuery

_MAX_CHARS: Final = 200
_MAX_REPETITIONS: Final = 2
# Steps that the slowest of the admitted expressions may take on all lines together.
_MAX_STEPS: Final = 5_000_000
_ATOM: Final = r"""(?:
    [^\\.+*?()|\[\]{}^$]
    |\.
    |\\[wdsWDS\\.+*?()|\[\]{}^$/-]
    |\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[^\[\]\\&~|^-]|\\[wds\\\]\[.-])+\]
)"""
_PLAIN: Final = re.compile(
    rf"(?:{_ATOM}(?:[*+?]\??(?![*+?{{]))?|\\b(?![*+?{{])|[|^$](?![*+?])|\((?:\?:)?(?![*+?])|\)(?![*+?{{]))+",
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_SET: Final = re.compile(r"\[\^?[^\]]+\]")


class PlainRegex:
    """One expression, compiled by Python."""

    def __init__(self, pattern: re.Pattern[bytes], repetitions: int) -> None:
        self._pattern = pattern
        self._power = repetitions + 1

    def can_decide(self, lines: Sequence[bytes | bytearray]) -> bool:
        """Return whether all of these lines take no longer than ripgrep would."""
        steps: int = sum(len(line) ** self._power for line in lines)
        return steps <= _MAX_STEPS

    def matches(self, line: bytes | bytearray) -> bool:
        return self._pattern.search(line) is not None


@lru_cache(maxsize=256)
def plain_regex(query: TextQuery) -> PlainRegex | None:
    """Return the query's expression; None where Python might read it otherwise than ripgrep."""
    pattern = query.pattern
    if not query.regex or query.smart_case or len(pattern) > _MAX_CHARS or not pattern.isascii():
        return None
    repetitions = len(re.findall(r"[*+]", _SET.sub("", _ESCAPE.sub("", pattern))))
    if repetitions > _MAX_REPETITIONS or not _PLAIN.fullmatch(pattern):
        return None
    whole = rf"(?<!\w)(?:{pattern})(?!\w)" if query.word else pattern
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(whole.encode(), re.IGNORECASE if query.ignore_case else 0)
    except (re.error, FutureWarning, DeprecationWarning):
        return None
    return PlainRegex(compiled, repetitions)
