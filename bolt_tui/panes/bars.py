"""Bars: how full something is, in one row of cells or in one cell."""

_COLUMNS = "▁▂▃▄▅▆▇█"


def bar(share: float, width: int) -> tuple[str, str]:
    """Return the filled and the empty part of a bar of `width` cells; `share` from 0 to 1."""
    halves = round(min(1.0, max(0.0, share)) * width * 2)
    full, half = divmod(halves, 2)
    filled = "━" * full + "╸" * half
    return filled, "─" * (width - len(filled))


def column(pct: float) -> str:
    """Return one cell that is as full as a percentage says."""
    return _COLUMNS[min(7, max(0, int(pct * 8 / 100)))]
