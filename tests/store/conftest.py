"""A session and its journal, for the tests of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.journals.journal import Journal

from .events import Session


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path, "s1")
    yield made
    made.close()
