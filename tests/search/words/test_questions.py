"""Questions in words put to small projects, and to the standard library."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.search.facts import BadQuestion, Cancelled
from engine.search.words.questions import QUESTIONS, find
from engine.search.words.scan import documents
from tests.search.words.folder import FolderFacts, standard_library
from tests.search.words.labelled import Labelled, Place, quality
from tests.search.words.stdlib_questions import HELD_OUT
from tests.search.words.stdlib_questions import QUESTIONS as TUNED

PRICING = '''"""Prices."""

def black_scholes(spot, strike, rate, vol, years):
    """Return the price of a European call."""
    d1 = (log(spot / strike) + (rate + vol * vol / 2) * years) / (vol * years ** 0.5)
    return spot * cdf(d1) - strike * exp(-rate * years) * cdf(d1 - vol * years ** 0.5)
'''
DESK = '''"""The desk."""

def show(book):
    """Print what black_scholes says of each line of the book."""
    for line in book:
        print(black_scholes(line.spot, line.strike, 0.0, line.vol, 1))


class DeltaLimit:
    def check(self, book):
        """Raise where the book's delta is above the cap."""
        if abs(book.delta) > self.cap:
            raise OverLimit(book.delta, self.cap)
'''


def project(files: Mapping[str, str]) -> FolderFacts:
    facts = FolderFacts("/nowhere", ())
    for path, text in files.items():
        facts.write(path, text)
    return facts


def ask(facts: FolderFacts, question: str, **arguments: Any) -> Any:
    answer = find(facts, {"question": question, **arguments})
    assert json.loads(json.dumps(answer)) == answer
    return answer


def places(answer: Any) -> list[Place]:
    return [(one["path"], one["name"]) for one in answer["results"]]


def test_what_does_it_stands_before_what_mentions_it() -> None:
    """The function that computes a thing is first, with its line and what speaks for it."""
    answer = ask(
        project({"desk.py": DESK, "pricing.py": PRICING}), "where is Black-Scholes computed"
    )
    first = answer["results"][0]
    assert (first["path"], first["line"], first["end_line"]) == ("pricing.py", 3, 6)
    assert first["text"] == "def black_scholes(spot, strike, rate, vol, years):"
    assert first["why"] == [
        "name: black, scholes",
        "side by side in the name",
        "does arithmetic",
    ]
    assert ("desk.py", "show") in places(answer)


def test_other_words_for_the_same_count() -> None:
    """Enforces finds a check, and the answer says that it stood for it."""
    answer = ask(
        project({"desk.py": DESK, "pricing.py": PRICING}), "what enforces the delta limit?"
    )
    assert places(answer)[0] == ("desk.py", "DeltaLimit.check")
    assert "name: check (for enforces)" in answer["results"][0]["why"]
    assert "class: delta, limit" in answer["results"][0]["why"]
    assert answer["dropped"] == ["what", "the"]


def test_abbreviations_are_found() -> None:
    """A name that begins like the word of the question, or the other way round, counts."""
    facts = project({"a.py": "def load_config():\n    return toml()\n"})
    assert places(ask(facts, "where is the configuration loaded"))[0] == ("a.py", "load_config")
    facts = project({"a.py": "def authentication():\n    return token()\n"})
    assert places(ask(facts, "auth"))[0] == ("a.py", "authentication")


def test_live_code_stands_for_its_copies() -> None:
    """The same code in a backup is no place of its own: it is listed with the live one."""
    copy = PRICING.replace("    ", "        ")
    facts = project(
        {"z/pricing.py": PRICING, "old/pricing.py": copy, "a_backup_1/pricing.py": PRICING}
    )
    answer = ask(facts, "black scholes")
    found = [one for one in answer["results"] if one["name"] == "black_scholes"]
    assert [one["path"] for one in found] == ["z/pricing.py"]
    assert found[0]["copies"] == 2
    assert found[0]["copy_paths"] == ["a_backup_1/pricing.py", "old/pricing.py"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("tests/test_pricing.py", "a test"),
        ("old/pricing.py", "in a backup"),
        ("examples/pricing.py", "an example, demo or benchmark"),
        ("vendor/pricing.py", "someone else's code"),
    ],
)
def test_code_that_stands_aside_comes_later(path: str, why: str) -> None:
    """Tests, backups, examples and vendored code stand behind live code, and it is said why."""
    other = PRICING.replace("years", "expiry")
    answer = ask(project({path: other, "z.py": PRICING}), "black scholes")
    found = [one for one in answer["results"] if one["name"] == "black_scholes"]
    assert [one["path"] for one in found] == ["z.py", path]
    assert why in found[1]["why"]


def test_overloads_are_one_place() -> None:
    """Of several definitions of a name in one file the one with the code is shown."""
    stub = "@overload\ndef price(spot: int) -> int: ...\n"
    text = f"{stub}{stub}def price(spot):\n    return spot * discount(spot) + carry(spot)\n"
    answer = ask(project({"a.py": text}), "price")
    assert [(one["name"], one["line"]) for one in answer["results"] if one["name"]] == [
        ("price", 5)
    ]


def test_a_module_is_shown_by_its_telling_line() -> None:
    """Code outside of functions is answered with the line that has the words."""
    text = '"""Names."""\n\nimport os\n\nSMTP_SERVER = os.environ["MAIL_HOST"]\n\ndef f(): pass\n'
    first = ask(project({"a.py": text}), "smtp server")["results"][0]
    assert (first["kind"], first["line"], first["name"]) == ("module", 5, "")
    assert first["text"].startswith("SMTP_SERVER")


def test_unknown_words_are_said_with_near_ones() -> None:
    """A word that no code has is listed, with what is written like it."""
    answer = ask(project({"pricing.py": PRICING}), "where is black shcoles")
    assert answer["unknown"] == [{"word": "shcoles", "near": ["schole"]}]
    assert places(answer)[0] == ("pricing.py", "black_scholes")
    nothing = ask(project({"pricing.py": PRICING}), "frobnicator")
    assert nothing["results"] == []
    assert nothing["unknown"][0]["word"] == "frobnicator"


def test_a_path_alone_is_an_answer() -> None:
    """A word that only the name of a file has leads to the file."""
    facts = project({"zebra.py": "def f(x):\n    return x\n", "b.py": "y = 1\n"})
    assert {path for path, _ in places(ask(facts, "zebra"))} == {"zebra.py"}


def test_only_below_folders() -> None:
    """A folder, or several paths, narrow the search."""
    facts = project({"a/p.py": PRICING, "b/p.py": PRICING, "bb/p.py": PRICING})
    assert {path for path, _ in places(ask(facts, "black scholes", folder="b/"))} == {"b/p.py"}
    both = ask(facts, "black scholes", folder=["b", "a/p.py"])["results"]
    named = [one for one in both if one["name"]]
    assert [(one["path"], one["copy_paths"]) for one in named] == [("a/p.py", ["b/p.py"])]


def test_no_more_than_asked_for() -> None:
    """The limit cuts the list and nothing else."""
    facts = project(
        {f"f{n}.py": f"def price_{n}(spot):\n    return spot * {n}\n" for n in range(9)}
    )
    answer = ask(facts, "price", limit=3)
    assert len(answer["results"]) == 3
    assert answer["found"] == 9


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "needs its text"),
        ({"question": "?!"}, "no word"),
        ({"question": "price", "limit": 0}, "1 or more"),
        ({"question": "price", "folder": [1]}, "must be a path"),
        ({"question": "price", "folder": "nowhere"}, "no Python file in nowhere"),
    ],
)
def test_questions_that_can_not_be_answered(arguments: dict[str, Any], said: str) -> None:
    """What is wrong with a question is said in a sentence."""
    with pytest.raises(BadQuestion, match=said):
        find(project({"pricing.py": PRICING}), arguments)


def test_a_question_of_stop_words_is_taken_literally() -> None:
    """Words that mean little are looked for where there are no others."""
    facts = project({"a.py": "def how_many():\n    return count(rows)\n"})
    assert places(ask(facts, "how many"))[0] == ("a.py", "how_many")


def test_a_long_text_is_no_longer_question() -> None:
    """A text of thousands of words is read as its first ones; the others are listed as dropped."""
    text = "black scholes " + " ".join(f"word{letter}x{letter}" for letter in "abcdefghij" * 500)
    answer = ask(project({"a.py": PRICING}), text + " ".join(map(chr, range(0x4E00, 0x4F00))))
    assert places(answer)[0] == ("a.py", "black_scholes")
    assert len(answer["terms"]) + len(answer["unknown"]) <= 30
    assert answer["dropped"]


def test_what_was_not_read_is_counted() -> None:
    """Files that can't be read, and those that nobody wrote, are in the answer as numbers."""
    facts = project({"a.py": PRICING, "b_pb2.py": "x = 1\n"})
    facts.unread = {"c.py": "permission denied"}
    answer = ask(facts, "black scholes")
    assert (answer["left_out"], answer["unread"]) == (1, 1)


def test_a_withdrawn_question_stops() -> None:
    """What progress raises ends the search, and the next question is answered in full."""

    class Withdrawn(FolderFacts):
        left = 0

        def progress(self, text: str, done: int, total: int) -> None:
            self.left -= 1
            if self.left < 0:
                raise Cancelled

    facts = Withdrawn("/nowhere", ())
    for number in range(200):
        facts.write(f"f{number}.py", PRICING.replace("spot", f"spot{number}"))
    for left in range(3):
        facts.left = left
        with pytest.raises(Cancelled):
            find(facts, {"question": "black scholes"})
    facts.left = 10**9
    assert find(facts, {"question": "black scholes"})["documents"] == 400


FILES = ("a.py", "b.py", "old/a.py", "tests/test_a.py")
TEXTS = (PRICING, DESK, "", "def f(:\n", "# Auto-generated\nx = 1\n", "class A:\n    x = 1\n")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(FILES), st.none() | st.sampled_from(TEXTS)),
        min_size=1,
        max_size=40,
    )
)
def test_an_index_that_followed_changes_answers_as_a_new_one(
    changes: list[tuple[str, str | None]],
) -> None:
    """After any files were written and removed, answers are those of a process begun anew."""
    facts = project({"z.py": PRICING})
    for number, (path, text) in enumerate(changes):
        if text is None:
            facts.remove(path)
        else:
            facts.write(path, text)
        if number % 3 == 0:
            find(facts, {"question": "delta limit"})
    anew = project({path: facts.text(path) for path in facts.python})
    for question in ("where is black scholes computed", "delta limit", "old tests"):
        asked = {"question": question}
        assert find(facts, asked) == find(anew, asked)


def test_the_order_of_files_does_not_matter() -> None:
    """The same files in another order give the same answer: ties go by path and line."""
    library = standard_library()
    paths = [path for path in library.python if path.startswith("email/")]
    answers = []
    for seed in range(3):
        shuffled = paths.copy()
        random.Random(seed).shuffle(shuffled)
        answers.append(ask(FolderFacts(library.root, shuffled), "where is a header parsed"))
    assert answers[0] == answers[1] == answers[2]


def test_real_questions_about_the_standard_library() -> None:
    """Of the labelled questions hardly one has no answer in the first ten."""
    library = standard_library()
    for questions, at_1, at_10, reciprocal in ((TUNED, 13, 24, 0.66), (HELD_OUT, 5, 12, 0.50)):
        found = [_rank(library, one) for one in questions]
        figures = quality(found)
        assert figures.at_1 >= at_1, figures
        assert figures.at_10 >= at_10, figures
        assert figures.reciprocal >= reciprocal, figures


def _rank(facts: FolderFacts, labelled: Labelled) -> int | None:
    return labelled.rank(places(ask(facts, labelled.question)))


def test_only_the_standard_library_is_needed() -> None:
    """The process that answers is started without site-packages."""
    program = "import engine.search.words.questions as q; print(*q.QUESTIONS)"
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [
            sys.executable,
            "-S",
            "-E",
            "-c",
            f"import sys; sys.path.insert(0, {str(root)!r}); {program}",
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.stdout.strip(), done.stderr) == (" ".join(QUESTIONS), "")


def test_the_scan_is_found_by_its_name() -> None:
    """Another process can import what it has to run."""
    module = sys.modules[documents.__module__]
    assert getattr(module, documents.__qualname__) is documents
