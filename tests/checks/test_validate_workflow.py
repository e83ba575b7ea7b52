"""The workflow that validates on the production machine: what it runs exists, and it may little."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from bolt_tui.command_line import check, parser

FILE = Path(__file__).parents[2] / ".github" / "workflows" / "production.yml"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="only a checkout has the workflows")


def workflow() -> dict[Any, Any]:
    parsed = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(parsed, dict)
    return parsed


def steps() -> list[dict[str, Any]]:
    (job,) = workflow()["jobs"].values()
    found = job["steps"]
    assert isinstance(found, list)
    return found


def commands() -> list[list[str]]:
    """Return the words of each call of the program."""
    found = []
    for step in steps():
        for line in step.get("run", "").splitlines():
            for call in re.findall(r"\bbolt-tui ([^|>&;]+)", line if "echo" not in line else ""):
                words = shlex.split(re.sub(r"\s2$", "", call))
                if words and not words[0].endswith(":"):
                    found.append(words)
    return found


def test_each_command_exists_and_parses() -> None:
    """Also its options; a command that was renamed fails here, not on that machine."""
    for words in commands():
        check(words)
        parser().parse_args(words)


def test_it_looks_at_all_that_it_should() -> None:
    """Health, the commands that work, their memory, and the validation."""
    lines = [" ".join(words) for words in commands()]
    for wanted in ("health", "status", "benchmark --quick", "monitor --duration 30"):
        assert any(line.startswith(wanted) for line in lines), wanted
    assert any(line.startswith("validate --production") for line in lines)
    assert any("2000000000" in step.get("run", "") for step in steps())


def test_it_runs_every_six_hours_on_main_and_by_hand() -> None:
    """YAML reads the key `on` as true."""
    triggers = workflow()[True]
    assert triggers["schedule"] == [{"cron": "0 */6 * * *"}]
    assert triggers["push"] == {"branches": ["main"]}
    assert "workflow_dispatch" in triggers
    assert "pull_request" not in triggers  # others' code has no business on that machine


def test_it_may_little_and_ends() -> None:
    """It reads the repository and nothing else; each step has its time."""
    whole = workflow()
    assert whole["permissions"] == {"contents": "read"}
    assert whole["concurrency"]["group"]
    (job,) = whole["jobs"].values()
    assert job["runs-on"] == ["self-hosted", "macOS", "ARM64"]
    assert job["timeout-minutes"] >= sum(step.get("timeout-minutes", 0) for step in job["steps"])
    assert all("timeout-minutes" in step for step in job["steps"] if "run" in step)


def test_the_secret_is_known_to_the_last_step_only_and_is_no_argument() -> None:
    """It goes to curl over stdin."""
    *others, last = steps()
    assert last["if"] == "failure()"
    assert "secrets." in str(last["env"])
    assert not any("secrets." in str(step) for step in others)
    (curl,) = re.findall(r"curl .*?\Z", last["run"], re.DOTALL)
    assert "SLACK_WEBHOOK_URL" not in curl
