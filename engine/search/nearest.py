"""Existing paths that are written like one that doesn't exist."""

from collections.abc import Sequence
from typing import Final

from anyio.lowlevel import checkpoint

from engine.search.live_code import is_backup
from engine.search.rg_output import show_path

_SHOWN: Final = 5
# Below this likeness (of 100) a name is another name, not a typo.
_LIKE: Final = 70.0
# About 3 ms of comparing.
_SLICE: Final = 2000


async def nearest_paths(text: str, files: Sequence[str]) -> tuple[str, ...]:
    """Return up to five of `files` whose end, of as many parts as `text` has, is most alike.

    Live files stand before equally alike ones in backup trees; the paths are printable.
    """
    # Here, because a search that finds its path doesn't need it.
    from rapidfuzz import fuzz, process

    depth = text.count("/") + 1
    scored: list[tuple[float, bool, int, str]] = []
    for start in range(0, len(files), _SLICE):
        part = files[start : start + _SLICE]
        written = ["/".join(path.rsplit("/", depth)[-depth:]) for path in part]
        alike = process.extract(text, written, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=None)
        scored += [
            (-score, is_backup(part[at]), part[at].count("/"), part[at]) for _, score, at in alike
        ]
        await checkpoint()
    scored.sort()
    return tuple(show_path(path.encode("utf-8", "surrogateescape")) for *_, path in scored[:_SHOWN])
