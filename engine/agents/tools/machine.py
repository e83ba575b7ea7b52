"""How the machine is right now: status, memory, the busiest processes."""

from engine.agents.services import Services
from engine.agents.tool import Call
from engine.agents.tools import figures
from engine.events import HostSample
from engine.evidence import Evidence, Figure, Figures, Table

_TOP = 10


async def host(services: Services) -> tuple[HostSample, float | None]:
    """Return a fresh sample and its age."""
    sample = await services.read_host()
    return sample, round(services.clock.monotonic_s() - sample.mono_s, 1)


async def status(call: Call) -> Evidence:
    """The machine in a dozen figures."""
    sample, age_s = await host(call.services)
    level = call.services.board.standing
    items = [*figures.cpu(sample, age_s), *figures.memory(sample, age_s)]
    items += figures.traffic(sample, age_s)
    return Evidence(
        verdict=f"Level {level.level} ({level.why}); {_busy(sample)}; {_room(sample)}",
        sections=(Figures("Machine", tuple(items)),),
        weight=2,
    )


async def memory(call: Call) -> Evidence:
    """Memory and what weighs on it."""
    sample, age_s = await host(call.services)
    pressure = sample.memory_pressure or "unknown"
    items = list(figures.memory(sample, age_s))
    if sample.memory_stall_pct is not None:
        stall = round(sample.memory_stall_pct, 2)
        items.append(Figure("tasks stalled on memory, 10 s", stall, "%", sample.source, age_s))
    return Evidence(
        verdict=f"{_room(sample)}; pressure {pressure}",
        sections=(Figures("Memory", tuple(items)),),
        weight=2,
    )


async def processes(call: Call) -> Evidence:
    """Who holds memory and CPU."""
    sample = await call.services.read_processes()
    largest = sorted(sample.rows, key=lambda row: -(row.rss_bytes or 0))[:_TOP]
    rows = tuple(
        (row.pid, row.name, figures.gib(row.rss_bytes), figures.rounded(row.cpu_pct), row.user)
        for row in largest
    )
    first = largest[0] if largest else None
    holder = "no process could be read"
    if first:
        size = figures.gib(first.rss_bytes)
        holder = f"the largest process is {first.name} with {size} GiB resident (pid {first.pid})"
    return Evidence(
        verdict=holder,
        sections=(
            Table(
                f"Largest of {sample.total} processes",
                ("pid", "process", "resident GiB", "CPU % of a core", "user"),
                rows,
            ),
        ),
        found=bool(rows),
        weight=2,
    )


def _busy(sample: HostSample) -> str:
    busy = figures.mean(sample.cpu_pct)
    if busy is None:
        return f"CPU unknown: {sample.unknown.get('cpu_pct', figures.NO_REASON)}"
    return f"CPU {busy:.0f} % of {len(sample.cpu_pct)} cores"


def _room(sample: HostSample) -> str:
    used, total = sample.memory_used_bytes, sample.memory_total_bytes
    if used is None or total is None:
        return f"memory unknown: {sample.unknown.get('memory_used_bytes', figures.NO_REASON)}"
    return f"memory {used / figures.GIB:.1f} of {total / figures.GIB:.1f} GiB used"
