"""What is decided without ripgrep is decided as ripgrep does."""

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.search.errors import PatternError
from engine.search.index.deciding import matching
from engine.search.index.neighbours import APART, UNSURE, WORD, before, behind
from engine.search.index.plain_regex import plain_regex
from engine.search.text_query import TextQuery
from tests.search.trees import plain

ATOMS = ["a", "b", "_", "K", "s", "-", "/", "=", ".", r"\.", r"\w", r"\d", r"\s", r"\W", "[a-c]"]
ATOMS += ["[^b]", r"[\w.]", "[a-zA-Z_]", r"\*", "]", "}", "é", r"\n", "[a&&b]", "[[:alpha:]]", "{"]
REPEATS = ["", "", "", "", "*", "+", "?", "*?", "+?", "??", "*+", "{2}"]
JOINTS = ["", "", "", "|", "(", ")", "(?:", "^", "$", r"\b", r"\B"]
pieces = st.tuples(st.sampled_from(JOINTS), st.sampled_from(ATOMS), st.sampled_from(REPEATS))
patterns = st.lists(pieces.map("".join), min_size=1, max_size=6).map("".join)
LINES = [
    b"",
    b"a",
    b"ab",
    b"b-a.K s",
    b"aab__bb",
    b"ks KS",
    b"a=b/*",
    b"} ]",
    b"1a 2b",
    b"\x1c\x0b\x85"[:2],
]


def _by_rg(rg: str, root: Path, query: TextQuery, lines: list[bytes]) -> set[int] | None:
    (root / "lines").write_bytes(b"".join(line + b"\n" for line in lines))
    flags = [*(["-w"] if query.word else []), *(["-i"] if query.ignore_case else [])]
    if plain(rg, str(root), "-e", query.pattern, "--count", "--include-zero", "lines") == b"":
        return None
    found = plain(rg, str(root), "-n", *flags, "-e", query.pattern, "--", "lines")
    return {int(row.partition(b":")[0]) - 1 for row in found.split(b"\n")[:-1]}


@given(patterns, st.booleans(), st.booleans())
@example("a*+b", False, False)
@example(r"(a|b)_+$", True, True)
@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_plain_expression_finds_what_ripgrep_finds(
    rg: str, tmp_path: Path, pattern: str, word: bool, ignore_case: bool
) -> None:
    """Where Python decides, the lines are ripgrep's; what ripgrep refuses Python doesn't take."""
    query = TextQuery(pattern, regex=True, word=word, ignore_case=ignore_case)
    regex = plain_regex(query)
    if regex is None:
        return
    expected = _by_rg(rg, tmp_path, query, LINES)
    assert expected is not None, f"ripgrep refuses {pattern!r}"
    assert {n for n, line in enumerate(LINES) if regex.matches(line)} == expected


def test_lines_beyond_ascii_are_ripgreps(rg: str) -> None:
    """The same expression is left to ripgrep on lines where Unicode matters."""
    lines = [b"a1 x", "aé x".encode(), "a\u212a x".encode(), b"a\xff x"]
    assert matching(rg, TextQuery(r"a\w x", regex=True), lines, lambda: None) == [0, 1, 2]


def test_what_does_not_compile_is_said(rg: str) -> None:
    """An expression that only ripgrep can read is refused by ripgrep's own words."""
    with pytest.raises(PatternError, match="unclosed group"):
        matching(rg, TextQuery("a(b", regex=True), [b"ab"], lambda: None)


def test_too_much_work_is_left_to_ripgrep() -> None:
    """Long lines under two repetitions would take Python longer than ripgrep takes to start."""
    regex = plain_regex(TextQuery(r"a.*b.*c", regex=True))
    assert regex is not None
    assert regex.can_decide([b"a" * 100])
    assert not regex.can_decide([b"a" * 1000])


def test_every_character_stands_as_ripgrep_has_it(rg: str, tmp_path: Path) -> None:
    """Beside each character of Unicode a word is whole or not as `rg -w` says, or it isn't told."""
    every = [chr(c) for c in range(0x80, sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
    (tmp_path / "before").write_bytes("".join(f"{char}x\n" for char in every).encode())
    (tmp_path / "behind").write_bytes("".join(f"x{char}\n" for char in every).encode())
    whole = {
        name: {
            int(number)
            for number in plain(rg, str(tmp_path), "-nwo", "-r", "", "x", "--", name)
            .replace(b":", b"")
            .split()
        }
        for name in ("before", "behind")
    }
    unsure = 0
    for number, char in enumerate(every, start=1):
        encoded = char.encode()
        for name, standing in (
            ("before", before(encoded + b"x", len(encoded))),
            ("behind", behind(b"x" + encoded, 1)),
        ):
            if standing == UNSURE:
                unsure += 1
            else:
                assert standing == (APART if number in whole[name] else WORD), (
                    name,
                    hex(ord(char)),
                )
    assert unsure / 2 < len(every) * 0.9  # most of the planes are not assigned at all


@pytest.mark.parametrize("broken", [b"\xff", b"\xe2\x84", b"\x80\x80\x80\x80\x80", b"\xc3"])
def test_bytes_that_are_no_character_are_left_to_ripgrep(broken: bytes) -> None:
    """What isn't UTF-8 beside a match is never judged here."""
    assert before(broken + b"x", len(broken)) == UNSURE
    assert behind(b"x" + broken, 1) == UNSURE
