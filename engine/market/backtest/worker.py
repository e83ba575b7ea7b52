"""The backtest process: one request on stdin, JSON lines on stdout, then it ends."""

import sys
from collections.abc import Iterator
from math import inf

import msgspec

from engine.evidence import Evidence, clean
from engine.market.backtest import evidence
from engine.market.backtest.market import Market, market
from engine.market.backtest.report import backtest
from engine.market.backtest.request import Case, Done, Failed, Found, Line, Request
from engine.market.put_write import validate
from engine.market.sweep import run

_NAMES = {"wheel": "the wheel earned", "put_write": "put-writing earned"}
_PROGRESS_STEP = 0.02


def answer(request: Request) -> Iterator[Line]:
    """Yield progress and cases as they come, and the answer last; see `Line`."""
    try:
        if request.kind == "validate":
            yield Found(_validation(request))
            return
        walked = _market(request)
        if request.kind == "sweep":
            cases = run(walked, request.rules, request.costs, request.capital)
            for done, one in enumerate(cases, start=1):
                yield Case(one)
                yield Done(done, len(request.rules))
            return
        yield from _one(request, walked)
    except ValueError as error:
        yield Failed(clean(str(error)))


def _one(request: Request, walked: Market) -> Iterator[Line]:
    said = -inf

    def tell(done: int, total: int) -> None:
        nonlocal said
        if done - said >= _PROGRESS_STEP * total:
            said = done
            _write(Done(done, total))

    result = backtest(walked, request.rules[0], request.costs, request.capital, tell)
    yield Found(evidence.wheel(result, _NAMES[request.kind], request.assumptions))


def _validation(request: Request) -> Evidence:
    if request.implied is None:
        raise ValueError("a validation needs an implied volatility series")
    found = validate(
        request.prices,
        request.implied,
        request.rates if len(request.rates) > 1 else request.rates[0],
        request.published_pct,
        request.fit_years,
        levels=request.published_levels,
        dividend_yield=request.dividend_yield or 0.0,
        rules=request.rules[0],
        costs=request.costs,
    )
    return evidence.validation(found, request.assumptions)


def _market(request: Request) -> Market:
    return market(
        request.prices,
        request.source,
        rate=request.rates if len(request.rates) > 1 else request.rates[0],
        dividends=request.dividends,
        dividend_yield=request.dividend_yield,
        begin=request.begin,
        skew=request.skew,
    )


def _write(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Answer the request on stdin."""
    for line in answer(msgspec.json.decode(sys.stdin.buffer.read(), type=Request)):
        _write(line)


if __name__ == "__main__":
    main()
