"""What this machine is: processor, memory, GPUs, and what the kernels can compute on."""

import os
import platform
import sys

import anyio

from engine.agents.tool import Call
from engine.agents.tools import figures
from engine.evidence import Evidence, Figure, Figures
from engine.kernels.devices import Absent, mlx_memory
from engine.probes.processor import describe


async def hardware(call: Call) -> Evidence:
    """The inventory: processor and GPUs asked here, MLX and NumPy in a process of their own."""
    processor = await anyio.to_thread.run_sync(describe)
    devices = await call.services.devices()
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
            Figures("Kernels compute on", (*devices, _own_memory())),
        ),
        weight=3,
    )


def _own_memory() -> Figure:
    memory = mlx_memory()
    name = "MLX memory, this process"
    if isinstance(memory, Absent):
        return Figure(name, None, "GiB", "mlx", None, memory.reason)
    return Figure(name, figures.gib(memory.active_bytes), "GiB", "mlx")


def _figure(name: str, value: object, source: str) -> Figure:
    reason = getattr(value, "reason", None)
    if reason is not None:
        return Figure(name, None, "", source, None, str(reason))
    return Figure(name, value if isinstance(value, str | int) else str(value), "", source)
