"""The device inventory as figures, worked out in a process of its own.

Importing MLX and NumPy only to name them would cost the engine 60 MB and hold its loop for tens of
milliseconds; so `python -m engine.kernels.devices_report` prints them as JSON and ends.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.evidence import Cell, Figure
from engine.kernels.devices import Absent, Devices, MlxDevice, inventory

_ENGINE = Path(__file__).parents[2]
_GIB = 1024**3


def command() -> tuple[list[str], dict[str, str]]:
    """Return the words and the environment that start the report."""
    paths = [str(_ENGINE), *filter(None, [os.environ.get("PYTHONPATH")])]
    words = [sys.executable, "-m", "engine.kernels.devices_report"]
    return words, {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def read(output: bytes) -> list[Figure]:
    """Return the figures that the report printed.

    Raises:
        ValueError: it isn't such a report.
    """
    return msgspec.json.decode(output, type=list[Figure])


def figures(devices: Devices) -> Iterator[Figure]:
    """Yield what the kernels can compute on; what is absent carries the reason."""
    numpy = devices.numpy
    if isinstance(numpy, Absent):
        yield _figure("NumPy on the CPU, float64", numpy, "numpy")
    else:
        yield _figure("NumPy on the CPU, float64", numpy.version, "numpy")
        yield _figure("linear algebra", numpy.blas, "numpy")
    if isinstance(devices.mlx, Absent):
        yield _figure("MLX", devices.mlx, "mlx")
    else:
        yield from _mlx(devices.mlx)


def _mlx(mlx: MlxDevice) -> Iterator[Figure]:
    yield _figure("MLX", mlx.version, "mlx")
    yield _figure("MLX default device", mlx.default_device, "mlx")
    if isinstance(mlx.metal, Absent):
        yield _figure("Metal", mlx.metal, "mlx")
        return
    yield _figure("Metal device, float32", mlx.metal.name, "mlx")
    yield _figure("Metal architecture", mlx.metal.architecture, "mlx")
    size = mlx.metal.working_set_bytes
    value = size if isinstance(size, Absent) else round(size / _GIB, 2)
    yield _figure("Metal working set", value, "mlx", "GiB")


def _figure(name: str, value: Cell | Absent, source: str, unit: str = "") -> Figure:
    if isinstance(value, Absent):
        return Figure(name, None, unit, source, None, value.reason)
    return Figure(name, value, unit, source)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(list(figures(inventory()))))
