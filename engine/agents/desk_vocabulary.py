"""The words by which a question to the trading desk is known, as data: risk, wheel, backtest, option.

As in `vocabulary`, whose table this opens. A question for the place in the code where a thing is
done, or one that names a file or a name of code, is none of the desk's, whatever its words.
"""

# ruff: noqa: E501 - a pattern is read as one piece

from engine.agents.word_forms import Weighted

# Not searched for, not asked of the code.
_DESK = (
    r"^(?!(?:find(?!\s+me\b)|search|grep|rg|ripgrep|locate|where|who|look\s+for|tests?\s+(?:of|for))\b)"
    r"(?!.*(?:<|\b(?:code|functions?|class(?:es)?|modules?|files?|implement\w*|comput(?:es?|ed)|calculated|defined|"
    r"loaded|enforced|handled|stored|repo(?:sitory)?)\b)).*?"
)
_BOOK = r"(?:book|portfolio|positions?|holdings|account)"
_RIGHTS = r"(?:puts?|calls?|csps?|strikes?|options?|contracts?)"
_FALL = (
    r"(?:drop|fall|crash|move|jump|gap|tank|plunge|sink|decline|rall(?:y|ies)|rise|climb|shock|spike|collapse|"
    r"goes|go|double|halve|lose|gain|surge|hit|reach|slump|soar)(?:s|es|ing|ed|d)?"
)
_MARKET = (
    rf"(?:u|unity|spot|stock|shares?|underlying|market|price|vol\w*|iv|everything|i|we|{_BOOK})"
)
_GREEK = r"(?:delta|gamma|vega|theta|rho|greeks?)"
_CHANCE = r"(?:probabilit(?:y|ies)|chances?|odds|likelihood|likely|prob)"
# A volatility that is asked for: no number stands beside it.
_UNKNOWN_VOL = r"(?<![\d%]\s)(?<![\d%])\b(?:implied\s+vol(?:atility)?|vol(?:atility)?|iv)\b(?!\s*(?:of|is|at|=|:)?\s*\$?\.?\d)"
_ONE_RIGHT = r"(?=.*\d)(?=.*(?:\b(?:put|call)s?\b|\d[pc]\b))"

