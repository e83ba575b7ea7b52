"""How a definition reads: its signature on one line, and the first line of its docstring."""

import re
from typing import Final

from engine.search.strings import string_end
from engine.search.structure.logical_lines import LogicalLine, suite_start
from engine.search.structure.mask import Masked

_LONGEST: Final = 300
_HEADER: Final = re.compile(r"(?:async\s+)?(?:def|class)\b")
_QUOTES: Final = re.compile(r"[rRuUbB]{0,2}('''|\"\"\"|'|\")")
_OPENING: Final = re.compile(r"([(\[{]) ")
_CLOSING: Final = re.compile(r",? ([)\]}])")


def signature(text: str, masked: Masked, line: LogicalLine) -> str:
    """Return the header of a class or function, or the whole of another statement, on one line."""
    code = line[4]
    end = suite_start(code) - 1 if _HEADER.match(code) else len(code)
    start = line[3]
    stop = start + (end if end > 0 else len(code))
    kept, at = [], start
    for first, last in masked.comments:
        if start <= first < stop:
            kept.append(text[at:first])
            at = last
    written = " ".join("".join((*kept, text[at:stop])).replace("\\\n", " ").split())
    written = _CLOSING.sub(r"\1", _OPENING.sub(r"\1", written))
    return written if len(written) <= _LONGEST else written[: _LONGEST - 1] + "…"


def docstring(text: str, line: LogicalLine, following: LogicalLine | None) -> str | None:
    """Return the first line of the docstring of the class or function whose header is `line`."""
    code = line[4]
    if not _HEADER.match(code):
        return None
    inline = code[suite_start(code) :]
    if inline.strip():
        at = line[3] + len(code) - len(inline.lstrip())
    elif following is not None and following[2] > line[2]:
        at = following[3]
    else:
        return None
    quotes = _QUOTES.match(text, at)
    if quotes is None or "b" in quotes[0].lower():
        return None
    held = text[quotes.end() : string_end(text, quotes.start(1)) - len(quotes[1])].strip()
    return held.partition("\n")[0].rstrip() or None
