"""The exact commands, as data: how each is written, and what it means."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["flag", "number", "count", "word", "words"]


@dataclass(frozen=True, slots=True)
class Option:
    """`names` as they are typed, the slot that they fill, and what follows them.

    A `number` may be a fraction, a `count` is whole; `words` may be given several times.
    """

    names: tuple[str, ...]
    slot: str
    kind: Kind = "flag"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`takes` are the slots of its words in order: `x?` may be left out, `x*` takes all that are
    left, `x...` takes them as one text with options in it, letter by letter.
    """

    intent: str
    usage: str
    help: str
    takes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    choices: tuple[str, ...] = ()  # the only words that its first word may be


_TRANSITIVE = Option(("--transitive", "-a"), "transitive")
_SEARCH = (
    Option(("--regex", "-e"), "regex"),
    Option(("--word", "-w"), "word"),
    Option(("--ignore-case", "-i"), "ignore_case"),
    Option(("--smart-case", "-S"), "smart_case"),
    Option(("--type", "-t"), "types", "words"),
    Option(("--glob", "-g"), "globs", "words"),
    Option(("--context", "-C"), "context", "count"),
    Option(("--hidden",), "hidden"),
    Option(("--files-with-matches", "-l"), "files_only"),
    Option(("--count", "-c"), "count_only"),
)
_GRAPH = (
    Option(("--format",), "format", "word", ("mermaid", "dot", "json", "tree")),
    Option(("--depth",), "depth", "count"),
)
_TICKER = Option(("--ticker",), "ticker", "word")
_SALE = (Option(("--delta",), "delta", "number"), Option(("--dte",), "days", "number"))
_PAST = (
    Option(("--from",), "begin", "word"),
    Option(("--to",), "end", "word"),
    Option(("--last",), "last", "word"),
    Option(("--hold",), "hold"),
    Option(("--atm",), "at_the_money"),
    Option(("--capital",), "capital", "number"),
    Option(("--commission",), "commission", "number"),
    Option(("--implied",), "implied", "word"),
    Option(("--factor",), "volatility_factor", "number"),
    Option(("--skew",), "skew", "number"),
    Option(("--rates",), "rates", "word"),
    Option(("--published",), "published", "word"),
    Option(("--fit",), "fit", "word"),
)

