"""Keeps the channels' secrets out of what children of this program inherit."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.alerts.secrets import taken_out
from engine.config import Config

_taken: dict[str, str] = {}  # of the whole process, as its environment is
_holders: list[None] = []


@contextmanager
def secrets_apart(config: Config) -> Iterator[Mapping[str, str]]:
    """Take them out of the process's environment for the block, and give it with them in it.

    Several sessions of one process may do so at once; the last one puts them back.
    """
    _taken.update(taken_out(config, os.environ))
    _holders.append(None)
    try:
        yield {**os.environ, **_taken}
    finally:
        _holders.pop()
        if not _holders:
            os.environ.update(_taken)
            _taken.clear()
