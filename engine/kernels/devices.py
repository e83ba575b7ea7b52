"""What the kernels could compute on here: NumPy on the CPU, MLX and its Metal device.

NumPy's float64 on the CPU is the reference. MLX is float32 on Metal, where there is no float64, and
float32 inside exp and erf on the CPU even for float64 arrays, so it never checks NumPy's results.

Whatever is missing is a value with a reason. Neither library is imported before it is asked for.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Literal

from msgspec import Struct


class Absent(Struct, frozen=True):
    """Something that isn't here or can't be read, and why, in a clause that a person reads."""

    reason: str


class NumpyDevice(Struct, frozen=True):
    """NumPy on the CPU, float64.

    Attributes:
        version: NumPy's own.
        blas: name and version of the linear algebra library that NumPy was built with.
    """

    version: str
    blas: str | Absent


class MlxMemory(Struct, frozen=True):
    """What MLX holds in this process alone; no other program's memory is in it.

    Attributes:
        active_bytes: in arrays that are alive.
        cache_bytes: freed by arrays, kept for new ones.
        peak_bytes: the most that was ever active at once.
    """

    active_bytes: int
    cache_bytes: int
    peak_bytes: int


class MetalDevice(Struct, frozen=True):
    """The GPU that MLX reaches through Metal, float32.

    Attributes:
        name: as people call it ("Apple M4 Pro").
        architecture: as Metal calls it ("applegpu_g16s").
        memory_bytes: the machine's unified memory.
        working_set_bytes: what Metal recommends to use at most.
    """

    name: str | Absent
    architecture: str | Absent
    memory_bytes: int | Absent
    working_set_bytes: int | Absent


class MlxDevice(Struct, frozen=True):
    """MLX as it is installed here.

    Attributes:
        version: MLX's own.
        default_device: where it computes unless told otherwise.
        metal: the GPU, or why there is none.
        memory: what it holds in this process.
    """

    version: str
    default_device: Literal["cpu", "gpu"] | Absent
    metal: MetalDevice | Absent
    memory: MlxMemory | Absent


class Devices(Struct, frozen=True):
    """Everything that kernels can compute on in this process."""

    numpy: NumpyDevice | Absent
    mlx: MlxDevice | Absent


def inventory() -> Devices:
    """Find out what kernels can compute on; never raises.

    Imports NumPy and MLX if they are there, some 100 ms in a fresh process: call it from a thread.
    """
    numpy = _load("numpy", "numpy")
    mlx = _load("mlx.core", "mlx")
    return Devices(
        numpy=numpy if isinstance(numpy, Absent) else _numpy(numpy),
        mlx=mlx if isinstance(mlx, Absent) else _mlx(mlx),
    )


def mlx_memory() -> MlxMemory | Absent:
    """Return what MLX holds in this process; imports nothing and never raises."""
    core = sys.modules.get("mlx.core")
    if core is None:
        return Absent("mlx is not in use in this process")
    return _memory(core)


def shed_mlx_cache() -> None:
    """Give back what MLX keeps for new arrays; nothing happens where MLX isn't in use."""
    core = sys.modules.get("mlx.core")
    if core is not None:
        core.clear_cache()


def _load(module: str, name: str) -> ModuleType | Absent:
    """Import `module`, or say why that can't be done."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and module.startswith(error.name):
            return Absent(f"{name} is not installed")
        return Absent(f"{name} can't be loaded: {_sentence(error)}")
    # The boundary to foreign native code: a broken build raises whatever it likes.
    except Exception as error:
        return Absent(f"{name} can't be loaded: {_sentence(error)}")


def _numpy(numpy: ModuleType) -> NumpyDevice:
    try:
        blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        name: str | Absent = f"{blas['name']} {blas['version']}"
    # The boundary to a description that NumPy's builders write as they like.
    except Exception as error:
        name = Absent(f"numpy does not say which BLAS it uses: {_sentence(error)}")
    return NumpyDevice(str(numpy.__version__), name)


def _mlx(core: ModuleType) -> MlxDevice:
    version = str(getattr(core, "__version__", "of unknown version"))
    default: Literal["cpu", "gpu"] | Absent
    # The boundary to MLX, whose drivers raise from C++ where a device can't be used.
    try:
        default = "gpu" if core.default_device().type == core.gpu else "cpu"
    except Exception as error:
        default = Absent(f"mlx can't tell its default device: {_sentence(error)}")
    try:
        metal = _metal(core, default)
    except Exception as error:
        metal = Absent(f"mlx can't describe its Metal device: {_sentence(error)}")
    return MlxDevice(version, default, metal, _memory(core))


def _metal(core: ModuleType, default: Literal["cpu", "gpu"] | Absent) -> MetalDevice | Absent:
    if not core.metal.is_available():
        instead = "another kind of GPU" if default == "gpu" else "CPU only"
        return Absent(f"mlx has no Metal device here: {instead}")
    # Up to 0.30 the description is found under metal; later that place only warns on stderr.
    describe = getattr(core, "device_info", None)
    facts = describe(core.Device(core.gpu, 0)) if describe is not None else core.metal.device_info()
    return MetalDevice(
        name=_text(facts, "device_name"),
        architecture=_text(facts, "architecture"),
        memory_bytes=_bytes(facts, "memory_size"),
        working_set_bytes=_bytes(facts, "max_recommended_working_set_size"),
    )


def _memory(core: ModuleType) -> MlxMemory | Absent:
    # The boundary to MLX; a module that another thread is still importing lands here too.
    try:
        return MlxMemory(
            active_bytes=int(core.get_active_memory()),
            cache_bytes=int(core.get_cache_memory()),
            peak_bytes=int(core.get_peak_memory()),
        )
    except Exception as error:
        return Absent(f"mlx does not tell its memory: {_sentence(error)}")


def _text(facts: dict[str, object], key: str) -> str | Absent:
    value = facts.get(key)
    return value if isinstance(value, str) and value else Absent(f"mlx does not report {key}")


def _bytes(facts: dict[str, object], key: str) -> int | Absent:
    """A size of 0 is a driver's way of not knowing."""
    value = facts.get(key)
    return value if isinstance(value, int) and value > 0 else Absent(f"mlx does not report {key}")


def _sentence(error: Exception) -> str:
    """Return the first line of what was raised, or its kind where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
