"""What the patterns of the desk's questions are made of: who asks, what is held, what is sold, when."""

# ruff: noqa: E501 - a pattern is read as one piece

# Stands in a pattern that is tried only on what `OF_DESK` lets pass; for a pattern it is a comment.
DESK = "(?#desk)"
# Not searched for, not asked of the code.
OF_DESK = (
    r"^(?!(?:find(?!\s+(?:me|the\s+best|(?:[\w.]+\s+){0,3}(?:puts|strikes|trades|candidates|csps))\b)|search|grep|rg|ripgrep|locate|"
    r"where(?!\s+(?:am\s+i|do\s+we|do(?:es)?\s+(?:my|our|the)\s+\w+(?:\s+\w+)?)\s+stand)|who|look\s+for|"
    r"(?:which|what|any|list|show)\s+(?:the\s+)?tests?\s+(?:cover|of|for)|tests?\s+(?:of|for|cover\w*))\b)"
    r"(?!.*(?:<|\b(?:code|functions?|class(?:es)?|modules?|files?|implement\w*|(?<!^)comput(?:es?|ed)|calculated|defined|"
    r"loaded|enforced|handled|stored|parsed|checked|configured|repo(?:sitory)?|from\s+the\s+config|"
    # of software, and of the machine
    r"api|rate\s+limits?|queues?|caches?|css|html|schemas?|threads?|buffers?|memory|cpu|disk|engine|commits?|a\s+change|"
    r"pars(?:er|ing)|command.?line|config\s+options|servers?|my\s+tests)\b))"
)
BOOK = r"(?:book|portfolio|positions?|holdings|account)"
RIGHTS = r"(?:puts?|calls?|csps?|strikes?|options?|contracts?)"
FALL = (
    r"(?:drop|fall|crash|move|jump|gap|tank|plunge|sink|decline|rall(?:y|ies)|rise|climb|shock|spike|collapse|"
    r"goes|go|double|halve|lose|gain|surge|hit|reach|slump|soar|tumble|slide|triple)(?:s|es|ing|ed|d)?"
)
MARKET = rf"(?:u|unity|spot|stock|shares?|underlying|market|price|vol\w*|iv|everything|i|we|{BOOK})"
STOCK = r"(?:u|unity|spot|stock|underlying|market)"
GREEK = r"(?:delta|gamma|vega|theta|rho|greeks?)"
CHANCE = r"(?:probabilit(?:y|ies)|chances?|odds|likelihood|likely|prob)"
# A volatility that is asked for: no number stands beside it.
UNKNOWN_VOL = r"(?<![\d%]\s)(?<![\d%])\b(?:implied\s+vol(?:atility)?|vol(?:atility)?|iv)\b(?!\s*(?:of|is|at|=|:)?\s*\$?\.?\d)"
# Selling options, by whatever name.
SELLING = (
    r"(?:(?:selling|writing|shorting)\s+(?:[\w.]+\s+){0,3}?(?:puts?|calls?|options?|premium|csps?|strangles?)|"
    r"(?:put|call|option|premium)\s+(?:selling|writing)|put.?writ\w+|cash.secured\s+puts?|csps?|covered\s+calls?)"
)
RESULT = (
    r"(?:sharpe|sortino|cagr|draw.?downs?|win\s+rate|assignment\s+rate|track\s+record|equity\s+curve|"
    r"(?:historical|past|yearly|annual)\s+(?:performance|returns?|results?)|historical\w*)"
)
# A past to run through: "since 2019", "between 2015 and 2018", "over the last five years".
PAST = (
    r"(?:(?:since|from|between|during|in|over|for|until|through|after|before)\s+(?:the\s+)?(?:19|20)\d\d\b|"
    r"(?:last|past)\s+(?:few\s+|\w+\s+)?(?:years?|decades?))"
)
# Who asks of the own book, and a word for what lies in it.
MINE = rf"(?:i|we|my|our|me|us|{BOOK})"
LEAD = (
    r"(?:(?:show|list|see|get|view|print|display|check|all|my|our|the|every|each|any|current|currently|open|me|of|what|which|is|are|how|"
    r"much|many|do|does|i|we|have|am|there|full|total|overall)\s+)*"
)
ONE_RIGHT = r"(?=.*\d)(?=.*(?:\b(?:put|call)s?\b|\d[pc]\b))"
# When what is held expires, not what could be sold.
EXPIRIES = (
    rf"\b(?:when|how\s+(?:long|soon|many\s+days))\b.*\b(?:{RIGHTS}|positions?)\b.*\bexpir\w+|\bwhen\b.*\b(?:next|my|our)\s+(?:\w+\s+)?expir\w+|"
    rf"\b(?:which|what|any|how\s+many)\b(?:\s+(?:of\s+)?(?:my|our|the))?(?:\s+(?:short|long|open))?(?:\s+(?:{RIGHTS}|positions?))?\s+(?:(?:do|are|will|is|that)\s+)?(?:expires?|expiring)\b|"
    rf"\bexpir(?:y|ation)s?(?:\s+(?:dates?|days?|calendar|schedule))?\s+(?:of|for)\s+(?:(?:my|our|the|all|open|short|long)\s+)+(?:{RIGHTS}|positions?|{BOOK})|"
    r"^(?:(?:show|list|what|which|are|is|the|my|our|me|upcoming|next|coming|all)\s+)*(?:option\s+)?expir(?:ies|ations?|y)(?:\s+(?:dates?|days?|calendar|schedule))?$|"
    rf"\bdays\s+(?:left|to\s+expiry)\b.*\b(?:my|our|open)\s+(?:{RIGHTS}|positions?)"
)
# One stock, by its symbol or by what stands for it, or those that are held.
OF_STOCK = rf"(?:(?:my|our|the|all|each|every)\s+)*(?:\$?[a-z.]{{1,5}}|{STOCK}|stocks?|shares?|holdings?|{BOOK})"
# What cash earns, said beside a ratio: no question on the risk.
_CASH = r"(?:(?:with|at|given)\s+)?(?:(?:an?|the|[\d.]+\s*(?:%|percent))\s+)*risk.?free"
# Another stock beside it, a past, or nothing more.
OVER = rf"(?:(?:\s+and|\s+vs\.?|\s+versus|\s+against|\s+compared\s+(?:to|with)|\s+than|,)\s+(?:the\s+)?\$?[a-z.]{{1,5}}\b)?(?:(?:\s+(?:over|in|since|from|during|for|between|until|last|past|this|the|been|ytd|stocks?|shares?|\d\w*)|,?\s+{_CASH})\b.*)?$"
