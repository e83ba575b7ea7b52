"""What the process that knows a project's Python files tells of itself."""

import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from engine.search.code_facts import CodeFacts
from engine.search.facts import Facts, Json, Question

_SHOWN_UNREAD: Final = 50


def _state(facts: Facts, _: Mapping[str, Json]) -> Json:
    """Tell what is known: counts, the first unread files with their reasons, the cache, memory."""
    assert isinstance(facts, CodeFacts)
    unread = facts.unread
    return {
        "files": len(facts.files),
        "python": len(facts.python),
        "unread": len(unread),
        "unread_files": sorted(unread.items())[:_SHOWN_UNREAD],
        "scanned": facts.scanned,
        "cache": facts.cache,
        "memory_bytes": _memory_bytes(),
        "peak_memory_bytes": _peak_memory_bytes(),
    }


def _refresh(facts: Facts, _: Mapping[str, Json]) -> Json:
    """Read again, when they are next asked for, also the unread files that did not change."""
    assert isinstance(facts, CodeFacts)
    facts.forget_failures()
    return _state(facts, {})


def _memory_bytes() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None  # not told on this system
    return pages * os.sysconf("SC_PAGE_SIZE")


def _peak_memory_bytes() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


QUESTIONS: Final[dict[str, Question]] = {
    "project.state": _state,
    "project.refresh": _refresh,
}
