"""The user's database and its circuit: failures counted, the poorer way taken and said."""

from pathlib import Path

import anyio
import pytest

from engine.runtime import Engine
from tests.market.tables import database
from tests.market.test_reading_tables import written_by_another

pytestmark = pytest.mark.anyio

_QUESTION = "show my positions"


def project(folder: Path, quantity: int = 100) -> Path:
    (folder / "bolt.toml").write_text(
        '[market]\npositions = "book.duckdb:p"\nprices = "book.duckdb:c"\n'
        "[circuits]\nfailure_threshold = 2\nwait_s = 0.2\nmax_wait_s = 0.4\n"
    )
    return database(
        folder,
        "book.duckdb",
        f"CREATE TABLE p AS SELECT 'U' AS symbol, {quantity} AS quantity",
        "CREATE TABLE c AS SELECT 'U' AS symbol, current_date AS date, 22.5 AS close",
    )


async def test_a_locked_database_degrades_the_answer_opens_the_circuit_and_recovers(
    tmp_path: Path, own_folders: Path
) -> None:
    """Old rows with their age and who holds it; still full; left alone; fresh when it is free."""
    path = project(tmp_path)
    async with Engine.open(tmp_path) as engine:
        fresh = await engine.ask(_QUESTION)
        assert fresh.status == "answered"
    async with Engine.open(tmp_path) as engine:
        with written_by_another(path) as holder:
            first = await engine.ask(_QUESTION)
            assert first.status == "degraded"
            begin, _, missing = first.verdict.partition(" Missing: ")
            assert begin == fresh.verdict
            assert missing.startswith("Positions and prices of now; those read at ")
            assert "book.duckdb is held for writing by" in missing
            assert f"(pid {holder.pid}, running since" in missing
            assert engine.board.states()["market"] == "closed"
            await engine.ask(_QUESTION)
            assert engine.board.states()["market"] in ("open", "half_open")
            assert engine.board.standing.level == "full"
            third = await engine.ask(_QUESTION)
            assert third.status == "degraded"
            assert "market is out of order (book.duckdb is held for writing by " in third.verdict
        with anyio.fail_after(20):
            while True:
                if engine.board.states()["market"] == "closed":
                    break
                await anyio.sleep(0.05)
        assert (await engine.ask(_QUESTION)).status == "answered"


async def test_bad_input_never_opens_the_circuit(tmp_path: Path, own_folders: Path) -> None:
    """A table that isn't there fails each question with its reason, and the circuit stays."""
    path = project(tmp_path)
    database(path.parent, path.name, "DROP TABLE p")
    async with Engine.open(tmp_path) as engine:
        for _ in range(4):
            answer = await engine.ask(_QUESTION)
            assert answer.status == "failed"
            assert 'book.duckdb:p has no table "p"' in answer.verdict
        assert engine.board.states()["market"] == "closed"


async def test_without_kept_rows_an_open_circuit_answers_nothing(
    tmp_path: Path, own_folders: Path
) -> None:
    """The reason is the circuit's, with what it failed of."""
    path = project(tmp_path)
    async with Engine.open(tmp_path) as engine:
        with written_by_another(path):
            for _ in range(2):
                answer = await engine.ask(_QUESTION)
            assert answer.status == "failed"
            last = await engine.ask(_QUESTION)
            assert "is out of order" in last.verdict
            assert "held for writing by" in last.verdict
