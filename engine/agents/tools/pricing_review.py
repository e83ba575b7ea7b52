"""The project's own pricing code: what it computes, what its text and its results show.

Without consent its text is read, nothing more. With it, each function runs on a grid in a limited
process of its own, and its results are compared with the engine's kernels.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from engine.agents.pricing_trial import Outcome, run_trial
from engine.agents.tool import Call, ToolError
from engine.agents.tools.code_review import level
from engine.agents.tools.counts import unread
from engine.agents.tools.pricing_rows import SOURCE, errors, faults_of_trial, left_out, mapping
from engine.evidence import Evidence, Finding, Findings, Mark, Section, clean, counted
from engine.market.trial import COMPARABLE, Target
from engine.process import ProcessError
from engine.search.facts import Json

_LIMIT: Final = 400
_SHOWN: Final = 50
CONSENT: Final = (
    "nothing was run: to compare the functions with the kernels ask `:pricing --run`, or set "
    "[pricing] run_code = true in your own configuration; that runs code of the project in limited "
    "processes"
)


async def review(call: Call) -> Evidence:
    """Find the pricing functions and say what is wrong; with consent, run them.

    Arguments: `folder` or `file`; `consent` as a flag; `python`, the interpreter to run them in.
    """
    asked = {name: call.text(name) for name in ("folder", "file") if call.text(name)}
    answer = await call.services.code(
        "pricing.functions", {**asked, "limit": _LIMIT}, call.progress
    )
    rows: list[Json] = answer["functions"]
    if not rows and not answer["faults"]:
        return Evidence(
            "No function of the project prices options, by name, signature or content",
            found=False,
            not_searched=_not_searched(answer),
        )
    marks = tuple(_mark(one) for one in answer["faults"])
    consent = call.flag("consent") or call.services.settings.config.pricing.run_code
    if not consent:
        return _evidence(answer, marks, (), (CONSENT,))
    live = [one for one in rows if one["place"] == "live" and one["computes"] in COMPARABLE]
    targets = tuple(msgspec.convert(one, Target) for one in live)
    call.partial(_evidence(answer, marks, (), ("the functions were still running",)))
    try:
        outcome = await run_trial(
            call.services.project,
            targets,
            python=call.text("python"),
            progress=call.progress,
        )
    except ProcessError as error:
        raise ToolError(str(error), "without consent the text alone is reviewed") from error
    found = (*faults_of_trial(targets, outcome), *marks)
    sections: tuple[Section, ...] = (*errors(targets, outcome), *left_out(targets, outcome))
    return _evidence(answer, found, sections, _apart(targets, outcome), _ran(targets, outcome))


def _evidence(
    answer: Mapping[str, Json],
    marks: tuple[Mark, ...],
    sections: tuple[Section, ...],
    assumptions: tuple[str, ...],
    ran: str = "",
) -> Evidence:
    ranked = tuple(sorted(marks, key=lambda one: -one.severity))
    rows: Sequence[Mapping[str, Json]] = answer["functions"]
    total = len(ranked) + answer["total_faults"] - len(answer["faults"])
    faults = Findings(
        "What is wrong with them",
        tuple(Finding(m.path, m.line, _told(m)) for m in ranked[:_SHOWN]),
        total,
        total > min(len(ranked), _SHOWN),
    )
    functions = Findings(
        "Functions about options",
        tuple(Finding(clean(one["path"]), one["line"], _function(one)) for one in rows[:_SHOWN]),
        answer["total"],
        answer["total"] > min(len(rows), _SHOWN),
    )
    proof: list[Section] = [
        *([faults] if ranked else []),
        *sections,
        *([functions] if rows else []),
    ]
    return Evidence(
        verdict=clean(_verdict(answer, ranked, ran)),
        sections=tuple(proof),
        weight=3,
        assumptions=assumptions,
        not_searched=_not_searched(answer),
        marks=ranked,
    )


def _verdict(answer: Mapping[str, Json], marks: Sequence[Mark], ran: str) -> str:
    places: Mapping[str, int] = answer["places"]
    aside = [f"{places[one]:,} in {one}s" for one in ("test", "backup") if places[one]]
    apart = f" ({', '.join(aside)})" if aside else ""
    verb = "prices options or measures their risk" if answer["total"] == 1 else (
        "price options or measure their risk"
    )  # fmt: skip
    said = f"{counted(answer['total'], 'function')} of the project {verb}{apart}{ran}"
    if not marks:
        return f"{said}; nothing in their text stands out"
    worst = marks[0]
    where = f"{worst.path}:{worst.line}" if worst.line else worst.path
    return f"{said}; worst of {counted(len(marks), 'finding')}: {worst.text} ({where})"


def _ran(targets: Sequence[Target], outcome: Outcome) -> str:
    return f"; {len(outcome.reports):,} of {len(targets):,} that can be compared were run"


def _apart(targets: Sequence[Target], outcome: Outcome) -> tuple[str, ...]:
    """Say how far the code that ran was kept apart, and what the errors are measured against."""
    if outcome.without_network is None:
        return ("nothing could be run; the reasons stand with the functions",)
    network = "without network" if outcome.without_network else (
        "NOT cut off from the network: this system doesn't let it"
    )  # fmt: skip
    files = "every file read-only" if outcome.without_files else (
        "able to change or delete files, though not to write to them"
    )  # fmt: skip
    said = [
        f"the code ran in processes of its own with bounded time and memory, {network}, {files}; "
        "it could read what you can read",
        "errors are against the engine's own European and American kernels, spot 100, 2 to 730 "
        "days, strikes 70 to 140, volatility 12 to 80 %",
    ]
    return (*said, *mapping(targets, outcome))


def _mark(row: Mapping[str, Json]) -> Mark:
    text = f"{row['function']}: {row['text']}" if row["function"] else row["text"]
    path, reason = clean(row["path"]), clean(row["reason"])
    return Mark(path, row["line"], clean(text), row["severity"], reason, SOURCE)


def _told(mark: Mark) -> str:
    return clean(f"{level(mark.severity)}: {mark.text} — {mark.reason}")


def _function(row: Mapping[str, Json]) -> str:
    roles = ", ".join(
        f"{name} = {role}{'?' if certainty == 'likely' else ''}"
        for name, role, certainty, _, _ in row["parameters"]
        if role
    )
    sure = "by" if row["certain"] else "likely, by"
    takes = {"yes": "takes arrays", "no": f"one contract a call ({row['why']})"}
    parts = [
        f"{row['name']}: {row['computes']}, {sure} {' and '.join(row['by'])}",
        *([roles] if roles else []),
        *([takes[row["vectorised"]]] if row["vectorised"] in takes and row["complete"] else []),
        *([f"[{row['place']}]"] if row["place"] != "live" else []),
    ]
    return clean("; ".join(parts))


def _not_searched(answer: Mapping[str, Json]) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    if answer["unparsed"]:
        found["files with option words that don't parse"] = len(answer["unparsed"])
    return found | unread(answer["unread"])
