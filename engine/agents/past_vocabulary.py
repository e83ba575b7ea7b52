"""The words of the questions about what was: what happened, metrics over time, sessions, circuits."""

# ruff: noqa: E501 - a pattern is read as one piece

from engine.agents.moments import BadMoment, span
from engine.agents.pattern import Pattern
from engine.agents.word_forms import Weighted
from engine.evidence import Argument

Slots = dict[str, Argument]

_DAY = r"(?:today|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{4}-\d\d-\d\d)"
_UNIT = r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?|night)"
# A time that is over, wherever it stands.
_THEN = (
    rf"(?:since\s+(?:noon|midday|midnight|this|{_DAY}|\d)|(?:last|past)\s+(?:(?:\d+|an?|few|couple\s+of|two|three|five|ten)\s*)?{_UNIT}\b|"
    rf"(?:between|from)\s+(?:{_DAY}|noon|midnight|\d)|(?:at|around|about|after)\s+(?:{_DAY}|noon|midnight|\d{{1,2}}(?::\d\d|\s*[ap]m))|"
    rf"\b\d{{1,2}}:\d\d\b|\bago\b|\bthis\s+(?:morning|afternoon|evening|week|month|year)|{_DAY}|\bso\s+far\b)"
)
_OVER_TIME = r"(?:over\s+(?:time|the\s+day)|history|trend|course)"
_METRIC = (
    r"(?:cpu|processors?|load|memory|ram|swap(?:ping)?|disk|network|net|bandwidth|traffic|temperatures?|gpu|vram|loop\s+lag|event\s+loop|lag|"
    r"processes|agents|leases|queue)"
)
# Questions to others that name a time as well.
_NOT_MACHINE = (
    r"(?!.*(?:<file>|\b(?:commit\w*|chang\w+|edit\w*|modif\w+|git|code\w*|files?|functions?|modules?|tests?|positions?|profits?|"
    r"portfolio|options?|puts?|calls?|trades?|book|backtest\w*|stock|stress|benchmark|monitor|watch)\b))"
)
_CIRCUIT = r"(?:search|index|scan|graph|symbols|store|market|kernels?|gpu|cpu|probes?|host|notify|notifications?|circuits?|breakers?|<file>)"
_BROKE = r"(?:fail(?:ed|ing)?|br(?:eak|oke|oken)|open(?:ed)?|trip(?:ped)?|(?:go|went|was|been)\s+(?:down|out|open)|down|out\s+of\s+order|recover(?:ed)?)"
_TO_SEE = r"(?:show|list|see|get|view|print|display)"
# Of the alerts themselves, not of code that has to do with some.
_ALERTS = r"(?!.*(?:<|\b(?:code|functions?|class\w*|modules?|files?|tests?|imports?|defined?|implement\w*|mentions?|contains?|triggers?|raises?|creates?|sends?|handles?|uses?|calls?|an\s+alert)\b)).*\balerts?\b"
_FIRED = r"(?:alerts?\s+(?:have\s+|has\s+)?(?:\w+\s+)?fired|fired)"

# A report on this program and its machine; those of the desk and of the code are others.
_NO_DESK = (
    r"^(?!.*(?:<|\b(?:positions?|profits?|portfolio|options?|puts?|calls?|trades?|book|backtest\w*|stocks?|stress|risk\w*|wheel|"
    r"premiums?|earnings|income|code\w*|commits?|git|files?|functions?|modules?|tests?|coverage)\b)).*"
)
_SPAN_SAID = r"(?:(?:last|past|previous)\s+(?:\w+\s+)?(?:hours?|days?|weeks?|months?|quarters?|years?|h|d|w)|week|month|quarter|year|day|today)\b"

