"""What the patterns of the vocabularies are made of: who asks, what changes, what code does."""

Weighted = tuple[tuple[str, float], ...]

WHO = (
    r"\b(?:who|whoever|what|anyone|anybody|anything|everyone|everything|something|which\s+\w+|"
    r"(?:files?|modules?|packages?|code|places?|lines|functions?|methods?)(?:\s+(?:that|which))?)\b"
)
# A name that only its place in the sentence tells.
BARE = r"(?:the\s+)?(?:(?:function|method|class|constant|variable|symbol|name)\s+)\w+"
NAME = rf"(?:(?:the\s+)?(?:\w+\s+)?<symbol>|<file>|{BARE})"
# Words of the machine and of trading, which are asked for elsewhere.
ELSEWHERE = r"(?:memory|ram|swap|cpu|gpu|disk|network|machine|engine|system|unity|last|today|\d)"
WORD = rf"(?:{NAME}|(?!the\b|our\b|my\b|a\b|{ELSEWHERE})\w+)"
CHANGE = (
    r"(?:chang|modif|edit|touch|delet|remov|renam|mov|alter|updat|rewrit|refactor|break)(?:e|y|ing|"
    r"ied|ed|es|s)?"
)
CYCLE = r"(?:cycles?|cyclic|circles?|circular(?:ity|ities|ly)?|loops?)"
MODULES = r"(?:(?:python|source)\s+)?(?:files?|modules?|packages?|scripts?)"
NOBODY = r"(?:nobody|no\s?(?:body|\s?one)|nothing|none)"
CODE = (
    r"(?:code|functions?|class(?:es)?|methods?|modules?|files?|parts?(?:\s+of\s+the\s+\w+)?|component|"
    r"place|piece\s+of\s+code|script|service|line|logic|rule|check)"
)
# What code does, as stems: "computes", "computed", "is computed".
DOES = (
    r"(?:comput|calculat|enforc|check|handl|decid|determin|pick|choos|select|load|read|writ|sav|"
    r"stor|pars|validat|retr(?:y|ies)|cach|log|send|fetch|creat|build|configur|sort|filter|convert|"
    r"appl(?:y|ies)|trigger|rais|catch|track|limit|generat|format|submit|cancel|schedul|"
    r"authenticat|connect|talk|manag|prevent|protect|guarantee|ensur|clos|siz|annuali[sz]|"
    r"deduplicat|execut|place|launch|initiali[sz]|sanitiz|normali[sz]|rank|scor|estimat|notif|"
    r"keep|updat|map|merg|split|translat|detect|reject|accept|round|throttl|stop|guard|adjust|"
    r"record|populat|render|start|cap)(?:e|s|es|ed|y|ies|ing)?"
)
DONE = (
    r"(?:\w+ed|done|made|set|read|written|sent|built|kept|chosen|taken|held|put|found|caught|drawn|"
    r"bought|sold|cut|spent|lost|thrown|run|begun|hidden|split)"
)
# Neither a name nor a quotation, save as the place to look in.
PLAIN = (
    r"(?!.*\bmy\s+(?:memory|ram|cpu|disk|gpu)\b)"
    r"(?!.*(?:<symbol>|<quoted>|(?<!in )(?<!under )(?<!inside )(?<!within )<file>))"
)
