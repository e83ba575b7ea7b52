"""What the kernels can compute on: the first who asks starts the report, the others share it."""

import anyio

from engine.evidence import Figure, clean
from engine.kernels import devices_report
from engine.process import ProcessError, run

_REPORT_S = 20.0


class DeviceList:
    """Keeps the report; one that failed is tried again by the next who asks."""

    def __init__(self) -> None:
        self._figures: tuple[Figure, ...] = ()
        self._lock = anyio.Lock()

    async def read(self) -> tuple[Figure, ...]:
        """Return the figures; where the report fails its reason is the only one."""
        async with self._lock:
            if not self._figures:
                words, env = devices_report.command()
                try:
                    done = await run(words, env=env, timeout_s=_REPORT_S)
                    if done.returncode != 0:
                        return _failed(done.stderr.decode("utf-8", "replace"))
                    self._figures = tuple(devices_report.read(done.stdout))
                except (ProcessError, ValueError) as error:
                    return _failed(str(error))
            return self._figures


def _failed(reason: str) -> tuple[Figure, ...]:
    last = clean(reason.strip().rpartition("\n")[2])
    return (Figure("devices", None, "", "", None, last or "the report failed without a word"),)
