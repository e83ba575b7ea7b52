"""The inventory: what is there, and why the rest is not."""

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from engine.kernels.devices import (
    Absent,
    MetalDevice,
    MlxDevice,
    MlxMemory,
    NumpyDevice,
    inventory,
    mlx_memory,
)

FACTS: dict[str, str | int] = {
    "device_name": "Apple M4 Pro",
    "architecture": "applegpu_g16s",
    "memory_size": 24 * 2**30,
    "max_recommended_working_set_size": 18 * 2**30,
}
M4_PRO = MetalDevice("Apple M4 Pro", "applegpu_g16s", 24 * 2**30, 18 * 2**30)


def fail(*_: object) -> object:
    """Raise as MLX does from C++."""
    raise RuntimeError("[metal] no device\nwith a trace")


def fake_mlx(
    monkeypatch: pytest.MonkeyPatch,
    *,
    metal: bool = True,
    device_info: Callable[..., object] | None = lambda _device: FACTS,
    metal_device_info: Callable[..., object] = fail,
    memory: Callable[[], object] = lambda: 4096,
) -> None:
    """Put an MLX with the surface of the real one in the place of mlx.core."""
    core = ModuleType("mlx.core")
    gpu, cpu = "gpu", "cpu"
    core.__dict__.update(
        __version__="0.32.4",
        gpu=gpu,
        cpu=cpu,
        Device=lambda kind, index: SimpleNamespace(type=kind, index=index),
        default_device=lambda: SimpleNamespace(type=gpu if metal else cpu),
        metal=SimpleNamespace(is_available=lambda: metal, device_info=metal_device_info),
        get_active_memory=memory,
        get_cache_memory=lambda: 0,
        get_peak_memory=lambda: 8192,
    )
    if device_info is not None:
        core.__dict__["device_info"] = device_info
    monkeypatch.setitem(sys.modules, "mlx.core", core)


def mlx_found() -> MlxDevice:
    """Return the inventory's MLX, which has to be there."""
    found = inventory().mlx
    assert isinstance(found, MlxDevice)
    return found


def test_numpy() -> None:
    """NumPy is found with its version and its BLAS."""
    found = inventory().numpy
    assert isinstance(found, NumpyDevice)
    assert found.version == np.__version__
    assert isinstance(found.blas, str)


def test_real_mlx() -> None:
    """The MLX of this machine is described without a guess."""
    core = pytest.importorskip("mlx.core")
    found = mlx_found()
    assert found.version == core.__version__
    assert isinstance(found.memory, MlxMemory)
    assert isinstance(found.metal, MetalDevice) == core.metal.is_available()


def test_metal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Metal device is described by name, architecture and sizes."""
    fake_mlx(monkeypatch)
    found = mlx_found()
    assert found == MlxDevice("0.32.4", "gpu", M4_PRO, MlxMemory(4096, 0, 8192))


def test_metal_of_an_older_mlx(monkeypatch: pytest.MonkeyPatch) -> None:
    """An MLX that keeps the description under metal is understood too."""
    fake_mlx(monkeypatch, device_info=None, metal_device_info=lambda: FACTS)
    assert mlx_found().metal == M4_PRO


def test_cpu_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Metal the GPU is absent for that reason, and MLX is still there."""
    fake_mlx(monkeypatch, metal=False)
    found = mlx_found()
    assert found.default_device == "cpu"
    assert found.metal == Absent("mlx has no Metal device here: CPU only")


def test_unknown_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size that MLX leaves out or gives as 0 is unknown, not 0."""
    fake_mlx(monkeypatch, device_info=lambda _device: {"memory_size": 0})
    metal = mlx_found().metal
    assert isinstance(metal, MetalDevice)
    assert metal.memory_bytes == Absent("mlx does not report memory_size")
    assert isinstance(metal.working_set_bytes, Absent)
    assert isinstance(metal.name, Absent)


def test_driver_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that raises makes its part absent with the first line of what it said."""
    fake_mlx(monkeypatch, device_info=fail, memory=fail)
    found = mlx_found()
    assert found.metal == Absent("mlx can't describe its Metal device: [metal] no device")
    assert found.memory == Absent("mlx does not tell its memory: [metal] no device")
    assert mlx_memory() == found.memory


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MLX the reason is that it is not installed."""
    monkeypatch.setitem(sys.modules, "mlx", None)
    monkeypatch.delitem(sys.modules, "mlx.core", raising=False)
    assert inventory().mlx == Absent("mlx is not installed")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ImportError("libmlx.so: cannot open\nmore"), "libmlx.so: cannot open"),
        (OSError(), "OSError"),
        (ModuleNotFoundError("No module named 'numpy'", name="numpy"), "No module named 'numpy'"),
    ],
)
def test_broken(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    """An MLX that can't be loaded is absent with the reason, whatever it raises."""

    def broken(name: str) -> ModuleType:
        if name == "mlx.core":
            raise error
        return np

    monkeypatch.setattr("engine.kernels.devices.import_module", broken)
    assert inventory().mlx == Absent(f"mlx can't be loaded: {reason}")


def test_memory_of_an_mlx_not_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MLX in this process its memory is unknown, not 0."""
    monkeypatch.delitem(sys.modules, "mlx.core", raising=False)
    assert mlx_memory() == Absent("mlx is not in use in this process")
