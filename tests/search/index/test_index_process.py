"""The index's process lives as long as it is wanted, and no failure of it is one of a search."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import anyio
import pytest
from anyio import to_thread

from engine.search.errors import RipgrepMissing, ScanFailed
from engine.search.index.client import IndexClient, Indexed, IndexLost, IndexState
from engine.search.text_query import TextQuery
from engine.search.text_search import TextSearch
from tests.search.index.running import Running, eventually, running
from tests.search.index.truth import lines_of_rg
from tests.search.trees import living, write

pytestmark = pytest.mark.anyio

_PROCESS = Path(__file__).parents[3] / "engine/search/index/index_process.py"
_SOON_S = 10.0
NEEDLE = TextQuery("needle")
# Takes ripgrep some seconds on lines that hold the word.
_SLOW = TextQuery(r"needle (\w{1,60} ?){1,30}!!$", regex=True)
_SLOW_TEXT = f"needle {'word ' * 60}\n" * 3000


def _children(pid: int) -> set[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, check=False
    )
    return set(map(int, listed.stdout.split()))


def _pid(kept: Running) -> int:
    assert kept.client.pid is not None
    return kept.client.pid


async def _slow_search(kept: Running) -> None:
    await kept.client.search(_SLOW, max_rows=1)


async def test_a_cancelled_search_leaves_no_process(rg: str, tmp_path: Path) -> None:
    """When nobody waits for a search any more, its ripgrep goes and the next search is answered."""
    root = write(tmp_path, {"a.txt": _SLOW_TEXT})
    async with running(rg, root) as kept:
        async with anyio.create_task_group() as group:
            group.start_soon(_slow_search, kept)
            await eventually(lambda: bool(_children(_pid(kept))), _SOON_S)
            judge = _children(_pid(kept))
            group.cancel_scope.cancel()
        await eventually(lambda: not judge & living(), _SOON_S)
        found = await kept.client.search(NEEDLE, max_rows=1)
    assert isinstance(found, Indexed)
    assert found.total == 3000


async def test_a_search_that_is_withdrawn_before_its_turn_is_not_made(
    rg: str, tmp_path: Path
) -> None:
    """Searches that wait behind another and are given up cost nothing."""
    root = write(tmp_path, {"a.txt": _SLOW_TEXT})
    async with running(rg, root) as kept:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(_slow_search, kept)
            await eventually(lambda: bool(_children(_pid(kept))), _SOON_S)
            group.cancel_scope.cancel()
        with anyio.fail_after(_SOON_S):
            found = await kept.client.search(NEEDLE, max_rows=1)
    assert isinstance(found, Indexed)


async def test_a_process_that_is_killed_fails_its_searches_and_is_started_again(
    rg: str, tmp_path: Path
) -> None:
    """A search whose index dies is answered by ripgrep, which is said; another index is built."""
    root = write(tmp_path, {"a.txt": _SLOW_TEXT})
    reports: list[Exception | None] = []
    async with running(rg, root) as kept:
        search = TextSearch(
            lambda: rg, root, kept.client, report=lambda error, _: reports.append(error)
        )
        first = _pid(kept)

        async def kill() -> None:
            await eventually(lambda: bool(_children(first)), _SOON_S)
            os.kill(first, signal.SIGKILL)

        async with anyio.create_task_group() as group:
            group.start_soon(kill)
            with pytest.raises(IndexLost):
                await _slow_search(kept)
        found = await search.find(NEEDLE)
        assert not found.indexed
        assert found.total == 3000
        assert "the process of the text index ended" in found.why_scanned
        assert [type(error) for error in kept.lost] == [IndexLost]
        await kept.until("ready")
        assert _pid(kept) != first
        found = await search.find(NEEDLE)
        assert found.indexed
        assert reports == [None]


async def test_a_failure_during_a_search_is_reported_and_answered_by_ripgrep(
    rg: str, tmp_path: Path
) -> None:
    """The circuit hears of an index that dies under a search; the answer is there all the same."""
    root = write(tmp_path, {"a.txt": _SLOW_TEXT})
    reports: list[Exception | None] = []
    async with running(rg, root) as kept:
        search = TextSearch(
            lambda: rg, root, kept.client, report=lambda error, _: reports.append(error)
        )
        os.kill(_pid(kept), signal.SIGSTOP)
        pid = _pid(kept)

        async def kill() -> None:
            await anyio.sleep(0.05)
            os.kill(pid, signal.SIGKILL)

        async with anyio.create_task_group() as group:
            group.start_soon(kill)
            found = await search.find(NEEDLE)
        assert found.total == 3000
        assert found.why_scanned.startswith("the index failed: the process of the text index")
        assert [type(error) for error in reports] == [IndexLost]


async def test_a_process_that_hangs_is_given_up(rg: str, tmp_path: Path) -> None:
    """An index that doesn't answer in time is left to itself, and ripgrep answers."""
    root = write(tmp_path, {"a.txt": "needle\n"})
    reports: list[Exception | None] = []
    async with running(rg, root) as kept:
        search = TextSearch(
            lambda: rg, root, kept.client, report=lambda error, _: reports.append(error)
        )
        os.kill(_pid(kept), signal.SIGSTOP)
        found = await search.find(NEEDLE, timeout_s=0.3)
        assert found.total == 1
        assert found.why_scanned == "the index failed: no answer within 0.3 s"
        assert [type(error) for error in reports] == [TimeoutError]


