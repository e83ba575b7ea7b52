"""What macOS says as text: sysctl and vm_stat. Pure parsers, tested on recorded outputs.

Two shapes of sysctl exist: `key: value` lines, and with `-n` bare values.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from engine.events import Pressure
from engine.evidence import clean
from engine.probes.reading import Unknown

PRESSURE_KEY = "kern.memorystatus_vm_pressure_level"
MAX_LEVELS = 4
FACT_KEYS = (
    "machdep.cpu.brand_string",
    "hw.memsize",
    *(f"hw.perflevel{n}.{what}" for n in range(MAX_LEVELS) for what in ("logicalcpu", "name")),
)

_LEVELS: dict[int, Pressure] = {1: "normal", 2: "warning", 4: "critical"}
_LINE = re.compile(r"^([\w.]+): ?(.*?)\r?$", re.MULTILINE)
_NUMBER_LINE = re.compile(r"^\s*(\d{1,18})\s*$", re.MULTILINE)
_SIZE = re.compile(r"\b(total|used) = (\d+(?:\.\d+)?)([KMGT])\b")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_PAGE_SIZE = re.compile(r"page size of (\d{3,7}) bytes")
_PAGES = re.compile(r"^Pages (free|inactive|speculative):\s+(\d+)\.\s*$", re.MULTILINE)


class Swap(Struct, frozen=True):
    total: int
    used: int


def parse_facts(text: str) -> dict[str, str]:
    """Return the `key: value` lines; keys that this Mac lacks are simply not there."""
    return {key: clean(value) for key, value in _LINE.findall(text)}


def whole(facts: Mapping[str, str], key: str) -> int | Unknown:
    """Return a positive whole number of the facts."""
    text = facts.get(key)
    if text is None:
        return Unknown(f"sysctl has no {key}")
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) > 0):
        return Unknown(f"sysctl gave {key} as {text[:40]!r}")
    return int(text)


def core_kinds(facts: Mapping[str, str], cores: int) -> str | Unknown:
    """Return a letter a core in the order of core ids.

    perflevel0 is the fastest level, but core ids begin with the slowest (recorded on an M4 Pro:
    0-3 Efficiency, 4-11 Performance), so levels are laid out from the last to the first. A level
    is named by Apple: E is one whose name begins with E (Efficiency); Performance, Super and
    whatever comes are P. Two things were never seen and are not guessed at: the order of a chip
    of two dies (Ultra), and a level without a name on a chip of three levels.
    """
    if "Ultra" in facts.get("machdep.cpu.brand_string", ""):
        return Unknown("the order of the cores of a chip of two dies is not known")
    levels = []
    for level in range(MAX_LEVELS):
        count = whole(facts, f"hw.perflevel{level}.logicalcpu")
        if isinstance(count, Unknown):
            break
        levels.append((count, facts.get(f"hw.perflevel{level}.name", "")))
    if len(levels) < 2:
        return Unknown("sysctl names no two levels of cores")
    if sum(count for count, _ in levels) != cores:
        return Unknown(f"sysctl counts {sum(n for n, _ in levels)} cores, but {cores} tell times")
    if len(levels) == 2 and not all(name for _, name in levels):
        levels = [(levels[0][0], "Performance"), (levels[1][0], "Efficiency")]
    if not all(name for _, name in levels):
        return Unknown("sysctl does not name the levels of cores")
    return "".join(
        count * ("E" if name.startswith("E") else "P") for count, name in reversed(levels)
    )


def pressure_of(level: int) -> Pressure | Unknown:
    """Map the kernel's level: 1 normal, 2 warning, 4 critical."""
    return _LEVELS.get(level, Unknown(f"{PRESSURE_KEY} is {level}, which has no known meaning"))


def parse_pressure(text: str) -> Pressure | Unknown:
    """Return the pressure from either shape of sysctl's output."""
    keyed = parse_facts(text).get(PRESSURE_KEY)
    bare = _NUMBER_LINE.search(text) if keyed is None else _NUMBER_LINE.search(keyed)
    if bare is None:
        return Unknown(f"sysctl gave no {PRESSURE_KEY}")
    return pressure_of(int(bare[1]))


def parse_swap(text: str) -> Swap | Unknown:
    """Return the swap of vm.swapusage, of either shape."""
    found = {what: int(float(n) * _UNITS[unit]) for what, n, unit in _SIZE.findall(text)}
    if "total" not in found or "used" not in found:
        return Unknown("vm.swapusage lacks its total or used size")
    return Swap(found["total"], found["used"])


def parse_available(text: str) -> int | Unknown:
    """Return the bytes of vm_stat's free, speculative and inactive pages.

    These are what psutil counts as available; vm_stat keeps speculative pages apart from free.
    """
    size = _PAGE_SIZE.search(text)
    pages = {kind: int(count) for kind, count in _PAGES.findall(text)}
    if size is None:
        return Unknown("vm_stat does not tell its page size")
    lacking = [k for k in ("free", "inactive", "speculative") if k not in pages]
    if lacking:
        return Unknown(f"vm_stat has no line of {', '.join(lacking)} pages")
    return sum(pages.values()) * int(size[1])
