"""The words by which a question about imports is known: who imports, what breaks, which tests."""

from engine.agents.word_forms import CHANGE, CYCLE, MODULES, NOBODY, WHO, WORD, Weighted

IMPORT_INTENTS: dict[str, Weighted] = {
    "import_path": (
        (r"^(?!move\b|rename\b|copy\b).*<file>\s*(->|→|=>|to)\s*<file>", 2.9),
        (r"\b(connects?|links?|relates?|couples?)\s+<file>.*<file>", 3.7),
        (
            r"<file>\s.*\b(depend|import|need|us|reach|requir|connect|relat|link|coupl)(s|es?|ed|ing)?\b.*<file>",
            3.9,
        ),
        (
            r"\b(trace|follow|path|chain|route|through|between)\b.*<file>\s+(to|and|from)\s+<file>",
            3.9,
        ),
        (rf"^(how|why)\s+(do|does|did|is|are)\s+{WORD}\s+.*\b{WORD}.*<file>$", 1.5),
        (
            r"^(how|why)\s+(do|does|did|is|are)\s+\S+(\s+(module|package|file))?\s+((really|still|end\s+up|even)\s+)?"
            r"(depend(s|ing|ent)?\s+(up)?on|import(s|ing)?|reach|use|using|need|require|know|pull(ing)?\s+in|"
            r"needed\s+by|imported\s+by|used\s+by|(connected|linked|coupled|related|tied)\s+(to|with))\s+\S+",
            3.7,
        ),
        (
            r"^do(es)?\s+<file>\s+((really|still|also|directly|indirectly|ever)\s+)?"
            r"(depend\s+(up)?on|import|reach|use|need|require|know)\s+<file>",
            3.8,
        ),
        (
            r"\b(path|chain|route|way|connection|link|dependency|dependencies)\s+(from|between)\s+"
            r".+\s+(to|and)\s+\S+",
            3.6,
        ),
        (r"\bhow\s+are\s+\S+\s+and\s+\S+\s+(connected|linked|related|coupled)", 3.7),
        (r"^how\s+(do|can|would)\s+(i|you|we|one)\s+get\s+from\s+<file>\s+to\s+<file>", 3.7),
        (r"\bimport(s|ing)?\s+path\b|\bpath\b.*<file>.*<file>", 3),
    ),
    "import_cycles": (
        (rf"\b{CYCLE}\b.*\bimport|\bimport.*\b{CYCLE}\b", 3.9),
        (rf"\b{MODULES}\b.*\b{CYCLE}\b", 3.1),
        (rf"\b(imports?|dependenc\w+|modules?|packages?)\s+{CYCLE}\b", 3.3),
        (rf"\b{CYCLE}\s+(of\s+)?(imports?|dependenc\w+|modules?|references?)\b", 3.3),
        (rf"\b{CYCLE}\b.*(<file>|\bimport)|(<file>|\bimport).*\b{CYCLE}\b", 3.6),
        (rf"\b(part\s+of|in|through|break)\s+(a\s+|an\s+|the\s+|any\s+)?{CYCLE}\b", 2.75),
        (r"^(\w+\s+)?(the\s+|all\s+|any\s+)?cycles?\b", 2.75),
        (
            rf"\b(modules?|files?|packages?)\b.*\b(import|depend\s+on)\s+(each\s+other|{CYCLE})",
            3.6,
        ),
    ),
    "broken_imports": (
        (r"\bimports?\b.*\bnowhere\b", 3.4),
        (
            r"\b(broken|unresolv\w+|missing|invalid|failing|wrong|bad|dangling|unknown|dead)\s+imports?\b",
            3.4,
        ),
        (r"\bimport(s|ed)?\b.*\b(broken|missing|invalid|fail(s|ing)?|unresolv\w+|wrong)\b", 3.4),
        (
            r"\bimports?\b.*\b(not|n't|cannot|dont|doesnt|never|cant)\s+(be\s+)?(resolv|found|exist|work)",
            3.6,
        ),
        (r"\bimports?\b.*\b(exist|resolve)\b", 2.75),
    ),
    "orphans": (
        (
            rf"^(?!.*<file>).*\b{MODULES}\b.*(n't|\bnot|\bnever|\bwithout|\bno)\b.*\b(import|dependents)",
            3.9,
        ),
        (r"\borphan(s|ed)?\b", 3),
        (rf"\b{MODULES}\b.*\b{NOBODY}\b.*\b(import|use|need|require|reference|depend)", 3.7),
        (rf"\b{NOBODY}\s+imports?\b", 3.4),
        (
            rf"\b{MODULES}\b.*\b(never|not|un|n't)\s+(ever\s+)?(imported|used|needed|referenced)\b",
            3.6,
        ),
        (rf"\b(unused|dead|unimported|unneeded|unreferenced|stray)\s+{MODULES}\b", 3.4),
        (rf"\b{MODULES}\b.*\b(unused|unimported|unreferenced)$", 3.4),
    ),
    "central_modules": (
        (r"\bmost\s+(dependents|importers|importing)\b", 3.6),
        (rf"\b(hub|top\s+imported)\s+{MODULES}\b", 3.3),
        (
            rf"\b(most|highly|heavily)\s+(\w+\s+)?(central|imported|depended|important|connected|coupled|used|referenced)\b.*\b{MODULES}\b",
            3.6,
        ),
        (
            rf"\b{MODULES}\b.*\b(imported|used|depended|referenced)\b.*\b(the\s+)?(most|often)\b",
            3.6,
        ),
        (
            rf"\b{MODULES}\b.*\b(matters?|are|is)\s+(the\s+)?most(\s+(important|central|imported|connected))?\b",
            3.4,
        ),
        (rf"\bmost\s+(important|central|imported|connected|depended.\w+)\s+{MODULES}\b", 3.6),
        (
            rf"\b(core|central|key|important)\s+{MODULES}\b|\bcentral(ity|\s+nodes?)\b|\bpagerank\b",
            3.1,
        ),
    ),
    "layers": (
        (r"\blayer(s|ing|ed)?\b", 3),
        (r"\barchitectur(e|al)\b", 3),
        (r"\bhow\s+is\s+(the|this|our)\s+\w+\s+(structured|organi[sz]ed|layered)\b", 3),
    ),
    "dependency_graph": (
        (r"\bmermaid\b|\bgraphviz\b|\bdot\s+(file|format|graph|diagram)\b", 3.3),
        (r"<file>'?s?\s+(dependenc\w+|import)\s+(graph|tree|map|diagram)", 3.7),
        (r"\b(draw|diagram|graph|picture)\b.*<file>", 3),
        (r"\b(dependenc\w+|imports?|modules?|package)\s+(graph|tree|map|diagram)\b", 3.7),
        (
            r"\b(graph|diagram|tree|mermaid|graphviz)\b.*(<file>|\b(dependenc\w+|imports?|modules?)\b)",
            3.6,
        ),
        (
            r"(<file>|\b(dependenc\w+|imports?)\b).*\b(mermaid|graphviz|diagram|as\s+(a\s+)?(graph|tree|dot|json))\b",
            3.6,
        ),
        (r"\b(export|draw|visuali[sz]e|plot|render)\w*\b.*\b(dependenc\w+|imports?|graph)\b", 3.6),
        (r"\bdependenc\w+\s+analysis\b|^(the\s+|all\s+)?dependenc(y|ies)$", 3),
        (r"\bdependenc\w+\b", 1.75),
    ),
    "tests_of": (
        (r"\b(which|what)\s+tests?\s+(covers?|touch|exercise|test|hit|check)\s+\w+", 3.4),
        (
            r"^(?!add\b|write\b|implement\b|fix\b).*(\btests?\b.*(<file>|<symbol>)|(<file>|<symbol>).*\btests?\b)",
            2.75,
        ),
        (r"\bcover(s|ing|ed)?\b.*(<file>|<symbol>).*\btests?\b", 3.4),
        (
            rf"\b(which|what|whose|any|all|the|find|show|list)\s+(unit\s+|\w+\s+)?tests?\b.*(<file>|<symbol>|\b{CHANGE}\b)",
            3.7,
        ),
        (
            r"\btests?\b.*\b(covers?|covering|exercis\w+|touch\w*|hits?|runs?|for|of|affected|us(e|ing)|exist)\b.*(<file>|<symbol>|\b(module|package)\b)",
            3.4,
        ),
        (r"(<file>|<symbol>).*\b(un)?(tested|covered)\b|\b(un)?tested\b.*(<file>|<symbol>)", 3.6),
        (
            rf"\btests?\b.*\b(affected|broken|impacted|needed|run)\b.*(<file>|<symbol>|\b{CHANGE}\b)",
            3.9,
        ),
        (
            r"^(?:list|show|which|what|find|any)?\s*(?:the\s+|all\s+)?(?:unit\s+)?tests?\s+(?:for|of|cover(?:s|ing)?)\s+(?:the\s+|our\s+)?\w+$",
            3.45,
        ),
        (r"\btest\s+coverage\b|\bcoverage\s+of\b", 3),
        (r"\b(anything|anyone|who|what)\s+tests?\s+(<file>|<symbol>)", 3.7),
        (r"(<file>|<symbol>)\s+(got|have|has)\b.*\btests?\b", 3.6),
    ),
    "impact": (
        (
            rf"\beffects?\s+(of|on)\b.*\b{CHANGE}\b|^(?!.*\bhow\b).*\b{CHANGE}\s+(<file>|<symbol>)$",
            2.5,
        ),
        (rf"\b(if|when)\s+(<file>|<symbol>)\s+{CHANGE}\b", 3.6),
        (r"\bdownstream\b", 3),
        (
            rf"\b(break|affect)(ing|s)?\b.*\b(by|when|if|while)\b.*\b{CHANGE}\b.*(<file>|<symbol>)",
            3.6,
        ),
        (rf"^how\s+(risky|dangerous|safe|hard)\b.*\b{CHANGE}\b", 3.6),
        (
            rf"\bwhat\s+((all|else)\s+)?((would|will|could|might|can|may|gets?)\s+)?(breaks?|broken|(is|be|gets?)\s+affected)\b(?=.*(<file>|<symbol>|\b{CHANGE}\b))",
            3.5,
        ),
        (rf"\b(break|affect|impact|notice)(s|ed)?\b.*\b(if|when|by|from)\b.*\b{CHANGE}\b", 3.6),
        (
            rf"\b(if|when|before|after|while)\s+((i|we|you)\s+)?({CHANGE})\s+.*(<file>|<symbol>|\w+)",
            3,
        ),
        (rf"\b(if|when)\s+(i|we|you)\s+{CHANGE}\b.*\b(affect|break|impact|happen)", 3.6),
        (r"\bimpact\b.*(<file>|<symbol>)|^impact$", 2.75),
        (
            rf"\b(impact|consequences?|ripple\s+\w+)\s+(of|analysis|on)\b(?=.*(<file>|<symbol>|\b{CHANGE}\b|\b(module|package|class|function)\b))|\bblast\s+radius\b|^impact\s+analysis\b",
            3.4,
        ),
        (
            rf"\b(safe|safely|ok|okay|possible|risky|dangerous)\b.*\b{CHANGE}\b.*(<file>|<symbol>)",
            3.6,
        ),
        (rf"^safely\s+{CHANGE}\s+(<file>|<symbol>)", 3.6),
        (r"^(delete|remove)\s+(<file>|<symbol>)$", 2),
    ),
    "importers": (
        (
            r"<file>\s+(is\s+)?(still\s+)?(used|imported|needed|required)\s+(by|where|anywhere)\b",
            3.5,
        ),
        (r"<file>\s+(importers?|dependents|users)\b", 3.4),
        (
            rf"{WHO}.*\b(imports?|importing|depend(s|ing)?\s+(up)?on|requires?|rel(y|ies)\s+on|pulls?\s+in)\b",
            3,
        ),
        (rf"{WHO}.*\b(uses?|using|calls?|calling|references?|needs?)\b.*<file>", 3),
        (r"\b(importers?|users|dependents|callers|consumers)\s+of\b", 3),
        (
            r"\b(importers?|users|dependents|callers|consumers|usages?|uses|references)\s+(of|to)\s+<file>",
            3.4,
        ),
        (
            r"\b(where\s+)?is\s+<file>\s+(still\s+|being\s+|ever\s+)*(imported|used|referenced|needed|called)\b",
            3.5,
        ),
        (r"\breverse\s+dependenc\w+\b", 3.4),
        (r"\b(importers?|dependents)\b", 2.5),
        (rf"{WHO}.*\b(us(es?|ing))\s+(the|our)\s+\w+\s+(module|package|library)\b", 3.2),
        (rf"^(which|what)\s+{MODULES}\s+(use|need|require)\s+[\w.]+$", 3.2),
        (r"^(where\s+)?(is|are)\s+\w+\s+(ever\s+|still\s+)?imported(\s+anywhere)?$", 3.2),
        (
            rf"^(is|are)\s+{WORD}\s+((ever|still|actually|really|even|being)\s+)*(used|needed)"
            r"(\s+(anywhere|somewhere|at\s+all|here|(in|by)\s+(the|this|our)\s+(project|code(base)?|repo(sitory)?)))?$",
            3.2,
        ),
        (
            rf"^(do|does)\s+(we|the\s+project|this\s+project|anything|anyone)\s+(still\s+|ever\s+)?(use|need|import)\s+{WORD}$",
            3.2,
        ),
    ),
    "imports": (
        (r"\bimported\s+(in|by|into|from)\s+<file>", 3.5),
        (r"^(is|are)\s+(the\s+)?\w+(\s+\w+)?\s+(used|needed|required)\s+(by|in)\s+<file>$", 3.5),
        (r"^do(es)?\s+<file>\s+(\w+\s+)?(import|use|need|require|depend\s+(up)?on)\s+[\w<]", 3.5),
        (
            r"^do(es)?\s+((the|our|my)\s+)?\w+\s+(module|file|package|script)\s+(\w+\s+)?"
            r"(import|use|need|require|depend\s+(up)?on)\s+[\w<]",
            3.5,
        ),
        (r"<file>'?s?\s+(imports?|dependenc(y|ies))(\s+what)?$", 3.6),
        (
            r"\b(what|which)(\s+[\w-]+){0,3}\s+(do|does)\s+<file>\s+(import|depend|use|need|require|pull)\b",
            3.6,
        ),
        (r"\bupstream\b", 3),
        (
            r"\b(what|which\s+\w+)\s+(do|does)\s+(the\s+)?\S+(\s+(module|package|file))?\s+(import|depend|use|need|require|pull)\b",
            3.5,
        ),
        (r"\b(what|which\s+\w+)\s+is\s+<file>\s+(importing|depending|using)\b", 3.5),
        (r"\bwhat\s+<file>\s+(imports|depends|uses|needs)\b", 3.5),
        (
            r"\b(is|are|modules?|files?|packages?)\s+(imported|used|needed|required)\s+by\s+<file>",
            3.5,
        ),
        (r"\bimports\s+(of|in|from|inside|for)\b.*<file>", 3.2),
        (r"(?<!reverse )\bdependenc(y|ies)\s+of\b(.*<file>)?", 3.2),
        (r"\bimports\s+of\b", 2.5),
    ),
}
