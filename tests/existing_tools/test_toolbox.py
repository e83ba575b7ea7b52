"""The user's own commands and the system's: what they give, and what keeps them in bounds."""

import os
import sys
from pathlib import Path

import anyio
import pytest

from engine.config import ExistingTools
from engine.evidence import Evidence, Findings, Table, Text
from engine.existing_tools import ExistingToolbox, NoTool, ToolFailed, Wanted
from tests.core.test_process import gone

pytestmark = pytest.mark.anyio


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "desk.py").write_text("delta = 1\nDELTA = 2\nepsilon = 3\n")
    (folder / ".ignore").write_text("*.log\n")
    (folder / "run.log").write_text("delta in a log\n")
    return folder


def box(project: Path, *command: str, trusted: bool = False, **limits: float) -> ExistingToolbox:
    commands = {"search": list(command)} if command else {}
    settings = ExistingTools(commands, **{"timeout_s": 20.0, "max_output_kb": 64} | limits)  # type: ignore[arg-type]
    return ExistingToolbox(settings, project, trusted=trusted)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def text_of(evidence: Evidence) -> str:
    (section,) = evidence.sections
    assert isinstance(section, Text)
    return section.text


def findings_of(evidence: Evidence) -> Findings:
    (section,) = evidence.sections
    assert isinstance(section, Findings)
    return section


# ── the system's ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("without", [frozenset[str](), frozenset({"rg"})])
async def test_a_text_is_found_as_it_is_written(project: Path, without: frozenset[str]) -> None:
    """rg or grep gives path and line, and the answer says which of them, and what it leaves out."""
    evidence = await box(project).answer(Wanted("search", "delta"), without=without)
    places = [(one.path, one.line, one.text) for one in findings_of(evidence).items]
    assert ("desk.py", 1, "delta = 1") in places
    assert all("DELTA" not in text for _, _, text in places)
    name = "grep" if without else "rg"
    assert (evidence.lacks or "").startswith(f"{name} gave this, not the engine; it ")
    assert (("run.log", 1, "delta in a log") in places) == bool(without)


@pytest.mark.parametrize("query", ["-e", "--files", "a|b", "(", "$(touch x)", "; touch x", "*"])
async def test_a_query_is_never_an_option_or_a_command(project: Path, query: str) -> None:
    """Whatever is looked for is looked for as a text, and nothing else happens."""
    (project / "odd.txt").write_text(f"here: {query}\n")
    before = sorted(project.iterdir())
    evidence = await box(project).answer(Wanted("search", query))
    assert "odd.txt" in {one.path for one in findings_of(evidence).items}
    assert sorted(project.iterdir()) == before


async def test_nothing_found_is_an_answer(project: Path) -> None:
    """A text that nobody wrote gives a sentence, not a failure."""
    evidence = await box(project).answer(Wanted("search", "omega"))
    assert not evidence.found
    assert evidence.verdict == 'No line has the text "omega"'


async def test_the_machine_is_told_by_ps(project: Path) -> None:
    """The busiest processes with their memory, and the load."""
    evidence = await box(project).answer(Wanted("status"))
    table = next(one for one in evidence.sections if isinstance(one, Table))
    assert table.columns[0] == "pid"
    assert all(isinstance(row[0], int) for row in table.rows)
    assert "ps gave this" in (evidence.lacks or "")


async def test_a_kind_without_a_tool_is_refused(project: Path) -> None:
    """The sentence says how to have one."""
    with pytest.raises(NoTool, match=r"commands = \{ risk = \["):
        await box(project).answer(Wanted("risk"))


# ── the user's own ───────────────────────────────────────────────────────────────────────────────


async def test_placeholders_are_filled_once_and_by_no_shell(project: Path) -> None:
    """What is asked stays one argument, whatever it holds, and isn't looked into again."""
    own = box(project, *python("import sys; print(sys.argv[1:])"), "--q={query}", "{path}", "{x}")
    evidence = await own.answer(Wanted("search", "a {path} $HOME `id`", "p"))
    assert text_of(evidence) == "['--q=a {path} $HOME `id`', 'p', '{x}']"
    assert "print(sys.argv" in evidence.sections[0].title


async def test_a_missing_command_leaves_the_systems(project: Path) -> None:
    """The search is answered by rg all the same, and the missing command is named."""
    evidence = await box(project, "no-such-program", "{query}").answer(Wanted("search", "delta"))
    assert evidence.found
    assert 'existing_tools.commands.search: "no-such-program" was not found' in str(evidence.lacks)


async def test_a_missing_command_alone_fails_with_its_name(project: Path) -> None:
    """Where the system has nothing in its place the sentence names setting and program."""
    own = ExistingToolbox(ExistingTools({"risk": ["no-such-program"]}), project)
    with pytest.raises(ToolFailed, match=r'commands\.risk: "no-such-program" was not found'):
        await own.answer(Wanted("risk"))


