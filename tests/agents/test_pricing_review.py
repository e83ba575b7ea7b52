"""The review of a project's pricing code: its text always, its results with consent only."""

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.agents.pricing_trial import Outcome, run_trial
from engine.agents.tool import Call, Progress, ToolError
from engine.agents.tools.pricing_review import CONSENT, review
from engine.config import load
from engine.evidence import Argument, Evidence, Findings, Table
from engine.market.trial import Parameter, Target
from engine.process import ProcessError
from engine.search.pricing.questions import QUESTIONS
from tests.search.structure.projects import Project
from tests.search.trees import write

pytestmark = pytest.mark.anyio

FORMULA = """
from math import erf, exp, log, sqrt

def cdf(x):
    return 0.5 * (1 + erf(x / sqrt(2)))
"""
RIGHT = (
    FORMULA
    + """
def call_price(S, K, T, r, sigma):
    if T <= 0 or sigma <= 0:
        return max(S - K * exp(-r * T), 0.0)
    d1 = (log(S / K) + (r + sigma ** 2 / 2) * T) / (sigma * sqrt(T))
    return S * cdf(d1) - K * exp(-r * T) * cdf(d1 - sigma * sqrt(T))
"""
)
WRONG = (
    FORMULA
    + """
def put_price(sigma, strike, dte, spot, rate):
    T = dte / 365
    d1 = (log(spot / strike) + (rate + sigma ** 2 / 2) * T) / (sigma * sqrt(T))
    return strike * cdf(sigma * sqrt(T) - d1) - spot * cdf(-d1)
"""
)
FILES = {
    "pkg/__init__.py": "",
    "pkg/right.py": RIGHT,
    "src/wrong.py": WRONG,
    "old/wrong.py": WRONG,
    "pkg/lost.py": "import no_such_module_1\nfrom .right import call_price\n" + WRONG,
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def call(root: Path, files: Mapping[str, str] = FILES, **arguments: Argument) -> Call:
    write(root, files)
    project = Project(files, str(root))

    async def code(question: str, asked: Mapping[str, Any], progress: Progress) -> Any:
        return QUESTIONS[question](project, asked)

    settings = load(root, environ={"XDG_CONFIG_HOME": str(root / "config")})
    services: Any = SimpleNamespace(project=root, settings=settings, code=code)
    return Call(arguments, services)


def section(evidence: Evidence, title: str) -> Any:
    return next(one for one in evidence.sections if one.title == title)


async def test_without_consent_the_text_alone_is_reviewed(tmp_path: Path) -> None:
    """Functions and faults are listed, nothing runs, and the answer says how to give consent."""
    found = await review(call(tmp_path))
    assert found.assumptions == (CONSENT,)
    assert found.verdict.startswith(
        "4 functions of the project price options or measure their risk (1 in backups); worst of "
        "2 findings: put_price: divides by the root of time"
    )
    assert [one.title for one in found.sections] == [
        "What is wrong with them",
        "Functions about options",
    ]
    (first, *_) = section(found, "Functions about options").items
    assert first.text == (
        "put_price: price, by name and signature and content; sigma = volatility, strike = strike, "
        "dte = days, spot = spot, rate = rate"
    )
    assert {mark.source for mark in found.marks} == {"pricing.review"}


async def test_with_consent_functions_are_compared_with_the_kernels(tmp_path: Path) -> None:
    """Live functions run: the wrong one's error leads, the right one's is rounding, and what can't
    be imported says why; the engine itself imports none of them.
    """
    found = await review(call(tmp_path, consent=True))
    table = section(found, "Against the kernels")
    assert isinstance(table, Table)
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert set(rows) == {"put_price", "call_price"}
    wrong, right = rows["put_price"], rows["call_price"]
    assert wrong["file"] == "src/wrong.py:7"
    assert wrong["fits best"] == "European put"
    assert isinstance(wrong["largest error"], float)
    assert 0.05 < wrong["largest error"] < 0.2
    assert "zero time: raises ZeroDivisionError" in str(wrong["breaks at"])
    assert isinstance(right["largest error"], float)
    assert right["largest error"] < 1e-12
    assert right["breaks at"] is None
    assert "2 of 3 that can be compared were run; worst of" in found.verdict
    assert "its price is up to 0.11 of spot off the kernel's" in found.verdict
    (lost,) = section(found, "Not compared").items
    assert "No module named 'no_such_module_1'" in lost.text
    assert "it could read what you can read" in found.assumptions[0]
    assert not {"pkg", "pkg.right", "wrong"} & set(sys.modules)


async def test_consent_may_stand_in_the_users_own_configuration_only(tmp_path: Path) -> None:
    """A project's file that consents for its user is not obeyed."""
    asked = call(tmp_path)
    write(tmp_path, {"bolt.toml": "[pricing]\nrun_code = true\n"})
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert not load(tmp_path, environ=environ).config.pricing.run_code
    flagged = load(tmp_path / "pkg", flags={"pricing.run_code": "true"}, environ=environ)
    asked.services.settings = flagged  # type: ignore[misc]
    assert section(await review(asked), "Against the kernels")


async def test_a_project_without_options_is_nothing_found(tmp_path: Path) -> None:
    """It is a fact, not a failure."""
    found = await review(call(tmp_path, {"a.py": "def price(x):\n    return x\n"}))
    assert not found.found


def target(name: str, path: str = "a.py", **more: Any) -> Target:
    roles = {"S": "spot", "K": "strike", "T": "years", "r": "rate", "sigma": "volatility"}
    parts: dict[str, Any] = {
        "path": path, "line": 1, "name": name, "owner": "", "computes": "price",
        "parameters": tuple(Parameter(n, r, "certain", "plain", False) for n, r in roles.items()),
        "kinds": (), "is_async": False, "binding": "", "needs": (),
    }  # fmt: skip
    return Target(**(parts | more))


async def tried(root: Path, source: str, *names: str, **limits: Any) -> Outcome:
    write(root, {"a.py": RIGHT + source})
    owners = {name: name.rpartition(".")[0] for name in names}
    targets = [target(name, owner=owners[name]) for name in names]
    return await run_trial(root, targets, **limits)


async def test_a_function_that_never_returns_stops_only_itself(tmp_path: Path) -> None:
    """It is ended with its process, which it can't refuse; the functions behind it still run."""
    source = """
def hang_price(S, K, T, r, sigma):
    while True:
        try:
            while True: pass
        except BaseException:
            pass
def exit_price(S, K, T, r, sigma):
    import os
    os._exit(3)
"""
    names = ("hang_price", "exit_price", "call_price")
    outcome = await tried(tmp_path, source, *names, function_s=2.0)
    assert outcome.reasons == {0: "did not end within 2 s", 1: "ended the process"}
    assert outcome.reports[2].rows[0].taken_as == "European call"


async def test_the_time_for_all_is_bounded(tmp_path: Path) -> None:
    """What it no longer suffices for is told as not run."""
    outcome = await tried(tmp_path, "", "call_price", total_s=0.0)
    assert outcome.reasons == {0: "not run: the time for all functions was over"}
    assert (outcome.reports, outcome.without_network) == ({}, None)


async def test_methods_and_coroutines_run_and_what_is_printed_is_no_answer(tmp_path: Path) -> None:
    """A class is made without arguments, a coroutine awaited, output counted and thrown away."""
    source = """
class Desk:
    def __init__(self): self.rate = 1
    def price(self, S, K, T, r, sigma):
        print("x" * 10)
        return call_price(S, K, T, r, sigma)
async def awaited_price(S, K, T, r, sigma):
    return call_price(S, K, T, r, sigma)
class Fussy:
    def __init__(self): raise RuntimeError("no desk")
    def price(self, S, K, T, r, sigma): ...
"""
    names = ("Desk.price", "awaited_price", "Fussy.price")
    outcome = await tried(tmp_path, source, *names)
    assert [outcome.reports[n].rows[0].taken_as for n in (0, 1)] == ["European call"] * 2
    assert outcome.reports[0].printed > 1000
    assert outcome.reasons == {2: "could not be reached: RuntimeError: no desk"}


async def test_secrets_and_files_are_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment is a short list, no file grows, and a fork dies with its parent."""
    monkeypatch.setenv("API_KEY", "secret")
    source = """
import os, sys, subprocess, time
def known_price(S, K, T, r, sigma):
    return float("API_KEY" in os.environ) - 1.0
def written_price(S, K, T, r, sigma):
    with open("kept.txt", "w") as file:
        file.write("x")
        file.flush()
    return 1.0
def left_price(S, K, T, r, sigma):
    if not hasattr(left_price, "pid"):
        left_price.pid = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid
    return float(left_price.pid)
"""
    names = ("known_price", "written_price", "left_price")
    outcome = await tried(tmp_path, source, *names)
    assert outcome.reports[0].rows[0].worst.startswith("-1 where")
    assert outcome.reports[1].failed == outcome.reports[1].calls
    assert outcome.reports[1].first_failure.startswith("raises OSError")
    kept = tmp_path / "kept.txt"
    assert not kept.exists() or kept.read_text() == ""
    pid = int(float(outcome.reports[2].rows[0].worst.split()[0]))
    with pytest.raises(ProcessLookupError):
        _running(pid)


def _running(pid: int) -> None:
    """Raise if a process is gone, or dead and not yet collected by whoever inherited it."""
    os.kill(pid, 0)
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        raise ProcessLookupError from None
    if state in "ZX":
        raise ProcessLookupError


async def test_what_is_said_to_be_cut_off_is(tmp_path: Path) -> None:
    """Where the answer says so, no port can be reached and no file deleted."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    source = f"""
import os, socket
def connected_price(S, K, T, r, sigma):
    socket.create_connection(("127.0.0.1", {port}), timeout=1).close()
    return 1.0
def deleted_price(S, K, T, r, sigma):
    os.remove("kept.txt")
    return 1.0
"""
    write(tmp_path, {"kept.txt": "kept"})
    outcome = await tried(tmp_path, source, "connected_price", "deleted_price")
    listener.close()
    reached, deleted = outcome.reports[0], outcome.reports[1]
    assert bool(reached.failed) >= bool(outcome.without_network)
    assert (deleted.failed == deleted.calls) is bool(outcome.without_files)
    assert (tmp_path / "kept.txt").exists() is bool(outcome.without_files)


async def test_memory_is_bounded(tmp_path: Path) -> None:
    """A function that asks for all memory gets an error."""
    source = "def big_price(S, K, T, r, sigma):\n    return float(len(bytearray(1 << 40)))\n"
    outcome = await tried(tmp_path, source, "big_price")
    assert outcome.reports[0].first_failure == "raises MemoryError"


async def test_an_interpreter_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    """Each function says so; the review goes on."""
    outcome = await tried(tmp_path, "", "call_price", python="/no/such/python")
    assert outcome.reasons[0].startswith("not run: /no/such/python was not found")


async def test_a_file_named_like_a_library_module_hides_nothing(tmp_path: Path) -> None:
    """Files are imported by their path, packages by their name, with relative imports."""
    files = {"json.py": RIGHT, "pkg/__init__.py": "", "pkg/math.py": "from .right import *\n"}
    write(tmp_path, {**files, "pkg/right.py": RIGHT})
    targets = [target("call_price", "json.py"), target("call_price", "pkg/math.py")]
    outcome = await run_trial(tmp_path, targets)
    assert outcome.reasons == {}
    assert all((one.rows[0].largest or 0) < 1e-12 for one in outcome.reports.values())


async def test_what_the_engines_side_can_not_do_fails_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the functions."""
    monkeypatch.setattr("engine.agents.pricing_trial.sys.executable", "/no/such/python")
    with pytest.raises(ProcessError):
        await tried(tmp_path, "", "call_price")
    with pytest.raises(ToolError, match="not found"):
        await review(call(tmp_path, consent=True))


async def test_names_of_the_project_reach_no_terminal_as_they_are(tmp_path: Path) -> None:
    """Errors of somebody's code are cleaned like everything that comes from a repository."""
    source = "def call_price2(S, K, T, r, sigma):\n    raise ValueError('\\x1b[31mred')\n"
    outcome = await tried(tmp_path, source, "call_price2")
    assert outcome.reports[0].failed
    found = await review(
        call(tmp_path, {"a.py": RIGHT.replace("return S", "raise ValueError('\\x1b[2J')  #")},
             consent=True)
    )  # fmt: skip
    shown = repr([s.rows for s in found.sections if isinstance(s, Table)]) + repr(
        [s.items for s in found.sections if isinstance(s, Findings)]
    )
    assert "fails on" in found.verdict
    assert "\\x1b" not in shown
