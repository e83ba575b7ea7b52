"""Questions in words about the code: where something is done, what does it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from engine.agents.tool import Call
from engine.agents.tools.counts import unread
from engine.evidence import Evidence, Finding, Findings, clean
from engine.search.facts import Json

_SHOWN: Final = 20
_NAMED_COPIES: Final = 3
# A second place that scores nearly as much as the first may as well be meant.
_AS_GOOD: Final = 0.93
_MOST_ALIKE: Final = 3

_PARTICIPLE: Final = (
    r"(?:\w+ed|done|made|kept|held|sent|written|read|set|run|put|found|chosen|taken|built|thrown|"
    r"shown|given|begun|lost|bought|sold|cut|split|drawn|caught|hidden|left|bound)"
)
_PASSIVE: Final = re.compile(
    rf"(?:where|how|when)\s+(?P<be>is|are|was|were)\s+(?P<subject>.+?)\s+(?P<done>{_PARTICIPLE})",
    re.IGNORECASE,
)
_ACTIVE: Final = re.compile(
    r"(?:what|who|which\s+(?:code|function|class|method|module|file|part))\s+"
    r"(?P<does>[a-z]+s\b.*)",
    re.IGNORECASE,
)
_NOT_DOING: Final = re.compile(r"(?:is|was|has|does)\b", re.IGNORECASE)


async def find(call: Call) -> Evidence:
    """The places that answer a question, best first, each with the reasons for its rank."""
    question = call.text("question")
    folders = list(call.texts("paths")) or ([call.text("folder")] if call.text("folder") else [])
    asked = {"question": question, "limit": _SHOWN, "folder": folders}
    answer = await call.services.code("words.find", asked, call.progress)
    results: list[Json] = answer["results"]
    packed: dict[str, int | str] = {"generated or packed files": answer["left_out"]}
    items = tuple(Finding(clean(one["path"]), one["line"], _text(one)) for one in results)
    title = f"Best places of {answer['documents']:,} functions, classes and modules"
    section = Findings(title, items, answer["found"], answer["found"] > len(items))
    return Evidence(
        verdict=clean(verdict(question, results) if results else _nothing(question, answer)),
        sections=(section,) if items else (),
        found=bool(results),
        weight=3,
        assumptions=tuple(clean(said) for said in _assumptions(answer)),
        not_searched=(packed if answer["left_out"] else {}) | unread(answer["unread"]),
    )


def verdict(question: str, results: Sequence[Mapping[str, Json]]) -> str:
    """Return a sentence that answers a question with the first of its places, or the first few."""
    first = results[0]
    alike = [one for one in results[:_MOST_ALIKE] if one["score"] >= _AS_GOOD * first["score"]]
    where = " or ".join(_named(one) for one in alike)
    asked = question.strip().rstrip("?").strip()
    if first["missing"]:
        lacking = ", ".join(first["missing"])
        return f'Nearest to "{asked}" is {where}, without the words: {lacking}'
    sure = "most likely" if len(alike) == 1 else "likely"
    if passive := _PASSIVE.fullmatch(asked):
        subject, done = passive["subject"], passive["done"]
        return f"{_capital(subject)} {passive['be']} {sure} {done} in {where}"
    active = _ACTIVE.fullmatch(asked)
    if active and not _NOT_DOING.match(active["does"]):
        return f"{where} {sure} {active['does']}"
    return f'"{asked}" is {sure} answered by {where}'


def _named(one: Mapping[str, Json]) -> str:
    place = f"{one['path']}:{one['line']}"
    return f"`{one['name']}` ({place})" if one["name"] else place


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(one: Mapping[str, Json]) -> str:
    said = f"{one['kind']} {one['name']}" if one["name"] else f"module: {one['text']}"
    said += f" — {'; '.join(one['why'])}"
    if one["copies"]:
        paths: list[str] = one["copy_paths"][:_NAMED_COPIES]
        more = ", …" if one["copies"] > len(paths) else ""
        copies = "1 copy" if one["copies"] == 1 else f"{one['copies']} copies"
        said += f"; also in {copies}: {', '.join(paths)}{more}"
    return clean(said)


def _nothing(question: str, answer: Mapping[str, Json]) -> str:
    unknown = "; ".join(_unknown(one) for one in answer["unknown"])
    return f'No code answers "{question}"' + (f": {unknown}" if unknown else "")


def _unknown(one: Mapping[str, Json]) -> str:
    near = f" (written alike: {', '.join(one['near'])})" if one["near"] else ""
    return f"no code has the word {one['word']}{near}"


def _assumptions(answer: Mapping[str, Json]) -> list[str]:
    """Tell how the words were read."""
    terms: list[Json] = answer["terms"]
    said = [f"looked for: {', '.join(map(_counted, terms))}"] if terms else []
    also = list(dict.fromkeys(word for one in terms for word in one["also"]))
    if also:
        said.append(f"taken for the same, at less weight: {', '.join(also)}")
    if answer["dropped"]:
        said.append(f"not looked for: {', '.join(answer['dropped'])}")
    if answer["results"]:
        said += [_unknown(one) for one in answer["unknown"]]
    return said


def _counted(term: Mapping[str, Json]) -> str:
    little = ", counts little" if term["weight"] < 1 else ""
    return f"{term['word']} (in {term['documents']:,}{little})"
