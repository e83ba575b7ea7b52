"""What can be wrong with what a kernel is asked.

KernelError
└── InvalidArgument      also a ValueError; names argument, index, what was found and expected
    ├── NotNumeric       it can't be read as numbers
    ├── OutOfRange       a number that the formula has no meaning for, NaN and inf included
    ├── UnknownKind      neither a call nor a put
    ├── ShapeMismatch    the arguments don't broadcast together
    └── InvalidDate      two dates between which no time can be counted
"""

Index = tuple[int, ...]


class KernelError(Exception):
    """A kernel can't do what it was asked."""


class InvalidArgument(KernelError, ValueError):
    """One argument is not what it has to be.

    Attributes:
        argument: its name as the caller wrote it.
        index: where in the array, () for a scalar or for the argument as a whole.
        found: the value as text.
        expected: what would have been valid.
    """

    def __init__(self, argument: str, found: str, expected: str, index: Index = ()) -> None:
        place = f"[{', '.join(map(str, index))}]" if index else ""
        super().__init__(f"{argument}{place} is {found}; expected {expected}")
        self.argument = argument
        self.index = index
        self.found = found
        self.expected = expected


class NotNumeric(InvalidArgument):
    """An argument can't be read as numbers."""


class OutOfRange(InvalidArgument):
    """A number lies outside of what the formula has a meaning for."""


class UnknownKind(InvalidArgument):
    """An option is neither a call nor a put."""


class ShapeMismatch(InvalidArgument):
    """The arguments' shapes don't broadcast together."""


class InvalidDate(InvalidArgument):
    """Between these two dates no time can be counted."""