DESK_INTENTS: dict[str, Weighted] = {
    "backtest": (
        (r"\bback.?test\w*", 4),
        (r"\bsimulat\w+\s+(the\s+|my\s+|a\s+)?(wheel|strateg\w+|trades?)\b", 4),
        (
            rf"{_DESK}\b(?:sweep|grid\s+search)\b.*\b(?:delta|dte|days|param\w*|rules?|wheel|strateg\w+)\b",
            4,
        ),
        (rf"{_DESK}\bparam\w*\s+(?:sweep|scan|search|grid)\b", 4),
        (
            rf"{_DESK}\b(?:delta|dte|days|rules?|strikes?)\b.*\b(?:have\s+been|historically|in\s+the\s+past|ha(?:s|ve)\s+worked)\b",
            4,
        ),
        (
            rf"{_DESK}\bhow\s+(?:would|did|has|had|well\s+did)\b.*\b(?:wheel|strategy|put.?writing|selling\s+puts)\b.*\b(?:done|perform\w*|do|work\w*|return\w*|fared?)\b",
            3.5,
        ),
        (rf"{_DESK}\bbuy.and.hold\b", 3.5),
        (
            rf"{_DESK}\btest(?:ed)?\s.*\b(?:wheel|strategy)\b.*\b(?:last|past|since|years?|from|20\d\d)\b",
            3.5,
        ),
        (rf"{_DESK}\bbeat(?:s|en)?\b.*\b(?:hold\w*|buying|market|index)\b", 3.2),
        (rf"{_DESK}\bsweep\b", 2.9),
        (rf"{_DESK}\bput.?writ(?:e|ing)\b", 2.75),
    ),
    "stress": (
        (
            rf"{_DESK}\bstress(?:ed|es|ing)?(?=\s*(?:$|[,:]|tests?\b|testing\b|the\b|my\b|our\b|grid\b|scenarios?\b|{_BOOK}\b))",
            3.2,
        ),
        (
            rf"{_DESK}\bwhat\s+(?:if|happens|would|will|do)\b.*\b{_MARKET}\b.*\b{_FALL}\b(?=.*\d)",
            3.3,
        ),
        (rf"{_DESK}\bwhat\s+(?:if|happens|would|will)\b.*\d\s*%?\s*(?:\w+\s+)?{_FALL}\b", 3.2),
        (
            rf"{_DESK}\bwhat\s+(?:if|happens|would|will)\b.*\b{_FALL}\b.*\d\s*(?:%|percent|pct|points?|pts?)",
            3.2,
        ),
        (
            rf"{_DESK}\b(?:impact|effect)\s+of\b.*\b(?:drop|fall|rise|rally|crash|move|shock|jump|gap|vol\w*)\b",
            3,
        ),
        (
            rf"{_DESK}\bvol\w*\s+(?:\w+\s+)?(?:up|down|by)\s+(?:by\s+)?\d+.*\b(?:lose|gain|make|cost|happens|book|positions?)\b",
            3.2,
        ),
        (rf"{_DESK}\b(?:scenario|what.if)\s+(?:analysis|grid|table)\b|{_DESK}\bscenarios$", 3.2),
        (rf"{_DESK}\bworst\s+case\b.*\b(?:my|our|{_BOOK}|loss|lose|risk)\b", 3),
        (rf"{_DESK}\bwhat\s+if\b.*\b{_MARKET}\b.*\b{_FALL}\b", 3.2),
        (
            rf"{_DESK}(?=.*\b(?:lose|make|gain|cost|worth|value|p&l|pnl|profit|loss|happens)\b).*\bif\b.*\b{_FALL}\b.*\d",
            3.3,
        ),
        (
            rf"{_DESK}\b\d+(?:\.\d+)?\s*(?:%|percent)\s+(?:\w+\s+)?(?:crash|drop|fall|move|rally|gap|shock|decline|sell.?off|rise|jump)\b",
            3.2,
        ),
        (rf"^{_MARKET}\s+(?:is\s+)?(?:up|down)\s+(?:by\s+)?\d", 2.75),
        (rf"^(?:shock|bump|shift)\s+(?:the\s+)?{_MARKET}\b", 3),
        (rf"{_DESK}\bhow\s+bad\b.*\b{_FALL}\b", 3),
        (
            rf"{_DESK}\b(?:p\s*[&/]\s*l|pnl|profit|loss|value|lose)\b.*\b(?:if|when)\b.*\b{_MARKET}\b.*\d",
            3.3,
        ),
    ),
    "wheel_candidates": (
        (
            rf"{_DESK}\b(?:which|what)\s+(?:\w+\s+){{0,3}}?{_RIGHTS}\b.*\b(?:sell|write|best|pick|choose)\b",
            3.1,
        ),
        (
            rf"{_DESK}\bwhat\s+(?:\w+\s+){{0,2}}?(?:to|can|could|should|would)\s+(?:i\s+|we\s+|you\s+)?(?:sell|write)\b",
            3.1,
        ),
        (
            rf"{_DESK}\b(?:best|top|good|ideal|optimal)\s+(?:[\w.-]+\s+){{0,3}}?(?:strikes?|puts?|calls?|csps?)\b",
            3,
        ),
        (
            rf"{_DESK}\b(?:put|call|strike|wheel|trade|option|csp)s?\s+candidates?\b|^candidates?\b|\bcandidates?\s+(?:for|to)\b.*\b(?:sell|wheel|puts?|calls?)\b",
            3.2,
        ),
        (
            rf"^(?:{_DESK})(?<!\w)(?<!wheel )(?:suggest|recommend|propose|pick|rank|screen|scan|choose)\s+(?:\w+\s+){{0,4}}?(?:{_RIGHTS}|trades?)\b",
            3,
        ),
        (
            rf"{_DESK}\bnext\s+(?:wheel\s+)?trade\b|{_DESK}\b(?:puts?|calls?)\s+to\s+(?:sell|write)\b",
            3,
        ),
        (
            rf"{_DESK}\bstrike\s+selection\b|{_DESK}\b(?:which|what)\s+strikes?\b(?!.*\bspot\b)",
            2.75,
        ),
        (
            rf"{_DESK}\b(?:best|highest|most|top|richest|fattest)\s+(?:[\w.-]+\s+){{0,2}}?(?:premiums?|yield\w*)\b",
            3,
        ),
        (rf"{_DESK}\b(?:sell|write)\s+(?:\w+\s+){{0,3}}?(?:puts?|calls?|csps?)\b", 2.5),
        (
            rf"{_DESK}\b(?:premiums?|income)\b.*\b(?:can|could|would|should)\s+(?:i|we)\s+(?:collect|get|earn|make|take)\b",
            3.1,
        ),
        (rf"{_DESK}\b\.?\d+\s*-?\s*delta\s+(?:puts?|calls?)\b(?!.*\bspot\b)", 3),
        (
            rf"{_DESK}\b(?:puts?|calls?)\b.*\bsell\b|{_DESK}\bsell\b.*\b(?:puts?|calls?|delta)\b",
            1.75,
        ),
    ),
    "wheel_rolls": (
        (
            rf"{_DESK}\b(?:should|must|needs?\s+to|have\s+to|when|time|want|can|could|do)\b.*\broll(?:ed|ing)?\b",
            3.1,
        ),
        (
            rf"{_DESK}\broll\s+(?:decisions?|rules?|triggers?|criteria|signals?|candidates?|check|status|advice|list|recommendations?)\b",
            3.1,
        ),
        (
            r"^(?:(?:show|list|any|my|the|check)\s+)*(?:rolls?|rolling|roll\s+(?:my|the|it)\b.*)$",
            3.1,
        ),
        (
            rf"{_DESK}\b(?:close|closed|buy\s+back|buy\s+to\s+close|take\s+profits?)\b.*\b(?:puts?|calls?|shorts?|options?|contracts?)\b",
            3,
        ),
        (rf"{_DESK}\b(?:anything|something|what|which)\s+to\s+roll\b", 3.1),
        (rf"{_DESK}\b(?:shorts?|puts?|calls?|options?)\b.*\bbuy\s+back\b", 3),
        (rf"{_DESK}\broll\s+or\b|{_DESK}\bor\s+roll\b|{_DESK}\btake\s+(?:my\s+)?profits?\b", 3),
        (rf"{_DESK}\bprofit\s+targets?\b|\bdelta\s+breach\w*\b", 2.9),
    ),
    "early_assignment": (
        (rf"{_DESK}\bassign(?:ed|ments?)\b", 2.9),
        (
            rf"{_DESK}\bearly\s+(?:exercised?|assign\w*)\b|{_DESK}\bexercised\b.*\b(?:early|dividend|before)\b|{_DESK}\bex.?div\w*\b",
            3.1,
        ),
    ),
    "wheel_ledger": (
        (
            rf"{_DESK}\b(?:cost|adjusted|net|true|tax)\s+basis\b|{_DESK}\bbasis\s+(?:on|of|for|in|after|per)\b|{_DESK}\bmy\s+basis\b",
            3,
        ),
        (rf"{_DESK}\bledger\b", 3),
        (
            rf"{_DESK}\b(?:did|have)\s+(?:i|we)\s+(?:pay|paid)\b|{_DESK}\b(?:average|avg)\s+(?:cost|price\s+paid)\b",
            2.9,
        ),
        (rf"{_DESK}\b(?:un)?reali[sz]ed\b", 2.8),
        (
            rf"{_DESK}\bbreak.?evens?\b(?:\s+\w+){{0,2}}\s+(?:of|on|for)\s+(?:my|our|the)\b|{_DESK}\bmy\s+break.?evens?\b",
            3,
        ),
        (
            rf"{_DESK}\b(?:premiums?|income)\b.*\b(?:collected|received|taken\s+in|earned|made)\b|{_DESK}\b(?:collected|received|earned)\b.*\bpremiums?\b",
            3,
        ),
        (rf"{_DESK}\bwheel\s+cycles?\b|{_DESK}\bcycle\s+table\b", 3.4),
    ),
    "wheel_limits": (
        (rf"{_DESK}\bheadroom\b", 3.4),
        (
            r"^(?:(?:show|list|check|see|my|our|the|all|risk|position|margin|delta|current|wheel)\s+)*limits?(?:\s+(?:check|status|usage|breach\w*))?$",
            3.3,
        ),
        (
            rf"{_DESK}\blimits?\b.*\b(?:breach\w*|exceed\w*|broken|violat\w*|hit|reached|left)\b|"
            rf"{_DESK}\b(?:breach\w*|exceed\w*|break(?:ing)?|violat\w*|within|over|close|near)\b.*\blimits?\b",
            3.1,
        ),
        (
            rf"{_DESK}\b(?:positions?|size|risk|delta|gamma|vega|theta|margin|var|cvar|exposure)\s+limits?\b",
            3.1,
        ),
        (rf"{_DESK}\bkelly\b", 2.75),
        (
            rf"{_DESK}\bmargin\s+(?:usage|used|left|requirement\w*)\b|{_DESK}\bbuying\s+power\b",
            2.75,
        ),
    ),
    "positions": (
        (
            rf"^(?:(?:show|list|see|get|view|print|display|all|my|our|the|current|currently|open|me|of|what|which|is|are)\s+)*(?:positions?|trades|{_BOOK})$",
            3.2,
        ),
        (
            rf"{_DESK}\bwhat\s+(?:do|am|are|have)\s+(?:i|we)\s+(?:currently\s+|still\s+)?(?:hold(?:ing)?|own|short|long|got\s+open|have\s+(?:on|open))\b",
            3,
        ),
        (
            rf"{_DESK}\b(?:which|what)\s+(?:\w+\s+)?(?:{_RIGHTS}|positions?|shares|trades)\s+(?:do|am|have|are)\s+(?:i\b|we\b|still\b|open\b).*",
            2.9,
        ),
        (rf"{_DESK}(?:\bp\s*[&/]\s*l\b|\bpnl\b|\bprofit\s+and\s+loss\b)", 2.9),
        (r"^how\s+am\s+i\s+doing\b", 3.2),
        (
            r"^(?:(?:show|list|see|what|which|are|all)\s+)+(?:(?:my|our|open|short|long)\s+)+(?:puts?|calls?|options?|contracts?|shares|trades)$",
            3.2,
        ),
        (
            rf"{_DESK}\bhow\s+much\s+(?:am|are|is)\s+(?:i|we|it|my\s+\w+|the\s+\w+)\s+(?:up|down|worth)\b",
            3,
        ),
        (
            rf"{_DESK}\b(?:worth|value)\b.*\b(?:my|our|the)\s+(?:\w+\s+)?{_BOOK}\b|{_DESK}\b(?:my|our|the)\s+{_BOOK}\s+(?:is\s+|are\s+)?(?:worth|value)\b",
            2.9,
        ),
        (
            rf"^(?!.*\bwheel\b)(?={_DESK}\b(?:making|made|lost|losing|earn(?:ed|ing))\s+(?:any\s+)?money\b)",
            2.75,
        ),
        (
            r"\b(?:status|state|overview|summary|list)\s+of\s+(?:my\s+|the\s+|all\s+|our\s+|open\s+)*(?:positions?|holdings)\b",
            3.1,
        ),
    ),
    "implied_volatility": (
        (rf"^{_ONE_RIGHT}.*{_UNKNOWN_VOL}", 3.6),
        (
            rf"^{_ONE_RIGHT}.*\b(?:solve|back\s*out|infer|invert|imply|implies)\b.*\b(?:vol|volatility|iv)\b",
            3.8,
        ),
    ),
    "option_chance": (
        (
            rf"^(?=.*\d).*\b{_CHANCE}\b.*\b(?:touch\w*|profit\w*|money|itm|otm|assign\w*|expir\w*|below|above|worthless|end\w*|reach\w*|hit\w*)\b",
            3.7,
        ),
        (r"^(?=.*\d).*\bpo[pt]\b", 3.7),
    ),
    "option_price": (
        (
            r"\b(price|value|worth|quote|premium|greeks?|delta|gamma|vega|cost)\b.*\d.*\b(put|call)s?\b",
            2.5,
        ),
        (r"\b(price|value|worth|quote|premium of|greeks? of|cost)\b.*\b(put|call)s?\b", 2),
        (r"\b(put|call)s?\b.*\b(price|value|worth|greeks?)\b", 2),
        (r"\b(put|call)s?\b.*\b(strike|spot|vol|volatility|iv|dte|sigma|expir\w+)\b", 2),
        (r"\b(strike|spot|vol|volatility|iv|dte|sigma)\b.*\b(put|call)s?\b", 2),
        (r"\b(black.?scholes|european|american)\b.*\b(put|call)\b.*\d", 2),
        (r"\d+(\.\d+)?\s*(-\s*)?(put|call)s?\b", 1.5),
        (r"\d+(\.\d+)?[pc]\b", 1.5),
        (r"\bgreeks?\b.*\d[pc]\b", 2.25),
        (r"^(?=.*\d).*\b(?:straddle|strangle|condor|butterfl(?:y|ies)|spread|collar)s?\b", 2.75),
    ),
    "wheel_analysis": (
        (r"\bwheel\s+(strateg\w+|trad\w+|performance|position\w*|cycle\w*|analysis)\b", 3),
        (r"\b(covered\s+calls?|cash.secured\s+puts?)\b", 2.5),
        (r"\bwheel\b", 2),
    ),
    "options_analysis": (
        (r"\boptions?\s+(pric\w+|models?|valuation|analysis|greeks?)\b", 3),
        (r"\b(pric\w+|valu\w+)\s+(models?|of\s+options?|options?)\b", 2.5),
        (
            r"\b(?:review|check|audit|tests?|validate|verify|compare)\b.*\b(?:pric\w+|black.?scholes|implied\s+vol\w*|greeks?|option\w*)\s+(?:\w+\s+)?(?:code|functions?|models?|formulas?|implementation\w*)\b",
            3.4,
        ),
        (r"\b(black.?scholes|binomial|greeks?|implied\s+vol\w*)\b", 2),
        (r"\boptions?\b", 1),
    ),
    "risk_analysis": (
        (r"\brisk\w*\s+(metrics?|analysis|figures?|numbers?|report|exposure)\b", 3),
        (rf"\b(my|our|portfolio|book|positions?)\b.*\b{_GREEK}\b", 2.5),
        (
            rf"\b{_GREEK}\s+of\s+(my|our|the)\s+(\w+\s+)?"
            r"(calls?|puts?|options?|contracts?|book|portfolio|positions?)\b",
            2.5,
        ),
        (rf"\b(?:net|total)\s+{_GREEK}\b|\bhow\s+(?:much|many)\s+{_GREEK}\b", 2.6),
        (
            r"\bam\s+i\s+(?:too\s+|over|very\s+)?\s*(?:long|short|exposed|overexposed|leveraged)\b",
            2.5,
        ),
        (r"\bhow\s+much\s+(\w+\s+)?\w+\s+(i|we)\s+lose\b|\bloss(es)?\b", 2.5),
        (
            r"\b(value.at.risk|expected\s+shortfall|cvar|var|drawdown|(over)?expos(ure|ed)|margin)\b",
            2,
        ),
        (r"\b(current|my|open|our|the)\s+(positions?|book)\b|\bportfolio\b", 1.5),
        (r"\brisk\w*\b", 2),
    ),
}

