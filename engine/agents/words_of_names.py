"""The words by which a question about names and the shape of code is known: who calls, what is
dead, where it is done.
"""

from engine.agents.word_forms import (
    CODE,
    DOES,
    DONE,
    MODULES,
    NAME,
    NOBODY,
    PLAIN,
    WHO,
    WORD,
    Weighted,
)

NAME_INTENTS: dict[str, Weighted] = {
    "callers": (
        (
            rf"\b(where|how)\s+{NAME}\s+(is|are|gets?)\s+(called|invoked)|\bis\s+{NAME}\s+(ever\s+|still\s+)?(called|invoked)",
            3.6,
        ),
        (r"<symbol>\s+(callers?|call\s?sites?)$", 3.6),
        (rf"{WHO}.*\b(calls?|calling|invok\w+|instantiat\w+)\s+{NAME}", 3.6),
        (r"^(who|what)\s+(is\s+)?(calls?|calling|invokes?|instantiates?)\s+\w+$", 3.4),
        (
            rf"\b(callers?|call\s?sites?|invocations?)\s+(of|to|for)\s+{WORD}|\bcalls\s+(of|to)\s+{NAME}",
            3.6,
        ),
        (
            rf"\bwhere\s+(is|are|do\s+we|does\s+it|did\s+we)\s+{WORD}\s+(being\s+)?(called|invoked|instantiated)\b",
            3.8,
        ),
        (rf"\bwhere\s+do(es)?\s+(\w+\s+)?(call|invoke|instantiate)\s+{NAME}", 3.8),
    ),
    "calls": (
        (r"\b(what|which)(\s+\w+)?\s+(do|does)\s+<symbol>\s+(use|depend|need|require)", 3.4),
        (rf"\b(what|which)(\s+\w+){{0,2}}\s+(do|does)\s+{NAME}\s+(call|invoke)\b", 3.8),
        (rf"\b(what|which\s+\w+)\s+(do|does)\s+{WORD}\s+(call|invoke)\b", 3.8),
        (
            rf"\bcalled\s+by\s+{WORD}|\bcallees?\s+of\b|\bcalls\s+(made\s+)?(in|by|from)\s+{NAME}",
            3.7,
        ),
    ),
    "definitions": (
        (
            rf"\bwhere\s+{NAME}\s+(is|are|was|gets?)\s+(defined|declared|implemented|set|located)",
            3.6,
        ),
        (rf"\b(in\s+)?(which|what)\s+{MODULES}\s+(is|has|contains|defines|holds)\s+<symbol>", 3.4),
        (r"^what\s+is\s+(a\s+|the\s+)?(\w+\s+)?<symbol>$", 3.3),
        (r"\b(methods?|members?|attributes?|fields?)\s+(of|in)\s+(the\s+)?(class\s+)?<symbol>", 3),
        (r"<symbol>\s+(definition|signature|overloads)$", 3.4),
        (rf"\bwhere\s+(do|did)\s+(we|i|they)\s+(define|declare|implement)\s+{WORD}", 3.6),
        (
            rf"\b(definitions?|declarations?|overloads?|signatures?|implementations?)\s+(of|for)\s+{WORD}",
            3.6,
        ),
        (
            rf"\bwhere\s+(is|are|was|were)\s+{WORD}\s+(being\s+)?(defined|declared|implemented|located|computed|calculated|set|created|made|coming\s+from)\b",
            3.5,
        ),
        (rf"\bwhere\s+(do|does|did)\s+{NAME}\s+(live|come\s+from|sit|reside)\b", 3.6),
        (r"^where\s+(is|are)\s+(the\s+)?(\w+\s+)?<symbol>$", 3.4),
        (rf"\b(defines?|declares?|implements?)\s+{NAME}", 3.4),
        (r"\b(called|named)\s+(<symbol>)", 3.4),
        (r"\boverloads\b|\bgo\s?to\s+definition\b", 3),
    ),
    "subclasses": (
        (
            r"\b(subclass(es|ing)?|inherit(s|ing)?|deriv(es?|ed|ing)|extending)\s+((of|from)\s+)?(the\s+)?(class\s+)?"
            r"(<symbol>|<file>|\w+)$",
            3.25,
        ),
        (r"\bextends\s+(the\s+)?(class\s+)?(<symbol>|\w+)$", 3.25),
        (r"(<symbol>|<file>)\s+(subclass(es)?|derived\s+class(es)?)$", 3.4),
    ),
    "references": (
        (
            rf"\b(where|how)\s+{NAME}\s+(is|are|gets?)\s+(being\s+)?(used|referenced|read|accessed)",
            3.6,
        ),
        (r"<symbol>\s+(usages?|uses|references|occurrences)$", 3.3),
        (r"<symbol>\s+(is\s+)?(used|referenced)\s+(where|anywhere|by)\b", 3.4),
        (rf"\b(references?|usages?|uses|occurrences)\s+(to|of|for)\s+{NAME}", 3.3),
        (r"\b(references?|usages?)\s+(to|of|for)\s+(?!the\b|our\b)\w+$", 3.2),
        (
            rf"\b(where|how)\s+(is|are|do\s+we|does\s+\w+)\s+(still\s+)?{WORD}\s+(still\s+|being\s+)?(used|referenced|needed|read|accessed)\b",
            3.4,
        ),
        (rf"\bis\s+{NAME}\s+(still\s+|ever\s+)?(used|referenced|needed)\b", 3.4),
        (rf"\bwhere\s+do(es)?\s+(\w+\s+)?(use|need|reference|access|import)\s+{NAME}", 3.6),
        (
            rf"{WHO}.*\b(uses?|using|references?|needs?)\s+{NAME}(?<!<file>)",
            3.2,
        ),
        (
            rf"\b(everywhere|anywhere|everything|lines|places)\b.*{NAME}\s+(is|are|gets)?\s*(used|referenced)\b",
            3.4,
        ),
        (r"\b(users|consumers)\s+of\s+<symbol>", 3.2),
    ),
    "outline": (
        (r"\b(api|interface|public\s+\w+|contents?)\s+of\s+<file>", 3),
        (r"\boutline\b", 3),
        (
            r"\b(functions?|methods?|class(es)?|symbols?|definitions?)\s+(are\s+|is\s+)?(in|of|inside|defined\s+in)\s+<file>",
            3.4,
        ),
        (
            r"\b(functions?|methods?|class(es)?|symbols?)\s+(do|does)\s+<file>\s+(define|have|contain|declare)",
            3.5,
        ),
        (r"\bwhat\s+is\s+(defined\s+|declared\s+)?(in|inside|within)\s+<file>", 3.4),
        (r"\bstructure\s+of\s+<file>|<file>\s+structure\b", 3.4),
    ),
    "duplicates": (
        (r"\bcode\b.*\brepeated\b|\bnear.?(identical|duplicate)\b", 3.9),
        (r"\b(duplicat\w+|clones?|copy.?past\w*|copied|redundan\w+)\b", 3.2),
        (
            r"\brepeat(s|ed|ing)?\s+(code|ourselves|itself|blocks?|functions?|\w+\s+blocks?)\b|\bdry\s+violations?\b",
            3.2,
        ),
        (r"\brepeat\s+(ourselves|yourself|itself)\b", 3.5),
        (r"\b(same|similar|identical)\s+(code|functions?|blocks?)\b", 2.75),
    ),
    "dead_code": (
        (
            r"^(anything|everything|list|find|show|what|which)\b.*\bunused\b(?!.*\bagents?\b)|\bunused\b.*(<file>|\bcode\b)",
            2.6,
        ),
        (
            r"\bwhat\s+is\s+(unused|dead|never\s+used|not\s+(being\s+)?used)\b|\bwithout\s+(any\s+)?(callers?|uses|usages|references)\b",
            3.4,
        ),
        (
            r"\b(dead|unused|unreachable|unreferenced|obsolete)\s+(code|functions?|methods?|class(es)?|definitions?|symbols?|variables?|constants?|names?)\b",
            3.7,
        ),
        (
            rf"\b(functions?|methods?|class(es)?|code|definitions?)\b.*\b(never|not|{NOBODY}|n't)\b.*\b(us(es?|ed)|call(s|ed)?|referenced|needed|executed)\b",
            3.5,
        ),
        (r"\b(functions?|methods?|class(es)?)\b.*\b(unused|dead|unreferenced)$", 3.4),
        (
            r"\bwhat\s+(can|could|may)\s+(i\s+|we\s+|be\s+)?(safely\s+)?(be\s+)?(deleted?|removed?|thrown\s+away)\b",
            3.4,
        ),
    ),
    "hot_spots": (
        (r"\bhot\s*spots?\b", 3.2),
        (
            rf"\b(riskiest|risky|most\s+dangerous|dangerous|most\s+fragile|fragile|most\s+error.prone)\s+({MODULES}|code|functions?|places?|parts?)\b",
            3.4,
        ),
        (rf"\b({MODULES}|functions?|code)\b.*\b(riskiest|most\s+dangerous|most\s+risky)\b", 3.4),
        (r"\bcomplex(ity)?\b.*\b(churn|chang(es|ed)|commits)\b|\bchurn\b.*\bcomplex", 3.6),
    ),
    "churn": (
        (
            rf"\b{MODULES}\b.*\bchang(ed|ing|e)\b.*\b(all\s+the\s+time|constantly|a\s+lot|frequently)\b",
            3.6,
        ),
        (rf"\b{MODULES}\s+(that\s+)?(i|we|people)\s+(touch|change|edit|modify)\b.*\bmost\b", 3.6),
        (r"\bcommits\s+per\s+(file|module)\b", 3.4),
        (r"\bchurn\b", 3),
        (
            r"\bmost\s+(often\s+|frequently\s+|recently\s+)?(changed|modified|edited|touched|committed|active)\b",
            3.4,
        ),
        (rf"\b({MODULES}|code|what)\b.*\bchang(e|es|ed|ing)\s+(the\s+)?(most|often)\b", 3.6),
        (r"\b(most|highest|number\s+of)\s+(commits|changes|churn)\b", 3.4),
    ),
    "complexity": (
        (
            r"\bcomplexity\s+(of|in|for|under|inside)\s+<file>|\bhow\s+complex\s+is\s+<file>|<file>.*\btoo\s+complex\b",
            3,
        ),
        (r"<file>.*\bcomplexity$", 3),
        (
            r"\b((most|highly|overly|too|least)\s+complex|most\s+complicated|heaviest)\s+(python\s+)?(functions?|methods?|code)\b",
            3.7,
        ),
        (
            r"\b(functions?|methods?)\b.*\b((most|too|highest|overly)\s+(complex\w*|complicated)|by\s+complexity)\b",
            3.7,
        ),
        (r"\b(most|highest|cyclomatic|mccabe)\s+complexity\b", 3.6),
        (
            r"^(\w+\s+)?(the\s+)?(functions?|methods?|code)\s+(sorted\s+|ranked\s+)?by\s+complexity$",
            3.7,
        ),
        (
            r"^(\w+\s+)?(the\s+)?(code\s+)?complexity(\s+of\s+(the|this|our)\s+(code(base)?|project|repo\w*|functions?))?$",
            3.2,
        ),
    ),
    "unparsed": (
        (
            rf"\b({MODULES}|code|python|everything|anything|which|what)\b.*(\b(not|fails?(\s+to)?|cannot|never|dont|doesnt|cant)|n['’]t)\s+(be\s+)?(parse[sd]?|compiles?)\b",
            3.8,
        ),
        (r"\b(does|do|did|will|can)\s+(every|all|any|the|it)\w*\b.*\bparse[sd]?$", 3.7),
        (r"\bunparse?able\b|\b(un|not\s+|never\s+)parsed\s+files?\b", 3.6),
        (r"\bpars(e|ing|er)\s+(errors?|failures?|problems?)\b", 3.3),
        (
            r"\bsyntax\s*(errors?|problems?|faults?)\b|\b(invalid|broken|bad|wrong)\s+(python\s+)?syntax\b",
            3.7,
        ),
    ),
    "sizes": (
        (
            r"^(how\s+many|count(\s+the)?|number\s+of|total)\s+((source\s+)?(code\s+)?lines|loc|sloc)(\s+of\s+(python|(source\s+)?code|tests?)(\s+code)?)?"
            r"(\s+(are|is)\s+(there|this|it)|\s+do(es)?\s+(we|i|<file>|it|(this|the)\s+\w+)\s+have)?"
            r"(\s+(in|has|of|does)\s+(<file>|(the|this|our|my)\s+(whole\s+|entire\s+)?(code(base)?|project|repo(sitory)?|source)))?(\s+have)?$",
            4.2,
        ),
        (r"\blines\s+of\s+(python|(source\s+)?code)\b", 3.4),
        (r"\b(python|code|source)\s+lines?\s+count\b|\bline\s+counts?\b|^(s?loc|cloc|tokei)$", 3.6),
        (
            r"\bhow\s+(big|large|long)\s+is\s+((the|this|our|my)\s+)?(whole\s+|entire\s+)?(code\s?base|code|project|repo(sitory)?|<file>)$",
            3.6,
        ),
        (
            r"\bsize\s+of\s+((the|this|our|my)\s+)?(whole\s+|entire\s+)?(code\s?base|code|project|repo(sitory)?|<file>)$",
            3.6,
        ),
        (r"\blongest\s+(python\s+)?(functions?|methods?)\b", 3.6),
        (r"\b(functions?|methods?)\b.*\b(too\s+long|the\s+longest)$", 3.6),
        (
            r"^how\s+many\s+(python\s+)?(functions?|methods?|class(es)?)(\s+(and|or)\s+\w+)?(\s+(are\s+there|do\s+we\s+have|(in|has)\b.*))?$",
            3.4,
        ),
    ),
    "code_question": (
        (rf"^{PLAIN}(explain|describe|show|understand)\s+(\w+\s+)?how\s+\w+", 2.6),
        (
            rf"^{PLAIN}(what|who|which\s+{CODE})\s+(calls|uses|touches|needs|knows|talks)\s+(the|our|to|with|about)\s+\w+\s+\w+",
            3.1,
        ),
        (rf"^{PLAIN}(?:\w+\s+){{0,3}}where\s+(we|i|it|they|you)\s+\w+\s+\w+", 3.3),
        (r"^where\s+(do|does)\s+<symbol>\s+(?!live\b|come\b|sit\b)\w+\s+\w+", 3.4),
        (
            rf"^{PLAIN}what\s+(makes\s+sure|ensures|guarantees|happens\s+(when|if|after|before))\b",
            3,
        ),
        (rf"^{PLAIN}how\s+(is|are|was|were)\s+.*\b\w{{3,}}ed$", 2.6),
        (
            rf"^{PLAIN}(which|what)\s+{CODE}\s+(is|are)\s+(used|supposed|meant|there)\s+(to|for)\b",
            3.2,
        ),
        (
            rf"^{PLAIN}(?:\w+\s+){{0,3}}where\s+(the|our|my|a|an|we|it|they)\s+.*\b({DONE}|\w+s)$",
            3.3,
        ),
        (
            rf"^{PLAIN}(?:\w+\s+){{0,3}}where\s+(in\s+the\s+\w+\s+)?(is|are|was|were|do|does|did|gets?)\b.*\b{DONE}(\s+(by|from|to|with|into|for)\s+.*)?(\s+(in|under|inside|within)\s+(<file>|(the\s+)?\w+(\s+(folder|package|module|directory))?))?$",
            3.4,
        ),
        (
            rf"^{PLAIN}(?:\w+\s+){{0,3}}where\s+(in\s+the\s+\w+\s+|the\s+\w+\s+|on\s+earth\s+)?(do|does|did)\s+(we|i|you|they|it|the\s+\w+|our\s+\w+|\w+s)\s+\w+",
            3.3,
        ),
        (
            rf"^{PLAIN}(what|who|(which|what)\s+{CODE})\s+({DOES}|is\s+(responsible|in\s+charge))\b",
            3.3,
        ),
        (rf"^{PLAIN}in\s+(which|what)\s+{CODE}\s+(is|are|do|does)\b", 3.3),
        (
            rf"^{PLAIN}how\s+(is|are|was|were|do|does|did|will)\s+.*\b({DOES}|decided|gets?\s+{DONE})\b",
            3,
        ),
        (rf"^{PLAIN}(?:\w+\s+){{0,3}}?{CODE}\s+(that|which)\s+{DOES}\b", 3.2),
        (
            rf"^{PLAIN}(?:\w+\s+){{0,3}}where\s+(is|are|does|do)\s+the\s+(code|logic)\s+(for|that|of|which)\b",
            3.3,
        ),
    ),
}
