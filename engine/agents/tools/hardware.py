"""What this machine is: processor, memory, GPUs, and what the kernels can compute on."""

import os
import platform
import sys
from collections.abc import Iterator

import anyio

from engine.agents.tool import Call
from engine.agents.tools import figures
from engine.evidence import Cell, Evidence, Figure, Figures
from engine.kernels.devices import Absent, Devices, MlxDevice, inventory
from engine.probes.processor import describe


async def hardware(call: Call) -> Evidence:
    """The inventory; MLX and NumPy are imported to ask them, in a thread."""
    devices = await anyio.to_thread.run_sync(inventory)
    processor = await anyio.to_thread.run_sync(describe)
    gpus = await call.services.read_gpu()
    machine = [
        _figure("processor", processor.name, processor.source),
        _figure("cores", processor.cores, processor.source),
        _figure("P cores", processor.performance_cores, processor.source),
        _figure("E cores", processor.efficiency_cores, processor.source),
        Figure("system", f"{platform.system()} {platform.release()}", "", "uname"),
        Figure("architecture", platform.machine(), "", "uname"),
        Figure("Python", platform.python_version(), "", sys.implementation.name),
        Figure("process id", os.getpid(), "", "this engine"),
    ]
    names = ", ".join(device.name for device in gpus.devices) or "no GPU"
    return Evidence(
        verdict=f"{processor.name_or_unknown}, {names}",
        sections=(
            Figures("Hardware", tuple(machine)),
            Figures("GPU", tuple(figures.gpu(gpus, 0.0))),
            Figures("Kernels compute on", tuple(_devices(devices))),
        ),
        weight=3,
    )


def _devices(devices: Devices) -> Iterator[Figure]:
    numpy = devices.numpy
    if isinstance(numpy, Absent):
        yield Figure("NumPy", None, "", "", None, numpy.reason)
    else:
        yield Figure("NumPy on the CPU, float64", numpy.version, "", "numpy")
        yield _known("linear algebra", numpy.blas, "numpy")
    if isinstance(devices.mlx, Absent):
        yield Figure("MLX", None, "", "", None, devices.mlx.reason)
    else:
        yield from _mlx(devices.mlx)


def _mlx(mlx: MlxDevice) -> Iterator[Figure]:
    yield Figure("MLX", mlx.version, "", "mlx")
    yield _known("MLX default device", mlx.default_device, "mlx")
    if isinstance(mlx.metal, Absent):
        yield Figure("Metal", None, "", "mlx", None, mlx.metal.reason)
    else:
        yield _known("Metal device, float32", mlx.metal.name, "mlx")
        size = mlx.metal.working_set_bytes
        yield _known(
            "Metal working set",
            size if isinstance(size, Absent) else figures.gib(size),
            "mlx",
            "GiB",
        )
    if isinstance(mlx.memory, Absent):
        yield Figure("MLX memory, this process", None, "GiB", "mlx", None, mlx.memory.reason)
    else:
        active = figures.gib(mlx.memory.active_bytes)
        yield Figure("MLX memory, this process", active, "GiB", "mlx")


def _known(name: str, value: Cell | Absent, source: str, unit: str = "") -> Figure:
    if isinstance(value, Absent):
        return Figure(name, None, unit, source, None, value.reason)
    return Figure(name, value, unit, source)


def _figure(name: str, value: object, source: str) -> Figure:
    reason = getattr(value, "reason", None)
    if reason is not None:
        return Figure(name, None, "", source, None, str(reason))
    return Figure(name, value if isinstance(value, str | int) else str(value), "", source)
