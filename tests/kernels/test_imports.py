"""What importing the kernels costs others."""

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "mlx", "scipy", "mpmath", "textual", "rich", "duckdb")


def imported_by(statement: str) -> list[str]:
    """Return the heavy packages and engine rooms that a fresh interpreter has after `statement`."""
    probe = (
        f"{statement}\nimport json, sys\n"
        "print(json.dumps(sorted({'.'.join(name.split('.')[:2]) if name.startswith('engine.')"
        " else name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout)
    return [name for name in names if name in HEAVY or name.startswith("engine.")]


@pytest.mark.parametrize("module", ["", ".devices", ".errors", ".daycount", ".normal", ".black"])
def test_light_modules(module: str) -> None:
    """The package and its formulas load without numpy, mlx or any other room."""
    assert imported_by(f"import engine.kernels{module}") == ["engine.kernels"]


def test_pricing_needs_numpy_alone() -> None:
    """The price of an option costs numpy and nothing else."""
    assert imported_by("import engine.kernels.european") == ["engine.kernels", "numpy"]


def test_memory_question_loads_nothing() -> None:
    """Asking for MLX's memory does not load MLX."""
    statement = "from engine.kernels.devices import mlx_memory; mlx_memory()"
    assert imported_by(statement) == ["engine.kernels"]
