"""The words by which an intent is known, as data: a pattern and how much it says.

The table follows the routing table of the requirements: the trading words name a domain, the
machine words a system answer, the code words a code tool. Weights: 3 says it alone, 2 says it
nearly, 1 helps. The patterns see a query in small letters, without its politeness, with `<file>`,
`<symbol>` and `<quoted>` in place of names: what a file is called says nothing about the question.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from engine.agents.code_vocabulary import CODE_INTENTS, CODE_SAID, HINTS
from engine.agents.desk.forms import BOOK, DESK, OF_DESK
from engine.agents.desk.vocabulary import DESK_HINTS, DESK_INTENTS, DESK_SAID, DESK_WORDS
from engine.agents.past_vocabulary import PAST_HINTS, PAST_INTENTS, PAST_QUERIES, PAST_SAID
from engine.agents.pattern import Pattern
from engine.agents.word_forms import Weighted

_MACHINE = r"(?:system|machine|box|computer|host|mac|laptop|server|engine|bolt)"
_TO_SEE = r"(?:show|list|see|get|view|print|display)"

_EACH_STOCK = (
    r"(?:each|every|one|a\s+single|any\s+one|which|what)\s+(?:stock|ticker|symbol|name|company)"
)
_SIZED = r"(?:biggest|largest|heaviest|top)"
_OF_BOOK = rf"(?:my|our|the)\s+(?:\w+\s+)?(?:{BOOK}|money|capital|exposure|stocks)"
# How much is in which stock; a sector is none, and "if" is a stress.
_OF_STOCKS = (
    rf"{DESK}^(?!.*\b(?:sectors?|industr\w+|gics|if|cash|margin|limits?|options?|puts?|calls?)\b).*"
)

# Intents in the order in which they win a tie.
INTENTS: dict[str, Weighted] = {
    **DESK_INTENTS,
    "exposure": (
        (rf"{_OF_STOCKS}\bhow\s+much\b.*\b(?:in|to)\s+{_EACH_STOCK}\b", 3.7),
        (
            rf"{_OF_STOCKS}\bhow\s+much\s+(?:money\s+)?(?:do|have|am)\s+(?:i|we)\s+(?:\w+\s+)?in\s+[a-z.]{{1,6}}$",
            3.7,
        ),
        (rf"{_OF_STOCKS}\bhow\s+much\s+of\s+{_OF_BOOK}\b.*\b(?:in|is)\b", 3.7),
        (
            rf"{_OF_STOCKS}\b(?:share|fraction|part|proportion|percent(?:age)?|weight)\s+of\s+{_OF_BOOK}\b",
            3.7,
        ),
        (rf"{_OF_STOCKS}\b(?:concentration|allocation|weights)\s+(?:of|in)\s+{_OF_BOOK}\b", 3.7),
        (rf"{_OF_STOCKS}\bhow\s+concentrated\s+(?:is|am|are)\b", 3.7),
        (rf"{_OF_STOCKS}\b{BOOK}\s+(?:concentration|allocation|weights)$", 3.7),
        (
            rf"{_OF_STOCKS}\b(?:which|what)\s+(?:stock\s+)?is\s+(?:my|our|the)\s+{_SIZED}\s+(?:position|holding|stock)$",
            3.7,
        ),
    ),
    "git_history": (
        (r"\bgit\s+(history|log|blame|status|diff|state|branch)\b", 3.6),
        (r"\bwho\s+(last\s+)?(wrote|changed|edited|touched|modified|committed)\b", 3.6),
        (r"\b(last|latest|recent)\s+(\d+\s+)?(commits?|changes)\b", 3.6),
        (r"\bwhat\s+(has\s+|was\s+)?changed\b|\bcommit\s+history\b", 3.2),
        (r"\bwhen\s+was\b.*\b(changed|edited|touched|modified)\b", 3.2),
    ),
    "health": (
        (r"\bhealth\s*-?\s*(check(s|up)?|report)\b", 3.5),
        (r"^(check\s+|show\s+)?(the\s+|my\s+|our\s+|your\s+)?health$", 3.2),
        (
            r"^(?!.*(<file>|<symbol>|\bcode\b)).*\bhealth(\s+check)?\s+(is\s+|was\s+|has\s+)?"
            r"(fail\w*|red|bad|critical|warn\w*|not\s+(ok|green))\b",
            3.5,
        ),
        (r"\b(everything|all|things)\s+(still\s+)?(all\s+right|alright|healthy|in\s+order)\b", 3.2),
    ),
    "validation": (
        (
            r"^(run\s+|do\s+|start\s+)?(the\s+|a\s+)?((full|quick|production|system)\s+)?(validate|validation)"
            r"(\s+(this|the)\s+(engine|system|program))?(\s+for\s+production)?$",
            3.6,
        ),
        (r"^(?!.*(<file>|<symbol>|\bcode\b)).*\bproduction[\s-]+read(y|iness)\b", 3.6),
        (r"^(?!.*(<file>|<symbol>|\bcode\b)).*\bread(y|iness)\s+for\s+production\b", 3.6),
        (r"^(?!.*<)(?!.*\bcode\b).*\bacceptance\s+(criteria|criterion)\b", 3.2),
    ),
    "system_status": (
        (rf"\b{_MACHINE}\s+(status|state|health|load|info\w*)\b", 3),
        (rf"\b(status|state|health)\s+of\s+(the|my|this|our)\s+{_MACHINE}\b", 3),
        (rf"\bhow\s+(the|my|this|our)\s+{_MACHINE}\b", 2),
        (
            r"\b(cpu|disk|network|processor|io)\s+(usage|loads?|use|utili[sz]ation|traffic|activity|io)\b",
            2.5,
        ),
        (r"\bhow\s+(busy|loaded)\b|\bload\s+average\b|\buptime\b|\b(which|what)\s+level\b", 2.5),
        (rf"\bhow\s+(are|is)\s+(things|it|everything|(the|my|this|our)\s+{_MACHINE})\b", 2.5),
        (r"\bstatus\b|\bhealth(y)?\b", 2),
        (
            r"\b(everything|anything|all|it)\s+(still\s+)?(ok|okay|fine|well|working|running|alright|up)\b",
            2,
        ),
        (r"^are\s+(we|you|things)\s+(still\s+|all\s+)?(ok|okay|fine|good|well)$", 2.5),
        (rf"\bis\s+(the|my|this)\s+{_MACHINE}\s+\w+", 2),
        (r"\bwhat\s+is\s+(going\s+on|happening|up)\b", 2),
        (r"\b(cpu|disk|network|bandwidth|temperatures?|processor)\b", 1.5),
    ),
    "monitor": (
        (
            r"\b(monitor|watch|observe|sample|track)\b.*\b(seconds?|secs?|minutes?|mins?|hours?|\d+\s*[smh])\b",
            3.5,
        ),
        (r"^(start\s+|begin\s+)?(monitor(ing)?|watch(ing)?|observ(e|ing))\b", 2.75),
        (r"\bkeep\s+(an\s+eye|watching|monitoring)\b", 3.5),
    ),
    "hardware": (
        (r"\bhardware\s+(monitor\w*|inventory|status|info\w*|acceleration|validation)\b", 3),
        (r"\bhardware\b|\bm\d\s+(pro|max|ultra)\b", 2.5),
        (
            r"\b(gpus?|graphics|cores?|processors?|accelerat\w+|devices?|chip|metal|mlx|cuda|vram)\b",
            2,
        ),
        (r"\bwhat\s+(machine|computer|cpu|processor)\b|\bspecs?\b", 2.5),
    ),
    "memory_usage": (
        (r"\bmemory\s+(us\w+|analysis|consumption|footprint|pressure|status|report)\b", 3),
        (r"\b(uses?|using|eat\w*|hog\w*|takes?|taking|holds?|holding)\b.*\b(memory|ram)\b", 3),
        (r"\bprocess(es)?\b", 2),
        (r"\b(ram|swap\w*|oom|leak\w*)\b", 2.5),
        (r"\bmemory\b", 2.5),
    ),
    "error_recovery": (
        (r"\berrors?\s+(recovery|status|rate|report|log)\b", 3),
        (r"\b(circuit(\s+breakers?)?s?|breakers?|degrad(ation|ed)|fallbacks?)\b", 2.5),
        (r"\b(recent|last|latest|any)\s+(\w+\s+)?(errors?|failures?|problems?|issues?)\b", 2.5),
        (
            r"\b(any|every|some)thing\s+(fail\w*|br[eo]ak\w*|broken?|wrong|crash\w*|down)\b|\bwent\s+wrong\b",
            2.5,
        ),
        (r"\brecovery\b|^what\s+is\s+wrong$", 2.5),
        (r"\bfail(ed|ures?|ing|s)?\b|\bcrash\w*\b", 2),
        (r"\brecover\w*\b|\bwhat\s+(has\s+)?(failed|is\s+broken|broke)\b", 2),
        (rf"^({_TO_SEE}\s+)?(the\s+|all\s+)?(errors?|failures?)\b", 2.5),
    ),
    "performance_metrics": (
        (r"\bperformance\s+(metrics?|figures?|numbers?|statistics|stats|dashboard)\b", 3.2),
        (r"\b(system|engine|machine)\s+performance\b", 3),
        (
            r"\b(success\s+rate|response\s+times?|kpis?|throughput|latenc\w+|p\d\d|percentiles?)\b",
            2.5,
        ),
        (r"\bhow\s+(fast|quick\w*|long)\b.*\b(quer\w+|questions?|answer\w*|respon\w+)\b", 2.5),
        (r"\b(how\s+many|what\s+are)\b.*\bagents\b|\bagents?\s+(run\w*|work\w*|busy)\b", 2.5),
        (r"\bmetrics\b|\bqueries\s+(per|a)\s+\w+|\bhow\s+(well|badly)\b.*\bperform", 1.75),
    ),
    "benchmark": (
        (
            r"^((run|do|start|make|perform|execute)\s+)?(a\s+|the\s+|some\s+)?((quick|full|short|new)\s+)?"
            r"benchmarks?\b(?!\s+((the\s+)?performance|<file>|<symbol>))",
            3,
        ),
        (r"\bbenchmarks?\s+(quick|engine|this|yourself)\b", 3),
        (rf"\bhow\s+fast\s+(are\s+you|is\s+((the|this)\s+)?{_MACHINE})\b", 3),
    ),
    "performance_analysis": (
        (r"\b(benchmark|analy[sz]e|profile|review)\w*\s+(the\s+)?performance\s+of\b", 3),
        (r"\bbottlenecks?\b|\b(?:where|why)\b.*\bslow\w*\b", 3),
        (r"^(why|what)\b.*(<file>|<symbol>).*\bslow\w*\b|\b(make|get)\b.*\b(faster|quicker)\b", 3),
        (r"\b(slow|slowest|heaviest|profil\w+|optimi[sz]e)\b", 2),
        (r"\bbenchmark\s+(<file>|<symbol>)", 3),
        (r"\bperformance\b", 1.5),
    ),
    "history": (
        (r"\b(query|queries|question)\s+(history|log)\b|\bhistory\s+of\s+(my\s+)?quer\w+\b", 3),
        (r"\b(last|recent|past|previous|earlier|latest)\s+(\d+\s+)?(quer\w+|questions?)\b", 3),
        (rf"^({_TO_SEE}\s+)?(me\s+)?(the\s+|my\s+|our\s+)?history\b(?!.*<file>)", 3),
        (r"\b(i|we)\s+((have|had|been|just|already)\s+)*ask(ed|ing)?\b", 3),
        (r"\b(my|our)\s+(\w+\s+)?(quer\w+|questions)\b", 2.5),
        *PAST_QUERIES,
    ),
    "text_search": (
        (r"\bfiles?\s+(that|which)\s+(contain|mention|have|say)s?\b", 3),
        (r"^((regexp?|text)\s+)?(search|grep|rg|ripgrep)\b", 4),
        (
            r"^how\s+(many\s+times|often)\b.*\b(occurs?|appears?|comes?\s+up|mentioned|found|written)\b",
            4,
        ),
        (r"^(count|how\s+many)\s+files\s+((that|which)\s+)?(contain|mention|say)(s|ing)?\b", 4),
        (r"^(\S+\s+){0,3}search\s+for\b", 3),
        (r"^(find|locate|look\s+(for|up|where))\b", 2.5),
        (r"\bwhere\s+(is|are|was|does|do|did)\b", 2.5),
        (r"\b(occurrences?|mentions?|usages?|uses)\s+of\b", 2.5),
        (r"\bwhich\s+(files?|lines?|modules?)\s+(contains?|mentions?|ha(s|ve)|says?)\b", 3),
        (r"^(find|locate|look\s+for|where)\b.*<quoted>", 3.25),
        (r"\b(called|named)\s+<quoted>", 3),
        (rf"^({_TO_SEE}|count|any|how\s+many)\b.*\b(todo|fixme|xxx|hack)s?\b", 3),
        (r"^(count|how\s+(many|often))\b.*(<symbol>|<quoted>)", 3),
    ),
    "code_analysis": (
        (r"\bcode\s+(analysis|review|quality|overview|structure|complexity|stat\w+)\b", 3),
        (
            r"\bhow\s+many\s+(lines|files|functions|modules|classes|tests)\b|\blines\s+of\s+code\b",
            2.5,
        ),
        (r"\b(history|log|commits?|changes?)\b.*<file>", 2.5),
        (
            r"^(help\s+me\s+(to\s+)?)?(debug|refactor|improve|clean\s+up|simplify|audit|restructure|"
            r"rewrite|fix|split|rename|inline|extract)\b",
            1.75,
        ),
        (
            r"^(help\s+me\s+(to\s+)?)?(debug|refactor|improve|clean\s+up|simplify|audit|fix|add|write|"
            r"implement|rename|inline|extract|split|rewrite|document)\b.*(<file>|<symbol>)",
            2.9,
        ),
        (r"\bneeds?\s+(some\s+)?(refactoring|cleaning|fixing|attention|work|improvement)\b", 3.4),
        (r"\b(what|how|which)\b.*\b(should|could|would|can)\b.*\b(refactor|improv|simplif)\w*", 3),
        (r"\bwrong\s+with\s+(<file>|<symbol>|the\s+code)|\b(bugs?|errors?)\s+in\s+<", 3),
        (r"\b(worst|problems?|issues?)\b.*(\bcode|<file>|<symbol>)", 2.75),
        (r"^why\s+(do|does|is)\s+(<file>|<symbol>)\s+(crash|fail|break|broken|hang|rais|wrong)", 3),
        (r"\b(analy[sz]e|review|explain|summari[sz]e|outline|inspect|describe|overview)\b", 1.5),
        (
            r"\b(codebase|repo(sitory)?|project|source|complexity|modules?|functions?|files?|code)\b",
            1,
        ),
    ),
    **CODE_INTENTS,
    **PAST_INTENTS,
    "help": (
        (rf"^({_TO_SEE}\s+)?(the\s+|all\s+)?commands$", 4),
        (r"^(help|what\s+can\s+(you|i)\s+(do|ask)|\?)\s*\??$", 4),
        (r"\b(what|which)\s+(questions?|things)\s+can\s+(i|we)\s+ask\b", 4),
        (r"^how\s+(do|can|should)\s+(i|we|one)\s+use\s+(this|it|you|bolt)\b", 4),
    ),
}


# What a question of the intent has somewhere in it, as in `code_vocabulary`.
_OTHER_HINTS: dict[str, tuple[str, ...]] = {
    intent: tuple(words.split())
    for intent, words in {
        "exposure": "how share fraction part proportion percent weight concentrat allocat which "
        "what",
        "git_history": "git who last latest recent chang commit when",
        "health": "health everything all thing",
        "validation": "validat production acceptance",
        "monitor": "monitor watch observ sampl track keep",
        "hardware": "hardware gpu graphics core process accelerat device chip metal mlx cuda "
        "vram what "
        "spec pro max ultra",
        "memory_usage": "memory process ram swap oom leak",
        "error_recovery": "error circuit breaker degrad fallback fail problem issue thing "
        "wrong recover crash "
        "broke",
        "performance_metrics": "perform success response kpi throughput latenc percentil how "
        "agent metric quer p0 "
        "p1 p2 p3 p4 p5 p6 p7 p8 p9",
        "benchmark": "bench fast",
        "performance_analysis": "perform bottleneck slow fast quick heav profil optimi bench",
        "history": "quer question histor ask",
        "text_search": "file search grep rg count how find locat look where occur mention "
        "usage uses which "
        "call name todo fixme xxx hack",
        "code_analysis": "code how histor log commit chang help debug refactor improv clean "
        "simplif audit "
        "restruct rewrit fix split renam inline extract add writ implement document need "
        "what which wrong bug error worst problem issue why analy review explain summari "
        "outline inspect descri overview repo project source complex modul function file "
        "line",
        "help": "command help can use using ?",
    }.items()
}
_HINTS = HINTS | DESK_HINTS | PAST_HINTS | _OTHER_HINTS


def weights(intent: str, text: str) -> list[float]:
    """Return how much each pattern of the intent that fits a text in small letters says."""
    return [
        weight
        for pattern, weight, of_desk in _compiled(intent)
        if (not of_desk or asked_of_desk(text)) and pattern.search(text)
    ]


@cache
def _compiled(intent: str) -> tuple[tuple[re.Pattern[str], float, bool], ...]:
    """Return the patterns of an intent; compiled when first needed, for all cost 40 ms."""
    return tuple((re.compile(row), weight, DESK in row) for row, weight in INTENTS[intent])


@lru_cache(8)
def asked_of_desk(text: str) -> bool:
    """Whether a text in small letters may be a question to the desk: not one for its code."""
    return re.match(OF_DESK, text) is not None


def likely(text: str) -> Iterator[str]:
    """Yield the intents, in their order, that a text in small letters may be of."""
    within = f" {text} "
    for intent in INTENTS:
        hints = _HINTS.get(intent)
        if hints is None or any(hint in within for hint in hints):
            yield intent


# What an intent is in words, for "understood as".
SAID: dict[str, str] = {
    **DESK_SAID,
    "exposure": "exposure by stock",
    "git_history": "git history",
    "health": "health check",
    "validation": "production validation",
    "system_status": "system status",
    "monitor": "monitor the machine",
    "hardware": "hardware inventory",
    "memory_usage": "memory usage",
    "error_recovery": "error recovery status",
    "performance_metrics": "performance metrics",
    "benchmark": "benchmark this engine",
    "performance_analysis": "performance analysis",
    "history": "query history",
    **CODE_SAID,
    **PAST_SAID,
    "text_search": "text search",
    "code_analysis": "code analysis",
    "file_analysis": "file analysis",
    "help": "what can be asked",
    "unknown": "not understood",
    "multi_part": "several questions",
    "multi_part_untimed": "several questions",
}

# Words whose misspellings are put right before a second look.
WORDS = sorted(
    {
        *"system status hardware monitoring monitor memory usage performance metrics error".split(),
        *"recovery benchmark history search find imports importers wheel strategy options".split(),
        *"pricing risk positions portfolio analyze analysis review calculate dependency".split(),
        *"graph code circuits quick machine engine complexity overview volatility strike".split(),
        *"errors queries circular exposure breakers degradation processes latency".split(),
        *"cycles duplicates duplicated definition references callers hotspots orphans".split(),
        *"unused layers architecture impact unresolved broken modules functions".split(),
        *"refactor optimize debug".split(),
        *DESK_WORDS,
    }
)

# Words in their own right, however near they are to those.
KEPT = frozenset(
    "stats state mode rise port portion core cores quote queried module function import reference "
    "cycle player players caller used spoken token circles head limited model models".split()
)

TICKERS = {"unity": "U"}
# What would change code, at the start of a query.
EDITS = Pattern(
    r"^(help\s+me\s+(to\s+)?)?(fix|refactor|rewrite|add|implement|optimi[sz]e|remove|delete|rename|change|improve|"
    r"migrate|clean\s+up|update|edit|convert|replace|move|extract|inline|split|merge|simplify|speed\s+up|"
    r"restructure|reformat|format|patch|deduplicate|break\s+(the|up|all)|write\s+(a\s+|some\s+|the\s+)?"
    r"(unit\s+)?(tests?|code|function|class|method|doc\w*)|"
    r"(make|get)\b.*\b(fast|faster|quicker|simpler|smaller|cleaner|shorter|async|typed|readable))\b"
)
