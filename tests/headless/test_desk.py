"""The desk as its user meets it: an example book is written, and questions to it are answered."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.headless.conftest import Bolt

NAMES = ["bolt.toml", "positions.csv", "prices.csv", "quotes.csv", "trades.csv"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example book, with a wheel strategy's code beside it."""
    from engine.market.example import write_example

    folder = tmp_path_factory.mktemp("book")
    write_example(folder, date.today())
    code = "def choose(strike: float) -> float:\n    return strike\n"
    (folder / "wheel.py").write_text(code)
    return folder


def test_an_example_is_written_once(bolt: Bolt, tmp_path: Path) -> None:
    """The files are told on stdout, the next step on stderr; a second time nothing is touched."""
    folder = tmp_path / "my book"
    ran = bolt("example", str(folder), "-o", "json")
    assert (ran.code, ran.answer["status"]) == (0, "answered")
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert f"bolt-tui -C '{folder}' --run" in ran.err
    (folder / "prices.csv").unlink()
    ran = bolt("example", str(folder))
    assert (ran.code, ran.out) == (2, "")
    assert "is there already; nothing was written" in ran.err
    assert not (folder / "prices.csv").exists()


def test_a_folder_that_cannot_be_written_is_refused(bolt: Bolt, tmp_path: Path) -> None:
    """The sentence names it, and the exit code is that of a wrong use."""
    (tmp_path / "file").write_text("")
    ran = bolt("example", str(tmp_path / "file" / "book"))
    assert (ran.code, ran.out) == (2, "")
    assert "can't be written" in ran.err


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("calculate risk metrics for current positions", "loses no more than"),
        ("what if EXMPL drops 10%", "EXMPL falls by 10.0%"),
        ("which put should I sell", "put on EXMPL"),
        ("should I roll", "short options are to be rolled"),
        (":limits", "sets no limit"),
        (":ledger", "at a true basis of $23.10"),
        ("what is my cost basis", "realised +$"),
        (":positions", "since they were opened"),
    ],
)
def test_the_example_answers(bolt: Bolt, book: Path, query: str, said: str) -> None:
    """Each question has its figures, marked as those of an example."""
    ran = bolt("--run", query, "-o", "json", at=book)
    assert (ran.code, ran.answer["status"]) == (0, "answered"), ran.answer["verdict"]
    assert "EXAMPLE" in ran.answer["verdict"]
    assert said in ran.answer["verdict"]
    assert ran.answer["sections"]


def test_a_strategys_file_is_reviewed_and_its_performance_computed(bolt: Bolt, book: Path) -> None:
    """The verdict speaks of the code, of the book and of the past."""
    ran = bolt("--run", "analyze wheel strategy performance in wheel.py", "-o", "json", at=book)
    assert ran.code == 0
    for said in ("wheel.py: ", "short options are to be rolled", "the wheel earned"):
        assert said in ran.answer["verdict"]


def test_without_a_book_a_strategys_file_is_still_reviewed(bolt: Bolt, project: Path) -> None:
    """What is missing is said, and the review stands."""
    query = "analyze wheel strategy performance in src/desk/pricing.py"
    ran = bolt("--run", query, "-o", "json")
    assert (ran.code, ran.answer["status"]) == (0, "degraded")
    assert ran.answer["verdict"].startswith("src/desk/pricing.py: ")
    assert "Missing: " in ran.answer["verdict"]
    assert "no positions" in ran.answer["verdict"]


def _closes() -> str:
    """A year of weekdays; the price swings, so that there is a volatility."""
    days = (date(2024, 1, 1) + timedelta(n) for n in range(366))
    weekdays = [day for day in days if day.weekday() < 5]
    return "".join(f"{day},{30 + n % 7 * 0.3:.2f}\n" for n, day in enumerate(weekdays))


def test_a_backtest_takes_prices_alone(bolt: Bolt, book: Path, tmp_path: Path) -> None:
    """Without positions the past is still run, and a question to the book says what is missing."""
    (tmp_path / "prices.csv").write_text((book / "prices.csv").read_text())
    ran = bolt("--run", "backtest the wheel", "-o", "json", at=tmp_path)
    assert (ran.code, ran.answer["status"]) == (0, "answered"), ran.answer["verdict"]
    assert "wheel earned" in ran.answer["verdict"]
    (tmp_path / "prices.csv").write_text("Date,Close\n" + _closes())
    query = "backtest puts on U from 2024-04-01 to 2024-06-28 held to expiry"
    ran = bolt("--run", query, "-o", "json", at=tmp_path)
    assert (ran.code, ran.answer["status"]) == (0, "answered"), ran.answer["verdict"]
    assert "(2024-04-01 to 2024-06-28;" in ran.answer["verdict"]
    assert any("closes of U," in one for one in ran.answer["assumptions"])
    ran = bolt("--run", "should I roll", "-o", "json", at=tmp_path)
    assert ran.answer["status"] == "failed"
    assert "no positions" in ran.answer["verdict"]


def test_an_option_is_priced_without_a_book(bolt: Bolt) -> None:
    """A price takes only what the query says."""
    ran = bolt("--run", "price put 20 spot 22 vol 55% 35 days rate 4%", "-o", "json")
    assert (ran.code, ran.answer["status"]) == (0, "answered")
    assert "American put" in ran.answer["verdict"]


def test_what_was_not_understood_is_said_once(bolt: Bolt, book: Path) -> None:
    """The answer that failed stands on stdout; nothing repeats it where no terminal is watched."""
    ran = bolt("--run", "is purple heavier than thursday", at=book)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.count("was not understood") == 1
