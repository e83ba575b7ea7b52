"""Code that stands in several places: copied files and folders, and clones inside of files.

Clones are compared line by line with names and literals blanked (types 1 and 2 of S. Bellon and
others, Comparison and Evaluation of Clone Detection Tools, 2007). They are ranked by the square of
their length and by their copies; one that overlaps those before it is reported only where a third
of its places are not covered by them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Final, NamedTuple

from engine.search.facts import Facts
from engine.search.live_code import is_backup
from engine.search.structure.answers import CloneRow, CopyRow, DuplicatesAnswer, Fragment
from engine.search.structure.fingerprint import fingerprint, is_dull, unit_lines
from engine.search.structure.mask import mask
from engine.search.structure.places import by_place
from engine.search.structure.repeats import Repeat, maximal_repeats

_COVERED: Final = 0.5  # of a place, by clones that were reported before
_COMPARED: Final = 100  # copies of one text, beyond which the first stands for all
_FRESH: Final = 1 / 3  # of a clone's places, so that it says something new


class _Copy(NamedTuple):
    copy: str
    of: str
    renamed: bool


def find_duplicates(facts: Facts, folder: str, least: int, limit: int) -> DuplicatesAnswer:
    """Return the copied files, folder by folder, and the clones of at least `least` lines.

    Backup folders are compared as whole files only, unless `folder` is in one.
    """
    prints = facts.layer(fingerprint)
    inside = [path for path in prints if not folder or path.startswith(f"{folder}/")]
    copies = _copies(prints, inside, least)
    copied = {one.copy for one in copies}
    asked_backup = is_backup(f"{folder}/x")
    backups = [] if asked_backup else [path for path in inside if is_backup(path)]
    left = sorted({*inside} - copied - {*backups}, key=by_place)
    texts = [prints[path][0] for path in left]
    chosen, duplicated = _chosen(facts, _repeats(facts, texts, least), texts)
    trees = _trees(copies)
    return {
        "files": len(inside),
        "copied_files": len(copies),
        "backup_files": len(backups),
        "trees": trees[:limit],
        "total_trees": len(trees),
        "total": len(chosen),
        "duplicated_lines": duplicated,
        "clones": _Shown(facts, left).rows(chosen[:limit]),
    }


def find_duplicates_of(facts: Facts, file: str, least: int, limit: int) -> DuplicatesAnswer:
    """Return the copies that `file` is part of, and its clones, its own place first in each.

    `duplicated_lines` are the file's own that stand elsewhere too; a copy of another file is told
    as that only.
    """
    prints = facts.layer(fingerprint)
    copies = _copies(prints, prints, least)
    backups = [path for path in prints if is_backup(path) and path != file]
    left = sorted({*prints} - {one.copy for one in copies} - {*backups}, key=by_place)
    chosen: list[Repeat] = []
    own = 0
    if file in left:
        number, texts = left.index(file), [prints[path][0] for path in left]
        repeats = _repeats(facts, texts, least)
        chosen, _ = _chosen(facts, [one for one in repeats if _is_in(number, one)], texts)
        chosen = [_begun_in(number, one) for one in chosen if _is_in(number, one)]
        own = _lines_in(number, chosen)
    trees = _trees([one for one in copies if file in (one.copy, one.of)])
    return {
        "files": len(prints),
        "copied_files": len(trees),
        "backup_files": len(backups),
        "trees": trees[:limit],
        "total_trees": len(trees),
        "total": len(chosen),
        "duplicated_lines": own,
        "clones": _Shown(facts, left).rows(chosen[:limit]),
    }


def _repeats(facts: Facts, texts: list[str], least: int) -> list[Repeat]:
    def told(done: int, total: int) -> None:
        facts.progress("comparing code", done, total)

    return list(maximal_repeats(texts, least, is_dull, told))


def _is_in(number: int, one: Repeat) -> bool:
    return any(place[0] == number for place in one.places)


def _begun_in(number: int, one: Repeat) -> Repeat:
    return Repeat(one.length, tuple(sorted(one.places, key=lambda at: (at[0] != number, at))))


def _lines_in(number: int, repeats: Iterable[Repeat]) -> int:
    """Count the units of a text that are in a repeat, each once."""
    own = [(at, one.length) for one in repeats for text, at in one.places if text == number]
    return len({unit for at, length in own for unit in range(at, at + length)})


def _copies(
    prints: Mapping[str, tuple[str, int]], inside: Iterable[str], least: int
) -> list[_Copy]:
    """Return the files that have the same lines as a livelier one."""
    alike: dict[str, list[str]] = {}
    for path in inside:
        if len(prints[path][0]) >= least:
            alike.setdefault(prints[path][0], []).append(path)
    found: list[_Copy] = []
    for group in alike.values():
        first, *others = sorted(group, key=by_place)
        known = {prints[first][1]: [first]}
        for other in others:
            same = known.setdefault(prints[other][1], [])
            of = _nearest(other, same) if same else first
            found.append(_Copy(other, of, not same))
            same.append(other)
    return found


def _nearest(path: str, others: list[str]) -> str:
    """Return the one whose path ends most like `path`; of several the first."""
    if len(others) > _COMPARED:
        return others[0]
    return max(others, key=lambda other: len(_tail(path, other)))


def _tail(path: str, other: str) -> list[str]:
    """Return the parts that two paths end with alike."""
    pairs = zip(reversed(path.split("/")), reversed(other.split("/")), strict=False)
    return [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]


def _trees(copies: list[_Copy]) -> list[CopyRow]:
    """Gather copies by the folders that remain when what their paths end with alike is cut off."""
    files: Counter[tuple[str, str]] = Counter()
    renamed: Counter[tuple[str, str]] = Counter()
    single: dict[tuple[str, str], _Copy] = {}
    for one in copies:
        pair = _folders(one.copy, one.of)
        files[pair] += 1
        renamed[pair] += one.renamed
        single[pair] = one
    rows: list[CopyRow] = []
    for pair, count in sorted(files.items(), key=lambda item: (-item[1], item[0])):
        copy, of = pair if count > 1 else (single[pair].copy, single[pair].of)
        rows.append({"copy": copy, "of": of, "files": count, "renamed": renamed[pair]})
    return rows


def _folders(copy: str, of: str) -> tuple[str, str]:
    # At least a folder's or file's name stays.
    cut = min(len(_tail(copy, of)), copy.count("/"))
    one, another = copy.split("/"), of.split("/")
    return "/".join(one[: len(one) - cut]), "/".join(another[: len(another) - cut]) or "."


def _chosen(facts: Facts, repeats: list[Repeat], texts: list[str]) -> tuple[list[Repeat], int]:
    """Return the clones worth reporting, the weightiest first, and how many lines they repeat."""
    repeats.sort(key=lambda one: (-(one.length**2) * (len(one.places) - 1), one.places))
    covered = [bytearray(len(text)) for text in texts]
    chosen: list[Repeat] = []
    duplicated = 0
    for number, one in enumerate(repeats):
        if number % 512 == 0:
            facts.progress("weighing clones", number, len(repeats))
        places = _apart(one)
        fresh = [
            place
            for place in places
            if covered[place[0]].count(1, place[1], place[1] + one.length) < _COVERED * one.length
        ]
        if len(places) < 2 or len(fresh) < _FRESH * len(places):
            continue
        for number_of, at in fresh:
            covered[number_of][at : at + one.length] = b"\1" * one.length
        duplicated += one.length * (len(fresh) - (len(fresh) == len(places)))
        chosen.append(Repeat(one.length, tuple(places)))
    return chosen, duplicated


def _apart(one: Repeat) -> list[tuple[int, int]]:
    """Return the places without those that overlap an earlier one."""
    kept: list[tuple[int, int]] = []
    for place in sorted(one.places):
        if not kept or kept[-1][0] != place[0] or place[1] - kept[-1][1] >= one.length:
            kept.append(place)
    return kept


class _Shown:
    """Clones by path and line; reads each file that has one once."""

    def __init__(self, facts: Facts, paths: list[str]) -> None:
        self._facts = facts
        self._paths = paths
        self._read: dict[int, tuple[list[int], list[str]]] = {}

    def rows(self, clones: list[Repeat]) -> list[CloneRow]:
        return [self._row(one) for one in clones]

    def _row(self, one: Repeat) -> CloneRow:
        written = {tuple(self._lines(place, one.length)) for place in one.places}
        return {
            "lines": one.length,
            "renamed": len(written) > 1,
            "copies": len(one.places),
            "places": [self._fragment(place, one.length) for place in one.places],
        }

    def _file(self, number: int) -> tuple[list[int], list[str]]:
        """Return the lines that have a character, and all lines without comments."""
        if number not in self._read:
            self._facts.progress("reading clones", 0, 0)
            text = self._facts.text(self._paths[number])
            masked = mask(text)
            pieces, at = [], 0
            for start, end in masked.comments:
                pieces.append(text[at:start])
                at = end
            bare = "".join((*pieces, text[at:]))
            numbers = [line for line, _ in unit_lines(masked.code)]
            self._read[number] = numbers, bare.split("\n")
        return self._read[number]

    def _lines(self, place: tuple[int, int], length: int) -> list[str]:
        numbers, lines = self._file(place[0])
        units = numbers[place[1] : place[1] + length]
        return [" ".join(lines[number - 1].split()) for number in units]

    def _fragment(self, place: tuple[int, int], length: int) -> Fragment:
        numbers, _ = self._file(place[0])
        first, last = numbers[place[1]], numbers[place[1] + length - 1]
        return {"path": self._paths[place[0]], "line": first, "end_line": last}
