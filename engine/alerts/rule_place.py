"""Where in a settings file a rule, or a key of one, stands."""

import re
from pathlib import Path
from typing import Final

from engine.config.origin import Origin

_ABOUT: Final = re.compile(r"alerts\.rules\.([A-Za-z][A-Za-z0-9_-]*)(?:\.([a-z_]+))?:")


def place(origin: Origin, sentence: str) -> Origin:
    """Return the place that a sentence about a rule is about; `origin` where that can't be told.

    `origin` is the place of the first rule in its file, the sentence begins with rule and key.
    """
    about = _ABOUT.match(sentence)
    if about is None or origin.line is None:
        return origin
    try:
        lines = Path(origin.place).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return origin
    line = _line(lines, about[1], about[2])
    return origin if line is None else Origin(origin.place, line)


def _line(lines: list[str], name: str, key: str | None) -> int | None:
    """Return the line of the key below the rule's header, else that of the header, from 1."""
    header = re.compile(rf"""\s*\[\s*alerts\s*\.\s*rules\s*\.\s*["']?{re.escape(name)}["']?\s*]""")
    setting = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""") if key else None
    found: int | None = None
    for number, text in enumerate(lines, start=1):
        if header.match(text):
            found = number
        elif found is not None and text.lstrip().startswith("["):
            break
        elif found is not None and setting is not None and setting.match(text):
            return number
    return found
