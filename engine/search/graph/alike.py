"""Existing names that are written like one that doesn't exist; standard library only."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Final

from engine.search.live_code import liveliness

_LIKE: Final = 0.8
# Pairs of letters in common leave this many that are looked at closely.
_CLOSELY: Final = 40


def nearest(text: str, names: Iterable[str], limit: int = 5) -> list[str]:
    """Return up to `limit` of `names` that are most like `text`, the most alike first.

    Names that share no pair of letters with it are not looked at; of the others those with most
    pairs in common are compared closely.
    """
    wanted = _pairs(text.lower())
    if not wanted:
        return []
    shared = []
    for name in names:
        pairs = _pairs(name.lower())
        common = len(wanted & pairs)
        if common and 2 * common / (len(wanted) + len(pairs)) > _LIKE / 2:
            shared.append((-common / len(wanted | pairs), name))
    closest = sorted(shared)[:_CLOSELY]
    scored = [
        (-SequenceMatcher(None, text.lower(), name.lower()).ratio(), name) for _, name in closest
    ]
    return [name for score, name in sorted(scored) if -score >= _LIKE][:limit]


def nearest_paths(text: str, paths: Iterable[str], limit: int = 5) -> list[str]:
    """Return up to `limit` of `paths` whose end, of as many parts as `text` has, is most alike.

    Of equal ends live files come before copies.
    """
    depth = text.count("/") + 1
    ends: dict[str, list[str]] = {}
    for path in paths:
        ends.setdefault("/".join(path.rsplit("/", depth)[-depth:]), []).append(path)
    found = [
        path for end in nearest(text, ends, limit) for path in sorted(ends[end], key=liveliness)
    ]
    return found[:limit]


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text} - {""}
