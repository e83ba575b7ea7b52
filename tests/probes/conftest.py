"""What the tests of the probes share."""

from collections.abc import Callable
from pathlib import Path

import pytest

# The recorded outputs lie beside the repository, not in it; tests that need them say so and skip.
RECORDED = Path(__file__).parents[2].parent / "shared" / "fixtures" / "probes"

Recorded = Callable[[str], str]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def recorded() -> Recorded:
    """Return a reader of one recorded output."""

    def read(name: str) -> str:
        path = RECORDED / name
        if not path.is_file():
            pytest.skip(f"the recorded output {path} is not on this machine")
        return path.read_text()

    return read
