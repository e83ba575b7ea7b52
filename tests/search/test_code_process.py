"""The code process and its client: answers, failures, withdrawing, and that nothing outlives it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.search import code_client, code_process, code_talk
from engine.search.code_client import CodeClient
from engine.search.code_lines import add_piece, answer_lines
from engine.search.errors import RipgrepMissing, ScanFailed
from engine.search.facts import BadQuestion, Json, Unreadable
from engine.search.ripgrep import find_ripgrep
from tests.search.trees import children, living, write

pytestmark = pytest.mark.anyio

SCRIPT = Path(code_process.__file__)
TOPICS = {
    "test": "tests.search.stand_in_questions",
    "project": "engine.search.project_questions",
    "broken": "tests.search.no_such_module",
}


@pytest.fixture
def root(tmp_path: Path) -> str:
    return write(tmp_path / "p", {"a.py": "one\n", "b.py": "raise\n", "c.txt": ""})


@pytest.fixture
async def client(root: str) -> AsyncIterator[CodeClient]:
    before = children()
    async with CodeClient.open(root, find_ripgrep, topics=TOPICS) as opened:
        assert opened.pid is None
        yield opened
    assert children() <= before


async def _until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while not condition():  # noqa: ASYNC110 - other processes tell of nothing
            await anyio.sleep(0.01)


async def test_it_answers_about_the_files_as_they_are(client: CodeClient, root: str) -> None:
    """Each answer is about the disk at that moment, and all come from one process."""
    assert await client.ask("test.lines") == {"a.py": "one"}
    pid = client.pid
    write(Path(root), {"a.py": "two", "d.py": "new"})
    assert await client.ask("test.lines") == {"a.py": "two", "d.py": "new"}
    (Path(root) / "a.py").unlink()
    assert await client.ask("test.lines") == {"d.py": "new"}
    assert client.pid == pid


async def test_it_tells_of_itself(client: CodeClient) -> None:
    """Its state has counts, the unread files and its memory."""
    await client.ask("test.lines")
    state = await client.ask("project.state")
    assert (state["files"], state["python"], state["unread"]) == (3, 2, 1)
    assert state["unread_files"] == [["b.py", "ValueError: b.py"]]
    assert state["scanned"] == {"tests.search.stand_in_questions:first_line": 1}
    assert state["peak_memory_bytes"] > 1 << 20
    assert (await client.ask("project.refresh"))["files"] == 3


@pytest.mark.parametrize(
    "value", ["\udcff\0é\n\u2028", {"a": [1, None, 2.5]}, [], None, "x" * 10**6]
)
async def test_answers_come_back_as_they_were(client: CodeClient, value: Json) -> None:
    """Any JSON goes there and back, names that are not UTF-8 included; prints do no harm."""
    assert await client.ask("test.echo", {"value": value}) == value


async def test_questions_that_fail(client: CodeClient) -> None:
    """A question that can't be answered fails alone, precisely, and the process lives on."""
    with pytest.raises(BadQuestion, match=r"^name a file$") as bad:
        await client.ask("test.bad")
    assert not isinstance(bad.value, Unreadable)
    with pytest.raises(Unreadable, match=r"^it is too large$"):
        await client.ask("test.bad", {"file": "a.py"})
    with pytest.raises(ScanFailed, match=r"ZeroDivisionError: .* \(stand_in_questions\.py:\d+\)"):
        await client.ask("test.fails", {"zero": 0})
    with pytest.raises(ScanFailed, match="TypeError: Object of type set"):
        await client.ask("test.no_json")
    with pytest.raises(ScanFailed, match=r"ModuleNotFoundError: .*no_such_module"):
        await client.ask("broken.question")
    with pytest.raises(
        BadQuestion, match=r"no question 'test\.line': the nearest is 'test\.lines'"
    ):
        await client.ask("test.line")
    with pytest.raises(BadQuestion, match="'weather' is about none of the topics test, project"):
        await client.ask("weather")
    pid = client.pid
    assert await client.ask("test.pid") == pid


async def test_a_project_that_goes_away(client: CodeClient, root: str) -> None:
    """While the folder is gone questions say so; when it is back they are answered."""
    await client.ask("test.lines")
    Path(root).rename(root + "2")
    with pytest.raises(ScanFailed, match=f"the project folder {root} is gone"):
        await client.ask("test.lines")
    Path(root + "2").rename(root)
    assert await client.ask("test.lines") == {"a.py": "one"}


