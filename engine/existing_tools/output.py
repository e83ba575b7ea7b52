"""What a command wrote, as evidence: lines of a search, the processes of ps, or plain text."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from engine.evidence import Cell, Evidence, Figure, Figures, Finding, Findings, Table, Text, clean

MAX_LINES: Final = 200
_LINE_CHARS: Final = 400
_BUSIEST: Final = 15
# How the system's searches differ from ours.
_BESIDE = {
    "rg": "it leaves out hidden and ignored files",
    "grep": "it looks into ignored files too",
}
_FOUND = re.compile(rb"(?P<path>[^\0\n]+)\0(?P<line>\d+):(?P<text>.*)")


class ToolFailed(Exception):
    """No existing tool gave an answer."""


class NoTool(ToolFailed):
    """There is none for this kind of question."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"no existing tool answers this; to have one, set [existing_tools] "
            f'commands = {{ {kind or "KIND"} = ["PROGRAM", "{{query}}"] }} in your config.toml'
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a tool: the kind as the exact commands name it, and what it is about.

    Of a search: `word` says that the query is a whole word, `regex` that it is an expression,
    `options` are more of ripgrep's long flags, `paths` what to look in (else all), and `dropped`
    names what no existing tool can honour.
    """

    kind: str
    query: str = ""
    path: str = ""
    word: bool = False
    regex: bool = False
    options: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """An argument list, and how what it writes is read."""

    form: Literal["own", "lines", "ps"]
    argv: tuple[str, ...]

    @property
    def shown(self) -> str:
        return clean(" ".join((Path(self.argv[0]).name, *self.argv[1:])))


def evidence(command: Command, wanted: Wanted, written: bytes, cut: str) -> Evidence:
    """Return what a command found; `cut` says in what way its output isn't whole.

    Raises:
        ToolFailed: there is nothing to read in it.
    """
    name = clean(Path(command.argv[0]).name)
    said = (f"{name} gave this, not the engine", _BESIDE.get(name), wanted.dropped, cut)
    lacks = "; ".join(filter(None, said))
    if command.form == "ps":
        return _of_processes(written, lacks)
    whole = written[: written.rfind(b"\n") + 1] if cut else written
    if command.form == "lines":
        return _of_lines(command, wanted, whole, lacks, cut)
    lines = [line_of(raw) for raw in whole.splitlines()]
    if not any(lines):
        return Evidence(f"{name} gave nothing", found=False, lacks=lacks)
    shown = "\n".join(lines[:MAX_LINES])
    more = f", the first {MAX_LINES} of them here" if len(lines) > MAX_LINES else ""
    verdict = f"{name} gave {len(lines):,} line{'' if len(lines) == 1 else 's'}{more}"
    return Evidence(verdict, (Text(command.shown, shown),), lacks=lacks)


def _of_lines(command: Command, wanted: Wanted, written: bytes, lacks: str, cut: str) -> Evidence:
    found = [match for raw in written.splitlines() if (match := _FOUND.fullmatch(raw))]
    kind = "expression" if wanted.regex else "word" if wanted.word else "text"
    said = f'the {kind} "{clean(wanted.query)}"'
    if not found:
        return Evidence(f"No line has {said}", found=False, lacks=lacks)
    items = tuple(
        Finding(line_of(m["path"]).removeprefix("./"), int(m["line"]), line_of(m["text"]))
        for m in found[:MAX_LINES]
    )
    files = len({match["path"] for match in found})
    at_least = "At least " if cut else ""
    verdict = (
        f"{at_least}{len(found):,} line{' has' if len(found) == 1 else 's have'} {said}, "
        f"in {files:,} file{'' if files == 1 else 's'}"
    )
    section = Findings(command.shown, items, len(found), len(found) > len(items))
    return Evidence(verdict, (section,), lacks=lacks)


def _of_processes(written: bytes, lacks: str) -> Evidence:
    rows: list[tuple[Cell, ...]] = []
    for raw in written.splitlines():
        fields = line_of(raw).split(maxsplit=3)
        if len(fields) == 4 and fields[0].isdecimal() and fields[2].isdecimal():
            pid, cpu, rss, name = fields
            rows.append((int(pid), _number(cpu), round(int(rss) / 1024, 1), Path(name).name))
    if not rows:
        raise ToolFailed("ps gave no process")
    busiest = sorted(rows, key=lambda row: -float(row[1] or 0.0))[:_BUSIEST]
    columns = ("pid", "CPU % of a core", "memory MiB", "name")
    load = _load()
    lately = "" if load[0].value is None else f"; load {load[0].value} over the last minute"
    table = Table("Busiest processes (ps)", columns, tuple(busiest))
    return Evidence(f"{len(rows):,} processes{lately}", (Figures("Load", load), table), lacks=lacks)


def _load() -> tuple[Figure, ...]:
    names = ("load, 1 minute", "load, 5 minutes", "load, 15 minutes")
    try:
        values = os.getloadavg()
    except OSError as error:
        return tuple(Figure(one, None, reason=clean(str(error))) for one in names)
    return tuple(
        Figure(name, round(value, 2), source="getloadavg")
        for name, value in zip(names, values, strict=True)
    )


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def line_of(raw: bytes) -> str:
    """Return one line of output as a terminal can show it, cut where it is far too long."""
    line = clean(raw.decode(errors="replace"))
    return line if len(line) <= _LINE_CHARS else line[: _LINE_CHARS - 1] + "…"
