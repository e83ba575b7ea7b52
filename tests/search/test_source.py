"""The text of a Python file: what is quick to decode is what `tokenize` would have made of it."""

import io
import tokenize

from hypothesis import given
from hypothesis import strategies as st

from engine.search.source import decode_source

_PIECES = (
    b"\xef\xbb\xbf|#|# -*- |coding: |coding=|utf-8|latin-1|no-such| -*-|\n|\r|\r\n|x = 1|\x0c|'"
    b"|\xe9|\xc3\xa9|\x00|\xff"
).split(b"|")


def _by_tokenize(data: bytes) -> str:
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding, "replace")
    except (SyntaxError, LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(b"".join))
def test_short_ways_change_nothing(data: bytes) -> None:
    """Whatever stands in the first lines, the text is what the tokenizer's encoding gives."""
    assert decode_source(data) == _by_tokenize(data)
