"""`bolt-tui service …` as its user runs it, with a manager that writes down what it is told."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bolt_tui.refusing import OutputError
from bolt_tui.service import placing
from bolt_tui.service.managers import Launchd
from engine.checks.service_units import installed, mark

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
MONITOR = "bolt-tui-monitor.service"


@dataclass(frozen=True)
class Home:
    """A user's home with a manager of its own on the path."""

    path: Path

    @property
    def units(self) -> Path:
        return self.path / ".config" / "systemd" / "user"

    @property
    def told(self) -> list[str]:
        log = self.path / "told"
        return log.read_text().splitlines() if log.exists() else []

    def environment(self, code: int = 0) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "BOLT_"))}
        path = f"{self.path / 'bin'}:/usr/bin:/bin"
        return {**kept, "HOME": str(self.path), "PATH": path, "CODE": str(code)}

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        project = self.path / "the desk"
        return subprocess.run(
            [sys.executable, "-m", "bolt_tui", "-C", str(project), "service", *words],
            capture_output=True,
            text=True,
            env=self.environment(code),
            timeout=60,
            check=False,
        )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "the desk").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("systemctl", "launchctl"):
        script = tmp_path / "bin" / name
        script.write_text(
            f'#!/bin/sh\necho "$@" >> "{tmp_path}/told"\n'
            '[ "$CODE" = 0 ] || { echo "no bus here"; exit "$CODE"; }\n'
        )
        script.chmod(0o755)
    return Home(tmp_path)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@needs_linux
def test_install_starts_and_remove_leaves_nothing(home: Home) -> None:
    """What was there before is what is there after, but for what the manager was told."""
    before = tree(home.path)
    ran = home.run("install")
    assert ran.returncode == 0, ran.stderr
    assert "11 units for " in ran.stdout
    assert "enable-linger" in ran.stdout
    assert [line.split()[:3] for line in home.told] == [
        ["--user", "daemon-reload"],
        ["--user", "enable", MONITOR],
        ["--user", "restart", MONITOR],
    ]
    assert installed(home.environment())
    timers = sorted(path.name for path in home.units.glob("*.timer"))
    removed = home.run("remove")
    assert removed.returncode == 0, removed.stderr
    assert [line.split()[1] for line in home.told[3:6]] == ["disable", "stop", "clean"]
    assert home.told[5].split()[2:] == ["--what=state", *timers]
    assert {one: text for one, text in tree(home.path).items() if one != "told"} == before
    assert not installed(home.environment())


@needs_linux
def test_a_second_time_nothing_changes(home: Home) -> None:
    """Installed twice it is as it should be and goes on running; removed twice it is gone."""
    home.run("install")
    stamps = {path: path.stat().st_mtime_ns for path in home.units.iterdir()}
    again = home.run("install")
    assert "are already as they should be" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in home.units.iterdir()} == stamps
    assert home.told[-1].startswith(f"--user enable --now {MONITOR}")
    home.run("remove")
    twice = home.run("remove")
    assert (twice.returncode, "There is nothing of the service" in twice.stdout) == (0, True)


@needs_linux
def test_what_changed_is_started_anew(home: Home) -> None:
    """With another setting the units are others, and the folders that were made stay known."""
    home.run("install")
    changed = home.run("install", "--set", "agents.max=2")
    assert changed.returncode == 0, changed.stderr
    assert b'"--set" "agents.max=2" "monitor"' in (home.units / MONITOR).read_bytes()
    assert home.told[-1].startswith("--user restart ")
    home.run("remove")
    assert not (home.path / ".config").exists()


@pytest.mark.parametrize("kind", ["systemd", "launchd"])
def test_another_project_takes_over_aloud(home: Home, kind: str) -> None:
    """The verdict names the project that was watched until now; the same one again is no news."""
    other = home.path / 'a "100 %" désk\\x'
    other.mkdir()
    words = ("install", "--kind", kind, "--dir", str(home.path / "units"))
    home.run(*words, "-C", str(other))
    taken = home.run(*words)
    assert taken.returncode == 0, taken.stderr
    assert f"; it watched {other} until now" in taken.stdout.splitlines()[0]
    assert "until now" not in home.run(*words).stdout


@needs_linux
def test_without_a_manager_the_units_stay_and_the_rest_is_told(home: Home) -> None:
    """It is no success, and says what to run by hand."""
    ran = home.run("install", code=1)
    assert ran.returncode == 1
    assert "were not started: systemctl --user daemon-reload: no bus here" in ran.stdout
    assert f"systemctl --user restart {MONITOR} " in ran.stdout
    assert (home.units / MONITOR).is_file()
    removed = home.run("remove", code=1)
    assert removed.returncode == 0
    assert "could not be stopped: systemctl --user disable: no bus here" in removed.stdout
    assert not (home.path / ".config").exists()


@needs_linux
def test_what_is_not_ours_is_never_overwritten(home: Home) -> None:
    """The file is named, and nothing at all is written or started."""
    home.units.mkdir(parents=True)
    own = home.units / "bolt-tui-report-week.timer"
    own.write_text("[Timer]\nOnCalendar=daily\n")
    before = tree(home.path)
    ran = home.run("install")
    assert ran.returncode == 1
    assert f"{own} is there and was not written by bolt-tui service" in ran.stderr
    assert home.run("remove").returncode == 0
    assert tree(home.path) == before


