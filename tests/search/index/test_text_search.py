"""A search by index or ripgrep: what surrounds its lines and what it says it left out."""

from pathlib import Path

import anyio
import pytest

from engine.search.context import with_context
from engine.search.index.client import Indexed
from engine.search.text_query import Hit, Scan, TextQuery
from engine.search.text_search import TextSearch
from tests.search.index.running import eventually, running
from tests.search.trees import write

pytestmark = pytest.mark.anyio

_SOON_S = 10.0


def _rows(found: Scan) -> list[tuple[str, int, str, bool]]:
    return [(hit.path, hit.line, hit.text, hit.beside) for hit in found.rows]


async def test_context_lines_come_once_and_in_order(rg: str, tmp_path: Path) -> None:
    """Lines beside hits are given once, even between two hits, and cut at the file's ends."""
    root = write(tmp_path, {"a.txt": "hit\n2\r\n3\nhit\n5\n6\n7", "b.txt": "x\nhit"})
    async with running(rg, root) as kept:
        found = await TextSearch(lambda: rg, root, kept.client).find(TextQuery("hit"), context=2)
    assert found.total == 3
    assert _rows(found) == [
        *[("a.txt", 1, "hit", False), ("a.txt", 2, "2", True), ("a.txt", 3, "3", True)],
        *[("a.txt", 4, "hit", False), ("a.txt", 5, "5", True), ("a.txt", 6, "6", True)],
        *[("b.txt", 1, "x", True), ("b.txt", 2, "hit", False)],
    ]


async def test_context_of_a_file_that_has_changed_since(tmp_path: Path) -> None:
    """A file that is gone, binary or shorter by now keeps the rows that were found."""
    root = write(tmp_path, {"short.txt": "1\n", "binary.txt": b"\0"})
    rows = tuple(Hit(name, 9, "hit") for name in ("binary.txt", "gone.txt", "short.txt"))
    found = await with_context(root, Scan(3, 3, rows, truncated=False), 1)
    assert found.rows == rows


async def test_what_is_left_out_is_counted(rg: str, tmp_path: Path) -> None:
    """Answers say how many hidden, ignored and binary files weren't searched, by the index too."""
    files: dict[str, str | bytes] = {
        ".ignore": "*.log\n",
        ".hidden.txt": "x",
        "a.log": "x",
        "b.log": "x",
        "binary": b"hit\0",
        "a.txt": "hit\n",
    }
    root = write(tmp_path, files)
    async with running(rg, root) as kept, anyio.create_task_group() as group:
        search = TextSearch(lambda: rg, root, kept.client)
        group.start_soon(search.run)
        counted = {"hidden": 2, "ignored": 2, "binary": 1}
        answers: list[Scan] = []

        async def counts() -> bool:
            answers.append(await search.find(TextQuery("hit")))
            return "hidden" in answers[-1].not_searched

        with anyio.fail_after(_SOON_S):
            while not await counts():  # noqa: ASYNC110 - counted in the background
                await anyio.sleep(0.01)
        assert answers[-1].indexed
        assert answers[-1].not_searched == counted
        by_ripgrep = await search.find(TextQuery("[h]it", regex=True, globs=("*.txt",)))
        assert not by_ripgrep.indexed
        assert by_ripgrep.why_scanned
        assert by_ripgrep.not_searched == counted
        group.cancel_scope.cancel()


async def test_without_a_hit_what_is_left_out_is_looked_into(rg: str, tmp_path: Path) -> None:
    """When the index finds nothing, hidden and binary files are probed."""
    root = write(tmp_path, {".hidden.txt": "hit\n", "binary": b"hit\0", "a.txt": "no\n"})
    async with running(rg, root) as kept:
        found = await TextSearch(lambda: rg, root, kept.client).find(TextQuery("hit"))
    assert found.indexed
    assert found.total == 0
    assert found.elsewhere is not None
    assert (found.elsewhere.lines, found.elsewhere.binary_files) == (1, 1)


async def test_while_it_is_built_ripgrep_answers(rg: str, tmp_path: Path) -> None:
    """Before the index stands a search is a scan, and says so; the generation tells of files."""
    root = write(tmp_path, {"a.txt": "hit\n"})
    async with running(rg, root, wait=False) as kept:
        search = TextSearch(lambda: rg, root, kept.client)
        found = await search.find(TextQuery("hit"))
        assert found.total == 1
        assert found.why_scanned.startswith("the index is being built")
        await kept.until("ready")
        before = await kept.client.search(TextQuery("hit"), max_rows=1)
        write(tmp_path, {"b.txt": "hit\n"})
        await kept.client.sync()
        after = await kept.client.search(TextQuery("hit"), max_rows=1)
        assert isinstance(before, Indexed)
        assert isinstance(after, Indexed)
        assert after.generation > before.generation
        await eventually(lambda: kept.client.generation == after.generation, _SOON_S)
