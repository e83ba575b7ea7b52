"""From a term to the documents that hold it, kept current by what changed in the layer."""

from array import array
from collections.abc import Callable, Mapping
from typing import Final

from engine.search.words.scan import Document, Row
from engine.search.words.standing import standing
from engine.search.words.terms import terms_of

Progress = Callable[[str, int, int], None]

# Rebuilt when more than this part of the documents belongs to files that changed.
_DEAD: Final = 0.3
_FILES_A_STEP: Final = 8


class Postings:
    """The documents of one term with their codes, in two packed columns; `gone` count no more."""

    __slots__ = ("codes", "documents", "gone")

    def __init__(self) -> None:
        self.gone = 0
        self.documents = array("I")
        self.codes = bytearray()


class WordIndex:
    """All documents of a project.

    Attributes:
        rows: each document as the scan gave it; None once its file has changed.
        files: for each document, the number of its file in `paths`.
        paths: every file that was read; one that changed gets a new number.
        standings: how much each file counts for where it stands.
        first: the first document of each file, if it has one.
        by_term: postings; documents that are gone stay in them until the next rebuild.
        by_path_term: the numbers of the files that have the term in their path.
        left_out: files that hold generated or packed code.
    """

    def __init__(self) -> None:
        self._values: dict[str, tuple[int, tuple[Row, ...] | None]] = {}
        self._layer: Mapping[str, tuple[Row, ...] | None] | None = None
        self._clear()

    def _clear(self) -> None:
        self.rows: list[Row | None] = []
        self.files = array("I")
        self.paths: list[str] = []
        self.standings: list[float] = []
        self.first: list[int] = []
        self.by_term: dict[str, Postings] = {}
        self.by_path_term: dict[str, array[int]] = {}
        self.left_out = 0
        self.alive = 0
        self.doc_terms = self.note_terms = self.body_terms = 0
        self._values.clear()
        self._vocabulary: list[str] | None = None

    @property
    def vocabulary(self) -> list[str]:
        """Every term that some document has, sorted."""
        if self._vocabulary is None:
            self._vocabulary = sorted(term for term in self.by_term if self.count(term))
        return self._vocabulary

    def count(self, term: str) -> int:
        """Return how many documents have the term."""
        postings = self.by_term.get(term)
        return len(postings.documents) - postings.gone if postings else 0

    def in_a_path(self, term: str) -> bool:
        """Return whether the path of some file has the term."""
        return any(self._is_current(number) for number in self.by_path_term.get(term, ()))

    def _is_current(self, number: int) -> bool:
        known = self._values.get(self.paths[number])
        return known is not None and known[0] == number

    def update(self, layer: Mapping[str, tuple[Row, ...] | None], progress: Progress) -> None:
        """Take over what changed since the last call; a value that is the same object did not.

        Interrupted by `progress`, it goes on where it was the next time.
        """
        if layer is self._layer:
            return
        if len(self.rows) - self.alive > _DEAD * len(self.rows) + 1000:
            self._clear()
        self._vocabulary = None
        gone = [path for path in self._values if path not in layer]
        changed = [path for path, value in layer.items() if not self._has(path, value)]
        for path in gone:
            self._remove(path)
        for done, path in enumerate(changed):
            if done % _FILES_A_STEP == 0:
                progress("reading the words of the code", done, len(changed))
            if path in self._values:
                self._remove(path)
            self._add(path, layer[path])
        self._layer = layer

    def _has(self, path: str, value: tuple[Row, ...] | None) -> bool:
        known = self._values.get(path)
        return known is not None and known[1] is value

    def _remove(self, path: str) -> None:
        number, rows = self._values.pop(path)
        self.left_out -= rows is None
        start = self.first[number]
        for at in range(start, start + len(rows or ())):
            document = Document._make(self.rows[at] or ())
            self._weigh(document, -1)
            for term in document.terms.split():
                self.by_term[term].gone += 1
            self.rows[at] = None

    def _add(self, path: str, rows: tuple[Row, ...] | None) -> None:
        number = len(self.paths)
        self._values[path] = number, rows
        self.left_out += rows is None
        self.paths.append(path)
        self.standings.append(standing(path)[0])
        self.first.append(len(self.rows))
        for term in {
            term for part in path.split("/") for term in terms_of(part.removesuffix(".py"))
        }:
            self.by_path_term.setdefault(term, array("I")).append(number)
        for row in rows or ():
            self._post(len(self.rows), row)
            self.rows.append(row)
            self.files.append(number)

    def _post(self, at: int, row: Row) -> None:
        document = Document._make(row)
        self._weigh(document, 1)
        by_term = self.by_term
        for term, code in zip(
            document.terms.split(), document.codes.encode("latin-1"), strict=True
        ):
            postings = by_term.get(term)
            if postings is None:
                postings = by_term[term] = Postings()
            postings.documents.append(at)
            postings.codes.append(code)

    def _weigh(self, document: Document, sign: int) -> None:
        self.alive += sign
        self.doc_terms += sign * document.doc_terms
        self.note_terms += sign * document.note_terms
        self.body_terms += sign * document.body_terms
