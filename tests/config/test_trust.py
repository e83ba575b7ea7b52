"""Whose settings are taken: a project by its folder and its file as they were when vouched for."""

import json
import stat
import threading
from pathlib import Path

import pytest

from engine.config import load
from engine.config.trust import Trust, TrustError

COMMANDS = '[existing_tools.commands]\nsearch = ["./find.sh", "{query}"]\n'


class Place:
    """A project with commands of its own, and a user."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.project.mkdir()
        self.write(COMMANDS)
        self.mine = folder / "config" / "bolt-tui"
        self.trust = Trust(self.mine)
        self._environ = {"XDG_CONFIG_HOME": str(folder / "config")}

    def write(self, text: str) -> None:
        self.text = text
        (self.project / "bolt.toml").write_text(text)

    def vouch(self, project: Path | None = None) -> None:
        self.trust.add(project or self.project, self.text, 1.0)

    def commands(self, project: Path | None = None) -> dict[str, list[str]]:
        loaded = load(project or self.project, environ=self._environ)
        assert loaded.trusted == bool(loaded.config.existing_tools.commands)
        return loaded.config.existing_tools.commands

    def why_ignored(self) -> str:
        (ignored,) = load(self.project, environ=self._environ).ignored
        return ignored.why

    @property
    def kept(self) -> Path:
        (file,) = (self.mine / "trusted").iterdir()
        return file


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_project_that_was_just_opened_sets_no_commands(place: Place) -> None:
    """They are ignored aloud, and the sentence names the way."""
    assert place.commands() == {}
    assert "the project isn't trusted" in place.why_ignored()
    assert "bolt-tui trust" in place.why_ignored()


def test_a_trusted_project_sets_them(place: Place) -> None:
    """After the user's word its commands are in force."""
    place.vouch()
    assert place.commands() == {"search": ["./find.sh", "{query}"]}


def test_a_changed_file_is_no_longer_trusted(place: Place) -> None:
    """What a later pull brings was not what the user vouched for."""
    place.vouch()
    place.write('[existing_tools.commands]\nsearch = ["rm", "-rf", "{path}"]\n')
    assert place.commands() == {}
    assert "changed since it was trusted" in place.why_ignored()


def test_a_file_that_came_later_is_not_trusted(place: Place) -> None:
    """A project that was trusted without settings gets none by the same word."""
    (place.project / "bolt.toml").unlink()
    place.text = ""
    place.vouch()
    place.write(COMMANDS)
    assert place.commands() == {}


def test_a_renamed_project_is_not_trusted(place: Place) -> None:
    """The word was for a folder at a place."""
    place.vouch()
    moved = place.project.rename(place.project.with_name("moved"))
    assert place.commands(moved) == {}


def test_another_folder_at_the_same_place_is_not_trusted(place: Place) -> None:
    """Neither a new clone nor what a symbolic link now leads to inherits the word."""
    place.vouch()
    place.project.rename(place.project.with_name("old"))
    place.project.mkdir()
    place.write(COMMANDS)
    assert place.commands() == {}
    assert "another folder" in place.why_ignored()


def test_a_link_is_trusted_as_what_it_leads_to(place: Place, tmp_path: Path) -> None:
    """Turned to another folder it is trusted no more; what it led to still is."""
    link = tmp_path / "link"
    link.symlink_to(place.project)
    place.vouch(link)
    assert place.commands(link) == place.commands() != {}
    other = tmp_path / "other"
    other.mkdir()
    (other / "bolt.toml").write_text(COMMANDS)
    link.unlink()
    link.symlink_to(other)
    assert place.commands(link) == {}
    assert place.commands() != {}


def test_a_folder_inside_a_trusted_one_is_not_trusted(place: Place) -> None:
    """A vendored project speaks for itself."""
    place.vouch()
    inner = place.project / "vendor"
    inner.mkdir()
    (inner / "bolt.toml").write_text(COMMANDS)
    assert place.commands(inner) == {}


def test_the_word_can_be_taken_back(place: Place) -> None:
    """Also for a folder that is gone; once."""
    place.vouch()
    place.project.rename(place.project.with_name("gone"))
    assert place.trust.revoke(place.project)
    assert not place.trust.revoke(place.project)
    assert place.trust.all() == []


def test_it_is_kept_for_its_user_alone(place: Place) -> None:
    """The file is 0600 in a folder of 0700, and nothing half-written is left beside it."""
    place.vouch()
    assert stat.S_IMODE(place.kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.kept.parent.stat().st_mode) == 0o700
    assert [one.path for one in place.trust.all()] == [str(place.project)]


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"path": 3}', "\x00\xff"])
def test_a_damaged_word_is_none(place: Place, damage: str) -> None:
    """What can't be read trusts nothing."""
    place.vouch()
    place.kept.write_text(damage)
    assert place.commands() == {}
    assert place.trust.all() == []


def test_a_word_that_others_could_write_is_none(place: Place) -> None:
    """A file that somebody else may change says nothing of the user's will."""
    place.vouch()
    place.kept.chmod(0o666)
    assert place.commands() == {}


def test_a_word_for_another_folder_is_none(place: Place) -> None:
    """A copied file under a project's name doesn't count."""
    place.vouch()
    said = json.loads(place.kept.read_text())
    place.kept.write_text(json.dumps(said | {"path": "/elsewhere"}))
    assert place.commands() == {}
    assert place.trust.all() == []


def test_many_at_once_are_all_kept(place: Place, tmp_path: Path) -> None:
    """Words given at the same time don't overwrite each other."""
    folders = [tmp_path / f"p{number}" for number in range(12)]
    for folder in folders:
        folder.mkdir()
    givers = [threading.Thread(target=place.trust.add, args=(one, "", 1.0)) for one in folders]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    assert {one.path for one in place.trust.all()} == {str(folder) for folder in folders}


def test_what_is_not_there_can_not_be_trusted(place: Place, tmp_path: Path) -> None:
    """The sentence names the folder."""
    with pytest.raises(TrustError, match="no such folder"):
        place.trust.add(tmp_path / "none", "", 1.0)


def test_a_folder_that_takes_no_file_is_named(place: Place) -> None:
    """Where nothing can be kept nothing is trusted, and it is said."""
    place.mine.mkdir(parents=True)
    (place.mine / "trusted").write_text("")
    with pytest.raises(TrustError, match="can't be written"):
        place.vouch()
    assert place.commands() == {}
