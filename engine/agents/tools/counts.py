"""Numbers of things as a sentence says them."""


def unread(number: int) -> dict[str, int | str]:
    """Return what an answer says was not searched, where so many Python files can't be read."""
    return _left_out(number, "Python file that can't be read", "Python files that can't be read")


def unparsed(number: int) -> dict[str, int | str]:
    """Return the same of files that don't parse."""
    return _left_out(number, "Python file that doesn't parse", "Python files that don't parse")


def _left_out(number: int, one: str, several: str) -> dict[str, int | str]:
    return {one if number == 1 else several: number} if number else {}
