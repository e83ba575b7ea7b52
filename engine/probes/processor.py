"""What the processor is: its name, its cores, and how many of them are fast.

macOS is asked through sysctl (tested on recorded outputs only), Linux through /proc/cpuinfo and
the core kinds that `engine.probes.linux` reads.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from engine.evidence import clean
from engine.probes.host import machine_here
from engine.probes.psutil_port import load
from engine.probes.reading import Unknown, attempt

_TIMEOUT_S = 2.0
_MODEL = re.compile(r"^(?:model name|Hardware|Model)\s*:\s*(.+)$", re.MULTILINE)


class Processor(Struct, frozen=True):
    """Name and number of cores; P and E cores where the system tells them apart."""

    name: str | Unknown
    cores: int | Unknown
    performance_cores: int | Unknown
    efficiency_cores: int | Unknown
    source: str

    @property
    def name_or_unknown(self) -> str:
        return "unknown processor" if isinstance(self.name, Unknown) else self.name


def describe(platform: str = sys.platform) -> Processor:
    """Read it; blocks for some milliseconds on a Mac, so call it from a thread."""
    if platform == "darwin":
        return from_facts(_sysctl_facts())
    return from_cpuinfo(attempt(_cpuinfo), attempt(_linux_kinds))


def from_facts(facts: Mapping[str, str]) -> Processor:
    """Return the processor that `sysctl machdep.cpu.brand_string hw.perflevelN…` describes."""
    from engine.probes import sysctl  # start-up: only a Mac needs it

    counts = [
        sysctl.whole(facts, f"hw.perflevel{n}.logicalcpu")
        for n in range(sysctl.MAX_LEVELS)
        if f"hw.perflevel{n}.logicalcpu" in facts
    ]
    total = sum(count for count in counts if isinstance(count, int))
    kinds = sysctl.core_kinds(facts, total)
    return Processor(
        name=facts.get("machdep.cpu.brand_string")
        or Unknown("sysctl has no machdep.cpu.brand_string"),
        cores=total or Unknown("sysctl has no hw.perflevel0.logicalcpu"),
        performance_cores=kinds if isinstance(kinds, Unknown) else kinds.count("P"),
        efficiency_cores=kinds if isinstance(kinds, Unknown) else kinds.count("E"),
        source="sysctl",
    )


def from_cpuinfo(text: str | Unknown, kinds: str | Unknown) -> Processor:
    """Return the processor of /proc/cpuinfo, its kinds of cores as letters P and E."""
    match = None if isinstance(text, Unknown) else _MODEL.search(text)
    missing = text if isinstance(text, Unknown) else Unknown("/proc/cpuinfo names no model")
    if kinds == "":
        kinds = Unknown("all cores are of one kind, or the system doesn't tell them apart")
    return Processor(
        name=clean(match.group(1).strip()) if match else missing,
        cores=os.cpu_count() or Unknown("the system doesn't tell"),
        performance_cores=kinds if isinstance(kinds, Unknown) else kinds.count("P"),
        efficiency_cores=kinds if isinstance(kinds, Unknown) else kinds.count("E"),
        source="/proc/cpuinfo",
    )


def performance_cores(platform: str = sys.platform) -> int | None:
    """Return how many fast cores Apple silicon has; None on every other machine."""
    if platform != "darwin":
        return None
    from engine.probes import libc

    function = attempt(libc.sysctl_by_name)
    if isinstance(function, Unknown):
        return None
    count = attempt(lambda: libc.read_int("hw.perflevel0.logicalcpu", function))
    return count if isinstance(count, int) and count > 0 else None


def _sysctl_facts() -> dict[str, str]:
    from engine.probes import sysctl

    done = subprocess.run(
        ["/usr/sbin/sysctl", *sysctl.FACT_KEYS],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    return sysctl.parse_facts(done.stdout.decode("utf-8", "replace"))


def _cpuinfo() -> str:
    return Path("/proc/cpuinfo").read_text("utf-8", "replace")


def _linux_kinds() -> str | Unknown:
    return machine_here(load()).core_kinds(os.cpu_count() or 0)
