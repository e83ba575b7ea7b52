"""Random changes of a project's files, as editors, tools and people make them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

_IGNORE_FILES = (".gitignore", ".ignore", ".rgignore")


class Changes:
    """Changes files below `root`, which is a copy that nobody else needs."""

    def __init__(self, random: Random, root: str) -> None:
        self._random = random
        self._root = Path(root)
        self._made = 0

    def one(self) -> str:
        """Change something; return what it was."""
        kinds: list[Callable[[Path], object]] = [
            *[self._append, self._rewrite, self._cut, self._replace, self._remove, self._add],
            *[self._rename, self._rename_folder, self._ignore, self._unignore, self._binary],
            *[self._link, self._remove_folder, self._add_folder, self._swap, self._again],
        ]
        kind = self._random.choice(kinds)
        kind(self._file())
        return kind.__name__

    def _file(self) -> Path:
        paths = [
            Path(folder, name)
            for folder, _, names in os.walk(self._root)
            for name in names
            if ".git" not in folder
        ]
        files = [path for path in paths if path.is_file() and not path.is_symlink()]
        return self._random.choice(files) if files else self._add(self._root / "first.py")

    def _name(self, ending: str = "") -> str:
        self._made += 1
        return f"made {self._made}{ending}"

    def _text(self) -> bytes:
        other = self._random.choice((b"made here = 1\n", b"import made\r\n", b"\xff\xfe", b""))
        return other + self._file().read_bytes()[:5000]

    def _append(self, path: Path) -> None:
        with path.open("ab") as file:
            file.write(b"\nappended_%d = import_more\n" % self._random.randrange(1000))

    def _rewrite(self, path: Path) -> None:
        path.write_bytes(self._text())

    def _again(self, path: Path) -> None:
        """Write twice at once, of one length."""
        for text in (b"first = 1\n", b"other = 2\n"):
            path.write_bytes(text)

    def _cut(self, path: Path) -> None:
        os.truncate(path, path.stat().st_size // 2)

    def _replace(self, path: Path) -> None:
        temporary = path.with_name(self._name(".tmp"))
        temporary.write_bytes(self._text())
        temporary.replace(path)

    def _remove(self, path: Path) -> None:
        path.unlink()

    def _add(self, path: Path) -> Path:
        path = path.with_name(self._name(path.suffix))
        path.write_bytes(b"def added():\n    return import_this\n")
        return path

    def _add_folder(self, path: Path) -> None:
        folder = path.parent / self._name() / "deep"
        folder.mkdir(parents=True)
        (folder / path.name).write_bytes(self._text())

    def _rename(self, path: Path) -> None:
        path.rename(path.with_name(self._name(path.suffix)))

    def _rename_folder(self, path: Path) -> None:
        if path.parent != self._root:
            path.parent.rename(path.parent.with_name(self._name()))

    def _remove_folder(self, path: Path) -> None:
        if self._root not in (path.parent, path.parent.parent):
            shutil.rmtree(path.parent)

    def _swap(self, path: Path) -> None:
        """Put a folder in a file's place."""
        path.unlink()
        path.mkdir()
        (path / "inside.py").write_bytes(b"import swapped\n")

    def _ignore(self, path: Path) -> None:
        folder = self._random.choice([path.parent, self._root])
        line = self._random.choice((path.name, f"*{path.suffix}", f"!{path.name}", "made*", "/*/*"))
        rules = folder / self._random.choice(_IGNORE_FILES)
        if not rules.is_dir():
            with rules.open("a") as file:
                file.write(f"{line}\n")

    def _unignore(self, path: Path) -> None:
        found = [one for name in _IGNORE_FILES for one in self._root.rglob(name)]
        for one in found[:2]:
            if not one.is_dir():
                one.unlink()

    def _binary(self, path: Path) -> None:
        path.write_bytes(b"import text\n" * 9000 + b"\0" + b"import text\n")

    def _link(self, path: Path) -> None:
        target = path.with_name(self._name(path.suffix))
        path.rename(target)
        path.symlink_to(target.name)
