"""The text of a Python file, by its byte order mark or coding line (PEP 263)."""

import codecs
import io
import tokenize


def decode_source(data: bytes) -> str:
    """Return the text with `\\n` for every line end that Python knows.

    A wrong or unknown encoding is no error here: what can't be decoded becomes U+FFFD.
    """
    # Every encoding that Python takes for source has ASCII's line ends.
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not _names_an_encoding(data):
        return data.decode("utf-8", "replace")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding, "replace")
    except (SyntaxError, LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")


def _names_an_encoding(data: bytes) -> bool:
    """Return False where it is UTF-8 for sure; to ask `tokenize` takes as long as all the rest."""
    second_end = data.find(b"\n", data.find(b"\n") + 1)
    return data.startswith(codecs.BOM_UTF8) or data.find(b"coding", 0, second_end) >= 0
