"""Identifiers are split the same way however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search.words.terms import split_identifier, terms_of

WORDS = st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("black_scholes_price", ["black", "scholes", "price"]),
        ("_getHTTPCode2", ["get", "http", "code", "2"]),
        ("HTTPServer", ["http", "server"]),
        ("parseURLs", ["parse", "urls"]),
        ("VaR", ["var"]),
        ("PnL", ["pnl"]),
        ("__init__", ["init"]),
        ("MAX_DELTA", ["max", "delta"]),
        ("x2y", ["x", "2", "y"]),
        ("naïve_écart", ["naïve", "écart"]),
        ("___", []),
    ],
)
def test_words_of_identifiers(name: str, expected: list[str]) -> None:
    """Underscores, capitals, acronyms and digits part the words."""
    assert split_identifier(name) == expected


@given(WORDS)
def test_snake_and_camel_are_the_same(words: list[str]) -> None:
    """The same words joined by underscores or by capitals are the same terms."""
    snake = "_".join(words)
    camel = "".join(word.capitalize() for word in words)
    assert split_identifier(snake) == split_identifier(camel) == words
    assert terms_of(snake) == terms_of(camel) == terms_of(snake.upper())


@given(st.text(max_size=30))
def test_nothing_is_added(text: str) -> None:
    """Any text has terms, and none is longer than the text."""
    assert all(0 < len(term) <= len(text.lower()) for term in terms_of(text))
