"""The engine's side of trials: plans the calls and judges what came of them, with the kernels.

One request on stdin, one answer on stdout, then it ends. It never imports the code that is tried.
"""

import sys

import msgspec

from engine.market.trial import Judged, Judging, Planned, Planning, Sheet, Target
from engine.market.trial_grid import arguments, as_arrays, obstacle, positional
from engine.market.trial_reference import grid, probed
from engine.market.trial_score import judge


def plan(request: Planning) -> Planned:
    """Return a sheet or a reason for each target, in order."""
    return Planned(tuple(_sheet(number, one) for number, one in enumerate(request.targets)))


def _sheet(number: int, target: Target) -> Sheet | str:
    if why := obstacle(target):
        return why
    cases = tuple(arguments(target, point, price) for point, price in grid(target))
    return Sheet(
        id=number,
        name=target.name,
        owner=target.owner,
        binding=target.binding,
        positional=positional(target),
        cases=cases,
        probes=tuple(arguments(target, point, price) for _, point, price in probed(target)),
        arrays=as_arrays(target, cases),
    )


def verdicts(request: Judging) -> Judged:
    """Return a report for each function that was tried."""
    return Judged(tuple(judge(request.targets[one.id], one) for one in request.tried))


def main() -> None:
    """Answer the request on stdin."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Planning | Judging)
    answer = plan(request) if isinstance(request, Planning) else verdicts(request)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