async def test_questions_at_the_same_time(client: CodeClient) -> None:
    """Each of many askers gets its own answer."""
    found: dict[int, Json] = {}

    async def ask(number: int) -> None:
        found[number] = await client.ask("test.echo", {"value": number})

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(ask, number)
    assert found == {number: number for number in range(20)}


async def test_progress_is_told(client: CodeClient) -> None:
    """Whoever waits is told how far it is, and may stop it there."""
    told: list[tuple[str, int, int]] = []

    def tell(text: str, done: int, total: int) -> None:
        told.append((text, done, total))
        if len(told) == 2:
            raise EOFError

    with pytest.raises(EOFError):
        await client.ask("test.busy", progress=tell)
    (first, done, total), (second, done_later, _) = told
    assert first == second == "working"
    assert done < done_later < total == 100_000
    assert await client.ask("test.echo", {"value": 1}) == 1


async def test_a_cancelled_question_is_given_up(client: CodeClient, root: str) -> None:
    """The asker goes on at once; the same process answers the next question soon."""
    await client.ask("test.pid")
    pid = client.pid
    async with anyio.create_task_group() as group:
        group.start_soon(client.ask, "test.busy")
        await _until(Path(root, "began").exists)
        group.cancel_scope.cancel()
    assert await client.ask("test.pid", timeout_s=20) == pid


