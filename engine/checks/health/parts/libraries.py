"""Whether what this program is made of can be loaded, and computes what it should."""

import sys
from importlib import import_module
from importlib.metadata import version
from typing import Final

from engine.checks.health.parts.limits import LIMITS
from engine.checks.health.parts.look import Ground, Seen

_NEEDED: Final = ("msgspec", "anyio", "psutil", "duckdb", "numpy", "stringzilla", "rapidfuzz")
_AGAIN: Final = "install bolt-tui again, with this Python"
_ROWS: Final = 1000
# Black and Scholes (1973) for spot = strike = 100, 1 year, 20 % volatility, 5 % rate, no dividend;
# computed with 40 digits.
_CALL: Final = 10.450583572185565
_PUT: Final = 5.5735260222569680


def libraries(_: Ground) -> Seen:
    """Load each library that the engine can't do without."""
    missing, versions = list[str](), list[str]()
    for name in _NEEDED:
        try:
            import_module(name)
        except Exception as error:
            # A boundary: a library that is broken fails in its own way.
            missing.append(f"{name} can't be loaded: {error}")
        else:
            versions.append(f"{name} {version(name)}")
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if missing:
        return Seen("critical", f"{python}: {'; '.join(missing)}", _AGAIN)
    return Seen("ok", ", ".join((python, *versions)))


def duckdb(_: Ground) -> Seen:
    """Open a database in memory and let it compute."""
    from engine.store.leases.lease_database import connect

    try:
        with connect() as database:
            row = database.execute(f"SELECT sum(n), version() FROM range({_ROWS}) t(n)").fetchone()
    except Exception as error:
        # A boundary: DuckDB raises more than its own errors, and this is what is looked for.
        return Seen("critical", f"DuckDB does not work: {error}", _AGAIN)
    if row is None or row[0] != _ROWS * (_ROWS - 1) // 2:
        return Seen("critical", f"DuckDB computes {row}", _AGAIN)
    return Seen("ok", f"DuckDB {row[1]} computes")


def kernels(_: Ground) -> Seen:
    """Price a call and a put whose prices are known."""
    try:
        from engine.kernels import european

        worth = [
            float(european.price(kind, 100.0, 100.0, 1.0, 0.2, 0.05).price)
            for kind in ("call", "put")
        ]
    except Exception as error:
        # A boundary: whatever keeps them from computing is what is looked for.
        return Seen("critical", f"the kernels do not work: {error}", _AGAIN)
    off = max(abs(worth[0] - _CALL), abs(worth[1] - _PUT))
    state = LIMITS["kernels.error"].judge(off)
    said = f"a call and a put are priced within {off:.1e} of what they are worth"
    return Seen(state, said, "" if state == "ok" else _AGAIN, {"error": off})
