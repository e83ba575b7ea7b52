"""Machines as their probes would describe them, with readings that follow fixed curves."""

from math import cos, sin

from engine.events import (
    EngineSample,
    Event,
    GpuDevice,
    GpuSample,
    HostSample,
    ProcessRow,
    ProcessSample,
)

from .tape import Tape

GIB = 1024**3


def m4_pro_host(second: int) -> HostSample:
    """An Apple M4 Pro: four E cores, then eight P cores; no temperatures and no PSI there."""
    cores = tuple(
        round(
            min(100.0, max(1.0, 45 + 40 * sin(second / 23 + core * 0.9) * cos(core + second / 7))),
            1,
        )
        for core in range(12)
    )
    return HostSample(
        cpu_pct=cores,
        core_kinds="EEEEPPPPPPPP",
        cpu_freq_mhz=(4512.0,),
        load_avg=(5.21, 4.8, 3.97),
        memory_total_bytes=48 * GIB,
        memory_used_bytes=int((21 + 4 * sin(second / 90)) * GIB),
        memory_available_bytes=int((27 - 4 * sin(second / 90)) * GIB),
        memory_pressure="normal",
        swap_total_bytes=2 * GIB,
        swap_used_bytes=int(0.4 * GIB),
        disk_read_bps=12_300_000 * (1 + sin(second / 11)),
        disk_write_bps=1_240_000 * (1 + cos(second / 5)),
        net_recv_bps=822_000 * (1.1 + sin(second / 17)),
        net_sent_bps=41_000 * (1.2 + cos(second / 3)),
        source="psutil, sysctl",
        unknown={"temperatures_c": "macOS gives them to no program without sudo"},
    )


def m4_pro_gpu(second: int) -> GpuSample:
    """Its GPU, as macmon sees it."""
    busy = round(50 + 45 * sin(second / 31), 1)
    device = GpuDevice(
        name="Apple M4 Pro",
        source="macmon",
        busy_pct=busy,
        memory_used_bytes=int(6.1 * GIB),
        memory_total_bytes=36 * GIB,
        freq_mhz=1398.0,
        power_w=round(4 + busy * 0.2, 1),
        temperature_c=61.3,
        cores=20,
    )
    return GpuSample(devices=(device,), mlx_memory_bytes=int(1.2 * GIB))


def linux_host(second: int) -> HostSample:
    """A small Linux machine whose cores are all alike."""
    return HostSample(
        cpu_pct=tuple(round(30 + 25 * sin(second / 19 + core), 1) for core in range(4)),
        cpu_freq_mhz=(3200.0,),
        load_avg=(1.21, 1.4, 1.1),
        memory_total_bytes=16 * GIB,
        memory_used_bytes=int(9.4 * GIB),
        memory_available_bytes=int(6.6 * GIB),
        memory_pressure="warning",
        memory_stall_pct=2.4,
        swap_total_bytes=4 * GIB,
        swap_used_bytes=int(1.3 * GIB),
        disk_read_bps=240_000,
        disk_write_bps=88_000,
        net_recv_bps=None,
        net_sent_bps=None,
        temperatures_c={"package": 58.0},
        source="psutil, /proc/pressure",
        unknown={"net_recv_bps": "the first reading has nothing to compare with",
                 "net_sent_bps": "the first reading has nothing to compare with"},
    )  # fmt: skip


def no_gpu(_: int) -> GpuSample:
    """A machine without one."""
    return GpuSample(reason="no NVIDIA driver is loaded and /sys/class/drm lists no card")


def half_known_gpu(_: int) -> GpuSample:
    """A GPU of which its source can't say everything."""
    device = GpuDevice(
        name="AMD Radeon 780M",
        source="drm",
        busy_pct=None,
        memory_used_bytes=int(0.7 * GIB),
        freq_mhz=800.0,
        temperature_c=44.0,
        unknown={
            "busy_pct": "gpu_busy_percent can't be read: permission denied",
            "memory_total_bytes": "mem_info_vram_total is missing",
            "power_w": "the card has no hwmon entry",
        },
    )
    return GpuSample(devices=(device,))


def processes() -> ProcessSample:
    """The busiest processes."""
    rows = (
        ProcessRow(81220, "python3.11", 187.4, 2 * GIB, "mb"),
        ProcessRow(633, "WindowServer", 41.0, int(1.1 * GIB), "_windowserver"),
        ProcessRow(4711, "bolt-tui", 0.8, 96 * 1024**2, "mb"),
        ProcessRow(902, "Trader Workstation", 6.2, int(1.9 * GIB), "mb"),
        ProcessRow(88, "mds_stores", 3.1, 211 * 1024**2, "root"),
        ProcessRow(1, "launchd", None, None, "root"),
    )
    return ProcessSample(rows=rows, total=611, unknown={"cpu_pct": "1 process belongs to root"})


def engine_itself(running: int = 0, queued: int = 0) -> EngineSample:
    return EngineSample(
        rss_bytes=84 * 1024**2,
        cpu_pct=0.6,
        loop_lag_p99_ms=1.4,
        loop_lag_max_ms=3.2,
        agents_max=8,
        agents_running=running,
        tasks_queued=queued,
        subscribers=2,
        bus_published=5120,
    )


def run_for(tape: Tape, seconds: int, *sources: object) -> Tape:
    """Sample each source once a second."""
    for second in range(seconds):
        events: list[Event] = [source(second) for source in sources if callable(source)]
        tape.say(*events).wait(1.0)
    return tape
