"""Names that are written like one that doesn't exist."""

from difflib import get_close_matches

from hypothesis import given
from hypothesis import strategies as st

from engine.search.graph.alike import nearest, nearest_paths

WORDS = st.lists(st.text("abc_", min_size=1, max_size=8), max_size=12, unique=True)


@given(st.text("abc_", min_size=1, max_size=8), WORDS)
def test_what_is_near_is_what_difflib_finds_near(text: str, words: list[str]) -> None:
    """Nothing is offered that difflib finds unlike; the same name in other case is the nearest."""
    found = nearest(text, words)
    assert set(found) <= set(get_close_matches(text, words, n=12, cutoff=0.8))
    assert nearest(text.upper(), [*words, text])[:1] == [text]


def test_paths_are_compared_by_their_ends() -> None:
    """As many parts as were written; live files before copies."""
    paths = ["old_backup/src/wheel.py", "src/wheel.py", "src/other.py"]
    assert nearest_paths("weel.py", paths) == ["src/wheel.py", "old_backup/src/wheel.py"]
    assert nearest_paths("lib/xyz.py", paths) == []