# What else asks for the queries of the past.
PAST_QUERIES: Weighted = (
    (
        r"\b(?:quer\w+|questions)\s+(?:that\s+|which\s+|have\s+)?(?:failed|timed\s+out|went\s+wrong|did\s+not\s+work)\b",
        4.4,
    ),
    (r"\bfailed\s+(?:quer\w+|questions)\b", 4.4),
    (
        r"\b(?:slow(?:est)?|longest)\s+(?:running\s+)?(?:quer\w+|questions|answers)\b|\b(?:quer\w+|questions)\s+(?:\w+\s+)?(?:took|were)\s+(?:the\s+)?(?:long|slow)\w*",
        4.4,
    ),
    (rf"\b(?:quer\w+|questions)\b.*\b{_THEN}", 3.4),
)
PAST_INTENTS: dict[str, Weighted] = {
    "metric_history": (
        (rf"^{_NOT_MACHINE}(?=.*\b{_METRIC}\b).*\b{_THEN}", 4.2),
        (rf"^{_NOT_MACHINE}(?=.*\b{_METRIC}\b)(?!.*circuit).*\b{_OVER_TIME}\b", 4),
    ),
    "what_happened": (
        (
            r"\b(?:what|anything|something)\s+(?:all\s+|else\s+|has\s+|have\s+|did\s+)?happen(?:ed)?\b(?!\s+(?:to|with|if|when\s+(?:i|we|you)\s+(?:call|run))\b)(?!.*<(?:file|symbol))",
            4.5,
        ),
        (r"\bhappen(?:ed|s)?\s+while\s+(?:the\s+)?<file>\s+(?:was|were)\b", 4.5),
        (rf"\bwhat\s+(?:was|went|has\s+been)\s+(?:going\s+)?(?:on|up)\b.*\b{_THEN}", 4.5),
        (
            rf"^(?:{_TO_SEE}\s+)?(?:me\s+)?(?:the\s+|all\s+)?events\b(?!.*<).*\b(?:{_THEN}|while\b)",
            4.5,
        ),
        (rf"^(?:{_TO_SEE}\s+)?(?:me\s+)?(?:the\s+|a\s+)?time\s?line\b(?!.*<)", 4),
        (r"\bwhat\s+(?:did|have)\s+i\s+miss(?:ed)?\b|\bwhile\s+i\s+was\s+(?:away|gone|out)\b", 4.5),
    ),
    "circuit_history": (
        (
            r"\b(?:circuits?|breakers?|levels?)\s+(?:history|changes|log)\b|\bhistory\s+of\s+(?:the\s+|all\s+)?(?:circuits?|breakers?|levels?)\b",
            4,
        ),
        (
            rf"\bwhen\s+(?:did|was|has|had)\s+(?:the\s+)?{_CIRCUIT}(?!\w).*\b{_BROKE}\b",
            4.5,
        ),
        (rf"\b(?:last|latest)\s+(?:time\s+)?(?:that\s+)?{_CIRCUIT}\s+{_BROKE}\b", 4.5),
        (rf"\b(?:circuits?|breakers?)\b.*\b{_THEN}", 4),
        (r"\b(?:which|what)\s+circuits?\s+(?:have\s+)?(?:changed|opened|tripped)\b", 4),
    ),
    "alerts": (
        (
            rf"^(?:{_TO_SEE}\s+)?(?:me\s+)?(?:(?:the|all|any|my|open|active|current|pending|firing|silenced)\s+)*alerts?(?:\s+(?:now|status|state|rules?|list))*\W*$",
            4.2,
        ),
        (
            rf"^(?:are\s+there|is\s+there|do\s+(?:i|we)\s+have|which|what|how\s+many|any)\b{_ALERTS}",
            4,
        ),
        (
            r"^(?:what|which|is\s+any|is\s+some|any)\w*\b(?!.*<)(?!.*\b(?:code|function)).*\b(?:fires|firing|silenced)\b",
            4,
        ),
    ),
    "alert_history": (
        (
            rf"^{_ALERTS}\s+(?:history|log)\b|\bhistory\s+of\s+(?:the\s+|all\s+|my\s+)?alerts\b(?!.*<)",
            4.8,
        ),
        (rf"^(?={_ALERTS}).*\b{_THEN}", 4.8),
        (
            rf"^(?:what|which|when|did|has|have)\b(?!.*<)(?!.*\b(?:code|function|employee)).*\b{_FIRED}\b",
            4.8,
        ),
    ),
    "sessions": (
        (
            rf"^(?:{_TO_SEE}\s+)?(?:me\s+)?(?:(?:the|all|open|other|my|running|which|what|any)\s+)*(?:sessions?|consoles?)(?:\s+(?:are|were|is|was))?"
            rf"(?:\s+(?:here|there|open|now|running|around|died|on\s+record|do(?:ing)?|run)\b.*|\s*$|.*\b{_THEN}.*)",
            4,
        ),
        (
            r"^who\s+(?:else\s+)?(?:is|are|was|were)\s+(?:else\s+)?(?:here|there|on|online|connected|around|working|running\s+(?:here|this))\b(?!.*<)",
            4,
        ),
        (r"\bhow\s+many\s+(?:other\s+)?(?:sessions|consoles)\b(?!.*<)", 4),
    ),
    "report": (
        (
            rf"{_NO_DESK}\b(?:daily|weekly|monthly|quarterly|yearly|annual)\s+(?:\w+\s+)?(?:report|review)\b",
            4.9,
        ),
        (
            rf"{_NO_DESK}\b(?:report|summary)\s+(?:of|on|for|about|over|from)\s+(?:the\s+|this\s+)*{_SPAN_SAID}",
            4.9,
        ),
        (rf"{_NO_DESK}\breport\s+(?:{_SPAN_SAID}|\d+\s*(?:h|d|w)\b)", 4.9),
        (rf"^(?:{_TO_SEE}\s+|write\s+|make\s+|save\s+)?(?:me\s+)?(?:the\s+|a\s+)?report$", 4),
        (rf"{_NO_DESK}\b(?:any|which|what)\s+(?:\w+\s+)?regressions?\b(?!.*\btests?\b)", 4),
    ),
    "past_answer": (
        (
            r"^(?:(?:show|repeat|give|see)\s+)?(?:me\s+)?(?:again\s+)?(?:the\s+)?(?:last\s+|earlier\s+|old\s+|previous\s+)?answers?\s+(?:to|of|for)\b",
            4.5,
        ),
        (
            r"\bwhat\s+was\s+(?:the\s+|your\s+)?(?:last\s+|earlier\s+)?answers?\s+(?:to|of|for)\b",
            4.5,
        ),
    ),
}
PAST_HINTS: dict[str, tuple[str, ...]] = {
    "metric_history": tuple(
        "cpu process load memory ram swap disk net bandwidth traffic temperature gpu lag agents leases queue event".split()
    ),
    "what_happened": ("happen", "going on", "went on", "has been", "events", "line", "miss", "away", "gone", "out"),
    "circuit_history": ("circuit", "breaker", "level", "when", "last", "latest"),
    "sessions": ("session", "console", "who"),
    "alerts": ("alert", "fires", "firing", "silenced"),
    "alert_history": ("alert", "fired"),
    "report": ("report", "review", "summary", "regression"),
    "past_answer": ("answer",),
}  # fmt: skip
PAST_SAID: dict[str, str] = {
    "metric_history": "metrics over time",
    "what_happened": "what happened",
    "circuit_history": "changes of circuits and levels",
    "sessions": "sessions",
    "alerts": "alerts",
    "alert_history": "alerts over time",
    "report": "report of a span",
    "past_answer": "an earlier answer",
}
# As metrics are asked for; of several that fit at one place, the first.
METRIC_WORDS = tuple(
    (names, Pattern(pattern))
    for names, pattern in (
        (("loop_lag_p99_ms",), r"\b(?:loop\s+|event\s+)+lag|\bevent\s+loop\b|\blag\b"),
        (("gpu_memory",), r"\b(?:gpu|graphics)\s+memory\b|\bvram\b"),
        (("gpu_power",), r"\bgpu\s+power\b"),
        (("gpu_temperature",), r"\bgpu\s+temperature\b|\btemperature\s+of\s+the\s+gpu\b"),
        (("gpu",), r"\bgpu\b"),
        (
            ("engine.rss_bytes",),
            r"\b(?:engine|bolt|own)(?:'s)?\s+(?:memory|ram)\b|\bmemory\s+of\s+(?:the\s+engine|bolt)\b",
        ),
        (
            ("engine.cpu_pct",),
            r"\b(?:engine|bolt|own)(?:'s)?\s+cpu\b|\bcpu\s+of\s+(?:the\s+engine|bolt)\b",
        ),
        (("cpu_freq",), r"\b(?:cpu|processor)\s+(?:freq\w*|clock)\b"),
        (("temperature",), r"\btemperatures?\b"),
        (("cpu",), r"\b(?:cpu|processors?)\b"),
        (("load",), r"\bload\b"),
        (("memory_stall",), r"\b(?:memory|ram)\s+(?:pressure|stalls?)\b"),
        (("memory",), r"\b(?:memory|ram)\b"),
        (("swap",), r"\bswap\w*\b"),
        (("disk_read",), r"\bdisk\s+reads?\b"),
        (("disk_write",), r"\bdisk\s+writes?\b"),
        (("disk_read", "disk_write"), r"\bdisk(?:\s+(?:traffic|activity|io))?\b"),
        (("net_recv", "net_sent"), r"\b(?:network|net|bandwidth|traffic)\b"),
        (("processes",), r"\bprocesses\b"),
        (("agents_running",), r"\bagents\b"),
        (("leases_open",), r"\bleases\b"),
        (("tasks_queued",), r"\bqueue\b"),
    )
)
_AWAY = Pattern(r"\bmiss(?:ed)?\b|\bwhile\s+i\s+was\s+(?:away|gone|out)\b")
_OF_CIRCUIT = Pattern(
    r"\b(search\.\w+|kernels\.\w+|store\.\w+|probes\.\w+|search|index|scan|graph|symbols|store|market|"
    r"kernels?|gpu|cpu|probes?|host|notify|notifications?)\b"
)
_OUTAGE = Pattern(rf"\bwhile\s+(?:the\s+)?{_OF_CIRCUIT.text[2:-2]}(?:\s+circuit)?\s+(?:was|were)\b")
_NAMES_CIRCUIT = {"what_happened": _OUTAGE, "circuit_history": _OF_CIRCUIT}
_CIRCUITS = {"kernel": "kernels", "probe": "probes", "notifications": "notify"}
_ANSWER_TO = Pattern(r"\banswers?\s+(?:to|of|for)\s+(?:the\s+(?:query|question)\s+)?(.+)")
_THIS = Pattern(r"\b(?:this\s+(?:week|month|year)|ever|so\s+far)\b")
_LENGTH = Pattern(
    r"\b(?:(?P<n>\d{1,4}|an?|two|three|six|twelve)\s*)?"
    r"(?P<unit>h(?:(?:ou)?rs?)?|d(?:ays?|aily)?|today|w(?:eeks?|eekly)?|monthly|months?|quarterly|quarters?|y(?:early|ears?)|annual)\b"
)
_COUNTED = {"a": 1, "an": 1, "two": 2, "three": 3, "six": 6, "twelve": 12}
_DAYS_IN = {"h": 1, "d": 1, "t": 1, "w": 7, "m": 30, "q": 90, "y": 365, "a": 365}
_SAVED = Pattern(r"\b(?:save|keep)\b")
_LONG_AGO_S = 4e9  # any time of now is over by then


