"""What the engine refuses at its door.

EngineError
├── BadProject    the folder to work on is missing or can't be read
└── BadQuery      the text is no question: empty, too long, not text, or a command written wrong
"""


class EngineError(Exception):
    """The engine can't take this; the sentence says what was found and what is expected."""


class BadProject(EngineError):
    """There is no such folder to work on."""


class BadQuery(EngineError, ValueError):
    """The text can't be asked as it stands."""
