"""Questions with the places that answer them, and how far up a ranking has those."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Place = tuple[str, str]  # path, qualified name


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question and what answers it.

    `places` are written `path:name`: the path from its end, the name from its last parts (`*` for
    any). Written by reading the code, before any ranking of it was seen.
    """

    question: str
    places: tuple[str, ...]

    def rank(self, found: Sequence[Place]) -> int | None:
        """Return where the first answer stands, from 1."""
        for rank, (path, name) in enumerate(found, start=1):
            if any(_is(place, path, name) for place in self.places):
                return rank
        return None


def _is(place: str, path: str, name: str) -> bool:
    file, _, wanted = place.partition(":")
    same_file = f"/{path}".endswith(f"/{file}")
    return same_file and (wanted == "*" or f".{name}".endswith(f".{wanted}"))


@dataclass(frozen=True, slots=True)
class Quality:
    """How many of `asked` have an answer at 1, within 5 and 10; the mean of 1/rank within 20."""

    asked: int
    at_1: int
    at_5: int
    at_10: int
    reciprocal: float

    def __str__(self) -> str:
        return (
            f"{self.at_1} of {self.asked} at 1, {self.at_5} at 5, {self.at_10} at 10; "
            f"MRR {self.reciprocal:.3f}"
        )


def quality(ranks: Iterable[int | None]) -> Quality:
    """Return the figures of the ranks of all first answers."""
    listed = list(ranks)
    at_1, at_5, at_10 = (
        sum(rank is not None and rank <= most for rank in listed) for most in (1, 5, 10)
    )
    reciprocal = sum(1 / rank for rank in listed if rank) / max(1, len(listed))
    return Quality(len(listed), at_1, at_5, at_10, reciprocal)


def ranks(questions: Iterable[Labelled], ask: Callable[[str], Sequence[Place]]) -> list[int | None]:
    """Return the rank of the first answer to each question."""
    return [labelled.rank(ask(labelled.question)) for labelled in questions]


def labelled(text: str) -> tuple[Labelled, ...]:
    """Return the questions of a text: each on a line, below it its places, indented."""
    read: dict[str, list[str]] = {}
    for line in text.strip().split("\n"):
        if line.startswith(" "):
            read[next(reversed(read))].append(line.strip())
        else:
            read[line] = []
    return tuple(Labelled(question, tuple(places)) for question, places in read.items())
