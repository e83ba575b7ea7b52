"""Secrets: had from the environment or from the user's own command, and shown nowhere."""

import base64
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from engine.alerts.undelivered import SecretMissing
from engine.config import Config
from engine.process import ProcessError, run

_COMMAND_S = 10.0
_MOST_BYTES = 64 * 1024
_HIDDEN = "[hidden]"
_SHORTEST_FORM = 4
_PARTED = re.compile("[/?&=]")
_SHORTEST_PART = 9  # a shorter part of an address is a word like "services", and no secret


class Secret:
    """A text that shows itself to nobody who doesn't ask with `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def hide(self, text: str) -> str:
        """Return `text` without the secret, its telling parts, or its Base64 forms in it."""
        # Of an address the host may be told.
        target = "/" + self._text.partition("://")[2].partition("/")[2]
        parts = [one for one in _PARTED.split(target) if len(one) >= _SHORTEST_PART]
        found = {self._text, target, *parts, *_base64_forms(self._text.encode())} - {"", "/"}
        for part in sorted(found, key=len)[::-1]:
            text = text.replace(part, _HIDDEN)
        return text

    def __repr__(self) -> str:
        return "Secret()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def _base64_forms(secret: bytes) -> Iterator[str]:
    """Yield what of a secret stands in Base64, at the end of a text or before more of it.

    A login is user and password in one, so each place within three bytes is possible.
    """
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret).decode()
        begin, end = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        if end - begin >= _SHORTEST_FORM:
            yield encoded[begin:].rstrip("=")
            yield encoded[begin:end]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a secret is to be had: a variable's value, or else what a command prints first.

    `setting` is the setting that names the command, for the errors.
    """

    setting: str
    given: Secret | None
    command: tuple[str, ...] = ()
    surroundings: Mapping[str, str] = field(default_factory=dict, repr=False)

    async def read(self) -> Secret:
        """Return the secret.

        Raises:
            SecretMissing: the command gives none; what it complained of is not told, as it may
                well have the secret in it.
        """
        if self.given is not None:
            return self.given
        try:
            done = await run(
                self.command,
                cwd=Path.home(),  # never the project: a relative path would lie in it
                env=self.surroundings,
                timeout_s=_COMMAND_S,
                max_output_bytes=_MOST_BYTES,
            )
        except ProcessError as error:
            raise SecretMissing(f"{self.setting}: {error}") from None
        if done.returncode != 0:
            raise SecretMissing(f"{self._command} ended with status {done.returncode}; {_BY_HAND}")
        try:
            first = done.stdout.decode().partition("\n")[0].strip()
        except UnicodeDecodeError:
            raise SecretMissing(f"{self._command} printed what is no text; {_BY_HAND}") from None
        if not first:
            raise SecretMissing(f"{self._command} printed nothing; {_BY_HAND}")
        return Secret(first)

    @property
    def _command(self) -> str:
        return f"{self.setting}: {self.command[0]}"


_BY_HAND = "run it by hand to see why"


def source(
    place: str, variable: str, command: list[str], environ: Mapping[str, str]
) -> Source | None:
    """Return where the secret of the settings `place`_env and `place`_command is to be had.

    None: nowhere, as the variable is not set and there is no command.
    """
    value = environ.get(variable, "").strip() if variable else ""
    if not value and not command:
        return None
    return Source(f"{place}_command", Secret(value) if value else None, tuple(command), environ)


def taken_out(config: Config, environ: MutableMapping[str, str]) -> dict[str, str]:
    """Take the variables that have secrets out of an environment, and return them.

    Whoever does so with its own environment at the start passes them to none of its children.
    """
    names = (config.slack.webhook_env, config.email.password_env)
    return {name: environ.pop(name) for name in names if name in environ}
