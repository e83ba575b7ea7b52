"""What a query asks of existing tools where there is no engine to understand it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.existing_tools import Wanted, read

OWN = {"risk": ["risk.sh"], "search": ["git", "grep"]}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (":search delta limit", Wanted("search", "delta limit")),
        (":search -w delta", Wanted("search", "delta", word=True)),
        (
            ":search --regex -i delta.*limit",
            Wanted("search", "delta.*limit", regex=True, options=("--ignore-case",)),
        ),
        ("find delta", Wanted("search", "delta")),
        ("grep -rn delta", Wanted("search", "delta")),
        ("who imports desk.pricing?", Wanted("search", "desk.pricing")),
        ('all uses of "max delta" please', Wanted("search", "max delta")),
        ("system status", Wanted("status")),
        (":memory", Wanted("status")),
        ("how much memory is used", Wanted("status")),
        (":layers", Wanted("layers")),
        ("what is this", None),
    ],
)
def test_the_plainest_reading_is_taken(text: str, wanted: Wanted | None) -> None:
    """Searches and the machine are understood; an exact command keeps its name; more is not."""
    assert read(text, {}) == wanted


def test_the_users_own_kinds_are_known_by_their_first_word() -> None:
    """With the words behind it as what it is about."""
    assert read("risk of U", OWN) == Wanted("risk", "of U", "of")
    assert read(":risk --days 3 U", OWN) == Wanted("risk", "3 U", "3")
    assert read("search for delta", OWN) == Wanted("search", "delta")


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Nothing that is typed breaks it, and what is looked for was typed."""
    wanted = read(text, OWN)
    assert wanted is None or all(word in text for word in wanted.query.split())