async def test_a_waiting_question_can_be_withdrawn(
    client: CodeClient, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that waits behind another is given up without an end to the process or to the other."""
    monkeypatch.setattr(code_talk, "GIVE_UP_S", 10.0)
    async with anyio.create_task_group() as group:
        group.start_soon(client.ask, "test.busy")
        await _until(Path(root, "began").exists)
        pid = client.pid
        with pytest.raises(ScanFailed, match=r"longer than 0\.1 s"):
            await client.ask("test.pid", timeout_s=0.1)
        talk = client._talk
        assert talk is not None
        await _until(lambda: len(talk._waiting) == 1)
        assert client.pid == pid
        group.cancel_scope.cancel()


async def test_a_process_that_does_not_listen_is_ended(
    client: CodeClient, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that goes on with a withdrawn question is killed; the next question starts another."""
    monkeypatch.setattr(code_talk, "GIVE_UP_S", 0.1)
    with pytest.raises(ScanFailed, match=r"longer than 1 s"):
        await client.ask("test.deaf", timeout_s=1)
    pid = client.pid
    assert pid is not None
    await _until(lambda: pid not in living())
    assert await client.ask("test.pid") != pid


async def test_the_death_of_the_process_is_told(client: CodeClient, root: str) -> None:
    """Everyone who waits learns how it ended; the next question starts another."""
    failures: list[str] = []

    async def ask() -> None:
        with pytest.raises(ScanFailed) as failure:
            await client.ask("test.deaf")
        failures.append(failure.value.cause)

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        group.start_soon(ask)
        await _until(Path(root, "began").exists)
        assert client.pid is not None
        os.kill(client.pid, signal.SIGKILL)
    assert failures == ["the process that reads Python files ended (signal SIGKILL)"] * 2
    with pytest.raises(ScanFailed, match="SIGKILL"):
        await client.ask("test.ends")
    assert await client.ask("test.lines") == {"a.py": "one"}


async def test_it_can_be_ended(client: CodeClient) -> None:
    """Its memory can be had back; the next question starts another."""
    await client.end()
    first = await client.ask("test.pid")
    await client.end()
    assert client.pid is None
    assert first not in living()
    assert await client.ask("test.pid") != first


async def test_a_process_that_cannot_start(
    root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ripgrep, or with a process that dies at once, the question fails with the cause."""

    def missing() -> str:
        raise RipgrepMissing

    async with CodeClient.open(root, missing, topics=TOPICS) as client:
        with pytest.raises(RipgrepMissing):
            await client.ask("test.pid")
        assert client.pid is None
    monkeypatch.setattr(code_client, "_SCRIPT", str(tmp_path / "no.py"))
    async with CodeClient.open(root, find_ripgrep, topics=TOPICS) as client:
        with pytest.raises(ScanFailed, match=r"ended \(status 2\)"):
            await client.ask("test.pid")


async def test_an_error_in_the_block_comes_out_as_it_is(root: str) -> None:
    """What is raised in the block is not wrapped into a group."""
    with pytest.raises(BadQuestion):
        async with CodeClient.open(root, find_ripgrep, topics=TOPICS) as client:
            await client.ask("test.bad")


async def test_leaving_the_block_ends_everything(root: str) -> None:
    """Process and scanning children are gone when the block is left in the middle of a scan."""
    write(Path(root), {f"m{n}.py": "" for n in range(2000)})
    before = living()
    async with CodeClient.open(root, find_ripgrep, processes=3, topics=TOPICS) as client:
        with pytest.raises(ScanFailed, match="longer than 1 s"):
            await client.ask("test.slow", timeout_s=1)
        pid = client.pid
        assert pid is not None
        group = _group(pid)
    assert pid in group
    with anyio.fail_after(10):  # they are killed; a busy machine takes its time to bury them
        while group & (living() - before):  # noqa: ASYNC110
            await anyio.sleep(0.02)


def _group(pid: int) -> set[int]:
    printed = subprocess.run(
        ["ps", "-A", "-o", "pid=,pgid="], capture_output=True, check=True, text=True
    ).stdout
    rows = [line.split() for line in printed.splitlines()]
    return {int(one) for one, group in rows if int(group) == pid}


def _open(root: str) -> bytes:
    listing = [find_ripgrep(), "--no-config", "--files", "--null"]
    opening = {"root": root, "listing": listing, "processes": 3, "topics": TOPICS, "cache": ""}
    asked = {"id": 1, "question": "test.slow", "arguments": {}}
    return f"{json.dumps(opening)}\n{json.dumps(asked)}\n".encode()


@pytest.mark.parametrize("how", ["stdin", "kill"])
async def test_nothing_outlives_its_parent(root: str, how: str) -> None:
    """Where the parent goes away, or is killed, in the middle of a scan, all of it ends."""
    write(Path(root), {f"m{n}.py": "" for n in range(2000)})
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(_open(root))
    parent.stdin.flush()
    pid = int(parent.stdout.readline())
    await _until(lambda: len(_group(pid)) == 4)
    group = _group(pid)
    if how == "kill":
        parent.kill()
    with parent:
        pass
    await _until(lambda: not group & living())


_PARENT = """
import subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-S", "-E", sys.argv[1]], stdin=subprocess.PIPE, start_new_session=True
)
print(child.pid, flush=True)
for line in sys.stdin.buffer:
    child.stdin.write(line)
    child.stdin.flush()
"""


async def test_it_ends_when_its_output_closes(root: str) -> None:
    """A process whose answers nobody reads ends by itself, without a word."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    argv = [sys.executable, "-S", "-E", str(SCRIPT)]
    with subprocess.Popen(argv, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.close()
        process.stdin.write(_open(root))
        process.stdin.flush()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == b""


async def test_it_uses_nothing_but_the_standard_library() -> None:
    """Neither the process nor what it starts imports an installed package."""
    code = (
        "import sys; before = set(sys.modules)\n"
        f"sys.path.append({str(SCRIPT.parents[2])!r})\n"
        "import engine.search.code_process, engine.search.project_questions\n"
        "print(*sorted(name.partition('.')[0] for name in set(sys.modules) - before))"
    )
    printed = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code], capture_output=True, check=True, text=True
    ).stdout
    assert set(printed.split()) <= {*sys.stdlib_module_names, "engine"}


async def test_a_long_answer_does_not_hold_the_loop_up(client: CodeClient) -> None:
    """An answer of megabytes comes in many pieces, and others run between them."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        await client.ask("test.pid")
        group.start_soon(count)
        answer = await client.ask("test.big", {"rows": 100_000})
        group.cancel_scope.cancel()
    assert answer["total"] == 100_000
    assert [row[0] for row in answer["rows"]] == list(range(100_000))
    assert turns > 20


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=40,
)


@given(_JSON, st.integers(1, 200))
def test_answers_in_pieces_are_put_together_again(answer: Json, limit_bytes: int) -> None:
    """However an answer is cut, it comes out whole, in the order it had."""
    first, *others = [json.loads(line) for line in answer_lines(7, answer, limit_bytes)]
    assert first["id"] == 7
    assert first["more"] == bool(others)
    for at, line in enumerate(others, 1):
        assert line["last"] == (at == len(others))
        add_piece(first["answer"], line["key"], line["items"])
    assert json.dumps(first["answer"]) == json.dumps(answer)