@needs_linux
def test_enabling_links_go_with_the_units(home: Home) -> None:
    """Where no manager disables them, their links are deleted all the same."""
    home.run("install")
    wants = home.units / "default.target.wants"
    wants.mkdir()
    (wants / MONITOR).symlink_to(home.units / MONITOR)
    home.run("remove", code=1)
    assert not home.units.exists()


@pytest.mark.parametrize("kind", ["systemd", "launchd"])
def test_into_a_folder_nothing_is_started(home: Home, kind: str) -> None:
    """The units of either system can be written anywhere, and taken away again."""
    folder = home.path / "made" / "for it"
    ran = home.run("install", "--kind", kind, "--dir", str(folder))
    assert ran.returncode == 0, ran.stderr
    assert "nothing was started" in ran.stdout
    assert len(list(folder.iterdir())) == (11 if kind == "systemd" else 6)
    home.run("remove", "--kind", kind, "--dir", str(folder))
    assert not (home.path / "made").exists()
    assert home.told == []
    assert not list(home.path.rglob("logs"))


@needs_linux
def test_a_service_is_removed_though_its_project_and_settings_are_broken(home: Home) -> None:
    """What can't run any more must not stay for that."""
    home.run("install")
    (home.path / "the desk").rmdir()
    ran = home.run("remove")
    assert ran.returncode == 0, ran.stderr
    assert not home.units.exists()


def test_a_folder_of_the_users_stays(home: Home) -> None:
    """Only folders that were made for the units are deleted with them."""
    folder = home.path / "mine"
    folder.mkdir()
    home.run("install", "--kind", "systemd", "--dir", str(folder))
    home.run("remove", "--kind", "systemd", "--dir", str(folder))
    assert folder.is_dir()


def test_print_writes_nothing(home: Home) -> None:
    """All units go to stdout, each behind its path; as data they are sections."""
    before = tree(home.path)
    ran = home.run("print", "--kind", "systemd")
    assert ran.stdout.count(f"# {home.units}/bolt-tui-") == 11
    assert f'"-C" "{home.path}/the desk" "monitor"' in ran.stdout
    data = json.loads(home.run("print", "--kind", "launchd", "-o", "json").stdout)
    assert len(data["sections"]) == 6
    assert tree(home.path) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("install", "--dir", "{home}/told/x"), "can't be written to"),
        (("install", "--set", "agents.max=many"), "agents.max"),
    ],
)
def test_what_can_not_be_is_one_sentence(home: Home, words: tuple[str, ...], said: str) -> None:
    """A folder that can't be made, a setting with which the service would not start."""
    (home.path / "told").write_text("")
    before = tree(home.path)
    ran = home.run(*(word.format(home=home.path) for word in words), "--kind", "systemd")
    assert ran.returncode in (1, 2)
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert tree(home.path) == before


def test_the_other_systems_service_needs_a_folder(home: Home) -> None:
    """There it could not be started."""
    other = "systemd" if sys.platform == "darwin" else "launchd"
    ran = home.run("install", "--kind", other)
    assert (ran.returncode, f"there is no {other} on" in ran.stderr) == (2, True)


def test_a_failure_half_way_puts_everything_back(tmp_path: Path) -> None:
    """The disk refuses the second unit: the first is as it was, the new one is not there."""
    old, new = (f"# {mark(0)}\n{word}\n".encode() for word in ("old", "new"))
    names = ("bolt-tui-a.service", "bolt-tui-b.service", "bolt-tui-c.service")
    (tmp_path / names[0]).write_bytes(old)
    (tmp_path / f".{names[2]}.{os.getpid()}.tmp").mkdir()  # where its bytes would go first
    with pytest.raises(OutputError, match="nothing was changed"):
        placing.place("systemd", tmp_path, dict.fromkeys(names, new))
    assert (tmp_path / names[0]).read_bytes() == old
    assert not (tmp_path / names[1]).exists()


def test_launchd_loads_what_changed_and_leaves_what_runs(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed agent is taken out and loaded anew; one that is loaded as it is goes on."""
    for name, value in home.environment().items():
        monkeypatch.setenv(name, value)
    folder, user = home.path / "Agents", f"gui/{os.getuid()}"
    names = ("local.bolt-tui.monitor.plist", "local.bolt-tui.health.plist")
    assert Launchd(folder).start(names[:1], names) is None
    assert home.told == [
        f"bootout {user}/local.bolt-tui.monitor",
        f"print {user}/local.bolt-tui.health",
        f"enable {user}/local.bolt-tui.monitor",
        f"bootstrap {user} {folder}/local.bolt-tui.monitor.plist",
    ]
    assert Launchd(folder).stop(names[1:]) is None
    assert home.told[-1] == f"bootout {user}/local.bolt-tui.health"


def test_launchd_without_a_session_says_what_to_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked again for a while, as it may still be taking the old one away."""
    monkeypatch.setattr("bolt_tui.service.managers._AGAIN_S", 0.0)
    for name, value in home.environment(code=1).items():
        monkeypatch.setenv(name, value)
    refused = Launchd(home.path).start((), ("local.bolt-tui.monitor.plist",))
    assert refused is not None
    assert refused.said.endswith("no bus here")
    assert [words[1] for words in refused.by_hand] == ["enable", "bootstrap"]