def past_slots(intent: str, text: str) -> Slots:
    """Return what a question about the past says: its time, and what it is about."""
    lowered = text.lower()
    if intent == "report":
        return _of_report(lowered)
    slots: Slots = {}
    if when := said_time(text):
        slots["when"] = when
    named = _NAMES_CIRCUIT.get(intent)
    if named and (match := named.search(lowered)):
        slots["capability"] = _CIRCUITS.get(match[1], match[1])
    if intent == "metric_history":
        slots["metrics"] = metrics_in(lowered)
    elif intent == "what_happened" and _AWAY.search(lowered):
        slots["away"] = True
    elif intent == "history":
        slots |= _narrowed(lowered)
    elif intent == "past_answer" and (match := _ANSWER_TO.search(text)):
        slots["about"] = match[1].strip(" ?!.\"'`")
    return slots


def _of_report(text: str) -> Slots:
    """Return the length of the span that a text in small letters names, and whether it is kept."""
    slots: Slots = {}
    if match := _LENGTH.search(text):
        count = _COUNTED.get(match["n"] or "a") or int(match["n"])
        slots["span"] = f"{count * _DAYS_IN[match['unit'][0]]}d"
        if match["unit"][0] == "h":
            slots["span"] = f"{count}h"
    if _SAVED.search(text):
        slots["save"] = True
    return slots


def said_time(text: str) -> str:
    """Return the piece of a text that names a time; the whole where it names one that can't be."""
    try:
        found = span(text, _LONG_AGO_S)
    except BadMoment:
        return text
    if found is not None:
        return found.said
    match = _THIS.search(text.lower())
    return match[0] if match else ""


def metrics_in(text: str) -> tuple[str, ...]:
    """Return the metrics that a text in small letters names, in the order of the words."""
    found: list[tuple[int, tuple[str, ...]]] = []
    left = text
    for names, pattern in METRIC_WORDS:
        if match := pattern.search(left):
            found.append((match.start(), names))
            left = pattern.sub(lambda one: " " * len(one[0]), left)
    return tuple(name for _, names in sorted(found) for name in names)


def _narrowed(text: str) -> Slots:
    if any(word in text for word in ("slow", "longest", "took")):
        return {"slow": True}
    if any(word in text for word in ("failed", "timed out", "wrong", "not work")):
        return {"failed": True}
    return {}
