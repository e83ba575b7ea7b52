"""A project of files that are read in different ways by different programs."""

import os
from contextlib import suppress
from pathlib import Path

_PROSE = (
    "import os\nclass Straße:\n    def kelvin(self):\n        return 'K'\n\n"
    "x = naïve_word + word_naïve\néword wordé word\tword-word _word word_ 1word\n"
    "SS ss ſs sſ ſ\nKk K k\nΣσς İi ıI\n$word$ (word) [word] a.b a*b\nfoofoofoo oofoo\n"
)
_IGNORES = {
    ".gitignore": "ignored.py\n/build\n*.log\n",
    "sub/.gitignore": "!kept.log\nsecret.*\n",
    "sub/deep/.ignore": "*.txt\n!good.txt\n",
    ".git/info/exclude": "excluded.py\n",
    ".rgignore": "only-rg.py\n",
}
_NAMES = (
    "ignored.py",
    "build/made.py",
    "sub/build/made.py",
    "sub/kept.log",
    "other.log",
    "sub/secret.py",
    "sub/deep/bad.txt",
    "sub/deep/good.txt",
    "excluded.py",
    "only-rg.py",
    ".hidden.py",
    ".config/inside.py",
    "with space.py",
    "line\nbreak.md",
    "12:34:x.py",
    "-e.py",
    "sub.d/e.py",
    "sub/d.py",
    "ünï.py",
    "a\\b.c",
    "[x].md",
)


def nasty(root: Path) -> str:
    """Make the project and return its folder."""
    for name, text in _IGNORES.items():
        _write(root / name, text.encode())
    for name in _NAMES:
        _write(root / name, f"# {name!r}\n{_PROSE}".encode())
    for name, data in _contents().items():
        _write(root / "kinds" / name, data)
    with suppress(OSError):  # where names must be UTF-8
        _write(Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.py")), _PROSE.encode())
    (root / "link").symlink_to("sub")
    (root / "sub/link.py").symlink_to("d.py")
    (root / "sub/loop").symlink_to("..")
    os.mkfifo(root / "sub/pipe.py")
    return str(root)


def _contents() -> dict[str, bytes]:
    prose = _PROSE.encode()
    cut = "é€😀".encode()
    return {
        "plain.py": prose,
        "dos.py": prose.replace(b"\n", b"\r\n"),
        "returns.txt": prose.replace(b"\n", b"\r"),
        "empty.py": b"",
        "one.txt": b"x",
        "break.txt": b"\n",
        "breaks.txt": b"\n\n\nword\n\n",
        "unended.py": prose.rstrip(b"\n"),
        "latin.py": _PROSE.encode("latin-1", "replace"),
        "cut.txt": b"".join(b"word" + cut[:n] + b"word\n" for n in range(len(cut))),
        "stray.txt": bytes(range(1, 256)) * 3 + b"\nword\xffword \xffword\xff word\xc3\n",
        "marked.py": b"\xef\xbb\xbf" + prose,
        "marked-twice.py": b"\xef\xbb\xbf\xef\xbb\xbf" + prose,
        "mark.txt": b"\xef\xbb\xbf",
        "little.py": b"\xff\xfe" + _PROSE.encode("utf-16-le"),
        "big.py": b"\xfe\xff" + _PROSE.encode("utf-16-be"),
        "big-twice.txt": b"\xfe\xff\xfe\xff" + "word".encode("utf-16-be"),
        "odd.txt": b"\xff\xfe" + _PROSE.encode("utf-16-le") + b"\x41",
        "half.txt": b"\xff\xfe" + b"\x3d\xd8a\x00\n\x00\x00\xde" + "word".encode("utf-16-le"),
        "unmarked.txt": _PROSE.encode("utf-16-le"),
        "long.txt": b"word " * 40_000 + b"end of line\nshort word\n",
        "longs.js": (b"x" * 100_000 + b"needle" + b"y" * 100_000 + b"\n") * 3,
        "zero-early.bin": b"word\n\0word\n",
        "zero-late.txt": prose * 300 + b"\0" + prose,
        "zero-end.txt": prose + b"\0",
        "many.txt": b"word import word\n" * 15_000,
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