async def test_nothing_outlives_an_engine_that_is_killed(rg: str, tmp_path: Path) -> None:
    """When the engine dies without a word, the index and its ripgrep go with it."""
    root = write(tmp_path, {"a.txt": _SLOW_TEXT})
    program = f"""
        import anyio
        from tests.search.index.running import running
        from tests.search.index.test_index_process import _slow_search
        async def main():
            async with running({rg!r}, {root!r}) as kept:
                print(kept.client.pid, flush=True)
                await _slow_search(kept)
        anyio.run(main)
    """
    engine = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    )
    assert engine.stdout is not None
    with engine:
        index = int(await to_thread.run_sync(engine.stdout.readline))
        await eventually(lambda: bool(_children(index)), _SOON_S)
        theirs = {index, *_children(index)}
        engine.kill()
    await eventually(lambda: not theirs & living(), _SOON_S)


async def test_the_end_of_its_input_ends_the_process(rg: str, tmp_path: Path) -> None:
    """A process whose parent closes the line ends by itself, well."""
    opening = {"root": str(tmp_path), "rg": rg, "limit_bytes": 1 << 30, "follow": True}
    with subprocess.Popen(
        [sys.executable, "-E", _PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(opening).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["state"] == "ready"
        process.stdin.close()
        assert process.wait(_SOON_S) == 0


async def test_a_project_that_is_deleted_while_it_is_open(rg: str, tmp_path: Path) -> None:
    """A search of a folder that is gone fails as ripgrep's would; the index is told lost."""
    root = write(tmp_path / "project", {"a.txt": "needle\n"})
    async with running(rg, root) as kept:
        search = TextSearch(lambda: rg, root, kept.client)
        (tmp_path / "project" / "a.txt").unlink()
        (tmp_path / "project").rmdir()
        with pytest.raises(ScanFailed):
            await search.find(NEEDLE)
        await eventually(lambda: bool(kept.lost), _SOON_S)
        assert kept.client.state.state == "off"


async def test_a_project_that_is_replaced_while_it_is_open(rg: str, tmp_path: Path) -> None:
    """Another folder of the same name is searched as it is, by an index of its own in the end."""
    root = write(tmp_path / "project", {"a.txt": "needle\n"})
    write(tmp_path / "other", {"b.txt": "\nneedle\n"})
    async with running(rg, root) as kept:
        search = TextSearch(lambda: rg, root, kept.client)
        (tmp_path / "project").rename(tmp_path / "before")
        (tmp_path / "other").rename(tmp_path / "project")
        found = await search.find(NEEDLE)
        assert [(hit.path, hit.line) for hit in found.rows] == [("b.txt", 2)]
        await eventually(lambda: bool(kept.lost), _SOON_S)
        await kept.until("ready")
        found = await search.find(NEEDLE)
    assert found.indexed
    assert [(hit.path, hit.line) for hit in found.rows] == [("b.txt", 2)]


async def test_a_file_that_grows_while_it_is_read(rg: str, tmp_path: Path) -> None:
    """While a file grows the index never says more than is there, and in the end all of it."""
    root = write(tmp_path, {"log.txt": "needle\n"})
    async with running(rg, root) as kept:
        with (tmp_path / "log.txt").open("ab", buffering=0) as log:
            seen = 0
            for number in range(200):
                log.write(b"needle and more\n" * 10)
                if number % 10 == 0:
                    found = await kept.client.search(NEEDLE, max_rows=0)
                    assert isinstance(found, Indexed)
                    assert seen <= found.total <= 10 * (number + 1) + 1
                    seen = found.total
        await kept.client.sync()
        found = await kept.client.search(NEEDLE, max_rows=0)
        assert isinstance(found, Indexed)
        assert found.total == 2001


async def test_a_text_that_takes_too_much_memory_is_left_to_ripgrep(
    rg: str, tmp_path: Path
) -> None:
    """Above its memory the index is off for good, says how much it would take, and ends."""
    root = write(tmp_path, {"long.txt": b"needle " * 500_000, "a.txt": "x\n"})
    async with running(rg, root, limit_bytes=1 << 20, wait=False) as kept:
        state = await kept.until("off")
        await eventually(lambda: kept.client.pid is None, _SOON_S)
        found = await TextSearch(lambda: rg, root, kept.client).find(NEEDLE)
    assert "more than its 1 MB; raise search.index_mb" in state.reason
    assert found.why_scanned == state.reason
    assert found.total == 1
    assert kept.lost == []


async def test_a_project_that_grows_beyond_the_memory(rg: str, tmp_path: Path) -> None:
    """The index goes off, with its reason, once what it has read is too much."""
    root = write(tmp_path, {"a.txt": "needle\n"})
    async with running(rg, root, limit_bytes=2 << 20) as kept:
        for number in range(4):
            (tmp_path / f"large {number}.txt").write_bytes(b"needle\n" * 80_000)
        state = await kept.until("off")
    assert "more than its 2 MB" in state.reason


async def test_what_changes_leave_behind_is_given_back(rg: str, tmp_path: Path) -> None:
    """A large file that is written again and again doesn't fill the memory."""
    root = write(tmp_path, {"a.txt": "needle\n", "log.txt": b"lines\n" * 3_000_000})
    async with running(rg, root) as kept:
        for number in range(1, 6):
            (tmp_path / "log.txt").write_bytes(b"needl\n" * 2_000_000 + b"needle\n" * number)
            await kept.client.sync()
        found = kept.client.search
        answer = await found(NEEDLE, max_rows=0)
        if isinstance(answer, str):
            await kept.until("ready")
            answer = await found(NEEDLE, max_rows=0)
        assert isinstance(answer, Indexed)
        assert answer.total == 6
    built = [state for state in kept.states if state.state == "ready"]
    assert len(built) > 1
    assert built[-1].text_bytes < 30 << 20


async def test_a_line_as_long_as_a_file(rg: str, tmp_path: Path) -> None:
    """A text of one line of 24 MB is searched, and its index stays in proportion."""
    text = b"some words and " * 1_600_000 + b"a needle"
    root = write(tmp_path, {"long.txt": text, "short.txt": "needle\n"})
    async with running(rg, root) as kept:
        found = await kept.client.search(NEEDLE, max_rows=5)
        state = kept.client.state
    assert isinstance(found, Indexed)
    assert [(hit.path, hit.line) for hit in found.rows] == [("long.txt", 1), ("short.txt", 1)]
    assert all(len(hit.text) < 1000 for hit in found.rows)
    assert state.index_bytes < state.text_bytes


async def test_ripgrep_missing(tmp_path: Path) -> None:
    """Without ripgrep there is no index, and the reason is told."""
    root = write(tmp_path, {"a.txt": "needle\n"})
    async with running(str(tmp_path / "no-rg"), root, wait=False) as kept:
        state = await kept.until("off")
    assert "can't be run: No such file" in state.reason
    assert [type(error) for error in kept.lost] == [IndexLost]


async def test_ripgrep_not_found(tmp_path: Path) -> None:
    """Where no ripgrep is found at all, the index is off and goes on looking for one."""

    def none() -> str:
        raise RipgrepMissing("rg")

    states: list[IndexState] = []
    lost: list[Exception] = []
    client = IndexClient(str(tmp_path), none, limit_bytes=1 << 30, follow=True, tell=states.append)
    async with anyio.create_task_group() as group:
        group.start_soon(client.run, lost.append)
        await eventually(lambda: len(lost) > 1, _SOON_S)
        group.cancel_scope.cancel()
    assert {type(error) for error in lost} == {RipgrepMissing}
    assert [state.state for state in states[:2]] == ["off", "building"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
async def test_a_file_that_may_not_be_read(rg: str, tmp_path: Path) -> None:
    """It is counted, not searched, and searched once it may be read."""
    root = write(tmp_path, {"a.txt": "needle\n", "b.txt": "needle\n"})
    (tmp_path / "a.txt").chmod(0)
    async with running(rg, root) as kept:
        found = await kept.client.search(NEEDLE, max_rows=5)
        assert isinstance(found, Indexed)
        assert (found.total, found.unreadable) == (1, 1)
        (tmp_path / "a.txt").chmod(0o644)
        await kept.client.sync()
        found = await kept.client.search(NEEDLE, max_rows=5)
        assert isinstance(found, Indexed)
        assert (found.total, found.unreadable) == (2, 0)


async def test_many_files_at_once(rg: str, tmp_path: Path) -> None:
    """Thousands of files that come in one go are all taken up, and let go again."""
    root = write(tmp_path, {"a.txt": "needle\n"})
    async with running(rg, root) as kept:
        await kept.client.sync()
        write(tmp_path, {f"d{n % 50}/{n}.txt": f"needle {n}\n" for n in range(6000)})
        expected = lines_of_rg(rg, root, NEEDLE)
        assert len(expected) == 6001

        async def files() -> int:
            found = await kept.client.search(NEEDLE, max_rows=0)
            return found.files if isinstance(found, Indexed) else -1

        with anyio.fail_after(_SOON_S):
            while await files() != 6001:  # noqa: ASYNC110 - another process's doing
                await anyio.sleep(0.02)
            for number in range(50):
                (tmp_path / f"d{number}").rename(tmp_path / f".d{number}")
            while await files() != 1:  # noqa: ASYNC110
                await anyio.sleep(0.02)
