"""The crossover between runs: kept once, taken again, and never believed of another machine."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.kernels import backend, crossover_file
from engine.kernels.backend import SMALLEST, Crossover, Door
from engine.kernels.contracts import spread as terms
from engine.kernels.crossover_file import NAME, CrossoverFile
from engine.kernels.devices import Absent, inventory

FOUND = Crossover(50_000, "MLX 9 has 2.00 x NumPy's speed at 50,000 contracts", "cpu")


@pytest.fixture(autouse=True)
def _mlx() -> None:
    if isinstance(inventory().mlx, Absent):
        pytest.skip("MLX is not installed, so there is no crossover to keep")


class _Machine:
    """Counts how often it was measured."""

    def __init__(self, folder: Path | None) -> None:
        self.folder, self.measured = folder, 0

    def file(self) -> CrossoverFile:
        """Return the file as a new process sees it."""
        return CrossoverFile(lambda: self.folder, lambda: 0.0, lambda: 1000.5, self._measure)

    def _measure(self, _now_s: Callable[[], float]) -> Crossover:
        self.measured += 1
        return FOUND


def test_it_is_measured_once_and_read_by_later_processes(tmp_path: Path) -> None:
    """The second process gets the first one's answer, with when and where it is kept."""
    machine = _Machine(tmp_path / "bolt-tui")
    assert machine.file().kept() is None
    assert machine.file().crossover() == FOUND
    again = machine.file().known_or_measured()
    assert (again.crossover, again.measured_s) == (
        Crossover(50_000, FOUND.reason, again.crossover.device),
        1000.5,
    )
    assert again.place == tmp_path / "bolt-tui" / NAME
    assert machine.measured == 1
    assert [one.name for one in (tmp_path / "bolt-tui").iterdir()] == [NAME]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"key": 1}',
    ],
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    """It is measured anew, and the file is whole again."""
    machine = _Machine(tmp_path)
    (tmp_path / NAME).write_bytes(damage)
    assert machine.file().crossover() == FOUND
    assert machine.measured == 1
    assert machine.file().kept() is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contracts", -5),
        ("contracts", "many"),
        ("contracts", True),
        ("measured_s", None),
        ("measured_s", float("nan")),
    ],
)
def test_values_that_can_not_be_are_not_taken(tmp_path: Path, field: str, value: object) -> None:
    """Each makes the whole file worth nothing."""
    machine = _Machine(tmp_path)
    machine.file().crossover()
    content = json.loads((tmp_path / NAME).read_text())
    (tmp_path / NAME).write_text(json.dumps({**content, field: value}))
    assert machine.file().kept() is None


@pytest.mark.parametrize("part", ["format", "device", "mlx", "numpy"])
def test_another_machine_measures_for_itself(tmp_path: Path, part: str) -> None:
    """A file of another device, library or format is replaced."""
    machine = _Machine(tmp_path)
    machine.file().crossover()
    content = json.loads((tmp_path / NAME).read_text())
    content["key"][part] = "another"
    (tmp_path / NAME).write_text(json.dumps(content))
    assert machine.file().crossover() == FOUND
    assert machine.measured == 2
    assert json.loads((tmp_path / NAME).read_text())["key"][part] != "another"


def test_without_a_place_it_serves_the_process(tmp_path: Path) -> None:
    """No cache folder, or a file where it should be: measured once, with the reason told."""
    machine = _Machine(None)
    file = machine.file()
    assert file.known_or_measured().trouble == "no cache folder is known"
    file.crossover()
    assert machine.measured == 1
    (tmp_path / "taken").write_text("")
    known = _Machine(tmp_path / "taken").file().known_or_measured()
    assert known.place is None
    assert "taken" in known.trouble


def test_small_batches_never_ask(tmp_path: Path) -> None:
    """Below the smallest size nothing is read, measured or written."""
    machine = _Machine(tmp_path)
    door = Door(machine.file().crossover)
    spot, years, volatility = terms(SMALLEST - 1)
    door.european("put", spot, 100.0, years, volatility)
    assert machine.measured == 0
    assert door.used == (backend.REFERENCE,)


def test_large_batches_go_where_it_says_and_say_so(tmp_path: Path) -> None:
    """NumPy below the crossover, MLX from there on, within its bound; expired options NumPy's."""
    machine = _Machine(tmp_path)
    door = Door(machine.file().crossover)
    spot, years, volatility = terms(60_000)
    few = slice(0, 20_000)
    door.european("put", spot[few], 100.0, years[few], volatility[few])
    assert list(door.used) == [backend.REFERENCE]
    found = door.european("put", spot, 100.0, years, volatility)
    assert list(door.used) == [backend.REFERENCE, backend.SINGLE]
    exact = Door().european("put", spot, 100.0, years, volatility)
    assert (np.abs(found - exact) < backend.SINGLE.error * spot).all()
    assert (found != exact).any()
    expired = np.where(np.arange(60_000) == 7, 0.0, years)
    assert (door.european("put", spot, 100.0, expired, volatility)[8:] == exact[8:]).all()
    assert machine.measured == 1


def test_without_mlx_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is told and NumPy computes."""
    devices = inventory()

    class _Without:
        mlx, numpy = Absent("mlx is not installed"), devices.numpy

    monkeypatch.setattr(crossover_file, "inventory", _Without)
    monkeypatch.setattr("engine.kernels.crossover.inventory", _Without)
    file = CrossoverFile(lambda: tmp_path, lambda: 0.0, lambda: 0.0)
    assert file.crossover() == Crossover(None, "mlx is not installed", "none")
    assert list(tmp_path.iterdir()) == []
