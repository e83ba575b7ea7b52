"""A count with its noun, and its verb: "1 trade is", "3 trades are"."""


def counted(count: int, noun: str, verb: str = "") -> str:
    """Return the count and the noun in its number; with "are", also the verb in its own.

    >>> counted(1, "row", "are"), counted(2, "row", "are"), counted(1, "move")
    ('1 row is', '2 rows are', '1 move')
    """
    one = count == 1
    said = f"{count:,} {noun}{'' if one else 's'}"
    verbs = {"are": "is", "have": "has"}
    return f"{said} {verbs[verb] if one else verb}" if verb else said
