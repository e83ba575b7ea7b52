"""What options with cash dividends are worth at every spot, solved once and read often.

A backward solution holds the value at all spots, so one `Sheet` serves all scenarios that move the
spot alone. Options of one expiry and schedule are solved together, in blocks: some 6 ms an option
in company and 35 ms alone, on one core of a server. Many blocks go over worker threads; few don't,
as the steps of small ones are too short to share the interpreter. The newest sheets are kept.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from os import cpu_count
from threading import Lock
from typing import Final

import numpy as np

from engine.kernels.arguments import Floats
from engine.kernels.dividends_grid import Grid, Options, Schedule, Slope

_POINTS: Final = 240
_STEPS: Final = 100
_BLOCK: Final = 32
_KEPT: Final = 4096
_MOST_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class Contract:
    """One option and its market.

    Attributes:
        dividends: all after now and before expiry.
        near: a spot that the grid is to reach besides the strike.
    """

    is_call: bool
    american: bool
    strike: float
    years: float
    volatility: float
    rate: float
    dividends: Schedule
    dividend_yield: float = 0.0
    near: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One option over spots: two grids, one with half the steps, extrapolated (Richardson)."""

    contract: Contract
    coarse: Slope
    fine: Slope

    def price(self, spot: Floats) -> Floats:
        """Return the price at each spot, (k,), never below what exercise pays."""
        fine = self.fine.value(spot)
        found = fine + (fine - self.coarse.value(spot)) / 3.0
        return np.maximum(found, self.gain(spot) if self.contract.american else 0.0)

    def error(self, spot: Floats) -> Floats:
        """Return an estimate of the prices' errors: what the finer grid changed, over three."""
        return np.asarray(np.abs(self.fine.value(spot) - self.coarse.value(spot)) / 3.0)

    def derivatives(self, spot: Floats) -> tuple[Floats, Floats]:
        """Return delta and gamma at each spot, (k,)."""
        fine, coarse = self.fine.derivatives(spot), self.coarse.derivatives(spot)
        delta, gamma = (a + (a - b) / 3.0 for a, b in zip(fine, coarse, strict=True))
        return delta, gamma

    def gain(self, spot: Floats) -> Floats:
        """Return what exercise pays now, (k,), at least 0."""
        sign = 1.0 if self.contract.is_call else -1.0
        return np.maximum(sign * (spot - self.contract.strike), 0.0)


def sheets(contracts: Iterable[Contract]) -> dict[Contract, Sheet]:
    """Return the sheet of each contract; those solved lately are not solved again."""
    wanted = list(dict.fromkeys(contracts))
    found = _kept.of(wanted)
    blocks = list(_blocks([one for one in wanted if one not in found]))
    workers = min(sum(map(len, blocks)) // _BLOCK, cpu_count() or 1, _MOST_THREADS)
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            solved = list(pool.map(_solved, blocks))
    else:
        solved = [_solved(block) for block in blocks]
    for part in solved:
        _kept.add(part)
        found.update((sheet.contract, sheet) for sheet in part)
    return found


def kept_bytes() -> int:
    """Return what the kept sheets hold."""
    return _kept.size_bytes()


def shed() -> None:
    """Forget the kept sheets; they are solved again when they are asked for."""
    _kept.clear()


def _blocks(contracts: Sequence[Contract]) -> Iterable[list[Contract]]:
    """Yield contracts that share their moments, a few at a time."""
    ordered = sorted(contracts, key=_moments)
    for _, group in groupby(ordered, key=_moments):
        together = list(group)
        for start in range(0, len(together), _BLOCK):
            yield together[start : start + _BLOCK]


def _moments(contract: Contract) -> tuple[float, Schedule]:
    return contract.years, contract.dividends


def _solved(contracts: Sequence[Contract]) -> list[Sheet]:
    first = contracts[0]
    options = Options(
        sign=np.array([1.0 if one.is_call else -1.0 for one in contracts]),
        american=np.array([one.american for one in contracts]),
        near=np.array([one.strike if one.near is None else one.near for one in contracts]),
        strike=np.array([one.strike for one in contracts]),
        volatility=np.array([one.volatility for one in contracts]),
        rate=np.array([one.rate for one in contracts]),
        dividend_yield=np.array([one.dividend_yield for one in contracts]),
        years=first.years,
        dividends=first.dividends,
    )
    coarse, fine = (Grid(options, _POINTS * by, _STEPS * by).run() for by in (1, 2))
    return [
        Sheet(one, coarse.slope(place), fine.slope(place)) for place, one in enumerate(contracts)
    ]


class _Kept:
    """The sheets used last."""

    def __init__(self) -> None:
        self._sheets: OrderedDict[Contract, Sheet] = OrderedDict()
        self._lock = Lock()

    def of(self, contracts: Iterable[Contract]) -> dict[Contract, Sheet]:
        with self._lock:
            found = {one: self._sheets[one] for one in contracts if one in self._sheets}
            for one in found:
                self._sheets.move_to_end(one)
            return found

    def add(self, sheets_solved: Iterable[Sheet]) -> None:
        with self._lock:
            for sheet in sheets_solved:
                self._sheets[sheet.contract] = sheet
            while len(self._sheets) > _KEPT:
                self._sheets.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._sheets.clear()

    def size_bytes(self) -> int:
        with self._lock:
            kept = list(self._sheets.values())
        return sum(one.coarse.values.nbytes + one.fine.values.nbytes for one in kept)


_kept = _Kept()
