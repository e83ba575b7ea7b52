import subprocess
import sys
import threading
from functools import partial

import anyio
import pytest

from engine.probes.probe_thread import ProbeBusy, ProbeThread

from .stand_ins import until

pytestmark = pytest.mark.anyio

# A probe that hangs in C for a minute; the program is cancelled and has to end at once.
HANGING = """
import threading, anyio
from engine.probes.probe_thread import ProbeThread

async def main():
    thread = ProbeThread("hanging")
    with anyio.move_on_after(0.2):
        await thread.call(lambda: threading.Event().wait(60))
    thread.close()

anyio.run(main)
print("ended")
"""


async def test_a_call_returns_its_result() -> None:
    """The result of the function comes back, from a thread of that name."""
    thread = ProbeThread("probe-x")
    assert await thread.call(lambda: threading.current_thread().name) == "probe-x"
    thread.close()


async def test_a_call_raises_what_it_raised() -> None:
    """An exception in the thread is raised where the call was made."""
    thread = ProbeThread("probe-x")
    with pytest.raises(ZeroDivisionError):
        await thread.call(lambda: 1 // 0)
    assert await thread.call(lambda: 1) == 1
    thread.close()


async def test_all_calls_are_made_in_one_thread() -> None:
    """Handles that belong to a thread stay in it."""
    thread = ProbeThread("probe-x")
    assert await thread.call(threading.get_ident) == await thread.call(threading.get_ident)
    thread.close()


async def test_a_call_that_hangs_costs_one_thread() -> None:
    """While an abandoned call is under way, another is refused; when it is over, calls go on."""
    thread, go = ProbeThread("probe-x"), threading.Event()
    with anyio.move_on_after(0.05):
        await thread.call(go.wait)
    assert thread.busy
    with pytest.raises(ProbeBusy, match="probe-x has not come back from its last reading"):
        await thread.call(lambda: 1)
    go.set()
    await until(lambda: not thread.busy)
    assert await thread.call(lambda: 2) == 2
    thread.close()


async def test_after_closing_a_call_starts_another_thread() -> None:
    """A probe that is closed and used again, as between two consoles, works as before."""
    thread = ProbeThread("probe-x")
    for answer in range(3):
        assert await thread.call(partial(int, answer)) == answer
        thread.close()


async def test_a_closed_thread_ends() -> None:
    """After closing, no thread is left behind."""
    thread = ProbeThread("probe-to-end")
    await thread.call(lambda: None)
    thread.close()
    await until(lambda: all(t.name != "probe-to-end" for t in threading.enumerate()))


def test_a_call_that_hangs_does_not_hold_up_the_exit() -> None:
    """A program whose probe hangs for a minute ends by itself, and with success."""
    code = HANGING
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")
