"""What scripts rely on: streams, exit codes, the JSON object, the event stream."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.headless.conftest import COMMAND, Bolt

ANSWER_KEYS = {
    "schema_version",
    "status",
    "level",
    "query",
    "verdict",
    "sections",
    "tasks",
    "assumptions",
    "not_searched",
    "elapsed_ms",
}
TASK_KEYS = {
    "id",
    "tool",
    "agent",
    "status",
    "needs",
    "started_ms",
    "elapsed_ms",
    "attempts",
    "error",
}


def test_an_answer_is_one_json_object_with_the_agreed_keys(bolt: Bolt) -> None:
    """-o json prints one object on stdout, nothing on stderr, and exits 0."""
    ran = bolt("--run", "system status", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    assert set(ran.answer) == ANSWER_KEYS
    assert ran.answer["schema_version"] == 1
    assert ran.answer["status"] == "answered"
    assert ran.answer["level"] == "full"
    assert set(ran.answer["query"]) == {"text", "understood_as", "intent", "slots", "confidence"}
    assert ran.answer["query"]["intent"] == "system_status"
    assert all(set(task) == TASK_KEYS for task in ran.answer["tasks"])
    figures = ran.answer["sections"][0]
    assert figures["kind"] == "figures"
    assert set(figures["items"][0]) == {"name", "value", "unit", "source", "age_s", "reason"}


def test_every_unknown_figure_has_a_reason_and_no_zero(bolt: Bolt) -> None:
    """A figure without a value carries why; one with a value carries its source."""
    ran = bolt("hardware", "-o", "json")
    items = [i for s in ran.answer["sections"] if s["kind"] == "figures" for i in s["items"]]
    assert items
    for item in items:
        assert (item["value"] is None) == bool(item["reason"]), item
        assert item["reason"] or item["source"], item


def test_matches_are_counted_as_ripgrep_counts_them(bolt: Bolt, project: Path) -> None:
    """The total of a search is the number of matching lines, and each finding is such a line."""
    ran = bolt("--run", ":search black_scholes", "-o", "json")
    section = ran.answer["sections"][0]
    assert section["kind"] == "findings"
    assert section["total"] == len(section["items"]) == 4
    assert section["truncated"] is False
    for item in section["items"]:
        lines = (project / item["path"]).read_text().splitlines()
        assert lines[item["line"] - 1].strip() == item["text"].strip()
    assert ran.answer["not_searched"]["ignored"] == 1


def test_nothing_found_exits_3(bolt: Bolt) -> None:
    """A search without a hit is an answer of its own kind."""
    ran = bolt("--run", ":search nowhere_to_be_found", "-o", "json")
    assert (ran.code, ran.answer["status"]) == (3, "nothing_found")


def test_a_hit_in_an_ignored_file_is_told_when_there_is_no_other(bolt: Bolt) -> None:
    """What was not searched is looked at when nothing was found."""
    ran = bolt("--run", ":search 'an ignored file'", "-o", "json")
    assert ran.code == 3
    assert "ignored.log" in ran.answer["verdict"]


def test_what_has_no_tool_fails_with_a_reason_and_a_way_out(bolt: Bolt) -> None:
    """Without a book there is no risk of it: status failed, exit 1, never an invention."""
    ran = bolt("--run", "calculate risk metrics for current positions", "-o", "json")
    assert (ran.code, ran.answer["status"]) == (1, "failed")
    assert ran.answer["query"]["intent"] == "risk_analysis"
    assert "no positions" in ran.answer["verdict"]
    assert "bolt-tui example" in ran.answer["verdict"]
    assert ran.answer["sections"] == []


def test_a_timeout_exits_124_with_what_there_is(bolt: Bolt) -> None:
    """--timeout ends the query and says so, with the samples so far."""
    ran = bolt("monitor", "--timeout", "1.5", "-o", "json")
    assert (ran.code, ran.answer["status"]) == (124, "timed_out")
    assert ran.answer["sections"][0]["title"] == "Machine"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_the_query_which_still_answers(
    project: Path, number: signal.Signals, code: int
) -> None:
    """SIGINT and SIGTERM give status cancelled, with 128 + n as exit code."""
    with subprocess.Popen(
        [*COMMAND, "-C", str(project), "monitor", "-o", "ndjson"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert b"QueryAsked" in process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert b'"type":"QueryCancelled"' in out.splitlines()[-1]
    assert err == b""


def test_strict_turns_degraded_into_4(bolt: Bolt, tmp_path: Path) -> None:
    """An answer that could not be recorded is degraded: exit 0, and 4 with --strict."""
    (tmp_path / "occupied").write_text("")
    env = {"BOLT_STORE_FOLDER": str(tmp_path / "occupied")}
    ran = bolt("status", "-o", "json", env=env)
    assert (ran.code, ran.answer["status"]) == (0, "degraded")
    assert "Not recorded" in ran.answer["verdict"]
    assert bolt("status", "--strict", env=env).code == 4


def test_the_event_stream_pairs_starts_and_ends_and_ends_once(bolt: Bolt) -> None:
    """NDJSON: every TaskStarted has one end with its ids; the last line alone is terminal."""
    ran = bolt("--run", "analyze src/desk/pricing.py", "-o", "ndjson")
    assert ran.code == 0
    events = ran.events
    ends = ("TaskFinished", "TaskFailed", "TaskCancelled")
    ids = ("query", "task", "attempt")
    started = [tuple(e[i] for i in ids) for e in events if e["type"] == "TaskStarted"]
    ended = [tuple(e[i] for i in ids) for e in events if e["type"] in ends]
    assert sorted(started) == sorted(ended)
    assert len(started) == len(set(started)) == 13
    terminal = [e for e in events if e["type"] in ("QueryAnswered", "QueryFailed")]
    assert terminal == events[-1:]
    assert set(terminal[0]["answer"]) == ANSWER_KEYS
    assert [e["seq"] for e in events] == sorted(e["seq"] for e in events)


def test_explain_prints_the_plan_and_runs_nothing(bolt: Bolt) -> None:
    """--explain shows tasks and needs; nothing is asked, so history stays empty."""
    ran = bolt("--run", "analyze src/desk/pricing.py", "--explain", "-o", "json")
    assert ran.code == 0
    table = ran.answer["sections"][0]
    assert [row[0] for row in table["rows"]][-1] == "code.review"
    assert ran.answer["tasks"] == []
    assert bolt("history").code == 3


def test_history_lists_the_queries_of_all_sessions(bolt: Bolt) -> None:
    """Each run is a session of its own; history has status and elapsed time, newest first."""
    bolt("--run", "system status")
    bolt("--run", ":search nowhere_to_be_found")
    ran = bolt("history", "--limit", "5", "-o", "json")
    table = ran.answer["sections"][0]
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    assert [row["query"] for row in rows] == [":search nowhere_to_be_found", "system status"]
    assert [row["status"] for row in rows] == ["nothing_found", "answered"]
    assert all(row["elapsed ms"] > 0 for row in rows)
    assert len({row["session"] for row in rows}) == 2


def test_the_query_can_come_from_stdin(bolt: Bolt) -> None:
    """--run - reads the query from stdin."""
    ran = bolt("--run", "-", "-o", "json", stdin=b":search WheelStrategy\n")
    assert ran.answer["query"]["text"] == ":search WheelStrategy"
    assert ran.code == 0


def test_a_closed_pipe_is_success(project: Path) -> None:
    """Whoever reads our output may stop: exit 0 and no traceback."""
    for output in ("text", "json", "ndjson"):
        with subprocess.Popen(
            [*COMMAND, "-C", str(project), "--run", ":search e", "-o", output],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            err = process.stderr.read()
            assert process.wait(timeout=30) == 0, (output, err)
            assert err == b""


def test_text_has_no_escape_codes_off_a_terminal(bolt: Bolt) -> None:
    """Piped text is plain: the verdict first, then sections, then status and time."""
    ran = bolt("--run", "who imports desk.pricing?")
    assert "\x1b" not in ran.out
    assert ran.out.startswith("✓ src/desk/pricing.py is imported by 3 files.")
    assert "src/desk/book.py:1: from desk.pricing import WheelStrategy" in ran.out
    assert ran.out.splitlines()[-1].startswith("answered, level full, 1 task, ")


def test_markdown_is_escaped(bolt: Bolt) -> None:
    """Markdown output shows names with underscores as they are."""
    ran = bolt("--run", ":search black_scholes", "-o", "markdown")
    assert ran.out.startswith("# :search black\\_scholes\n")
    assert "- `README.md:1` The desk prices with black\\_scholes" in ran.out


def test_sub_commands_are_the_same_queries(bolt: Bolt) -> None:
    """`status` gives the same kind of answer as --run "system status"."""
    by_command = bolt("status", "-o", "json").answer
    by_words = bolt("--run", "system status", "-o", "json").answer
    assert [t["tool"] for t in by_command["tasks"]] == [t["tool"] for t in by_words["tasks"]]
    assert by_command["query"]["intent"] == by_words["query"]["intent"]


def test_monitor_watches_for_its_duration(bolt: Bolt) -> None:
    """monitor --duration collects real samples and sums them up."""
    before = time.monotonic()
    ran = bolt("monitor", "--duration", "2.2", "-o", "json")
    assert time.monotonic() - before >= 2.2
    table = ran.answer["sections"][0]
    memory = next(row for row in table["rows"] if row[0] == "memory used")
    assert memory[2] > 0
    assert memory[5] >= 2


def test_quick_benchmark_measures_real_work(bolt: Bolt) -> None:
    """benchmark --quick gives bus, store, kernels and search, each with a positive median."""
    ran = bolt("benchmark", "--quick", "-o", "json")
    assert ran.code == 0
    sections = ran.answer["sections"]
    assert [s["title"] for s in sections] == ["Bus", "Store", "Kernels", "Search"]
    items = {item["name"]: item for s in sections for item in s["items"]}
    # A single run builds no index, and says so instead of a figure.
    by_index = items.pop("the same by the text index")
    assert by_index["value"] is None
    assert "single run" in by_index["reason"]
    by_mlx = items.pop("MLX prices from")
    assert by_mlx["value"] is None or by_mlx["value"] > 0
    assert by_mlx["value"] is not None or by_mlx["reason"]
    items.pop("measured", None)
    assert all(item["value"] > 0 for item in items.values())


def test_a_repository_cannot_reach_the_terminal(bolt: Bolt, tmp_path: Path) -> None:
    """Control characters in file contents and names are replaced before they are printed."""
    (tmp_path / "evil\x1b[2J.txt").write_bytes(b"needle \x1b]0;owned\x07 end\n")
    ran = bolt("--run", ":search needle", at=tmp_path)
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out
    assert "needle" in ran.out


def test_no_color_is_respected_on_a_terminal(project: Path) -> None:
    """On a terminal the verdict is bold, with NO_COLOR it isn't."""
    import pty

    def shown(extra: dict[str, str]) -> bytes:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [*COMMAND, "-C", str(project), "history"],
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **extra},
        ) as process:
            process.wait(timeout=30)
        os.close(theirs)
        out = os.read(ours, 65536)
        os.close(ours)
        return out

    assert b"\x1b[1m" in shown({})
    assert b"\x1b" not in shown({"NO_COLOR": "1"})
