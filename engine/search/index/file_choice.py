"""Which of the project's files a query looks at: by folder, ending and type."""

import os
import re
import subprocess
from collections.abc import Callable, Container, Iterable
from functools import lru_cache
from typing import Final

from engine.search.ripgrep import BASE_FLAGS
from engine.search.text_query import TextQuery

Chosen = Callable[[bytes], bool]
_ASK_S: Final = 10.0
_GLOB_PART: Final = re.compile(r"\*|\?|\[[^\]]+\]|\{[^{}]*\}|.", re.DOTALL)
# What these would mean isn't read here.
_UNREAD: Final = re.compile(r"\*\*|/|\\")
_SPECIAL: Final = re.compile(r"[*?\[\]{}\\/!:,]")
_NOTHING: Final = re.compile(r"(?!)")


class FileChoice:
    """Reads ripgrep's own file types, once."""

    def __init__(self, rg: str) -> None:
        self._rg = rg
        self._types: dict[str, re.Pattern[str] | None] | None = None

    def of(
        self,
        query: TextQuery,
        known: Iterable[bytes],
        searched: Container[bytes],
        hidden: Container[bytes],
    ) -> Chosen | None:
        """Return what tells a query's files from others; None where only ripgrep can.

        Args:
            known: the files of the universe, hidden ones too.
            searched: those of them that are text. A file that is named and isn't one of these is
                ignored, binary or not there: no matter of the index.
        """
        kinds = self._kinds(query)
        places = _places(query.paths, known, searched)
        if kinds is None or places is None:
            return None
        files, folders = places

        def chosen(path: bytes) -> bool:
            # A file that is named is searched whatever its kind, and whether it is hidden or not.
            if path in files:
                return True
            fits = _has_name(path, kinds) if kinds else path not in hidden
            return fits and path.startswith(folders)

        return chosen

    def _kinds(self, query: TextQuery) -> list[re.Pattern[str]] | None:
        """Return what names may look like, one of them at least; None where that can't be said."""
        if any(_SPECIAL.search(suffix) for suffix in query.suffixes):
            return None
        types = [self._type(name) for name in query.types]
        known = [pattern for pattern in types if pattern is not None]
        if len(known) < len(types):
            return None
        if query.suffixes:
            known.append(_pattern([f"*{suffix}" for suffix in query.suffixes]) or _NOTHING)
        return known

    def _type(self, name: str) -> re.Pattern[str] | None:
        if self._types is None:
            self._types = _read_types(self._rg)
        return self._types.get(name)


def _places(
    paths: Iterable[str], known: Iterable[bytes], searched: Container[bytes]
) -> tuple[set[bytes], tuple[bytes, ...]] | None:
    """Return the files and the beginnings of paths that are meant."""
    files: set[bytes] = set()
    folders: set[bytes] = set()
    for name in paths:
        path = os.fsencode(name).removeprefix(b"./").rstrip(b"/")
        if path in (b"", b"."):
            folders.add(b"")
        elif path in searched:
            files.add(path)
        elif any(one.startswith(path + b"/") for one in known):
            folders.add(path + b"/")
        else:
            return None
    return files, tuple(folders) if paths else (b"",)


def _has_name(path: bytes, patterns: list[re.Pattern[str]]) -> bool:
    name = path.rpartition(b"/")[2].decode("utf-8", "surrogateescape")
    return any(pattern.match(name) for pattern in patterns)


def _read_types(rg: str) -> dict[str, re.Pattern[str] | None]:
    try:
        listed = subprocess.run(
            [rg, *BASE_FLAGS, "--type-list"], capture_output=True, timeout=_ASK_S, check=False
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    types: dict[str, re.Pattern[str] | None] = {}
    for line in listed.decode("utf-8", "replace").splitlines():
        name, _, globs = line.partition(": ")
        types[name] = _pattern(globs.split(", "))
    return types


def _pattern(globs: list[str]) -> re.Pattern[str] | None:
    if any(_UNREAD.search(glob) for glob in globs):
        return None
    return re.compile("|".join(f"(?:{_translated(glob)})\\Z" for glob in globs), re.DOTALL)


@lru_cache
def _translated(glob: str) -> str:
    return "".join(map(_part, _GLOB_PART.findall(glob)))


def _part(part: str) -> str:
    if part == "*":
        return ".*"
    if part == "?":
        return "."
    if part.startswith("[") and len(part) > 1:
        inside = part[1:-1].replace("\\", "\\\\")
        return f"[^{inside[1:]}]" if inside.startswith(("!", "^")) else f"[{inside}]"
    if part.startswith("{") and len(part) > 1:
        return "(?:" + "|".join(_translated(one) for one in part[1:-1].split(",")) + ")"
    return re.escape(part)
