"""What a guarded call costs beside other libraries: `python -m tests.benchmarks.circuit`.

Bars: below interlock-cb's overhead, at most twice the cheapest. All run in turns in one process,
the best of many rounds counts, and the bare call is taken off. A block is `with breaker: work()`, a
call is the library's own way to guard a function, a rejection is one that is not let in. A block of
circuitbreaker's is left out: only its decorator looks whether the circuit is open. Beside each cost
stands what is counted for it. Needs interlock-cb; the others where they are installed.
"""

import importlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from engine.breaker.board import Board
from engine.breaker.policy import Policy
from engine.clock import SystemClock

CALLS = 2_000
ROUNDS = 60
Timed = Callable[[], float]


def work() -> int:
    return 1


def broken() -> int:
    raise ValueError("it broke")


async def nothing() -> None: ...


def block(board: Board) -> Timed:
    def timed() -> float:
        began_s = time.perf_counter()
        for _ in range(CALLS):
            with board.guard("search"):
                work()
        return time.perf_counter() - began_s

    return timed


def same(breaker: AbstractContextManager[object]) -> Timed:
    """Time a breaker that is its own context: nobody pays for a call that hands it over."""

    def timed() -> float:
        began_s = time.perf_counter()
        for _ in range(CALLS):
            with breaker:
                work()
        return time.perf_counter() - began_s

    return timed


def call(guarded: Callable[[], object]) -> Timed:
    def timed() -> float:
        began_s = time.perf_counter()
        for _ in range(CALLS):
            guarded()
        return time.perf_counter() - began_s

    return timed


def rejected(enter: Callable[[], AbstractContextManager[object]]) -> Timed:
    def timed() -> float:
        began_s = time.perf_counter()
        for _ in range(CALLS):
            try:
                with enter():
                    work()
            except Exception:  # each library has its own
                pass
        return time.perf_counter() - began_s

    return timed


def ours() -> dict[str, tuple[str, Timed]]:
    board = Board(lambda _: None, SystemClock(), Policy())
    for name in ("search", "graph"):
        board.add(name, nothing)
    board.force("graph", "open", "for the benchmark")
    windows = "each call, its time, calls and seconds"
    return {
        "ours, block": (windows, block(board)),
        "ours, rejection": ("", rejected(lambda: board.guard("graph"))),
    }


def interlock() -> dict[str, tuple[str, Timed]]:
    from interlock import CircuitBreaker, Config
    from interlock.window import WindowType

    timed = CircuitBreaker(name="a", config=Config(window_type=WindowType.TIME_BASED))
    counted, shut = CircuitBreaker(name="b", config=Config()), CircuitBreaker(name="c")
    shut.force_open()
    return {
        "interlock-cb, block": ("each call, its time, calls", same(counted)),
        "interlock-cb, call": ("each call, its time, calls", call(counted(work))),
        "interlock-cb, block, seconds": ("each call, its time, seconds", same(timed)),
        "interlock-cb, rejection": ("", rejected(lambda: shut)),
    }


def circuitbreaker() -> dict[str, tuple[str, Timed]]:
    breaker = importlib.import_module("circuitbreaker").CircuitBreaker
    shut = breaker(failure_threshold=1)
    with suppress(ValueError):
        shut(broken)()
    return {
        "circuitbreaker, call": ("failures in a row", call(breaker()(work))),
        "circuitbreaker, rejection": ("", call(lambda: _caught(shut(work)))),
    }


def purgatory() -> dict[str, tuple[str, Timed]]:
    factory = importlib.import_module("purgatory").SyncCircuitBreakerFactory()
    shut = factory.get_breaker("c", threshold=1)
    with suppress(ValueError), shut:
        broken()
    return {
        "purgatory, block": ("failures in a row", same(factory.get_breaker("a"))),
        "purgatory, call": ("failures in a row", call(factory("b")(work))),
        "purgatory, rejection": ("", rejected(lambda: shut)),
    }


def _caught(guarded: Callable[[], object]) -> None:
    with suppress(Exception):
        guarded()


def main() -> None:
    contestants: dict[str, tuple[str, Timed]] = {"bare": ("", call(work))}
    for library in (ours, interlock, circuitbreaker, purgatory):
        try:
            contestants |= library()
        except ImportError as error:
            print(f"{library.__name__} is left out: {error}")
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(ROUNDS):
        for name, (_, timed) in contestants.items():
            best[name] = min(best[name], timed())
    bare_us = best.pop("bare") / CALLS * 1e6
    cost_us = {name: seconds / CALLS * 1e6 - bare_us for name, seconds in best.items()}
    for name, us in cost_us.items():
        print(f"{name:30} {us:7.3f} µs  {contestants[name][0]}")
    others = {n: us for n, us in cost_us.items() if not n.startswith("ours") and "rej" not in n}
    mine, cheapest = cost_us["ours, block"], min(others, key=lambda name: others[name])
    theirs = min(us for name, us in others.items() if name.startswith("interlock"))
    print(f"of interlock-cb's cheapest: {mine / theirs:.2f} (bar: below 1)")
    print(f"of the cheapest of all, {cheapest}: {mine / others[cheapest]:.2f} (bar: at most 2)")


if __name__ == "__main__":
    main()