async def test_a_command_that_asks_gets_no_answer(project: Path) -> None:
    """stdin is closed and there is no terminal: it ends instead of waiting."""
    code = (
        "import sys\nprint(repr(sys.stdin.read()))\n"
        "try: open('/dev/tty')\nexcept OSError: print('no terminal')"
    )
    evidence = await box(project, *python(code)).answer(Wanted("search"))
    assert text_of(evidence) == "''\nno terminal"


async def test_a_flood_is_cut_and_said(project: Path) -> None:
    """Output beyond the limit is cut at a line; the command is ended."""
    code = "while True: print('x' * 99)"
    own = box(project, *python(code), max_output_kb=16)
    with anyio.fail_after(15):
        evidence = await own.answer(Wanted("search"))
    assert "is cut at 16 KiB" in (evidence.lacks or "")
    assert set(text_of(evidence).splitlines()) == {"x" * 99}


async def test_a_hanging_command_is_ended_with_what_it_started(project: Path) -> None:
    """Neither it nor its child is left; what it wrote until then is shown, marked."""
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\ntime.sleep(60)"
    )
    evidence = await box(project, *python(code), timeout_s=2.0).answer(Wanted("search"))
    assert "was ended after 2 s" in (evidence.lacks or "")
    child = int(text_of(evidence))
    assert await gone(child)


async def test_a_silent_hanging_command_fails(project: Path) -> None:
    """With nothing written there is nothing to show but the reason."""
    own = ExistingToolbox(ExistingTools({"risk": ["sleep", "60"]}, timeout_s=0.3), project)
    with pytest.raises(ToolFailed, match=r"sleep did not finish within 0\.3 s"):
        await own.answer(Wanted("risk"))


async def test_control_characters_do_not_reach_the_terminal(project: Path) -> None:
    """What a command writes can't move the cursor, nor its name, nor a found path."""
    code = r"print('\x1b[2Jgone\x07 \u202e')"
    shown = text_of(await box(project, *python(code)).answer(Wanted("search")))
    assert shown == "\ufffd[2Jgone\ufffd \ufffd"
    (project / "a\x1b[2J.py").write_text("delta\x1b[1A\n")
    evidence = await box(project).answer(Wanted("search", "delta"))
    assert "\x1b" not in repr([(one.path, one.text) for one in findings_of(evidence).items])


async def test_a_failing_command_says_how_it_ended(project: Path) -> None:
    """The status, and the last line of its complaint."""
    own = ExistingToolbox(
        ExistingTools({"risk": [*python("import sys; sys.exit('no book')")]}), project
    )
    assert not (await own.answer(Wanted("risk"))).found  # status 1 is grep's for nothing found
    own.settings.commands["risk"][:] = python(
        "import sys; print('no book', file=sys.stderr); exit(3)"
    )
    with pytest.raises(ToolFailed, match="ended with status 3: no book"):
        await own.answer(Wanted("risk"))


async def test_a_program_in_the_project_is_run_only_where_it_is_trusted(project: Path) -> None:
    """A relative path leads into the repository; so does none that stands on PATH as one."""
    script = project / "find.sh"
    script.write_text("#!/bin/sh\necho found $1\n")
    script.chmod(0o755)
    command = ("./find.sh", "{query}")
    with pytest.raises(ToolFailed, match="lies in the project, which is not trusted"):
        await ExistingToolbox(ExistingTools({"risk": list(command)}), project).answer(
            Wanted("risk", "x")
        )
    evidence = await box(project, *command, trusted=True).answer(Wanted("search", "x"))
    assert text_of(evidence) == "found x"


async def test_a_program_that_path_finds_in_the_project_is_not_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry of PATH that means the working folder is passed over."""
    for name in ("own", "ps"):
        (project / name).write_text("#!/bin/sh\ntouch /tmp/never; echo run\n")
        (project / name).chmod(0o755)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    with pytest.raises(ToolFailed, match="was not found on PATH"):
        await ExistingToolbox(ExistingTools({"risk": ["own"]}), project).answer(Wanted("risk"))
    assert "processes" in (await box(project).answer(Wanted("status"))).verdict


@pytest.mark.parametrize("without", [frozenset[str](), frozenset({"rg"})])
async def test_a_search_keeps_its_options(project: Path, without: frozenset[str]) -> None:
    """An expression is one, whatever the case where that is asked, and only in the paths named."""
    (project / "deep").mkdir()
    (project / "deep" / "a.txt").write_text("first GAMMA_1\n")
    (project / "b.txt").write_text("gamma_2\n")
    wanted = Wanted(
        "search", "gamma_[0-9]", regex=True, options=("--ignore-case",), paths=("deep",)
    )
    evidence = await box(project).answer(wanted, without=without)
    assert evidence.verdict == '1 line has the expression "gamma_[0-9]", in 1 file'


async def test_grep_is_not_asked_what_it_does_not_know(project: Path) -> None:
    """Without rg a search by file type is refused rather than answered for all files."""
    wanted = Wanted("search", "delta", options=("--type=py",))
    with pytest.raises(ToolFailed):
        await box(project).answer(wanted, without=frozenset({"rg"}))
