"""An engine that can't be opened: existing tools answer, marked, with the documented exit codes."""

from pathlib import Path

import pytest

from tests.headless.conftest import Bolt

# Stands for a part that can't be imported, as a library of another processor's is.
_BROKEN = """
import sys

class Broken:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise ImportError("libdesk.so: wrong architecture")

sys.meta_path.insert(0, Broken())
"""
PARTS = (
    "engine.runtime",
    "engine.store.journals.journal",
    "engine.agents.router",
    "duckdb",
    "numpy",
)


@pytest.fixture
def broken(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "sitecustomize.py").write_text(_BROKEN.format(name="engine.runtime.engine"))
    return {"PYTHONPATH": str(tmp_path)}


def test_a_search_is_answered_by_rg(bolt: Bolt, broken: dict[str, str]) -> None:
    """Degraded, at the last level, with the lines, the tool and the reason; exit 0, strictly 4."""
    ran = bolt("--run", "find black_scholes", "-o", "json", env=broken)
    assert ran.code == 0
    assert (ran.answer["status"], ran.answer["level"]) == ("degraded", "existing_tools")
    assert "rg gave this, not the engine" in ran.answer["verdict"]
    assert "libdesk.so: wrong architecture" in ran.answer["verdict"]
    found = {item["path"] for item in ran.answer["sections"][0]["items"]}
    assert "src/desk/pricing.py" in found
    assert bolt("--run", "find black_scholes", "--strict", env=broken).code == 4


def test_a_command_of_the_machine_is_answered_by_ps(bolt: Bolt, broken: dict[str, str]) -> None:
    """`bolt-tui status` still says how the machine is."""
    ran = bolt("status", env=broken)
    assert ran.code == 0
    assert "processes" in ran.out
    assert "ps gave this" in ran.out


def test_a_question_for_the_engine_is_refused(bolt: Bolt, broken: dict[str, str]) -> None:
    """Exit 1, with what failed and how to have a tool of one's own; no traceback."""
    for query in (":risk", "what breaks if I change src/desk/pricing.py"):
        ran = bolt("--run", query, env=broken)
        assert ran.code == 1
        assert "libdesk.so: wrong architecture" in ran.out
        assert "set [existing_tools]" in ran.out
        assert "Traceback" not in ran.err


def test_the_users_command_answers(bolt: Bolt, broken: dict[str, str], own_folders: Path) -> None:
    """What the user set for a kind of question is run; what the project sets is not."""
    mine = own_folders / "config" / "bolt-tui"
    mine.mkdir(parents=True)
    (mine / "config.toml").write_text('[existing_tools.commands]\nrisk = ["echo", "by hand"]\n')
    ran = bolt("--run", ":risk", env=broken)
    assert ran.code == 0
    assert "by hand" in ran.out


def test_a_plan_can_not_be_explained(bolt: Bolt, broken: dict[str, str]) -> None:
    """--explain says why there is no plan."""
    ran = bolt("--run", "status", "--explain", env=broken)
    assert ran.code == 1
    assert "No plan: the engine can't be opened" in ran.out


def test_ndjson_ends_with_the_answer(bolt: Bolt, broken: dict[str, str]) -> None:
    """The stream is one event."""
    (event,) = bolt("--run", "status", "-o", "ndjson", env=broken).events
    assert event["type"] == "QueryAnswered"
    assert event["answer"]["level"] == "existing_tools"


@pytest.mark.parametrize("part", PARTS)
def test_whatever_part_is_broken_there_is_an_answer(bolt: Bolt, tmp_path: Path, part: str) -> None:
    """A search is answered, by the engine or without it, and nobody sees a traceback."""
    (tmp_path / "sitecustomize.py").write_text(_BROKEN.format(name=part))
    ran = bolt("--run", "find black_scholes", env={"PYTHONPATH": str(tmp_path)})
    assert ran.code == 0
    assert "black_scholes" in ran.out
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("store", ["a file", "/proc/nothing"])
def test_an_unusable_store_leaves_answers(bolt: Bolt, tmp_path: Path, store: str) -> None:
    """Degraded: given, and said not to be on record."""
    folder = Path(store) if store.startswith("/") else tmp_path / "file"
    if not store.startswith("/"):
        folder.write_text("")
    ran = bolt("--run", "find black_scholes", "-o", "json", "--set", f"store.folder={folder}")
    assert ran.code == 0
    assert ran.answer["status"] == "degraded"
    assert "Not recorded" in ran.answer["verdict"]
    assert bolt("status", "--strict", "--set", f"store.folder={folder}").code == 4


def test_trust_is_given_shown_and_taken_back(bolt: Bolt, tmp_path: Path) -> None:
    """The project's commands are shown when it is trusted, and in force until it isn't."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "bolt.toml").write_text('[existing_tools.commands]\nrisk = ["./risk.sh"]\n')
    before = bolt("--run", "status", at=project)
    assert "isn't trusted; see: bolt-tui trust" in before.err
    given = bolt("trust", at=project)
    assert given.code == 0
    assert 'risk = ["./risk.sh"]' in given.out
    assert "ignored" not in bolt("--run", "status", at=project).err
    assert str(project) in bolt("trust", "--list", at=project).out
    assert "no longer trusted" in bolt("trust", "--revoke", at=project).out
    assert "None trusted" in bolt("trust", "--list", at=project).out
    assert "was not trusted" in bolt("trust", "--revoke", str(project)).out
    assert bolt("trust", str(tmp_path / "none")).code == 2
    assert bolt("trust", "--list", "--revoke").code == 2
