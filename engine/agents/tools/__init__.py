"""The tools by name. A tool's module is imported when it is first used."""

from functools import cache
from importlib import import_module

from engine.agents.tool import Tool

# name: (module, function)
_TOOLS: dict[str, tuple[str, str]] = {
    "machine.status": ("machine", "status"),
    "machine.hardware": ("hardware", "hardware"),
    "machine.memory": ("machine", "memory"),
    "machine.processes": ("machine", "processes"),
    "machine.monitor": ("monitor", "monitor"),
    "engine.circuits": ("engine_state", "circuits"),
    "engine.failures": ("engine_state", "failures"),
    "engine.metrics": ("metric_readings", "metrics"),
    "store.history": ("history", "history"),
    "store.happened": ("what_happened", "happened"),
    "store.metric": ("metric_history", "metric"),
    "store.circuits": ("circuit_history", "changes"),
    "store.sessions": ("session_list", "sessions"),
    "store.answer": ("past.answer", "again"),
    "store.report": ("report.report", "report"),
    "alerts.now": ("alerts.state", "now"),
    "alerts.firing": ("alerts.firing", "firing"),
    "alerts.history": ("alerts.history", "history"),
    "search.text": ("text_search", "search"),
    "search.instead": ("instead", "by_text"),
    "unserved": ("instead", "unserved"),
    "file.outline": ("python_file", "outline"),
    "file.complexity": ("python_file", "complexity"),
    "file.mentions": ("file_mentions", "mentions"),
    "file.history": ("file_history", "history"),
    "file.missing": ("nothing", "missing"),
    "code.overview": ("code", "overview"),
    "code.named": ("code", "named"),
    "code.repository": ("code", "state"),
    "code.topic": ("code", "topic"),
    "code.ask": ("code_questions", "find"),
    "code.duplicates": ("upkeep", "duplicates"),
    "code.dead": ("upkeep", "dead"),
    "code.tests": ("symbols.tests", "tests"),
    "code.hotspots": ("upkeep", "hotspots"),
    "code.churn": ("upkeep", "churn"),
    "code.complexity": ("complexity", "ranked"),
    "code.unparsed": ("complexity", "broken"),
    "code.sizes": ("sizes", "sizes"),
    "code.review": ("code_review", "review"),
    "symbols.definitions": ("symbols.definitions", "definitions"),
    "symbols.subclasses": ("symbols.subclasses", "subclasses"),
    "symbols.references": ("symbols.definitions", "references"),
    "symbols.callers": ("symbols.calls", "callers"),
    "symbols.calls": ("symbols.calls", "calls"),
    "graph.importers": ("dependencies", "importers"),
    "graph.imports": ("dependencies", "imports"),
    "graph.imported": ("imported", "imported"),
    "graph.impact": ("dependencies", "impact"),
    "graph.cycles": ("dependencies", "cycles"),
    "graph.path": ("dependencies", "path"),
    "graph.broken": ("dependencies", "broken"),
    "graph.layers": ("dependencies", "layers"),
    "graph.central": ("dependencies", "central"),
    "graph.orphans": ("dependencies", "orphans"),
    "graph.overview": ("dependencies", "overview"),
    "graph.export": ("dependencies", "export"),
    "options.price": ("options.price", "price"),
    "options.implied": ("options.implied", "implied"),
    "options.chances": ("options.chances", "chances"),
    "risk.metrics": ("risk.risk", "metrics"),
    "risk.positions": ("risk.risk", "positions"),
    "risk.by_stock": ("risk.risk", "by_stock"),
    "risk.stress": ("risk.risk", "stress"),
    "risk.what_if": ("what_if", "what_if"),
    "prices.drawdown": ("past_prices", "drawdown"),
    "prices.correlation": ("past_prices", "correlation"),
    "prices.beta": ("beta", "beta"),
    "prices.volatility": ("past_returns", "volatility"),
    "prices.sharpe": ("past_returns", "sharpe"),
    "wheel.candidates": ("wheel.wheel", "candidates"),
    "wheel.calls": ("calls_to_write", "calls"),
    "wheel.rolls": ("rolls", "rolls"),
    "wheel.assignment": ("assignment", "assignment"),
    "wheel.cash": ("assignment", "cash"),
    "wheel.ledger": ("wheel.ledger", "ledger"),
    "wheel.limits": ("wheel.wheel", "limits"),
    "wheel.analysis": ("wheel.wheel", "analysis"),
    "backtest.wheel": ("backtest.backtest", "wheel"),
    "backtest.put_write": ("backtest.backtest", "put_write"),
    "backtest.sweep": ("backtest.backtest", "sweep"),
    "backtest.validate": ("backtest.backtest", "validate"),
    "pricing.review": ("pricing_review", "review"),
    "desk.summary": ("desk_summary", "summary"),
    "desk.expiries": ("expiries", "expiries"),
    "desk.at_expiry": ("at_expiry", "at_expiry"),
    "desk.payoff": ("desk_payoff", "payoff"),
    "desk.smile": ("desk_smile", "smile"),
    "benchmark.bus": ("benchmark", "bus"),
    "benchmark.store": ("benchmark", "store"),
    "benchmark.kernels": ("benchmark", "kernels"),
    "benchmark.search": ("benchmark", "search"),
    "nothing": ("nothing", "nothing"),
    "help": ("nothing", "help_"),
    # What stands above the engine; its faces hand in the real ones.
    "checks.health": ("nothing", "from_above"),
    "checks.validate": ("nothing", "from_above"),
    "store.save_report": ("nothing", "from_above"),
}
_TOLERANT = frozenset({"code.review", "desk.summary"})
# They read every Python file: in a tree of tens of thousands, and for the first time, for minutes.
# A sweep runs hundreds of backtests; a quarter's report reads half a year of samples.
_PATIENT = frozenset(
    name for name in _TOOLS if name.startswith(("graph.", "symbols.", "backtest.")) or name in {
        "code.ask", "code.dead", "code.duplicates", "code.tests", "pricing.review", "store.report",
    }
)  # fmt: skip
_PATIENCE_S = 600.0
# They hold much at once: a strategy's whole past, a book's scenarios, or what is known of all
# files, which is 100 to 600 MB in a tree of 12 000.
_HEAVY = frozenset(name for name in _PATIENT if not name.startswith(("symbols.", "store."))) | {
    "code.overview", "risk.metrics", "benchmark.kernels", "benchmark.search",
}  # fmt: skip
_ENDLESS = frozenset({"machine.monitor"})
_NOT_IDEMPOTENT = frozenset({"machine.monitor"})


@cache
def lookup(name: str) -> Tool:
    """Return a tool.

    Raises:
        KeyError: no tool has this name.
    """
    module, function = _TOOLS[name]
    return Tool(
        run=getattr(import_module(f"{__name__}.{module}"), function),
        idempotent=name not in _NOT_IDEMPOTENT,
        tolerant=name in _TOLERANT,
        timeout_s=_PATIENCE_S if name in _PATIENT else None,
        endless=name in _ENDLESS,
        heavy=name in _HEAVY,
    )


def names() -> tuple[str, ...]:
    """Return the names of all tools."""
    return tuple(_TOOLS)
