"""`status` and `monitor`, run as their user runs them, a few times."""

from engine.checks.validation.criteria.child import Ran, bolt
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, judged, listed, unproven
from engine.config.rollout import cap
from engine.evidence import Level

_STATUS_GB = 2.0
_TIMES = {False: 3, True: 20}
_MONITOR_S = {False: 2, True: 30}


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return whether they do what they should, each time, and what `status` takes of memory."""
    runs = [await bolt(ground, "status", "-o", "json") for _ in range(_TIMES[ground.full])]
    seconds = _MONITOR_S[ground.full]
    watched = await bolt(ground, "monitor", "--duration", str(seconds), "-o", "json")
    highest = cap(ground.loaded.config.rollout.phase)
    return {
        "status": _status(runs, highest),
        "monitor": _monitor(watched, seconds, highest),
        "status_memory": _memory(runs),
    }


def _problem(run: Ran, highest: Level) -> str:
    """Return what is wrong with one run, else nothing."""
    if run.code != 0 or run.answer is None:
        return run.ending
    if run.answer.level != highest:
        return f"it answers at level {run.answer.level}: {run.answer.verdict}"
    if not run.answer.sections:
        return f"it shows nothing: {run.answer.verdict}"
    return ""


def _status(runs: list[Ran], highest: Level) -> Shown:
    problems = [said for run in runs if (said := _problem(run, highest))]
    slowest_s = max(run.elapsed_s for run in runs)
    figure = f"{len(runs) - len(problems)} of {len(runs)} right, at most {slowest_s:.1f} s"
    return judged(not problems, figure, listed(problems) or f"each a new process, level {highest}")


def _monitor(run: Ran, seconds: int, highest: Level) -> Shown:
    problem = _problem(run, highest)
    if not problem and run.elapsed_s < seconds:
        problem = f"it ended after {run.elapsed_s:.1f} s"
    figure = f"{run.elapsed_s:.1f} s for {seconds} s of watching" if run.code == 0 else run.end
    return judged(not problem, figure, problem or "it watched to the end and answered")


def _memory(runs: list[Ran]) -> Shown:
    peaks = [run.peak_gb for run in runs if run.peak_gb is not None]
    if not peaks:
        return unproven("no process was seen while it ran")
    proof = f"the most of {len(runs)} runs with all children, looked at every 30 ms"
    return judged(max(peaks) < _STATUS_GB, f"{max(peaks):.3f} GB", proof)
