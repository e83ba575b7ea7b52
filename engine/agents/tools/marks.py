"""How bad what sizes, names and copies show is, on the scale that all tools share.

From 2/3 on it breaks or endangers something (high), from 1/3 on it costs (medium), below that it is
worth knowing (low). Thresholds of complexity: McCabe (1976) asks for 10 at most; from 20 on a
function is commonly called untestable, 40 is the end of the scale.
"""

from engine.evidence import Mark

_SIMPLE, _UNTESTABLE, _WORST = 10, 20, 40
_HIGH, _MEDIUM = 2 / 3, 1 / 3
# Hard code works: it is less bad than what surely fails.
_HEAVIEST, _HOTTEST = 0.8, 0.85
_LONG_COPY, _LONGEST_COPY = 10, 200
_MANY_COPIES = 50


def heavy_function(path: str, line: int, name: str, complexity: int, source: str) -> Mark | None:
    """A function with more ways through it than one can test; none where it is simple enough."""
    if complexity <= _SIMPLE:
        return None
    if complexity <= _UNTESTABLE:
        severity = _between(complexity, _SIMPLE, _UNTESTABLE, _MEDIUM, _HIGH)
    else:
        severity = _between(complexity, _UNTESTABLE, _WORST, _HIGH, _HEAVIEST)
    reason = f"each of its {complexity} ways through wants a test"
    return Mark(path, line, f"{name}: complexity {complexity}", severity, reason, source)


def hot_spot(path: str, line: int, name: str, complexity: int, commits: int) -> Mark | None:
    """A heavy function in a file that changes often; none where it is simple or hardly changes."""
    heavy = heavy_function(path, line, name, complexity, "code.hotspots")
    if heavy is None or commits < 2:
        return None
    severity = min(_HOTTEST, heavy.severity + min(commits, 20) / 100)
    text = f"{name}: complexity {complexity}, {commits} commits"
    return Mark(path, line, text, severity, "hard code that keeps changing", "code.hotspots")


def unparsed(path: str, line: int | None, message: str, source: str) -> Mark:
    """A file that doesn't parse, with this Python or, as ruff reads it, with any."""
    return Mark(path, line, f"doesn't parse: {message}", 1.0, "nothing can import it", source)


def untested(path: str, line: int | None, names: int, of: int) -> Mark | None:
    """Definitions that no test names; none where tests name all."""
    if not names or not of:
        return None
    severity = _between(names, 0, of, 0.2, 0.6)
    some = f"{names} of {of} definitions are named by no test"
    every = "no test names it" if of == 1 else f"no test names any of its {of} definitions"
    text = every if names == of else some
    return Mark(path, line, text, severity, "a fault there goes unseen", "code.tests")


def duplicate(path: str, line: int, lines: int, other: str) -> Mark:
    """Code that stands in a second place."""
    severity = _between(lines, _LONG_COPY, _LONGEST_COPY, 0.25, 0.65)
    text = f"{lines} lines also stand at {other}"
    return Mark(path, line, text, severity, "a fix here must be made there", "code.duplicates")


def copied(path: str, other: str, files: int) -> Mark:
    """A file, or a folder with this many, that is a copy of another one."""
    severity = _between(files, 1, _MANY_COPIES, 0.4, 0.65)
    text = f"is a copy of {other}" + (f" ({files:,} files)" if files > 1 else "")
    return Mark(path, None, text, severity, "a fix here must be made there", "code.duplicates")


def dead(path: str, line: int, name: str, *, is_certain: bool) -> Mark:
    """A definition that nothing uses."""
    severity = 0.3 if is_certain else 0.15
    text = f"{name} is used nowhere" if is_certain else f"{name} is perhaps used nowhere"
    return Mark(path, line, text, severity, "it is read and kept for nothing", "code.dead")


def _between(value: float, low: float, high: float, least: float, most: float) -> float:
    """Return `value`'s place from `low` to `high` on the way from `least` to `most`."""
    share = (value - low) / (high - low) if high > low else 1.0
    return least + (most - least) * min(1.0, max(0.0, share))
