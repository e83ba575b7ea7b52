"""A regular expression that is compiled when it is first used.

To read one question takes few of the patterns that all of them together need, and to compile those
costs a start a tenth of a second.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any


class Pattern:
    """Stands for `re.compile(text, flags)`; a faulty expression fails at its first use."""

    def __init__(self, text: str, flags: int = 0) -> None:
        self.text = text
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.text, self._flags)

    def search(self, text: str, begin: int = 0) -> re.Match[str] | None:
        return self.compiled.search(text, begin)

    def match(self, text: str, begin: int = 0) -> re.Match[str] | None:
        return self.compiled.match(text, begin)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text)

    def findall(self, text: str) -> list[Any]:
        return self.compiled.findall(text)

    def split(self, text: str) -> list[Any]:
        return self.compiled.split(text)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        return self.compiled.sub(new, text, count=count)
