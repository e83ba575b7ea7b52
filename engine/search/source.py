"""The text of a Python file, by its byte order mark or coding line (PEP 263)."""

import io
import tokenize


def decode_source(data: bytes) -> str:
    """Return the text with `\\n` for every line end that Python knows.

    A wrong or unknown encoding is no error here: what can't be decoded becomes U+FFFD.
    """
    # Every encoding that Python takes for source has ASCII's line ends.
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding, "replace")
    except (SyntaxError, LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff")
