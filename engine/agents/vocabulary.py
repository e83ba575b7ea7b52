"""The words by which an intent is known, as data: a pattern and how much it says.

The table follows the routing table of the requirements: the trading words name a domain, the
machine words a system answer, the code words a code tool. Weights: 3 says it alone, 2 says it
nearly, 1 helps.
"""

import re

Weighted = tuple[tuple[str, float], ...]

# Intents in the order in which they win a tie.
INTENTS: dict[str, Weighted] = {
    "option_price": (
        (r"\b(price|value|worth|quote|premium of|greeks? of|cost)\b.*\b(put|call)s?\b", 2),
        (r"\b(put|call)s?\b.*\b(price|value|worth|greeks?)\b", 2),
        (r"\b(put|call)s?\b.*\b(strike|spot|vol|volatility|iv|dte|sigma|expir\w+)\b", 2),
        (r"\b(strike|spot|vol|volatility|iv|dte|sigma)\b.*\b(put|call)s?\b", 2),
        (r"\b(black.?scholes|european)\b.*\b(put|call)\b.*\d", 2),
        (r"\d+(\.\d+)?\s*(-\s*)?(put|call)s?\b", 1.5),
        (r"\d+(\.\d+)?[pc]\b", 1.5),
    ),
    "importers": (
        (
            r"\b(who|what|which\s+\w+)\s+(all\s+)?(imports?|uses?|depends?\s+on|requires?|calls?)\b",
            3,
        ),
        (r"\b(importers?|users|dependents|callers)\s+of\b", 3),
        (r"\bwhere\s+is\s+\S+\s+(imported|used)\b", 3),
        (r"\bwho\s+is\s+using\b", 3),
        (r"\bwhat\s+breaks\b", 3),
    ),
    "wheel_analysis": (
        (r"\bwheel\s+(strateg\w+|trad\w+|performance|position\w*|cycle\w*|analysis)\b", 3),
        (r"\b(covered\s+calls?|cash.secured\s+puts?)\b", 2.5),
        (r"\bwheel\b", 2),
    ),
    "options_analysis": (
        (r"\boptions?\s+(pric\w+|models?|valuation|analysis|greeks?)\b", 3),
        (r"\b(pric\w+|valu\w+)\s+(models?|of\s+options?|options?)\b", 2.5),
        (r"\b(black.?scholes|binomial|greeks?|implied\s+vol\w*)\b", 2),
        (r"\boptions?\b", 1),
    ),
    "risk_analysis": (
        (r"\brisk\w*\s+(metrics?|analysis|figures?|numbers?|report|exposure|limits?)\b", 3),
        (r"\b(value.at.risk|expected\s+shortfall|cvar|var|drawdown|exposure|margin)\b", 2),
        (r"\b(current|my|open)\s+positions?\b|\bportfolio\b", 1.5),
        (r"\brisk\w*\b", 2),
    ),
    "system_status": (
        (r"\b(system|machine|engine|bolt)\s+(status|state|health)\b", 3),
        (r"\bstatus\b|\bhow\s+(are|is)\s+(things|it|everything|the\s+(system|machine))\b", 2),
        (r"\b(is\s+)?(everything|anything|all)\s+(ok|okay|fine|working|broken|running|wrong)\b", 2),
        (r"\bcpu\s+(usage|load|use)\b|\bhow\s+busy\b|\bload\s+average\b|\buptime\b", 2.5),
        (r"\bhealth(y)?\b", 1.5),
    ),
    "monitor": (
        (r"\b(monitor|watch|observe|sample)\b.*\b\d+\s*(s|secs?|seconds?|m|mins?|minutes?)\b", 3.5),
        (r"^\s*(monitor|watch|observe)\b(?!ing)", 2.5),
        (r"\bkeep\s+an\s+eye\b", 2),
    ),
    "hardware": (
        (r"\bhardware\s+(monitor\w*|inventory|status|info\w*|acceleration|validation)\b", 3),
        (r"\bhardware\b", 2.5),
        (r"\b(gpus?|cores?|processors?|accelerat\w+|devices?|chip|metal|mlx|cuda)\b", 2),
        (r"\bwhat\s+(machine|computer|cpu)\b|\bspecs?\b", 2.5),
    ),
    "memory_usage": (
        (r"\bmemory\s+(us\w+|analysis|consumption|footprint|pressure|status|report)\b", 3),
        (r"\b(ram|swap)\b", 2.5),
        (r"\bmemory\b", 2.5),
    ),
    "error_recovery": (
        (r"\berrors?\s+(recovery|status|rate|report|log)\b", 3),
        (r"\b(circuit(\s+breakers?)?s?|breakers?|degradation|fallbacks?)\b", 2.5),
        (r"\brecover\w*\b|\bwhat\s+(failed|is\s+broken)\b", 2),
        (r"\b(recent|last)\s+(errors?|failures?)\b", 2.5),
    ),
    "performance_metrics": (
        (r"\bperformance\s+(metrics?|figures?|numbers?|statistics|stats|dashboard)\b", 3.2),
        (r"\b(system|engine|machine)\s+performance\b", 3),
        (r"\b(success\s+rate|response\s+times?|kpis?|throughput)\b", 2.5),
        (r"\bmetrics\b", 1.5),
    ),
    "benchmark": (
        (r"^\s*(run\s+)?(a\s+|the\s+)?(quick\s+)?benchmarks?\b(?!\s+performance\s+of)", 3),
        (r"\bbenchmarks?\s+(quick|engine|this|yourself)\b", 3),
        (r"\bhow\s+fast\s+(are\s+you|is\s+(bolt|the\s+engine|this))\b", 3),
    ),
    "performance_analysis": (
        (r"\b(benchmark|analy[sz]e|profile|review)\w*\s+(the\s+)?performance\s+of\b", 3),
        (r"\b(slow|slowest|bottlenecks?|hot\s*spots?|heaviest|profil\w+|optimi[sz]e)\b", 2),
        (r"\bperformance\b", 1.5),
    ),
    "history": (
        (r"\b(query|queries|question)\s+(history|log)\b|\b(last|recent|past)\s+quer\w+\b", 3),
        (r"^\s*history\b|\bwhat\s+(did|have)\s+(i|we)\s+ask", 3),
        (r"\bhistory\s+of\s+(my\s+)?quer\w+\b", 3),
    ),
    "dependency_graph": (
        (r"\bdependenc\w+\s+(graph|tree|analysis|map)\b", 3),
        (r"\b(import|circular|dependency)\s+cycles?\b|\bcircular\s+(imports?|dependenc\w+)\b", 3),
        (r"\bwhat\s+does\s+\S+\s+(import|depend)\b|\b(imports|dependenc\w+)\s+of\b", 2.5),
        (r"\bdependenc\w+\b", 2),
    ),
    "text_search": (
        (r"^\s*(please\s+)?(search|find|grep|locate|look)\b", 2.5),
        (r"\bwhere\s+(is|are|does|do)\b", 2.5),
        (r"\b(occurrences?|mentions?|usages?|uses)\s+of\b|\bwhich\s+files?\s+contain", 2.5),
        (r"\b(search|grep)\b", 1.5),
    ),
    "code_analysis": (
        (r"\bcode\s+(analysis|review|quality|overview|structure|complexity|stat\w+)\b", 3),
        (r"\b(analy[sz]e|review|explain|summari[sz]e|outline|inspect|describe)\b", 1.5),
        (r"\b(codebase|repo(sitory)?|project|source|complexity|modules?|functions?|files?)\b", 1),
    ),
    "help": ((r"^\s*(help|what\s+can\s+(you|i)\s+(do|ask)\??|\?)\s*$", 4),),
}

