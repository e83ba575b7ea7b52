"""Random queries cut from the files of a project."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from engine.search.errors import PatternError
from engine.search.text_query import TextQuery, check_pattern

_WORD = re.compile(r"\w+")
_TYPES = ("py", "md", "json", "txt", "c", "yaml", "sh")
_ITEMS = (
    *[r"\w+", r"\d", r"\s*", r"\S", ".", ".*", ".+?", "[a-z]", "[^ ]", r"[\w.]*", "[[:alpha:]]"],
    *["[]a]", r"\b", "$", "^", "x?", "(?:a|b)?", "e{2}", "a{0,3}", "o{1,}", "(?P<n>.)", "|"],
    *[r"[^\W_]", "(ab|cd)+", r"\t", r"\.", "()", r"\B", "é", "ſ", "(?i:s)", "(?i)", "[k-s]"],
    *[
        "[&&a]",
        r"\pL",
        r"\x41",
        r"\u{17f}",
        "a**",
        "[a-",
        "(",
        ")",
        "{",
        "{2",
        "*",
        "\\",
        "[[.a.]]",
    ],
    *[r"\<", r"\b{start}", "a{,3}", "(?x) a b", "[~--a]", r"\-", r"\/", r"\_", r"\z", r"\A", "\r"],
)


class Queries:
    """Queries about the files below `root`; `files` are their names."""

    def __init__(self, random: Random, root: str, files: Sequence[str]) -> None:
        self._random = random
        self._root = Path(root)
        self._files = files

    def one(self) -> TextQuery:
        """Return a query with a pattern that may be asked for."""
        while True:
            query = self._one()
            try:
                check_pattern(query)
            except PatternError:
                continue
            return query

    def _one(self) -> TextQuery:
        choose = self._random.random
        regex = choose() < 0.6
        return TextQuery(
            self._regex() if regex else self._cut(),
            regex=regex,
            word=choose() < 0.3,
            ignore_case=choose() < 0.3,
            smart_case=choose() < 0.3,
            paths=self._paths() if choose() < 0.3 else (),
            suffixes=(Path(self._file()).suffix or ".py",) if choose() < 0.1 else (),
            types=tuple(self._random.sample(_TYPES, 1 + (choose() < 0.3)))
            if choose() < 0.1
            else (),
        )

    def _file(self) -> str:
        return self._random.choice(self._files)

    def _line(self) -> str:
        for _ in range(20):
            try:
                data = (self._root / self._file()).read_bytes()
            except OSError:
                continue
            form = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
            lines = [line for line in data.decode(form, "replace").split("\n") if line.strip()]
            if lines:
                return self._random.choice(lines)
        return "import os"

    def _cut(self) -> str:
        line = self._line()
        words = list(_WORD.finditer(line))
        if words and self._random.random() < 0.5:
            first = self._random.choice(words)
            last = self._random.choice(words[words.index(first) :][:3])
            text = line[first.start() : last.end()]
        else:
            size = self._random.choice((1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 40))
            at = self._random.randrange(max(1, len(line) - size + 1))
            text = line[at : at + size]
        if self._random.random() < 0.2:
            change = self._random.choice((str.upper, str.lower, str.swapcase, str.title))
            text = change(text)
        return text[:300]

    def _regex(self) -> str:
        shapes: list[Callable[[], str]] = [
            lambda: re.escape(self._cut()),
            self._cut,
            lambda: _WORD.sub(lambda _: r"\w+", self._cut(), count=1),
            lambda: "|".join(re.escape(self._cut()) for _ in range(self._random.randint(2, 5))),
            lambda: f"({self._cut()}|{self._cut()}){self._random.choice(_ITEMS)}",
            lambda: "^" + re.escape(self._line()[: self._random.randint(1, 30)]),
            lambda: re.escape(self._line()[-self._random.randint(1, 12) :]) + "$",
            self._mixed,
            self._mixed,
            self._mixed,
            lambda: self._random.choice(_ITEMS) + self._random.choice(_ITEMS),
        ]
        return self._random.choice(shapes)()

    def _mixed(self) -> str:
        parts: list[str] = []
        for _ in range(self._random.randint(1, 4)):
            parts.append(re.escape(self._cut()[:8]))
            parts.append(self._random.choice(_ITEMS))
        return "".join(parts)

    def _paths(self) -> tuple[str, ...]:
        """Return files and folders, some within others."""
        found: list[str] = []
        for _ in range(self._random.choice((1, 1, 2, 3))):
            path = Path(self._file())
            above = [str(parent) for parent in path.parents]
            found.append(self._random.choice([str(path), *above]))
        return tuple(found)
