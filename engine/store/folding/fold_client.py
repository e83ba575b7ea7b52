"""Starts a fold as a process of its own and reads what came of it."""

import sys
from pathlib import Path

import msgspec

from engine.process import ProcessError, run
from engine.store.errors import FoldFailed
from engine.store.folding.fold_outcome import Busy, Failed, Folded, Limits, Outcome

_TIMEOUT_S = 3600.0


async def fold(store: Path, limits: Limits | None = None) -> Folded | Busy:
    """Fold the store's finished journals; cancelled, the process ends and nothing is lost.

    Raises:
        FoldFailed: it could not; the sentence says why.
    """
    keep = limits or Limits()
    arguments = [str(store), str(keep.keep_days), str(keep.max_bytes), keep.before]
    argv = [sys.executable, "-m", "engine.store.folding.fold_process", *arguments]
    try:
        finished = await run(argv, timeout_s=_TIMEOUT_S)
    except ProcessError as error:
        raise FoldFailed(f"the store {store} can't be folded: {error}") from error
    try:
        outcome: Outcome = msgspec.json.decode(finished.stdout, type=Outcome)
    except msgspec.DecodeError as error:
        raise FoldFailed(_ended(store, finished.returncode, finished.stderr)) from error
    if isinstance(outcome, Failed):
        raise FoldFailed(outcome.why)
    return outcome


def _ended(store: Path, status: int, stderr: bytes) -> str:
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    said = stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return f"the fold of {store} ended early ({how}): {said or 'it said nothing'}"
