"""Which of some lines match: as Python sees it where that is certain, else as ripgrep does."""

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.search.errors import PatternError, ScanFailed
from engine.search.index.plain_regex import plain_regex
from engine.search.rg_output import complaints
from engine.search.ripgrep import BASE_FLAGS, pattern_args
from engine.search.text_query import TextQuery, match_flags

_CHUNK: Final = 1 << 16
_LOOK_S: Final = 0.01
_TROUBLE: Final = 2
_SHORT: Final = 200

Check = Callable[[], None]
Line = bytes | bytearray


def matching(rg: str, query: TextQuery, lines: Sequence[Line], check: Check) -> list[int]:
    """Return the numbers of the lines that match, ascending.

    Args:
        query: of its fields only those that say what matches count.
        check: called at least every hundredth of a second; what it raises ends the search.

    Raises:
        PatternError: the regular expression doesn't compile.
        ScanFailed
    """
    if not _ascii_will_do(query):
        return _matching(rg, query, lines, (), check)
    plain = [number for number, line in enumerate(lines) if line.isascii()]
    others = [number for number, line in enumerate(lines) if not line.isascii()]
    in_ascii = [lines[number] for number in plain]
    regex = plain_regex(query)
    if regex is not None and regex.can_decide(in_ascii):
        right = [number for number in plain if regex.matches(lines[number])]
    else:
        found = _matching(rg, query, in_ascii, ("--no-unicode",), check)
        right = [plain[number] for number in found]
    if others:
        found = _matching(rg, query, [lines[n] for n in others], (), check)
        right = sorted(right + [others[number] for number in found])
    return right


def _ascii_will_do(query: TextQuery) -> bool:
    r"""Return whether a line in ASCII is decided alike with and without Unicode.

    Without it ripgrep starts in 2 ms where a `\w` takes 9. None of the escapes that `requirements`
    reads differs on ASCII text; what is long or counts a repetition may be too large with Unicode
    only.
    """
    short = query.regex and len(query.pattern) <= _SHORT
    return short and query.pattern.isascii() and "{" not in query.pattern


def _matching(
    rg: str, query: TextQuery, lines: Sequence[Line], flags: Sequence[str], check: Check
) -> list[int]:
    # An empty first line keeps a byte order mark of the next from being taken for the input's.
    given = b"\n" + b"\n".join(lines) + b"\n"
    flags = ["--line-number", "--max-columns=1", *flags]
    output = _run(rg, query, flags, given, check)
    numbers = [int(row.partition(b":")[0]) for row in output.split(b"\n")[:-1]]
    return [number - 2 for number in numbers if 1 < number < len(lines) + 2]


def _run(rg: str, query: TextQuery, flags: Sequence[str], given: bytes, check: Check) -> bytes:
    query = replace(query, suffixes=(), types=(), globs=(), hidden=False)
    argv = [rg, *BASE_FLAGS, *flags, *match_flags(query), *pattern_args(query, ["-"])]
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ScanFailed(f"{rg} can't be started: {error.strerror or error}") from error
    try:
        output, errors = _exchange(process, given, check)
        status = process.wait()
    finally:
        # Whatever raises, no process stays; one that has ended is not signalled again.
        process.send_signal(signal.SIGKILL)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait()
    if status == _TROUBLE:
        _, cause = complaints(errors)
        if cause and query.regex:
            raise PatternError(query.pattern, cause)
    if status not in (0, 1, _TROUBLE):
        raise ScanFailed(f"ripgrep ended with status {status}")
    return output


def _exchange(
    process: "subprocess.Popen[bytes]", given: bytes, check: Check
) -> tuple[bytes, bytes]:
    """Write and read at once, so that neither side waits for the other; look around meanwhile."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    read: dict[int, list[bytes]] = {process.stdout.fileno(): [], process.stderr.fileno(): []}
    rest = memoryview(given)
    with selectors.DefaultSelector() as selector:
        os.set_blocking(process.stdin.fileno(), False)
        selector.register(process.stdin, selectors.EVENT_WRITE)
        selector.register(process.stdout, selectors.EVENT_READ)
        selector.register(process.stderr, selectors.EVENT_READ)
        while len(selector.get_map()) > 0:
            for key, _ in selector.select(_LOOK_S):
                if key.fileobj is process.stdin:
                    rest = _written(process.stdin.fileno(), rest)
                    if not rest:
                        selector.unregister(process.stdin)
                        process.stdin.close()
                elif chunk := os.read(key.fd, _CHUNK):
                    read[key.fd].append(chunk)
                else:
                    selector.unregister(key.fileobj)
            check()
    out, errors = read.values()
    return b"".join(out), b"".join(errors)


def _written(stdin: int, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(stdin, rest) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[len(rest) :]  # it has said what is wrong and gone
