"""The words by which a question about code is known, as data: who imports, what breaks, where is.

As in `vocabulary`, whose table this one opens: a pattern and how much it says. Here most questions
are known by a verb and by what it is asked of, so that the placeholders matter: `<file>` for a path
or a module's dotted name, `<symbol>` for a name of code, `<quoted>` for a quotation.
"""

from engine.agents.words_of_imports import IMPORT_INTENTS
from engine.agents.words_of_names import NAME_INTENTS

CODE_INTENTS = {**IMPORT_INTENTS, **NAME_INTENTS}

# What a question of the intent has somewhere in it: one without any of these is no such question,
# and the intent's patterns need not even be compiled for it.
HINTS: dict[str, tuple[str, ...]] = {
    intent: tuple(words.split())
    for intent, words in {
        "import_path": "<file> depend import reach use using need requir know pull connect "
        "link coupl relat "
        "tied path chain route way",
        "outline": "<file> outline",
        "import_cycles": "cycl circ loop other",
        "broken_imports": "import",
        "orphans": "orphan import use need refer depend stray dead",
        "central_modules": "most central core key hub top important pagerank highly heavily",
        "layers": "layer architect structured organi",
        "dependency_graph": "depend graph tree map diagram mermaid dot export draw visuali plot "
        "render picture",
        "tests_of": "test cover",
        "impact": "break broke impact affect if when before after while effect blast consequ "
        "downstream safe risky danger hard notice chang delet remov touch modif renam edit "
        "alter mov updat rewrit refactor",
        "importers": "import depend requir rel pull use usin usag call refer need consumer",
        "imports": "import depend use usin need requir pull upstream",
        "callers": "call invo instant",
        "calls": "call invo use depend need requir",
        "definitions": "defin decl overload signat implement where which what call named method "
        "member attribut field",
        "subclasses": "subclass inherit deriv extend",
        "references": "ref use usin usag occur need read access import depend consumer",
        "duplicates": "dup clone cop redundan repeat dry same similar identical",
        "dead_code": "dead unus unreach unref obsol never not n't no delete remove thrown without",
        "hot_spots": "hot risk danger fragile error complex churn",
        "churn": "churn chang commit modif edit touch active",
        "complexity": "complex",
        "unparsed": "pars compil syntax",
        "sizes": "how line loc long size",
        "code_question": "where how what who which that",
    }.items()
}

# Short forms, written out before a query is scored.
SHORT: dict[str, str] = {
    "deps": "dependencies",
    "dep": "dependency",
    "rdeps": "reverse dependencies",
    "dupes": "duplicates",
    "dups": "duplicates",
    "funcs": "functions",
    "func": "function",
    "defs": "definitions",
    "refs": "references",
    "libs": "libraries",
    "pkg": "package",
    "organised": "organized",
}

CODE_SAID: dict[str, str] = {
    "import_path": "how one file depends on another",
    "import_cycles": "import cycles",
    "broken_imports": "broken imports",
    "orphans": "files that nobody imports",
    "central_modules": "most central modules",
    "layers": "layers of the project",
    "dependency_graph": "dependency graph",
    "tests_of": "tests",
    "impact": "impact of a change",
    "importers": "who imports",
    "imports": "imports",
    "callers": "callers",
    "calls": "what is called",
    "definitions": "definitions",
    "subclasses": "subclasses",
    "references": "references",
    "outline": "outline",
    "duplicates": "duplicated code",
    "dead_code": "dead code",
    "hot_spots": "hot spots",
    "churn": "most changed files",
    "complexity": "complexity",
    "unparsed": "files that don't parse",
    "sizes": "size of the code",
    "code_question": "question about the code",
}

# What an analysis puts first, by the verb that asked for it; the first that fits.
FOCUSES: tuple[tuple[str, str], ...] = (
    (
        "debug",
        r"\b(debug\w*|fix\w*|troubleshoot\w*|diagnos\w+|bugs?|wrong|crash\w*|fail(s|ing)?|broken|"
        r"errors?)\b",
    ),
    (
        "optimize",
        r"\b(optimi[sz]\w*|speed\w*|fast(er)?|quicker|slow\w*|profil\w+|performance|bottlenecks?|benchmark)\b",
    ),
    (
        "refactor",
        r"\b(refactor\w*|clean\w*|simplif\w+|restructur\w+|rewrit\w+|improv\w+|split|extract|inline|rename|"
        r"move|modulari[sz]\w+|decoupl\w+|tidy|migrate|convert|replace)\b",
    ),
    (
        "review",
        r"\b(analy[sz]\w+|analysis|review\w*|audit\w*|critique|inspect\w*|quality|problems?|issues?|"
        r"evaluate|assess\w*|check|implement|add|write|worst|smells?)\b",
    ),
)
