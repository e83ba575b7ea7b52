"""Repository text made fit for a terminal: nothing in it can move the cursor or reorder a line."""

from typing import Final

LINE_CHARS: Final = 400
_REPLACEMENT: Final = "\ufffd"

# C0 and C1 controls, what reorders text (the bidirectional overrides), what some readers take for
# a line end, and lone surrogates, which can't be encoded.
_UNSAFE: Final[dict[int, str]] = {
    **dict.fromkeys(range(0x20), _REPLACEMENT),
    **dict.fromkeys(range(0x7F, 0xA0), _REPLACEMENT),
    **dict.fromkeys((0x200E, 0x200F, 0x061C, *range(0x2028, 0x202F)), _REPLACEMENT),
    **dict.fromkeys(range(0x2066, 0x206A), _REPLACEMENT),
    **dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT),
    0xFEFF: "",
    0x09: "    ",
}


def printable(text: str) -> str:
    """Return `text` as one line without control characters; tabs are four spaces."""
    return text.translate(_UNSAFE)


def clip(text: str, limit_chars: int = LINE_CHARS) -> str:
    """Return at most `limit_chars` characters of `text`, the last an ellipsis where it was cut."""
    return text if len(text) <= limit_chars else text[: limit_chars - 1] + "…"
