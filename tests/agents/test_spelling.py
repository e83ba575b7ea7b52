"""Misspelled words: what is put right, and what is left as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from engine.agents.spelling import spelled
from engine.agents.vocabulary import KEPT, WORDS


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("bakctest the wheel", "backtest the wheel"),
        ("stres test", "stress test"),
        ("show my postions", "show my positions"),
        ("roll candiates", "roll candidates"),
        ("valu at risk", "valu at risk"),
    ],
)
def test_a_slip_is_put_right(text: str, right: str) -> None:
    """Letters that are missing, doubled or swapped give the word that was meant, if it is known."""
    assert spelled(text, strictly=True) == right


@pytest.mark.parametrize(
    "text", ["an option", "stressed", "the queried module", "src/postions.py", "postions.size"]
)
def test_what_is_no_slip_stays(text: str) -> None:
    """Another form of a known word, a word in its own right and a path are as they were."""
    assert spelled(text) == text


@given(st.data())
def test_one_slip_in_a_long_word_is_found(data: st.DataObject) -> None:
    """Swapping two neighbours in a long word gives that word again, or one as near."""
    word = data.draw(st.sampled_from([word for word in WORDS if len(word) >= 8]))
    at = data.draw(st.integers(0, len(word) - 2))
    slip = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip not in KEPT:
        found = spelled(slip, strictly=True)
        assert found == word or OSA.distance(slip, found) <= 1


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    """No text makes it fail, and only words of the vocabulary come in."""
    before, after = set(text.split()), spelled(text).split()
    assert all(word in before or any(known in word for known in WORDS) for word in after)
