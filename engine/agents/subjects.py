"""What a question about code is about, where only the sentence tells: "who imports risk", "path from
a to b", "who calls main"; and in which form its answer is wanted.

A path, a dotted module or a name that is written as code is found by `slots` already.
"""

# ruff: noqa: E501 - a pattern is read as one piece

import re
from functools import cache

from engine.agents.pattern import Pattern
from engine.agents.slots import NOT_NAMES
from engine.evidence import Argument

Slots = dict[str, Argument]

_NOUN = r"(?:file|module|package|folder|directory|function|method|class|symbol|name|constant|variable|library)"
# A name that the words before it announce, up to the end of what is said of it.
_THE = rf"(?:(?:the|our|my|this)\s+)?(?:{_NOUN}\s+)?"
_END = rf"(?!\.?\w)(?:\s+(?P<noun>{_NOUN}))?(?!\s+\w)"
_NAME = rf"{_THE}(?P<name>[A-Za-z_]\w*){_END}"
_BEFORE_VERB = rf"{_THE}(?P<name>[A-Za-z_]\w*)(?:\s+(?P<noun>{_NOUN}))?"
_PLACE = rf"\b(?:in|under|inside|within|of|through|involving|for)\s+{_NAME}"
_CHANGE = (
    r"(?:chang|modif|edit|touch|delet|remov|renam|mov|alter|updat|rewrit)(?:e|y|ing|ied|ed|es)?"
)

