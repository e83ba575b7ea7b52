"""Settings of the interpreter that keep the event loop on time beside working threads."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# A thread that computes gives the lock back after this; Python's own 5 ms is most of a frame, and
# several such threads would take their turns before the loop.
SWITCH_INTERVAL_S = 0.001


@contextmanager
def favoured_loop() -> Iterator[None]:
    """Let threads give way sooner, and spare the collector what was there before the block.

    A full collection over everything that was imported takes 20 to 30 ms in one piece.
    """
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(min(before_s, SWITCH_INTERVAL_S))
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before_s)
