"""The words by which a question about running the wheel is known, as data: what to sell and to roll,
assignment, the ledger, the limits. A part of `desk_vocabulary`.
"""

# ruff: noqa: E501 - a pattern is read as one piece

from engine.agents.desk.forms import DESK, LEAD, MINE, RIGHTS
from engine.agents.word_forms import Weighted

WHEEL_INTENTS: dict[str, Weighted] = {
    "wheel_candidates": (
        (
            rf"{DESK}\bhow\s+many\s+(?!.*\blimits?\b)(?:\w+\s+)?(?:contracts?|puts?|calls?)\s+(?:should|can|could|may|to)\s+(?:i\s+|we\s+)?(?:sell|write)\b",
            3.4,
        ),
        (
            rf"{DESK}\b(?:covered\s+calls?|csps?|cash.secured\s+puts?|puts?|calls?|trades?|strikes?|wheel|premium)\s+(?:ideas?|candidates?|picks|suggestions?|opportunit\w+|setups?|screener?|scan)\b",
            3.3,
        ),
        (
            rf"{DESK}^(?!.*\bspot\b)(?=.*\b(?:puts?|calls?|csps?|strikes?)\b).*\b(?:premium\s+yield|(?<!dividend )yield|annuali[sz]ed\s+(?:return|yield)|return\s+on\s+(?:collateral|capital|margin))\b",
            3.6,
        ),
        (
            rf"{DESK}\b(?:strikes?|puts?|calls?)\s+(?:[\w.]+\s+)?(?:near|around|at|with|for|of|under|below|closest\s+to)\s+(?:an?\s+|the\s+)?\.?\d[\d.]*\s*-?\s*delta\b(?!.*\bspot\b)",
            3.1,
        ),
        (rf"{DESK}\b\.?\d+\s*-?\s*delta\s+\w+\s+(?:puts?|calls?)\b(?!.*\bspot\b)", 3),
        (
            rf"{DESK}\b(?:most|more|best|richest)\s+premium\b|^(?:suggest|recommend|propose|pick)\s+(?:me\s+)?(?:an?\s+|some\s+)?(?:puts?|calls?|trades?|strikes?)\b",
            3.1,
        ),
        (
            rf"{DESK}\b(?:which|what)\s+(?:\w+\s+){{0,3}}?{RIGHTS}\b.*\b(?:sell|write|best|pick|choose)\b",
            3.1,
        ),
        (
            rf"{DESK}\bwhat\s+(?:\w+\s+){{0,2}}?(?:to|can|could|should|would)\s+(?:i\s+|we\s+|you\s+)?(?:sell|write)\b",
            3.1,
        ),
        (
            rf"{DESK}\b(?:best|top|good|ideal|optimal)\s+(?:[\w.-]+\s+){{0,3}}?(?:strikes?|puts?|calls?|csps?)\b",
            3,
        ),
        (
            rf"{DESK}\b(?:put|call|strike|wheel|trade|option|csp)s?\s+candidates?\b|^candidates?\b|\bcandidates?\s+(?:for|to)\b.*\b(?:sell|wheel|puts?|calls?)\b",
            3.2,
        ),
        (
            rf"{DESK}(?<!\w)(?<!wheel )(?:suggest|recommend|propose|pick|rank|screen|scan|choose)\s+(?:\w+\s+){{0,4}}?(?:{RIGHTS}|trades?)\b",
            3,
        ),
        (
            rf"{DESK}\bnext\s+(?:wheel\s+)?trade\b|{DESK}\b(?:puts?|calls?)\s+to\s+(?:sell|write)\b",
            3,
        ),
        (
            rf"{DESK}\bstrike\s+selection\b|{DESK}\b(?:which|what)\s+strikes?\b(?!.*\bspot\b)",
            2.75,
        ),
        (
            rf"{DESK}\b(?:best|highest|most|top|richest|fattest)\s+(?:[\w.-]+\s+){{0,2}}?(?:premiums?|yield\w*)\b",
            3,
        ),
        (rf"{DESK}\b(?:sell|write)\s+(?:\w+\s+){{0,3}}?(?:puts?|calls?|csps?)\b", 2.5),
        (
            rf"{DESK}\b(?:premiums?|income)\b.*\b(?:can|could|would|should)\s+(?:i|we)\s+(?:collect|get|earn|make|take)\b",
            3.1,
        ),
        (rf"{DESK}\b\.?\d+\s*-?\s*delta\s+(?:puts?|calls?)\b(?!.*\bspot\b)", 3),
        (
            rf"{DESK}\b(?:puts?|calls?)\b.*\bsell\b|{DESK}\bsell\b.*\b(?:puts?|calls?|delta)\b",
            1.75,
        ),
    ),
    "wheel_rolls": (
        (
            rf"{DESK}\bwhat\s+(?:should|can|do|could)\s+(?:i|we)\s+do\s+(?:with|about)\s+(?:my|our|the)\s+.*\b{RIGHTS}\b",
            3.3,
        ),
        (
            rf"{DESK}\b(?:needs?|need|due\s+for|worth|requires?|ready\s+for)\s+(?:a\s+)?roll(?:ing|s)?\b|{DESK}\broll\s+(?:out|down|up|forward)\b",
            3.2,
        ),
        (
            rf"{DESK}\broll\w*\s+(?:\w+\s+)?(?:candidates?|advice|ideas?|suggestions?|rules?|triggers?|list)\b",
            3.35,
        ),
        (
            rf"{DESK}\b(?:hit|reached|met|past|at)\b.*\b(?:profit|delta|dte)\s+(?:targets?|triggers?|thresholds?)\b",
            3.2,
        ),
        (rf"{DESK}\btak(?:e|ing)\s+profits?\b", 3.2),
        (
            rf"{DESK}\b(?:should|must|needs?\s+to|have\s+to|when|time|want|can|could|do)\b.*\broll(?:ed|ing)?\b",
            3.1,
        ),
        (
            rf"{DESK}\broll\s+(?:decisions?|rules?|triggers?|criteria|signals?|candidates?|check|status|advice|list|recommendations?)\b",
            3.1,
        ),
        (
            r"^(?:(?:show|list|any|my|the|check)\s+)*(?:rolls?|rolling|roll\s+(?:my|the|it)\b.*)$",
            3.1,
        ),
        (
            rf"{DESK}\b(?:close|closed|buy\s+back|buy\s+to\s+close|take\s+profits?)\b.*\b(?:puts?|calls?|shorts?|options?|contracts?)\b",
            3,
        ),
        (rf"{DESK}\b(?:anything|something|what|which)\s+to\s+roll\b", 3.1),
        (rf"{DESK}\b(?:shorts?|puts?|calls?|options?)\b.*\bbuy\s+back\b", 3),
        (rf"{DESK}\broll\s+or\b|{DESK}\bor\s+roll\b|{DESK}\btake\s+(?:my\s+)?profits?\b", 3),
        (rf"{DESK}\bprofit\s+targets?\b|\bdelta\s+breach\w*\b", 2.9),
    ),
    "early_assignment": (
        (
            rf"{DESK}^(?:(?:what|which|when|are|is|the|any|upcoming|coming|next|future|list|show|my|announced)\s+)*(?:ex.?)?div(?:idends?)?(?:\s+(?:dates?|days?|are|is|coming|due|next|announced|ahead|up|soon|calendar|schedule))*$",
            3.3,
        ),
        (rf"{DESK}^(?!.*\b(?:was|were|been|got)\b).*\bcalled\s+away\b", 3),
        (rf"{DESK}\b(?:next|upcoming|coming|any)\s+ex.?(?:div\w*\s+)?dates?\b", 3.1),
        (
            rf"{DESK}\b(?:if|when|were|get|are)\b.*\bassigned\b.*\b(?:all|every)\b|{DESK}\b(?:all|every)\b.*\bassigned\b",
            3.2,
        ),
        (
            rf"{DESK}^(?!.*\d).*\bdividends?\b.*\b(?:risk|calls?|assign\w*|exercis\w*)\b|"
            rf"{DESK}^(?!.*\d).*\b(?:risk|calls?|assign\w*|exercis\w*|called\s+away)\b.*\b(?:ex.?)?div(?:idends?)?\b",
            3.2,
        ),
        (
            rf"{DESK}\b(?:will|could|can|might|may|going\s+to|risk|chance)\b.*\b(?:called\s+away|exercised)\b",
            3.2,
        ),
        (rf"{DESK}\bassign(?:ed|ments?)\b", 2.9),
        (
            rf"{DESK}\bearly\s+(?:exercised?|assign\w*)\b|{DESK}\bexercised\b.*\b(?:early|dividend|before)\b|{DESK}\bex.?div\w*\b",
            3.1,
        ),
    ),
    "wheel_ledger": (
        (
            rf"{DESK}\b(?:did|have|has)\s+(?:i|we|u|it)\s+(?:\w+\s+)?(?:receive|received|get|got|collect|collected|earn|earned|paid?)\b.*\bdividends?\b|{DESK}\bdividends?\s+(?:(?:have|did)\s+)?(?:(?:i|we)\s+)?(?:have\s+)?(?:received?|collected|earned|so\s+far)\b",
            3.5,
        ),
        (
            rf"{DESK}\b(?:my|our)\s+(?:(?:last|latest|current|previous|wheel|open|closed)\s+)*cycles?\b|{DESK}\b(?:last|latest|current|previous)\s+(?:wheel\s+)?cycle\b.*\b(?:do|did|done|go|went|made?|earn\w*|perform\w*|return\w*|profit\w*)\b|"
            rf"{DESK}\b(?:profit|result|gain|loss|premium|income|return)s?\s+(?:of|in|from)\s+(?:the|my|our|this)\s+(?:\w+\s+)?cycle\b",
            3.4,
        ),
        (r"^(?:(?:show|list|see|view|my|our|the|all|me)\s+)*trades$", 3.3),
        (
            rf"{DESK}\b(?:was|were|been|got|how\s+(?:many\s+times|often)|past|previous|history\s+of)\b.*\b(?:assign(?:ed|ments?)|called\s+away)\b",
            3.3,
        ),
        (
            rf"{DESK}\b(?:un)?reali[sz]ed\s+(?:p\s*[&/]\s*l|pnl|profits?|loss(?:es)?|gains?|results?)\b",
            3.3,
        ),
        (
            rf"{DESK}\btrad(?:e|es|ing)\s+(?:history|log|journal|record)\b|{DESK}\b(?:past|closed|previous|old|finished)\s+(?:\w+\s+)?trades\b",
            3.3,
        ),
        (
            rf"{DESK}\b(?:premium|option|wheel)\s+income\b|{DESK}\bincome\s+(?:from|so\s+far|this|per)\b",
            3.2,
        ),
        (
            rf"{DESK}\b(?:money|profit|much)\s+(?:have|did|has|had)\s+(?:i|we|it|the\s+wheel)\s+(?:really\s+)?(?:made?|earn(?:ed)?|lost|lose|got|taken?)\b(?!.*\bif\b)",
            3.3,
        ),
        (
            rf"{DESK}\bwhat\s+(?:did|have|has)\s+(?:i|we|the\s+wheel)\s+(?:made?|earn(?:ed)?)\b",
            3.3,
        ),
        (
            rf"{DESK}\b(?:p\s*[&/]\s*l|pnl|profit\s+and\s+loss)\s+(?:so\s+far|to\s+date|ytd|since|this\s+(?:year|month))\b",
            3.3,
        ),
        (rf"{DESK}\b(?:my|our)\s+break.?even\b", 3.1),
        (
            rf"{DESK}\b(?:cost|adjusted|net|true|tax)\s+basis\b|{DESK}\bbasis\s+(?:on|of|for|in|after|per)\b|{DESK}\bmy\s+basis\b",
            3,
        ),
        (rf"{DESK}\bledger\b", 3),
        (
            rf"{DESK}\b(?:did|have)\s+(?:i|we)\s+(?:pay|paid)\b|{DESK}\b(?:average|avg)\s+(?:cost|price\s+paid)\b",
            2.9,
        ),
        (rf"{DESK}\b(?:un)?reali[sz]ed\b", 2.8),
        (
            rf"{DESK}\bbreak.?evens?\b(?:\s+\w+){{0,2}}\s+(?:of|on|for)\s+(?:my|our|the)\b|{DESK}\bmy\s+break.?evens?\b",
            3,
        ),
        (
            rf"{DESK}\b(?:premiums?|income)\b.*\b(?:collected|received|taken\s+in|earned|made)\b|{DESK}\b(?:collected|received|earned)\b.*\bpremiums?\b",
            3,
        ),
        (rf"{DESK}\bwheel\s+cycles?\b|{DESK}\bcycle\s+table\b", 3.4),
    ),
    "wheel_limits": (
        (
            rf"{DESK}^(?=.*\b{MINE}\b).*\blimits?\b|{DESK}\b(?:is|are|was|any|which|what|how)\b.*\blimits?\b.*\b(?:i|we|hit|reached|left)\b",
            2.9,
        ),
        (r"^(?:what|which)\s+limits?\s+(?:do|are|have|did)\s+(?:i|we|there|on)\b", 3.4),
        (rf"^{LEAD}limits?\b(?!\s+orders?\b)[\w\s]{{0,12}}$", 3),
        (
            rf"{DESK}\b(?:room|space|slack|far|much|close|near|distance)\b.*\b(?:from|until|to|till|under|before|within)\b.*\blimits?\b",
            3.2,
        ),
        (rf"{DESK}\b(?:breach(?:ing|ed|es)?|violat(?:ing|ed|es))\b(?!.*\b(?:delta|roll)\b)", 2.75),
        (
            rf"{DESK}^(?=.*\b(?:use[ds]?|using|usage|utili[sz]\w+|free|available|left|remaining|requir\w+|tied|locked|too|enough|call|headroom)\b).*\b(?:margin|collateral|buying\s+power)\b",
            3,
        ),
        (
            rf"{DESK}\b(?:position|trade|bet)\s+siz(?:e|es|ing)\b|{DESK}\bsize\s+of\s+(?:my|our|each|the)\s+(?:\w+\s+)?(?:positions?|trades?)\b|{DESK}\bpositions?\b.*\btoo\s+(?:big|large)\b",
            3,
        ),
        (
            rf"{DESK}^(?=.*\b(?:big|large|much|many|size|allow\w*|next|fraction|criterion|optimal|bet)\b).*\bkelly\b",
            3.4,
        ),
        (rf"{DESK}\bheadroom\b", 3.4),
        (rf"^{LEAD}margin(?:\s+now)?$", 3.3),
        (
            r"^(?:(?:show|list|check|see|my|our|the|all|risk|position|margin|delta|current|wheel)\s+)*limits?(?:\s+(?:check|status|usage|breach\w*))?$",
            3.3,
        ),
        (
            rf"{DESK}\blimits?\b.*\b(?:breach\w*|exceed\w*|broken|violat\w*|hit|reached|left)\b|"
            rf"{DESK}\b(?:breach\w*|exceed\w*|break(?:ing)?|violat\w*|within|over|close|near)\b.*\blimits?\b",
            3.1,
        ),
        (
            rf"{DESK}\b(?:positions?|size|risk|delta|gamma|vega|theta|margin|var|cvar|exposure)\s+limits?\b",
            3.1,
        ),
        (rf"{DESK}\bkelly\b", 2.75),
        (
            rf"{DESK}\bmargin\s+(?:usage|used|left|requirement\w*|(?:of|for|on)\s+(?:my|our))\b|{DESK}\bbuying\s+power\b",
            2.75,
        ),
    ),
}
