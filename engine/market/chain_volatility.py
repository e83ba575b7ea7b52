"""The volatilities of quoted options: as quoted, or what the middle of bid and ask implies.

Where a cash dividend is to come before expiry the price goes first, as in `risk_market`: a quoted
volatility belongs to a model that need not know of the dividend.
"""

from collections.abc import Sequence

import numpy as np

from engine.kernels.implied_vol import Status, implied_volatility
from engine.market.book import Option, Quote
from engine.market.risk.dividends import MOST_EXACT
from engine.market.risk.implied import Asked, first, refined
from engine.market.risk.market import mid
from engine.market.scene import Scene

Row = tuple[Quote, Option]


def volatilities(scene: Scene, rows: Sequence[Row]) -> list[float | str]:
    """Return the volatility of each quoted option, or why it has none.

    Without a dividend by the European price; with one by the American price, exactly for up to
    `MOST_EXACT` options, and with more by the spot less the dividends' present value.
    """
    found: list[float | str] = [quote.volatility or "it has no bid and ask" for quote, _ in rows]
    priced = [(place, price) for place, row in enumerate(rows) if (price := mid(row[0]))]
    paying = [(place, price) for place, price in priced if scene.coming(rows[place][1])]
    plain = [
        (place, price)
        for place, price in priced
        if not rows[place][0].volatility and not scene.coming(rows[place][1])
    ]
    for (place, _), value in zip(plain, _european(scene, rows, plain), strict=True):
        found[place] = value
    for (place, _), value in zip(paying, _with_dividends(scene, rows, paying), strict=True):
        # As quoted stands where the price implies nothing.
        found[place] = rows[place][0].volatility or value if isinstance(value, str) else value
    return found


def _european(
    scene: Scene, rows: Sequence[Row], priced: Sequence[tuple[int, float]]
) -> list[float | str]:
    if not priced:
        return []
    options = [rows[place][1] for place, _ in priced]
    found = implied_volatility(
        np.array([option.kind for option in options]),
        np.array([price for _, price in priced]),
        scene.spot,
        np.array([option.strike for option in options]),
        np.array([scene.years(option) for option in options]),
        scene.rate,
        scene.dividend_yield,
    )
    return [
        float(value) if int(status) == Status.SOLVED else Status(int(status)).reason
        for value, status in zip(found.volatility, found.status, strict=True)
    ]


def _with_dividends(
    scene: Scene, rows: Sequence[Row], priced: Sequence[tuple[int, float]]
) -> list[float | str]:
    asked = []
    for place, price in priced:
        option = rows[place][1]
        asked.append(
            Asked(
                option, price, scene.spot, scene.years(option), scene.rate, scene.dividend_yield,
                scene.dividends,
            )
        )  # fmt: skip
    starts = [first(one) for one in asked]
    solved = [(place, start) for place, start in enumerate(starts) if not isinstance(start, str)]
    if not 0 < len(solved) <= MOST_EXACT:
        return starts
    exact = refined([asked[place] for place, _ in solved], [start for _, start in solved])
    for (place, _), value in zip(solved, exact, strict=True):
        starts[place] = value
    return starts
