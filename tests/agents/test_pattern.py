"""A pattern that is compiled at its first use finds what a compiled one finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.agents.pattern import Pattern

_TEXTS = st.text("ab,1 \n", max_size=20)
_EXPRESSIONS = st.sampled_from([r"a+", r"(a)(b)?", r"^\s*b", r",", r"\d|$"])
_FLAGS = st.sampled_from([0, re.IGNORECASE, re.MULTILINE])


@given(_EXPRESSIONS, _FLAGS, _TEXTS)
def test_it_finds_what_a_compiled_one_does(expression: str, flags: int, text: str) -> None:
    """Each way of looking gives the same matches."""
    lazy, eager = Pattern(expression, flags), re.compile(expression, flags)
    for way in ("search", "match", "fullmatch"):
        found, wanted = getattr(lazy, way)(text), getattr(eager, way)(text)
        assert (found and found.span()) == (wanted and wanted.span())
    assert [m.span() for m in lazy.finditer(text)] == [m.span() for m in eager.finditer(text)]
    assert lazy.findall(text) == eager.findall(text)
    assert lazy.sub("x", text, count=1) == eager.sub("x", text, count=1)


def test_a_faulty_expression_fails_where_it_is_used() -> None:
    """Nothing is compiled before; then the error is the usual one."""
    faulty = Pattern("(")
    with pytest.raises(re.error):
        faulty.search("x")
