import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from engine.events import Pressure
from engine.probes.linux import LinuxMachine
from engine.probes.macos import MacMachine
from engine.probes.own_memory import (
    Held,
    LinuxTree,
    MemoryReading,
    OwnMemory,
    PsutilTree,
    ReadTree,
    below,
    machine_bytes,
    tree_here,
)
from engine.probes.reading import Unknown

from .stand_ins import FakePsutil

_PAGE = os.sysconf("SC_PAGE_SIZE")
# A child, a grandchild of it that holds 64 MB, and a line once it does.
_FAMILY = """
import subprocess, sys
code = "held = b'x' * (64 << 20); print(len(held), flush=True); input()"
subprocess.run([sys.executable, "-S", "-E", "-c", code])
"""


@pytest.fixture
def family() -> Iterator[int]:
    """A process with a child of its own that holds 64 MB."""
    argv = [sys.executable, "-S", "-E", "-c", _FAMILY]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == str(64 << 20)
        yield child.pid
        child.communicate("\n")


def process(root: Path, pid: int, parent: int, pages: int, children: str | None = None) -> None:
    """Write what /proc has of a process, with a name that is hard to read past."""
    folder = root / "proc" / str(pid) / "task" / str(pid)
    folder.mkdir(parents=True)
    fields = ["S", str(parent), *["0"] * 19, str(pages), *["0"] * 20]
    (root / "proc" / str(pid) / "stat").write_text(f"{pid} (a) b (c) {' '.join(fields)}\n")
    if children is not None:
        (folder / "children").write_text(children)


@pytest.mark.parametrize(
    "make", [PsutilTree, pytest.param(LinuxTree, marks=pytest.mark.skipif("linux" not in sys.platform, reason="reads /proc"))]  # noqa: E501
)  # fmt: skip
def test_descendants_count(make: type[ReadTree], family: int) -> None:
    """A grandchild's memory is found, under its parent, as big as psutil says it is."""
    tree = make()()
    assert not isinstance(tree, Unknown)
    own = os.getpid()
    assert tree[own].parent == 0
    assert tree[family].parent == own
    grandchild = next(one for one in tree.values() if one.parent == family)
    told = psutil.Process(grandchild.pid).memory_info().rss
    assert grandchild.rss_bytes == pytest.approx(told, rel=0.02)
    assert grandchild.rss_bytes > 64 << 20
    assert below(tree, family) == tree[family].rss_bytes + grandchild.rss_bytes
    assert below(tree, own) == sum(one.rss_bytes for one in tree.values())


@pytest.mark.parametrize("listed", [True, False])
def test_both_ways_of_the_kernel_give_the_same(tmp_path: Path, listed: bool) -> None:
    """With the kernel's lists of children and without: the same tree, no stranger in it."""
    for pid, parent, pages, children in [
        (10, 1, 100, "11 12 "),
        (11, 10, 20, "13 "),
        (12, 10, 30, ""),
        (13, 11, 40, ""),
        (77, 1, 9000, ""),
    ]:
        process(tmp_path, pid, parent, pages, children if listed else None)
    assert LinuxTree(tmp_path, 10)() == {
        10: Held(10, 0, 100 * _PAGE),
        11: Held(11, 10, 20 * _PAGE),
        12: Held(12, 10, 30 * _PAGE),
        13: Held(13, 11, 40 * _PAGE),
    }


def test_children_of_all_threads_count_and_the_dead_do_not(tmp_path: Path) -> None:
    """A thread other than the first may have started one; one that is gone is left out."""
    process(tmp_path, 10, 1, 100, "12 ")
    process(tmp_path, 11, 10, 20, "")
    other = tmp_path / "proc" / "10" / "task" / "15"
    other.mkdir()
    (other / "children").write_text("11 ")
    tree = LinuxTree(tmp_path, 10)()
    assert not isinstance(tree, Unknown)
    assert sorted(tree) == [10, 11]


def test_what_is_not_proc_is_said(tmp_path: Path) -> None:
    """A /proc without this process gives a reason, no zero."""
    nothing = LinuxTree(tmp_path, 10)()
    assert isinstance(nothing, Unknown)
    assert nothing.reason.endswith("/proc/10/stat: No such file or directory")
    process(tmp_path, 10, 1, 100, "")
    (tmp_path / "proc" / "10" / "stat").write_text("10 (a) S nonsense")
    garbled = LinuxTree(tmp_path, 10)()
    assert isinstance(garbled, Unknown)
    assert "is not what proc(5) says" in garbled.reason


def _psi(root: Path, stall: float) -> LinuxMachine:
    folder = root / "proc" / "pressure"
    folder.mkdir(parents=True)
    (folder / "memory").write_text(f"some avg10={stall:.2f} avg60=0.00 avg300=0.00 total=1\n")
    return LinuxMachine("7.0", root)


@pytest.mark.parametrize(
    ("stall", "level"), [(0.0, "normal"), (10.0, "warning"), (55.5, "critical")]
)
def test_linux_tells_pressure_by_psi(tmp_path: Path, stall: float, level: Pressure) -> None:
    """The share of stalled time is part of the reading."""
    reading = OwnMemory(machine=_psi(tmp_path, stall))()
    assert isinstance(reading, MemoryReading)
    assert reading.pressure == level
    assert reading.used_bytes >= reading.tree[os.getpid()].rss_bytes > 1 << 20


@pytest.mark.parametrize(
    ("printed", "level"), [("1", "normal"), ("2", "warning"), ("4", "critical")]
)
def test_macos_tells_its_pressure_level(printed: str, level: Pressure) -> None:
    """The kernel's level is part of the reading, as sysctl prints it."""
    machine = MacMachine(
        FakePsutil(),
        run_text=lambda argv: f"kern.memorystatus_vm_pressure_level: {printed}\n",
        sysctl_int=lambda key: Unknown("no such call"),
    )
    reading = OwnMemory(machine=machine)()
    assert isinstance(reading, MemoryReading)
    assert reading.pressure == level


def test_an_unknown_pressure_is_none(tmp_path: Path) -> None:
    """A kernel without PSI gives no level, and the bytes all the same."""
    reading = OwnMemory(machine=LinuxMachine("7.0", tmp_path))()
    assert isinstance(reading, MemoryReading)
    assert reading.pressure is None


def test_an_unreadable_tree_is_said() -> None:
    """Without the tree there is no reading."""
    assert OwnMemory(lambda: Unknown("no /proc"))() == Unknown("no /proc")


def test_the_machine_has_memory() -> None:
    """As psutil counts it."""
    assert machine_bytes() == psutil.virtual_memory().total


def test_linux_does_without_psutil() -> None:
    """The cheapest reader of the platform is taken."""
    assert isinstance(tree_here("linux"), LinuxTree)
    assert isinstance(tree_here("darwin"), PsutilTree)