# "analyze the strategy package": without such a noun the words may name a topic.
_ANALYSED = (
    r"\b(?:analy[sz]e|analysis\s+of|review|debug|optimi[sz]e|refactor|explain|inspect|audit|improve|simplify|profile|check|"
    r"describe|summari[sz]e|clean\s+up|problems\s+in|look\s+at)\s+(?:(?:the|our|my|all\s+of)\s+)*"
    rf"(?:(?P<name>[A-Za-z_]\w*)\s+(?:module|package|folder|directory|file)\b|"
    rf"(?:module|package|folder|directory|file|function|class|method)\s+(?P<other>[A-Za-z_]\w*){_END})"
)
_FILE_FORMS: dict[str, tuple[str, ...]] = {
    "importers": (
        r"\b(?:imports?|importing|pulls?\s+in|(?:importers?|dependents|users|consumers)\s+of|depend(?:s|ing)?\s+(?:up)?on|"
        rf"requires?|needs?|us(?:es?|ing)|rel(?:y|ies)\s+on)\s+{_NAME}",
        rf"\b(?:is|are)\s+{_BEFORE_VERB}\s+(?:ever\s+|still\s+)?imported\b",
    ),
    "imports": (
        rf"\b(?:does|do|is)\s+{_BEFORE_VERB}\s+(?:import|depend|use|need|require|pull)",
        rf"\b(?:imports?|dependenc\w+|dependency)\s+(?:of|in|for)\s+{_NAME}",
    ),
    "impact": (
        rf"\b{_CHANGE}\s+{_NAME}",
        rf"\b(?:impact|radius|analysis|consequences|effects?)\s+(?:of|for|on)\s+{_NAME}",
    ),
    "tests_of": (
        rf"\b(?:covers?|covering|for|of|touch|exercise|tests?|{_CHANGE})\s+{_NAME}",
        rf"\b(?:is|has|are)\s+{_BEFORE_VERB}\s+(?:tested|covered|got|any)",
    ),
    **dict.fromkeys(
        (
            "import_cycles",
            "broken_imports",
            "orphans",
            "dependency_graph",
            "duplicates",
            "dead_code",
            "hot_spots",
            "churn",
            "outline",
            "complexity",
            "unparsed",
            "sizes",
            "central_modules",
        ),
        (_PLACE, rf"\bis\s+{_BEFORE_VERB}\s+(?:part\s+of|in)\b"),
    ),
    "code_analysis": (_ANALYSED,),
    "performance_analysis": (_ANALYSED,),
}
_SYMBOL_FORMS: dict[str, tuple[str, ...]] = {
    "importers": (
        rf"^(?:is|are)\s+{_BEFORE_VERB}\s+(?:(?:ever|still|actually|really|even|being)\s+)*(?:used|needed)\b",
        rf"^(?:do|does)\s+(?:we|(?:the|this)\s+project|anything|anyone)\s+(?:still\s+|ever\s+)?(?:use|need|import)\s+{_NAME}",
    ),
    "definitions": (
        rf"\b(?:definitions?|declarations?|overloads?|signatures?|implementations?)\s+(?:of|for)\s+{_NAME}",
        rf"\bwhere\s+(?:is|are|was|does|do)\s+{_BEFORE_VERB}\s+(?:defined|declared|implemented|live|located)",
        rf"\b(?:defines?|declares?|implements?|called|named)\s+{_NAME}",
        rf"\bwhere\s+(?:is|are)\s+{_NAME}",
    ),
    "subclasses": (
        rf"\b(?:subclass(?:es|ing)?|inherit(?:s|ing)?|deriv(?:es?|ed|ing)|extend(?:s|ing))\s+(?:(?:of|from)\s+)?{_NAME}",
    ),
    "references": (
        rf"\b(?:references?|usages?|uses|users|occurrences)\s+(?:to|of|for)\s+{_NAME}",
        rf"\b(?:is|are|where)\s+{_BEFORE_VERB}\s+(?:still\s+|ever\s+)?(?:used|referenced|needed|read)",
        rf"\b(?:uses?|using|needs?|access)\s+{_NAME}",
    ),
    "callers": (
        rf"\b(?:calls?|calling|invok\w+|instantiat\w+|(?:callers?|call\s?sites?|calls)\s+(?:of|to|for))\s+{_NAME}",
        rf"\b(?:is|are)\s+{_BEFORE_VERB}\s+(?:being\s+)?(?:called|invoked|instantiated)",
    ),
    "calls": (
        rf"\b(?:does|do)\s+{_BEFORE_VERB}\s+(?:call|invoke)\b",
        rf"\b(?:called\s+by|callees?\s+of|calls\s+(?:made\s+)?(?:in|by|from))\s+{_NAME}",
    ),
}
_ONE = rf"{_THE}(?P<a>(?:[~\w.-]+/)*[~\w.-]*\w)(?:\s+{_NOUN})?"
_TWO = rf"{_THE}(?P<b>(?:[~\w.-]+/)*[~\w.-]*\w)(?:/)?(?:\s+{_NOUN})?"
_ON = (
    r"(?:(?:really|still|even|also|directly|indirectly|ever|end\s+up|ends\s+up)\s+)*(?:depend(?:s|ing|ent)?\s+(?:up)?on|import(?:s|ing)?|"
    r"reach(?:es)?|us(?:es?|ing)|needs?|requires?|knows?(?:\s+(?:about|of))?|pull(?:s|ing)?\s+in|(?:connected|linked|coupled|related|tied)\s+(?:to|with))"
)
_PATHS = (
    (
        rf"\b(?:is|are)\s+{_ONE}\s+(?:needed|imported|used|required|pulled\s+in)\s+by\s+{_TWO}",
        True,
    ),
    (rf"\b(?:do|does|did|is|are)\s+{_ONE}\s+{_ON}\s+{_TWO}", False),
    (rf"\b(?:from|between)\s+{_ONE}\s+(?:to|and)\s+{_TWO}", False),
    (rf"\bhow\s+are\s+{_ONE}\s+and\s+{_TWO}", False),
)
_IMPORTED = Pattern(
    rf"(?:do|does|did)\s+{_THE}\S+\s+(?:{_NOUN}\s+)?(?:(?:really|still|also|directly|ever|even|already)\s+)*"
    rf"(?:import|use|need|require|depend\s+(?:up)?on)\s+{_THE}(?P<name>[A-Za-z_][\w.]*)(?:\s+{_NOUN})?[\s?!.]*$",
    re.IGNORECASE,
)
_TAKEN = Pattern(
    rf"(?:is|are)\s+{_THE}(?P<name>[A-Za-z_][\w.]*)(?:\s+{_NOUN})?\s+(?:\w+\s+)?(?:imported|used|needed|required)\s+"
    r"(?:by|in)\s+\S+[\s?!.]*$",
    re.IGNORECASE,
)
_FILE = Pattern(r"(?<![\w.])[\w~-]*(?:[./][\w-]+)+/?(?!\w)")


