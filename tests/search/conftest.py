"""What the tests of the search room share."""

import pytest

from engine.search.ripgrep import find_ripgrep


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def rg() -> str:
    return find_ripgrep()