COMPILED = {
    intent: tuple((re.compile(pattern), weight) for pattern, weight in rules)
    for intent, rules in INTENTS.items()
}

# What an intent is in words, for "understood as".
SAID: dict[str, str] = {
    "option_price": "price an option",
    "importers": "who imports",
    "wheel_analysis": "wheel strategy analysis",
    "options_analysis": "options pricing analysis",
    "risk_analysis": "risk analysis",
    "system_status": "system status",
    "monitor": "monitor the machine",
    "hardware": "hardware inventory",
    "memory_usage": "memory usage",
    "error_recovery": "error recovery status",
    "performance_metrics": "performance metrics",
    "benchmark": "benchmark this engine",
    "performance_analysis": "performance analysis",
    "history": "query history",
    "dependency_graph": "dependency graph",
    "text_search": "text search",
    "code_analysis": "code analysis",
    "file_analysis": "file analysis",
    "help": "what can be asked",
    "unknown": "not understood",
    "multi_part": "several questions",
}

# Words whose misspellings are put right before a second look.
WORDS = sorted(
    {
        *"system status hardware monitoring monitor memory usage performance metrics error".split(),
        *"recovery benchmark history search find imports importers wheel strategy options".split(),
        *"pricing risk positions portfolio analyze analysis review calculate dependency".split(),
        *"graph code circuits quick machine engine complexity overview volatility strike".split(),
    }
)

TICKERS = {"unity": "U"}
EDITS = re.compile(
    r"^\s*(please\s+)?(can\s+you\s+)?"
    r"(fix|refactor|rewrite|add|implement|optimi[sz]e|remove|delete|rename|change|improve|migrate)\b"
)
