"""The program as its user starts it: a process with arguments, two streams and an exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.sample_project import make

COMMAND = (sys.executable, "-m", "bolt_tui")


@dataclass(frozen=True)
class Ran:
    """What a run of the program gave."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        parsed = json.loads(self.out)
        assert isinstance(parsed, dict)
        return parsed

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Bolt = Callable[..., Ran]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def bolt(project: Path) -> Bolt:
    """Run `bolt-tui -C PROJECT …` and return what came of it."""

    def run(
        *words: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        at: Path | None = None,
    ) -> Ran:
        done = subprocess.run(
            [*COMMAND, "-C", str(at or project), *words],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