# What a question of the intent has somewhere in it, as in `code_vocabulary`.
DESK_HINTS: dict[str, tuple[str, ...]] = {
    intent: tuple(words.split())
    for intent, words in {
        "backtest": "back simul sweep grid param delta dte days rule strike wheel strateg put buy beat test",
        "stress": "stress % percent what if impact effect vol scenario worst bad p&l p/l p pnl up down shock bump shift",
        "wheel_candidates": "which what best top good highest most richest fattest ideal optimal candidate suggest recommend "
        "propose pick rank screen scan choose next strike sell write premium income delta",
        "wheel_rolls": "roll clos buy take profit breach",
        "early_assignment": "assign exerc ex-div exdiv ex div",
        "wheel_ledger": "basis ledger reali break premium income cycle collected received earned pay paid average avg",
        "wheel_limits": "headroom limit kelly margin buying",
        "positions": "show list see position holding book portfolio account what which p&l p/l pnl profit p "
        "how money trade",
        "implied_volatility": "vol iv",
        "option_chance": "prob chance odds likel pop pot",
        "option_price": "put call straddle strangle condor butterfl spread collar p c",
    }.items()
}

DESK_SAID: dict[str, str] = {
    "backtest": "backtest",
    "stress": "stress of the book",
    "wheel_candidates": "what to sell",
    "wheel_rolls": "what to roll",
    "early_assignment": "early assignment",
    "wheel_ledger": "ledger of the wheel",
    "wheel_limits": "limits and headroom",
    "positions": "positions and profit",
    "implied_volatility": "implied volatility of an option",
    "option_chance": "chances of an option",
    "option_price": "price an option",
    "wheel_analysis": "wheel strategy analysis",
    "options_analysis": "options pricing analysis",
    "risk_analysis": "risk analysis",
}

# Words whose misspellings are put right before a second look.
DESK_WORDS = tuple(
    "wheel strategy options pricing risk positions portfolio volatility strike exposure backtest "
    "candidates assignment ledger limits headroom stress scenario sweep premium implied".split()
)
