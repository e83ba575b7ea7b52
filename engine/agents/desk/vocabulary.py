"""The words by which a question to the trading desk is known, as data: risk, wheel, backtest, option.

As in `vocabulary`, whose table this opens. A question for the place in the code where a thing is
done, or one that names a file or a name of code, is none of the desk's, whatever its words.
"""

# ruff: noqa: E501 - a pattern is read as one piece

from engine.agents.desk.forms import (
    BOOK,
    CHANCE,
    DESK,
    EXPIRIES,
    FALL,
    GREEK,
    LEAD,
    MARKET,
    OF_STOCK,
    ONE_RIGHT,
    OVER,
    PAST,
    RESULT,
    RIGHTS,
    SELLING,
    STOCK,
    UNKNOWN_VOL,
)
from engine.agents.word_forms import Weighted
from engine.agents.words_of_wheel import WHEEL_INTENTS

DESK_INTENTS: dict[str, Weighted] = {
    "backtest": (
        (
            rf"{DESK}\bvalidat\w+\s+(?:the\s+)?(?:back.?test\w*|{SELLING}|wheel|strateg\w+)\b.*\b(?:against|with|on|to|by)\b",
            4,
        ),
        (
            rf"{DESK}\b(?:optimi[sz]e|tune|vary|scan|try|compare)\s+(?:\w+\s+){{0,2}}?(?:deltas?|dtes?|strikes?|expiries|roll\s+rules?|days)\b",
            4,
        ),
        (
            r"^(?!(?:where|who|which\s+(?:functions?|class(?:es)?|files?|modules?|tests?)|how\s+(?:does|do|is|are)|(?:tests?|callers?)\s+(?:of|for))\b.*\bin\s+(?:the\s+|our\s+|my\s+)?code\b)"
            r"(?!(?:list|show|which|what|any|find)?\s*(?:the\s+)?tests?\s+(?:of|for|cover\w*)\b)(?!(?:find|locate|search(?:\s+for)?|grep|where|who)\b).*\bback.?test\w*",
            4,
        ),
        (rf"{DESK}\b{RESULT}\b.*\b(?:wheel|strateg\w+|{SELLING})\b", 3.6),
        (rf"{DESK}\b(?:wheel|strateg\w+|{SELLING})\b.*\b{RESULT}\b", 3.4),
        (rf"{DESK}\b(?:wheel|{SELLING})\b.*\b{PAST}", 3.4),
        (
            r"^(?:run|try|replay|simulate|test)\s+(?:the\s+|a\s+|my\s+|our\s+)?(?:wheel|put.?writ\w+|strategy)\b(?!\s+(?:analysis|summary|report|overview|code|tests?))",
            3.5,
        ),
        (
            rf"^(?:test|try|simulate|run|replay)\s+{SELLING}",
            3.5,
        ),
        (
            rf"{DESK}\b(?:compare|which|what|find|best)\b.*\b(?:deltas?|dtes?|days\s+to\s+expiry)\b.*\b(?:historically|worked|work(?:s|ed)?\s+best|past|by\s+back.?test\w*)\b",
            4,
        ),
        (r"\bsimulat\w+\s+(the\s+|my\s+|a\s+)?(wheel|strateg\w+|trades?)\b", 4),
        (
            rf"{DESK}\b(?:sweep|grid\s+search)\b.*\b(?:delta|dte|days|param\w*|rules?|wheel|strateg\w+)\b",
            4,
        ),
        (rf"{DESK}\bparam\w*\s+(?:sweep|scan|search|grid)\b", 4),
        (
            rf"{DESK}\b(?:delta|dte|days|rules?|strikes?)\b.*\b(?:have\s+been|historically|in\s+the\s+past|ha(?:s|ve)\s+worked)\b",
            4,
        ),
        (
            rf"{DESK}\bhow\s+(?:would|did|has|had|well\s+did)\b.*\b(?:wheel|strategy|put.?writing|selling\s+puts)\b.*\b(?:done|perform\w*|do|work\w*|return\w*|fared?)\b",
            3.5,
        ),
        (
            rf"{DESK}\b(?:had\s+(?:i|we)|(?:i|we)\s+had)\s+(?:\w+\s+)?(?:sold|written|shorted|wheeled)\b.*\b(?:{RIGHTS}|wheel|premium)\b",
            3.8,
        ),
        (rf"{DESK}\bbuy.and.hold\b", 3.5),
        (
            rf"{DESK}\btest(?:ed)?\s.*\b(?:wheel|strategy)\b.*\b(?:last|past|since|years?|from|20\d\d)\b",
            3.5,
        ),
        (rf"{DESK}\bbeat(?:s|en)?\b.*\b(?:hold\w*|buying|market|index)\b", 3.2),
        (rf"{DESK}\bsweep\b", 2.9),
        (rf"{DESK}\bput.?writ(?:e|ing)\b", 2.75),
        (rf"{DESK}\bequity\s+(?:curve|chart|graph|line)\b", 4),
    ),
    "stress": (
        (
            rf"(?!{ONE_RIGHT}){DESK}\b(?:at|by|on)\s+(?:the\s+)?expir\w+\b.*\bif\b.*\d|(?!{ONE_RIGHT}){DESK}\b(?:what\s+if|if|suppose)\b.*\d.*\b(?:at|by|on)\s+(?:the\s+)?expir\w+|"
            rf"{DESK}\b(?:what\s+if|if|suppose)\s+[a-z]{{1,6}}\s+(?:closes?|ends?|finishe?s?|expires?|settles?|stays?|pins?)\s+(?:at|on|above|below|near)\s+\$?\d",
            3.6,
        ),
        (
            rf"{DESK}\b(?:\d+|an?|one|two|three)\s+(?:more\s+)?(?:trading\s+|business\s+)?(?:days?|weeks?|months?)\s+(?:pass(?:es)?|go(?:es)?\s+by|elapse)\b|"
            rf"{DESK}\b(?:what\s+if|if|when)\s+time\s+pass(?:es)?\b",
            3.2,
        ),
        (
            rf"{DESK}\b(?:interest\s+|risk.?free\s+)?rates?\s+(?:\w+\s+)?(?:{FALL}|up|down|hikes?|cuts?|increases?|decreases?)\b(?!.*\blimits?\b)|"
            rf"{DESK}\d\s*(?:%|bps?|basis\s+points?)\s+(?:interest\s+)?rate\s+(?:{FALL}|hikes?|cuts?|increase|decrease)\b",
            3.2,
        ),
        (rf"{DESK}^(?:if\s+)?(?:the\s+|my\s+)?{STOCK}\s+{FALL}\s+.*\d", 3.2),
        (
            rf"{DESK}\b(?:what\s+if|if|suppose|say)\s+(?:the\s+)?(?:[a-z]{{1,5}}|{STOCK})\s+(?:(?:{FALL}|is|was|were)\s+)?(?:to|at|by|below|above|up|down|=)?\s*\$?\d",
            3.2,
        ),
        (
            rf"{DESK}\b(?:cut|hike|raise|lower|slash)(?:s|es)?\s+(?:interest\s+)?rates?\b.*\d|"
            rf"{DESK}\bwhat\s+if\b.*\b(?:nothing\s+(?:happens|changes|moves)|goes\s+nowhere|stays?|remains?)\b|^{STOCK}\s+[-+]\s*\d",
            3.2,
        ),
        (rf"{DESK}\b(?:my|our|the)\s+worst.case\b|^worst.case$", 3),
        (rf"{DESK}\b{MARKET}\s+(?:plus|minus)\s+\d", 3.3),
        (
            rf"{DESK}\b(?:crash|bear|bull|shock|sell.?off|worst.case|rally|meltdown)\s+scenarios?\b",
            3.2,
        ),
        (
            rf"{DESK}\b(?:p\s*[&/]\s*l|pnl|profit|loss|risk)\s+(?:grid|matrix|table|heat.?map)\b|"
            rf"{DESK}\b(?:grid|matrix|table|heat.?map)\b.*\bspot\b.*\bvol\w*",
            3.6,
        ),
        (
            rf"{DESK}^(?=suppose|assume|imagine|say|if).*\b{MARKET}\b.*\b{FALL}\b(?=.*\d)",
            3.3,
        ),
        (
            rf"{DESK}\b\d+(?:\.\d+)?\s*(?:%|percent|pct|points?|pts?)\s+(?:\w+\s+){{0,2}}?(?:spike|crash|drop|fall|rally|gap|shock|decline|sell.?off|rise|jump|increase|decrease)\b",
            3.2,
        ),
        (
            rf"{DESK}\bstress(?:ed|es|ing)?(?=\s*(?:$|[,:]|tests?\b|testing\b|the\b|my\b|our\b|grid\b|scenarios?\b|{BOOK}\b))",
            3.2,
        ),
        (
            rf"{DESK}\bwhat\s+(?:if|happens|would|will|do)\b.*\b{MARKET}\b.*\b{FALL}\b(?=.*\d)",
            3.3,
        ),
        (rf"{DESK}\bwhat\s+(?:if|happens|would|will)\b.*\d\s*%?\s*(?:\w+\s+)?{FALL}\b", 3.2),
        (
            rf"{DESK}\bwhat\s+(?:if|happens|would|will)\b.*\b{FALL}\b.*\d\s*(?:%|percent|pct|points?|pts?)",
            3.2,
        ),
        (
            rf"{DESK}\b(?:impact|effect)\s+of\b.*\b(?:drop|fall|rise|rally|crash|move|shock|jump|gap|vol\w*)\b",
            3,
        ),
        (
            rf"{DESK}\bvol\w*\s+(?:\w+\s+)?(?:up|down|by)\s+(?:by\s+)?\d+.*\b(?:lose|gain|make|cost|happens|book|positions?)\b",
            3.2,
        ),
        (rf"{DESK}\b(?:scenario|what.if)\s+(?:analysis|grid|table)\b|{DESK}\bscenarios$", 3.2),
        (rf"{DESK}\bworst\s+case\b.*\b(?:my|our|{BOOK}|loss|lose|risk)\b", 3),
        (rf"{DESK}\bwhat\s+if\b.*\b{MARKET}\b.*\b{FALL}\b", 3.2),
        (
            rf"{DESK}^(?=.*\b(?:lose|make|gain|cost|worth|value|p&l|pnl|profit|loss|happens)\b).*\bif\b.*\b{FALL}\b.*\d",
            3.3,
        ),
        (
            rf"{DESK}\b\d+(?:\.\d+)?\s*(?:%|percent)\s+(?:\w+\s+)?(?:crash|drop|fall|move|rally|gap|shock|decline|sell.?off|rise|jump)\b",
            3.2,
        ),
        (rf"^{MARKET}\s+(?:is\s+)?(?:up|down)\s+(?:by\s+)?\d", 2.75),
        (rf"^(?:shock|bump|shift)\s+(?:the\s+)?{MARKET}\b", 3),
        (rf"{DESK}\bhow\s+bad\b.*\b{FALL}\b", 3),
        (
            rf"{DESK}\b(?:p\s*[&/]\s*l|pnl|profit|loss|value|lose)\b.*\b(?:if|when)\b.*\b{MARKET}\b.*\d",
            3.3,
        ),
    ),
    "past_prices": (
        (
            rf"{DESK}^(?!.*\b(?:wheel|strateg\w+|back.?test\w*|{SELLING})\b).*\bdraw.?downs?\b",
            3.5,
        ),
        (rf"{DESK}\bcorrelat(?:ions?|ed|es?)\b", 3.5),
        (
            rf"{DESK}\bhow\s+(?:deep(?:ly)?|far|much)\s+(?:did|has|have)\s+(?!(?:i|we|it)\b)(?:the\s+|my\s+)?(?:[a-z.]{{1,6}}|{STOCK}|stocks?)\s+(?:fall(?:en)?|drop(?:ped)?|declined?)\b(?!.*\bif\b)",
            3.5,
        ),
        (
            rf"{DESK}\b(?:my|our|{BOOK}|{STOCK}|stocks?|shares)(?:['’]?s)?\s+betas?\b|{DESK}\bbeta.weighted\b|"
            rf"{DESK}\bbetas?\s+(?:of|for|against|versus|vs|to|with)\b",
            3.5,
        ),
        (
            rf"{DESK}^(?!.*\b(?:wheel|strateg\w+|back.?test\w*|{SELLING})\b).*"
            rf"(?:^(?:(?:what|is|are|was|show|the)\s+)*sharpes?(?:\s+ratios?)?{OVER}|\bsharpes?(?:\s+ratios?)?\s+(?:of|for)\s+{OF_STOCK}{OVER}|^(?:what\s+(?:is|was)\s+)?(?:my|our|{STOCK}|[a-z.]{{1,5}}['’]s)(?:['’]?s)?\s+sharpe(?:\s+ratio)?{OVER})",
            3.5,
        ),
        (
            rf"{DESK}^(?!.*\b(?:implied|iv|smiles?|skews?|surface|ranks?|percentiles?|{RIGHTS}|{FALL}|up|down)\b).*"
            rf"(?:\b(?:vol(?:atility)?|volatilities|hv)\s+(?:of|for|in)\s+{OF_STOCK}{OVER}|\b(?:reali[sz]ed|historical)\s+vol(?:atility)?\s+{OF_STOCK}{OVER}|^(?:is|was|are|were)\s+{OF_STOCK}\s+(?:\w+\s+)?volatile{OVER}|\bhow\s+volatile\s+(?:is|are|was|were|has|have)\s+{OF_STOCK}{OVER}|"
            rf"^(?:(?:what\s+is|show|the|my|our|{STOCK}|[a-z.]{{1,5}}['’]s)\s+)*(?:reali[sz]ed|historical)\s+vol(?:atility)?{OVER}|"
            rf"^(?:what\s+is\s+)?(?:{STOCK}|[a-z.]{{1,5}}['’]s)(?:['’]?s)?\s+vol(?:atility)?{OVER}|\bmost\s+volatile\b.*\b(?:stocks?|holdings?|positions?)\b|\b(?:stocks?|holdings?)\b.*\bmost\s+volatile\b)",
            3.6,
        ),
    ),
    **WHEEL_INTENTS,
    "positions": (
        (rf"{DESK}(?:{EXPIRIES})", 3.7),
        (
            rf"{DESK}\b(?:iv|implied\s+vol\w*|vol(?:atility)?s?)\s+of\s+(?:(?:my|our|all|the|open|short|long)\s+)*(?:{RIGHTS}|positions?)$|"
            rf"{DESK}\b(?:iv|implied\s+vol\w*|vol(?:atility)?s?)\s+of\s+(?:my|our)\s+(?:short\s+|long\s+)?(?:[\d.]+\s+)?{RIGHTS}$",
            4.3,
        ),
        (
            rf"{DESK}\b(?:annuali[sz]ed\s+)?(?:return|yield)s?\s+(?:of|on|from)\s+(?:(?:my|our|open|short|current|covered|cash.secured)\s+)+(?:[\d.]+\s+)?{RIGHTS}\b",
            3.9,
        ),
        (
            r"^(?:show|list|see|view|print|display)\s+(?:me\s+)?(?:every|each|all|the)\s+(?:open\s+)?(?:option\s+)?positions?$",
            3.2,
        ),
        (
            rf"^{LEAD}(?:option\s+|stock\s+|short\s+|long\s+|open\s+)*(?:positions|holdings)(?:\s+(?:with|and|by|per|sorted|expiring|in)\b[^<]*)?$(?<!limits)",
            3.1,
        ),
        (
            rf"{DESK}\b(?:open|short|long)\s+(?:\w+\s+)?(?:puts?|calls?|options?|contracts?|shares|trades)\b(?=.*\b(?:expir\w*|open|with)\b)(?!.*\d\s*%)|{DESK}\b(?:any|are\s+there)\s+(?:\w+\s+)?(?:short|long)\s+(?:puts?|calls?)\s+open\b",
            3,
        ),
        (
            rf"{DESK}\bhow\s+many\s+(?:\w+\s+)?(?:shares|stocks?|contracts?|puts?|calls?|options?|positions?)\b.*\b(?:i|we)\s+(?:own|hold|have|short|long|got)\b|{DESK}\bhow\s+many\b.*\bam\s+i\s+(?:short|long)\b",
            3.2,
        ),
        (
            rf"{DESK}\bwhat\s+is\s+(?:currently\s+|still\s+)?(?:in|on)\s+(?:my|our|the)\s+(?:\w+\s+)?{BOOK}\b",
            3,
        ),
        (
            rf"{DESK}\bwhat\s+(?:have|do|did)\s+(?:i|we)\s+(?:got|have)(?:\s+(?:on|open|in\s+the\s+\w+|right|at\s+the\s+moment))?$",
            3,
        ),
        (
            rf"^(?:(?:show|list|see|get|view|print|display|all|my|our|the|current|currently|open|me|of|what|which|is|are)\s+)*(?:positions?|open\s+trades|{BOOK})$",
            3.2,
        ),
        (
            rf"{DESK}\bwhat\s+(?:do|am|are|have)\s+(?:i|we)\s+(?:currently\s+|still\s+)?(?:hold(?:ing)?|own|short|long|got\s+open|have\s+(?:on|open))\b",
            3,
        ),
        (
            rf"{DESK}\b(?:which|what)\s+(?:\w+\s+)?(?:{RIGHTS}|positions?|shares|trades)\s+(?:do|am|have|are)\s+(?:i\b|we\b|still\b|open\b).*",
            2.9,
        ),
        (rf"{DESK}(?:\bp\s*[&/]\s*l\b|\bpnl\b|\bprofit\s+and\s+loss\b)", 2.9),
        (r"^how\s+am\s+i\s+doing\b", 3.2),
        (
            r"^(?:(?:show|list|see|what|which|are|all)\s+)*(?:(?:my|our|open|short|long)\s+)+(?:puts?|calls?|options?|contracts?|shares|trades)$",
            3.2,
        ),
        (
            rf"{DESK}\bhow\s+much\s+(?:am|are|is)\s+(?:i|we|it|my\s+\w+|the\s+\w+)\s+(?:up|down|worth)\b",
            3,
        ),
        (
            rf"{DESK}\b(?:worth|value)\b.*\b(?:my|our|the)\s+(?:\w+\s+)?{BOOK}\b|{DESK}\b(?:my|our|the)\s+{BOOK}\s+(?:is\s+|are\s+)?(?:worth|value)\b",
            2.9,
        ),
        (
            rf"{DESK}^(?!.*\bwheel\b).*\b(?:making|made|lost|losing|earn(?:ed|ing))\s+(?:any\s+)?money\b",
            2.75,
        ),
        (
            r"\b(?:status|state|overview|summary|list)\s+of\s+(?:my\s+|the\s+|all\s+|our\s+|open\s+)*(?:positions?|holdings)\b",
            3.1,
        ),
    ),
    "implied_volatility": (
        (rf"^{ONE_RIGHT}.*{UNKNOWN_VOL}", 3.6),
        (
            rf"^{ONE_RIGHT}.*\b(?:solve|back\s*out|infer|invert|imply|implies)\b.*\b(?:vol|volatility|iv)\b",
            3.8,
        ),
    ),
    "option_chance": (
        (
            rf"^(?=.*\d).*\b{CHANCE}\b\s+(?:of|for|that|on|with|in)\b.*(?:\b(?:put|call)s?\b|\d[pc]\b)",
            3.7,
        ),
        (
            rf"^(?=.*\d).*\b{CHANCE}\b.*\b(?:touch\w*|profit\w*|money|itm|otm|assign\w*|expir\w*|below|above|worthless|end\w*|reach\w*|hit\w*)\b",
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
        (rf"{DESK}\bwheel\b.*\bstands?$", 3),
        (r"\bwheel\s+(strateg\w+|trad\w+|performance|position\w*|cycle\w*|analysis)\b", 3),
        (r"\b(covered\s+calls?|cash.secured\s+puts?)\b", 2.5),
        (r"\bwheel\b", 2),
    ),
    "options_analysis": (
        (r"\boptions?\s+(pric\w+|models?|valuation|analysis|greeks?)\b", 3),
        (r"\b(pric\w+|valu\w+)\s+(models?|of\s+options?|options?)\b", 2.5),
        (
            r"\b(?:review|check|audit|tests?|validate|verify|compare|are|is)\b.*\b(?:pric\w+|black.?scholes|implied\s+vol\w*|greeks?|option\w*)\s+(?:\w+\s+)?(?:code|functions?|models?|formulas?|implementation\w*)\b",
            3.4,
        ),
        (r"\b(black.?scholes|binomial|greeks?|implied\s+vol\w*)\b", 2),
        (
            rf"{DESK}\boptions?\b(?!\s+(?:of|for|to)\s+(?:the\s+)?(?:\w+\s+)?(?:command|tool|script|program)\b)",
            1,
        ),
    ),
    "risk_analysis": (
        (
            rf"{DESK}\b(?:sectors?|industr(?:y|ies)|gics)\b.*\b(?:expos\w*|allocat\w*|breakdown|weights?|concentrat\w*|divers\w*|risk\w*|mix|split|i|we|my|our|{BOOK})\b|"
            rf"{DESK}\b(?:expos\w*|allocat\w*|breakdown|concentrat\w*|divers\w*|risk\w*|my|our|{BOOK})\b.*\b(?:sectors?|industr(?:y|ies)|gics)\b",
            3.6,
        ),
        (
            rf"{DESK}\b(?:what|how\s+much)\s+(?:can|could|might)\s+(?:i|we)\s+lose\b(?!.*\bif\b)|"
            rf"{DESK}^(?:(?:what|is|are|the|my|our|show|net|total|portfolio|book|current)\s+)*{GREEK}(?:\s+(?:per\s+day|a\s+day|exposure|today|of\s+(?:(?:the|my|our)\s+)?(?!(?:an?|one)\b)[a-z]{{1,9}}))?$",
            3.1,
        ),
        (
            rf"{DESK}\b{GREEK}(?:\s+and\s+{GREEK})?\s+(?:of|for|in|on)\s+(?:everything|each|all|every)\b",
            3,
        ),
        (rf"{DESK}\b(?:daily|time|overnight)\s+decay\b|{DESK}\bworst\s+loss\b", 3.1),
        (r"\brisk\w*\s+(metrics?|analysis|figures?|numbers?|report|exposure)\b", 3),
        (rf"\b(my|our|portfolio|book|positions?)\b.*\b{GREEK}\b", 2.5),
        (
            rf"\b{GREEK}\s+of\s+(?:(?:each|all|every|any)\s+(?:of\s+)?)?(my|our|the|open)\s+(\w+\s+)?"
            r"(calls?|puts?|options?|contracts?|book|portfolio|positions?)\b",
            2.5,
        ),
        (rf"\b(?:net|total)\s+{GREEK}\b|\bhow\s+(?:much|many)\s+{GREEK}\b", 2.6),
        (
            r"\bam\s+i\s+(?:too\s+|over|very\s+)?\s*(?:long|short|exposed|overexposed|leveraged)\b",
            2.5,
        ),
        (r"\bhow\s+much\s+(\w+\s+)?\w+\s+(i|we)\s+lose\b|\bloss(es)?\b", 2.5),
        (
            rf"{DESK}\b(value.at.risk|expected\s+shortfall|cvar|var|drawdown|(over)?expos(ure|ed)|margin)\b",
            2,
        ),
        (r"\b(current|my|open|our|the)\s+(positions?|book)\b|\bportfolio\b", 1.5),
        (r"\brisk\w*\b", 2),
    ),
    "payoff": (
        (
            rf"(?!{ONE_RIGHT}){DESK}\b(?:max(?:imum|imal)?|greatest|largest|biggest)\s+(?:possible\s+|potential\s+)?(?:loss|profit|gain)\b(?!.*\b(?:days?|week|month|tomorrow|var|confidence|%)\b)|"
            rf"(?!{ONE_RIGHT}){DESK}\b(?:most|max)\s+(?:that\s+)?(?:i|we)\s+(?:can|could)\s+(?:lose|make|gain|earn)\b(?!.*\b(?:days?|week|month|tomorrow|%))|"
            rf"(?!{ONE_RIGHT}){DESK}\b(?:lose|gain|make|earn)\s+at\s+most$",
            3.4,
        ),
        (rf"(?!{ONE_RIGHT}){DESK}\bpay.?offs?\b", 3.2),
        (
            rf"(?!{ONE_RIGHT}){DESK}\b(?:p\s*[&/]\s*l|pnl|profit(?:s|\s*(?:and|&|/|or)\s*loss)?|gains?)\s+(?:diagram|curve|graph|chart|profile|plot)s?\b",
            4,
        ),
        (
            rf"(?!{ONE_RIGHT}){DESK}\b(?:draw|plot|chart|graph)\b.*\b(?:p\s*[&/]\s*l|pnl|profit|gains?)\b",
            4,
        ),
    ),
    "smile": (
        (
            rf"{DESK}\b(?:vol(?:atility|atilities|s)?|iv|implied)\s+(?:smiles?|skews?|smirks?|surface|term\s+structure)\b",
            4,
        ),
        (rf"{DESK}\b(?:smile|skew)\b", 3.2),
        (rf"{DESK}\b(?:draw|plot|chart|graph)\b.*\bimplied\s+vol\w*\b", 3.4),
    ),
}

# What a question of the intent has somewhere in it, as in `code_vocabulary`; "_" is a blank.
DESK_HINTS: dict[str, tuple[str, ...]] = {
    intent: tuple(hint.replace("_", " ") for hint in words.split())
    for intent, words in {
        "backtest": "validat back simul equit sweep grid param delta dte days rule strike wheel strateg put buy beat test sell writ csp covered",
        "stress": "pass elapse go nothing where stay rate worst _u_ unity spot stock underlying market plus minus stress % percent pct pts pt_ table heat when crash grid suppose assume imagine say point matrix what if impact effect vol scenario worst bad p&l p/l p pnl up down shock bump shift",
        "past_prices": "draw correlat beta how sharpe vol hv",
        "wheel_candidates": "many which what best top good highest most richest fattest ideal optimal candidate suggest recommend idea pick screen scan opportunit yield return near "
        "propose pick rank screen scan choose next strike sell write premium income delta",
        "wheel_rolls": "should could can do roll clos buy take taking profit breach trigger",
        "early_assignment": "dividend assign exerc ex-div exdiv ex div called",
        "wheel_ledger": "dividend basis ledger reali break premium income cycle collected received earned pay paid average avg assign called trad money earn made p&l p/l pnl profit",
        "wheel_limits": "headroom limit kelly margin buying breach violat collateral siz too",
        "positions": "expir iv vol return yield show list see position holding book portfolio account what which p&l p/l pnl profit p "
        "how money trade short long open my our",
        "implied_volatility": "vol iv",
        "option_chance": "prob chance odds likel pop pot",
        "wheel_analysis": "wheel covered cash",
        "options_analysis": "option pric valu black binom greek implied",
        "risk_analysis": "sector industr gics risk delta gamma vega theta rho greek decay lose loss value expected cvar var draw "
        "expos margin position book portfolio am",
        "option_price": "put call straddle strangle condor butterfl spread collar p c",
        "payoff": "pay max great larg big most diagram curve graph chart profile plot draw",
        "smile": "smil skew smirk surface structure draw plot chart graph",
    }.items()
}

DESK_SAID: dict[str, str] = {
    "backtest": "backtest",
    "stress": "stress of the book",
    "past_prices": "what past closes tell",
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
    "payoff": "payoff of the positions",
    "smile": "volatility smile",
}

# Words whose misspellings are put right before a second look.
DESK_WORDS = tuple(
    "wheel strategy options pricing risk positions portfolio volatility strike exposure backtest "
    "candidates assignment ledger triggers targets collateral contracts dividend margin realised realized shortfall drawdown assigned limits headroom stress scenario sweep premium implied payoff smile".split()
)
