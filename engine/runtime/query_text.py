"""What is taken as a query: one line of plain text, not empty and not endless."""

from engine.agents import commands
from engine.agents.sought import names_no_text
from engine.errors import BadQuery
from engine.evidence import clean

MAX_CHARACTERS = 10_000


def checked(text: str) -> str:
    """Return the query without its outer blanks.

    Raises:
        BadQuery: it is empty, too long, holds control characters, is a command written wrong, or a
            search for nothing.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise BadQuery("the query is empty; ask something like: system status")
    if len(text) > MAX_CHARACTERS:
        raise BadQuery(
            f"the query has {len(text):,} characters; at most {MAX_CHARACTERS:,} are taken"
        )
    flat = text.replace("\n", " ").replace("\t", " ")
    if clean(flat) != flat:
        place = next(n for n, character in enumerate(flat) if clean(character) != character)
        raise BadQuery(
            f"the query is not plain text: character {place + 1} is U+{ord(flat[place]):04X}"
        )
    if text.startswith(":"):
        commands.parse(text)
        return text
    if names_no_text(text):
        raise BadQuery("the query names no text to search for; as in: find black_scholes")
    # Lines are questions of their own.
    return "; ".join(line.strip() for line in text.replace("\t", " ").split("\n") if line.strip())
