"""The tool that answers questions in words, over the real question and a tree on disk."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.agents.services import Services
from engine.agents.tool import Call, Progress
from engine.agents.tools.code_questions import find, verdict
from engine.evidence import Evidence, Findings
from engine.search.facts import Json
from engine.search.words.questions import QUESTIONS
from tests.search.trees import write
from tests.search.words.folder import FolderFacts
from tests.search.words.test_questions import DESK, PRICING

pytestmark = pytest.mark.anyio
FILES = {"src/pricing.py": PRICING, "src/desk.py": DESK, "old/pricing.py": PRICING}


async def ask(root: Path, question: str, **arguments: Any) -> Evidence:
    facts = FolderFacts(write(root, FILES), sorted(FILES))

    async def code(name: str, asked: Mapping[str, Json], progress: Progress) -> Json:
        return QUESTIONS[name](facts, asked)

    services = cast("Services", SimpleNamespace(code=code))
    return await find(Call({"question": question, **arguments}, services))


async def test_an_answer_is_a_sentence_with_its_places(tmp_path: Path) -> None:
    """The verdict names the function and its line; the findings give the reasons."""
    evidence = await ask(tmp_path, "where is black scholes computed?")
    assert evidence.verdict == (
        "Black scholes is most likely computed in `black_scholes` (src/pricing.py:3)"
    )
    (section,) = evidence.sections
    assert isinstance(section, Findings)
    first = section.items[0]
    assert (first.path, first.line) == ("src/pricing.py", 3)
    assert first.text.startswith("function black_scholes — name: black, scholes; ")
    assert first.text.endswith("also in 1 copy: old/pricing.py")
    assert evidence.weight == 3
    assert "looked for: black (in 3), scholes (in 3)" in evidence.assumptions


async def test_an_answer_says_when_words_are_missing(tmp_path: Path) -> None:
    """Where the best place lacks a word of the question, the sentence claims no more."""
    evidence = await ask(tmp_path, "where is the delta of black scholes")
    assert evidence.verdict.startswith('Nearest to "where is the delta of black scholes" is `')
    assert "without the words: " in evidence.verdict


async def test_nothing_found_is_said_with_what_is_near(tmp_path: Path) -> None:
    """A word that no code has is an answer, not an error."""
    evidence = await ask(tmp_path, "where are shcoles")
    assert not evidence.found
    assert evidence.verdict == (
        'No code answers "where are shcoles": no code has the word shcoles (written alike: schole)'
    )


async def test_paths_narrow_the_question(tmp_path: Path) -> None:
    """Only what is below the paths is looked at."""
    evidence = await ask(tmp_path, "black scholes", paths=("src/desk.py",))
    (section,) = evidence.sections
    assert isinstance(section, Findings)
    assert {item.path for item in section.items} == {"src/desk.py"}


def place(name: str, score: float, *missing: str) -> Json:
    return {"name": name, "path": "a.py", "line": 1, "score": score, "missing": list(missing)}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how is the roll decided", "The roll is most likely decided in `f` (a.py:1)"),
        ("what enforces the limit?", "`f` (a.py:1) most likely enforces the limit"),
        ("which code reads the file", "`f` (a.py:1) most likely reads the file"),
        ("who is asked", '"who is asked" is most likely answered by `f` (a.py:1)'),
        ("delta limit", '"delta limit" is most likely answered by `f` (a.py:1)'),
        ("what is var", '"what is var" is most likely answered by `f` (a.py:1)'),
    ],
)
def test_a_sentence_takes_the_form_of_its_question(question: str, said: str) -> None:
    """Where the question's verb is understood, the sentence answers with it."""
    assert verdict(question, [place("f", 10), place("g", 5)]) == said


def test_two_that_are_as_good_are_both_named() -> None:
    """A small margin makes the sentence name several places, and be less sure."""
    assert verdict("where is it done", [place("f", 10), place("g", 9.9), place("h", 5)]) == (
        "It is likely done in `f` (a.py:1) or `g` (a.py:1)"
    )