@cache
def _forms(intent: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the forms of an intent's sentences, compiled when first needed."""
    return tuple(
        (kind, re.compile(form, re.IGNORECASE))
        for kind, table in (("file", _FILE_FORMS), ("symbol", _SYMBOL_FORMS))
        for form in table.get(intent, ())
    )


@cache
def _paths() -> tuple[tuple[re.Pattern[str], bool], ...]:
    return tuple((re.compile(form, re.IGNORECASE), is_reversed) for form, is_reversed in _PATHS)


_FORMATS = (
    ("mermaid", r"\bmermaid\b"),
    ("dot", r"\b(?:dot|graphviz)\b"),
    (
        "json",
        r"\b(?:as|in|into|to)\s+(?:a\s+)?json\b|\bjson\s+(?:export|output|dump|format|form|graph|tree)\b",
    ),
    ("tree", r"\btree\b"),
)
# Forms that a graph is never put into.
_NO_FORMAT = Pattern(
    r"\b(?:as|in|into|to)\s+(?:an?\s+)?(svg|png|pdf|jpe?g|gif|html|xml|ya?ml|csv|graphml|gexf|plantuml|puml|d2|excel|"
    r"markdown|text)\b(?![./])",
    re.IGNORECASE,
)
_TRANSITIVE = Pattern(
    r"\b(?:transitiv\w*|indirect\w*|recursiv\w*|directly\s+or\s+(?:not|otherwise)|all\s+the\s+way)\b",
    re.IGNORECASE,
)
_DEPTH = Pattern(
    r"\bdepth\s+(?:of\s+)?(\d{1,3})\b|\b(\d{1,3})\s+(?:levels?|hops?)\b", re.IGNORECASE
)


def named_in(text: str, intent: str) -> Slots:
    """Return the file or symbol that a sentence of this intent names by a bare word."""
    for kind, form in _forms(intent):
        for match in form.finditer(text):
            groups = match.groupdict()
            name = groups["name"] or groups.get("other") or ""
            if name.lower() not in NOT_NAMES:
                return {kind: name}
    return {}


def imported_by(text: str) -> Slots:
    """Return what a sentence asks whether a file imports: "does a.py import numpy"."""
    match = _IMPORTED.match(text) or _TAKEN.match(text)
    return {"sought": match["name"]} if match and match["name"].lower() not in NOT_NAMES else {}


def ends_of_path(text: str) -> Slots:
    """Return the two files of a question on how the first depends on the second."""
    for form, is_reversed in _paths():
        if match := form.search(text):
            ends = (match["b"], match["a"]) if is_reversed else (match["a"], match["b"])
            if not NOT_NAMES & {end.lower() for end in ends}:
                return {"file": ends[0], "to": ends[1]}
    files = _FILE.findall(text)
    return {"file": files[0], "to": files[1]} if len(files) > 1 else {}


def wanted_form(text: str, intent: str) -> Slots:
    """Return how far to go and in which form: `transitive`, `format`, `depth`."""
    slots: Slots = {}
    if intent in ("importers", "imports") and _TRANSITIVE.search(text):
        slots["transitive"] = True
    if intent == "imports":
        slots |= imported_by(text)
    if intent != "dependency_graph":
        return slots
    for name, pattern in _FORMATS:
        if re.search(pattern, text, re.IGNORECASE):
            slots["format"] = name
            break
    if "format" not in slots and (match := _NO_FORMAT.search(text)):
        slots["unknown_format"] = match[1].lower()
    if match := _DEPTH.search(text):
        slots["depth"] = float(match[1] or match[2])
    return slots
