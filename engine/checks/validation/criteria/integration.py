"""All parts together: the drill, and in a checkout the tests that drive the whole program."""

import sys
from importlib.util import find_spec
from pathlib import Path

from engine.checks.drill.catalogue import faults
from engine.checks.drill.drill import drill
from engine.checks.validation.criteria.child import ran
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.history import last_full, read
from engine.checks.validation.criteria.shown import Shown, judged, listed, unproven

NAME = "integration"
_ROOT = Path(__file__).parents[4]
_TESTS = ("tests/headless/test_contract.py", "tests/runtime/test_engine.py")
_TIMEOUT_S = 600.0


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return what is found with --full; without it what the last full run of a month found."""
    return {NAME: await _now(ground) if ground.full else await _before(ground)}


async def _before(ground: Ground) -> Shown:
    history = await read(ground)
    run = None if isinstance(history, str) else last_full(history, NAME)
    if run is None:
        return unproven("takes minutes: bolt-tui validate --full, once a month and a version")
    (then,) = (one for one in run.criteria if one.name == NAME)
    return Shown(then.state, then.figure, f"found with --full by session {run.session}")


async def _now(ground: Ground) -> Shown:
    ground.told("the drill: all faults, a few at a time")
    outcomes = await drill(faults(()), ground.scratch / "drill", environ=ground.environ)
    tried = [one for one in outcomes if not one.not_tried]
    problems = [f"{one.name}: {problem}" for one in tried for problem in one.problems]
    right = sum(1 for one in tried if not one.problems)
    left_out = [f"{one.name} not tried: {one.not_tried}" for one in outcomes if one.not_tried]
    passed, said, wrong = await _tests(ground)
    figure = f"{right} of {len(tried)} faults as expected; {said}"
    tests = f"tests: {', '.join(_TESTS)}"
    proof = listed([*problems, *wrong]) or listed([*left_out, tests])
    return judged(not problems and passed, figure, proof)


async def _tests(ground: Ground) -> tuple[bool, str, list[str]]:
    """Run the tests where they lie beside the program; return what they say of it."""
    if not all((_ROOT / name).exists() for name in _TESTS) or find_spec("pytest") is None:
        return True, "no tests are installed", []
    ground.told("tests of the whole program")
    words = ("-q", "-p", "no:cacheprovider", "--rootdir", str(_ROOT))
    argv = [sys.executable, "-m", "pytest", *words, *(str(_ROOT / name) for name in _TESTS)]
    done = await ran(argv, (), ground.surroundings(), ground, _TIMEOUT_S)
    last = done.out.decode(errors="replace").strip().splitlines()[-1:] or ["no test ran"]
    said = last[0].strip("= ")
    return done.code == 0, said, [] if done.code == 0 else [f"{', '.join(_TESTS)}: {said}"]
