"""What happens where a part is missing: real faults, done to scratch sessions."""

from pathlib import Path

from engine.checks.validation.criteria.child import Ran, bolt
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, judged, listed

# Stands for a part that can't be imported, as a library of another processor's is.
_BROKEN = """
import sys


class Broken:
    def find_spec(self, name, path=None, target=None):
        if name == "engine.runtime.engine":
            raise ImportError("broken on purpose, to see the fallback")


sys.meta_path.insert(0, Broken())
"""


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return whether what is left answers, and what is not says why."""
    cases = (
        ("no ripgrep", await _without_ripgrep(ground)),
        ("a store that can't be written", await _without_store(ground)),
        ("an engine that can't be opened", await _without_engine(ground)),
    )
    problems = [f"{case}: {problem}" for case, found in cases for problem in found]
    wrong = sum(1 for _, found in cases if found)
    proof = listed(problems) or ", ".join(case for case, _ in cases)
    figure = f"{len(cases) - wrong} of {len(cases)} faults as documented"
    return {"fallback": judged(not problems, figure, proof)}


async def _without_ripgrep(ground: Ground) -> list[str]:
    gone = ("--set", f"search.ripgrep={ground.scratch / 'no-such-rg'}")
    asked = await bolt(ground, "--run", "find import", "-o", "json", *gone)
    status = await bolt(ground, "status", "-o", "json", *gone)
    return [
        *_unless(asked.code == 1 and b"no-such-rg" in asked.out, "a search is not refused", asked),
        *_unless(status.code == 0 and status.answer is not None, "status fails with it", status),
    ]


async def _without_store(ground: Ground) -> list[str]:
    file = ground.scratch / "no-folder"
    file.write_text("a file where a folder should be\n", encoding="utf-8")
    run = await bolt(ground, "status", "-o", "json", store=file / "store")
    told = run.answer is not None and "Not recorded" in run.answer.verdict
    return _unless(run.code == 0 and told, "no answer that says it is not recorded", run)


async def _without_engine(ground: Ground) -> list[str]:
    folder = ground.scratch / "broken"
    folder.mkdir(exist_ok=True)
    Path(folder / "sitecustomize.py").write_text(_BROKEN, encoding="utf-8")
    run = await bolt(ground, "status", "-o", "json", first=(folder,))
    reached = run.answer is not None and run.answer.level == "existing_tools"
    return _unless(run.code == 0 and reached, "the existing tools don't answer", run)


def _unless(holds: bool, problem: str, run: Ran) -> list[str]:
    return [] if holds else [f"{problem}: {run.ending}"]
