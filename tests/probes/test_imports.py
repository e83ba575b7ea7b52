import subprocess
import sys
from pathlib import Path

import engine.probes

MODULES = sorted(
    f"engine.probes.{path.stem}"
    for path in Path(engine.probes.__file__).parent.glob("*.py")
    if path.stem not in ("__init__", "libc")
)
DEAR = ("psutil", "pynvml", "macmon", "numpy", "duckdb", "textual", "ctypes", "importlib.metadata")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_probes_loads_no_library() -> None:
    """No module of the probes imports psutil, a GPU library or anything else that is dear."""
    code = (
        f"import sys, {', '.join(MODULES)}\n"
        f"print([name for name in {DEAR!r} if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_a_host_probe_loads_psutil_and_a_gpu_probe_nothing() -> None:
    """psutil is loaded when a host probe is made; making a GPU probe costs nothing."""
    code = (
        "import sys\n"
        "from engine.clock import SystemClock\n"
        "from engine.probes.gpu import GpuProbe\n"
        "from engine.probes.host import HostProbe\n"
        "GpuProbe(SystemClock())\n"
        "before = 'psutil' in sys.modules or 'pynvml' in sys.modules\n"
        "HostProbe(SystemClock())\n"
        "print(before, 'psutil' in sys.modules)"
    )
    assert run(code) == "False True"