COMMANDS: dict[str, Command] = {
    "status": Command("system_status", ":status", "machine, level and circuits now"),
    "hardware": Command("hardware", ":hardware", "what this machine is"),
    "health": Command("health", ":health", "look at every part now"),
    "validate": Command(
        "validation",
        ":validate [--phase P] [--full]",
        "each acceptance criterion, measured now or read from history",
        options=(
            Option(("--phase",), "phase", "word", ("1", "2", "3", "final")),
            Option(("--full",), "full"),
        ),
    ),
    "memory": Command("memory_usage", ":memory", "memory and its biggest holders"),
    "metrics": Command("performance_metrics", ":metrics", "load, success rate, response times"),
    "errors": Command("error_recovery", ":errors", "circuits, level, recent failures"),
    "monitor": Command(
        "monitor",
        ":monitor [--duration S]",
        "watch the machine for a while",
        options=(Option(("--duration",), "duration_s", "number"),),
    ),
    "benchmark": Command(
        "benchmark",
        ":benchmark [--quick]",
        "measure this engine",
        options=(Option(("--quick",), "quick"),),
    ),
    "history": Command(
        "history",
        ":history [--limit N] [--failed] [--slow] [TIME…]",
        "the last queries of all sessions",
        ("when*",),
        (
            Option(("--limit",), "limit", "number"),
            Option(("--failed",), "failed"),
            Option(("--slow",), "slow"),
        ),
    ),
    "search": Command(
        "text_search",
        ":search [--regex] [-w] [-i] [-S] [-t TYPE] [-g GLOB] [-C N] [-l] [-c] [--hidden] "
        "PATTERN [PATH…]",
        "lines that contain a text",
        ("pattern", "paths*"),
        _SEARCH,
    ),
    "ask": Command("code_question", ":ask WORDS…", "where the code does it", ("question...",)),
    "file": Command("file_analysis", ":file PATH", "one file, from all sides", ("file",)),
    "outline": Command("outline", ":outline PATH", "what a file defines", ("file",)),
    "importers": Command(
        "importers",
        ":importers PATH [--transitive]",
        "who imports a file or package",
        ("file",),
        (_TRANSITIVE,),
    ),
    "imports": Command(
        "imports",
        ":imports PATH [--transitive]",
        "what a file or package imports",
        ("file",),
        (_TRANSITIVE,),
    ),
    "impact": Command("impact", ":impact PATH", "what breaks if a file changes", ("file",)),
    "tests": Command("tests_of", ":tests PATH", "the tests that touch a file", ("file",)),
    "cycles": Command("import_cycles", ":cycles [PATH]", "import cycles", ("file?",)),
    "path": Command(
        "import_path", ":path FROM TO", "how one file depends on another", ("file", "to")
    ),
    "broken": Command("broken_imports", ":broken [PATH]", "imports that lead nowhere", ("file?",)),
    "layers": Command("layers", ":layers", "the layers that the imports make"),
    "central": Command("central_modules", ":central", "the most imported modules"),
    "orphans": Command("orphans", ":orphans [PATH]", "files that nobody imports", ("file?",)),
    "graph": Command(
        "dependency_graph",
        ":graph [PATH] [--format mermaid|dot|json|tree] [--depth N]",
        "the import graph, of the project or round a file",
        ("file?",),
        _GRAPH,
    ),
    "definition": Command(
        "definitions", ":definition NAME", "where a name is defined", ("symbol",)
    ),
    "references": Command("references", ":references NAME", "where a name is used", ("symbol",)),
    "callers": Command("callers", ":callers NAME", "who calls a function", ("symbol",)),
    "calls": Command("calls", ":calls NAME", "what a function calls", ("symbol",)),
    "duplicates": Command("duplicates", ":duplicates [PATH]", "copied code", ("file?",)),
    "dead": Command("dead_code", ":dead [PATH]", "code that nothing uses", ("file?",)),
    "hotspots": Command("hot_spots", ":hotspots [PATH]", "complexity times churn", ("file?",)),
    "churn": Command("churn", ":churn [PATH]", "the most changed files", ("file?",)),
    "overview": Command("code_analysis", ":overview", "the code of the whole project"),
    "price": Command(
        "option_price",
        ":price put 20 spot 22 vol 55% 35 days",
        "price and Greeks of an option",
        ("terms...",),
    ),
    "iv": Command(
        "implied_volatility",
        ":iv put 20 at 0.61 spot 22 35 days",
        "the volatility that an option's price implies",
        ("terms...",),
    ),
    "chances": Command(
        "option_chance",
        ":chances put 20 spot 22 vol 55% 35 days",
        "the chances to touch, to end in the money, to profit",
        ("terms...",),
    ),
    "risk": Command(
        "risk_analysis",
        ":risk [--days N]",
        "value, Greeks, VaR and stress of the book",
        options=(Option(("--days",), "horizon_days", "count"),),
    ),
    "positions": Command("positions", ":positions", "every position with its profit"),
    "stress": Command("stress", ":stress", "profit over moves of spot and volatility"),
    "wheel": Command("wheel_analysis", ":wheel", "how the wheel stands"),
    "candidates": Command(
        "wheel_candidates",
        ":candidates [--delta D] [--dte N] [--ticker T]",
        "which put or call to sell",
        options=(*_SALE, _TICKER),
    ),
    "rolls": Command("wheel_rolls", ":rolls", "what to roll, rule by rule"),
    "ledger": Command("wheel_ledger", ":ledger", "what is held at which basis"),
    "limits": Command("wheel_limits", ":limits", "each limit and what is left of it"),
    "backtest": Command(
        "backtest",
        ":backtest [wheel|put-write|sweep|validate] [--delta D] [--dte N] [--ticker T] "
        "[--last 3y] [--from DAY] [--to DAY] [--hold] [--atm] [--capital N] [--commission C] "
        "[--factor F] [--skew S] [--implied FILE] [--rates FILE] [--published FILE] [--fit YEARS]",
        "the strategy on past prices; validate: put-writing against what an index returned",
        ("strategy?",),
        (*_SALE, _TICKER, *_PAST),
        ("wheel", "put-write", "sweep", "validate"),
    ),
    "payoff": Command(
        "payoff",
        ":payoff [SYMBOL]",
        "gain of the positions over the stock's price, drawn",
        ("ticker?",),
    ),
    "smile": Command(
        "smile",
        ":smile [SYMBOL] [EXPIRY]",
        "implied volatility over strikes, drawn",
        ("ticker?", "expiry?"),
    ),
    "pricing": Command(
        "options_analysis",
        ":pricing [--run]",
        "the project's pricing code against the kernels; --run runs it",
        options=(Option(("--run",), "consent"),),
    ),
    "happened": Command(
        "what_happened",
        ":happened [TIME…]",
        "what happened, as in :happened between 14:00 and 14:10",
        ("when*",),
    ),
    "metric": Command(
        "metric_history",
        ":metric NAME [TIME…]",
        "a metric over time, as in :metric cpu since 9:00",
        ("metrics", "when*"),
    ),
    "circuits": Command(
        "circuit_history", ":circuits [TIME…]", "how circuits and levels changed", ("when*",)
    ),
    "alerts": Command(
        "alerts",
        ":alerts [TIME…]",
        "what fires and is silenced; with a time: what fired",
        ("when*",),
    ),
    "sessions": Command(
        "sessions", ":sessions [TIME…]", "who is on this store, and who was", ("when*",)
    ),
    "report": Command(
        "report",
        ":report [--span 7d] [--save]",
        "trends, incidents and regressions of a span; --save keeps it beside the store",
        options=(Option(("--span",), "span", "word"), Option(("--save",), "save")),
    ),
    "answer": Command("past_answer", ":answer WORDS…", "an earlier answer again", ("about...",)),
    "help": Command("help", ":help", "what can be asked"),
}
