"""Real market data that lies beside the checkout; tests that want it skip where it is absent."""

import csv
import gzip
from datetime import date, datetime
from math import log1p
from pathlib import Path

import numpy as np
import pytest

from engine.market.book import DailyPrice

FOLDER = Path(__file__).parents[3] / "shared" / "data"


def file(name: str) -> Path:
    """Return the path of a data file, or skip the test."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"the market data {name} is not beside this checkout")
    return path


def sp500() -> list[DailyPrice]:
    """Closes of the S&P 500, 1999 to 2018."""
    with gzip.open(file("arch_sp500_ohlcv_1999_2018.csv.gz"), "rt") as lines:
        return [
            DailyPrice(
                "SPX", datetime.strptime(row["Date"], "%m/%d/%Y").date(), float(row["Close"])
            )
            for row in csv.DictReader(lines)
        ]


def vix() -> dict[date, float]:
    """Closes of the VIX as fractions, 1990 to 2023."""
    with file("cboe_vix_close_1990_2023.csv").open() as lines:
        return {
            date.fromisoformat(row["Date"]): float(row["Close"]) / 100
            for row in csv.DictReader(lines)
        }


def bills() -> dict[tuple[int, int], float]:
    """Continuous rate per year of one-month T-bills, by year and month."""
    with gzip.open(file("arch_french_factors_rf_monthly.csv.gz"), "rt") as lines:
        return {
            (int(row["Date"][:4]), int(row["Date"][4:6])): 12 * log1p(float(row["RF"]) / 100)
            for row in csv.DictReader(lines)
        }


def put_index_pct() -> dict[int, float]:
    """Published annual returns of the Cboe S&P 500 PutWrite Index."""
    with file("cboe_put_published_2007_2015.csv").open() as lines:
        return {int(r["year"]): float(r["put_net_return_pct"]) for r in csv.DictReader(lines)}


def premium_pct() -> dict[int, float]:
    """Published gross premium of the same by year, percent of the index's value."""
    with file("cboe_put_published_2007_2015.csv").open() as lines:
        return {int(r["year"]): float(r["put_gross_premium_pct"]) for r in csv.DictReader(lines)}


def unity() -> list[DailyPrice]:
    """Closes of U from its first day to March 2024."""
    with file("U_daily_2020_2024.csv").open() as lines:
        return [
            DailyPrice("U", date.fromisoformat(row["Date"]), float(row["Close"]))
            for row in csv.DictReader(lines)
        ]


def twenty_stocks() -> tuple[list[date], list[str], np.ndarray, np.ndarray]:
    """Days, symbols, adjusted closes and 3-month at-the-money implied volatility (n × 20)."""
    closes, volatilities = (
        _table("skfolio_20stocks_adjclose_1990_2022.csv.gz"),
        _table("skfolio_20stocks_impliedvol_2010_2022.csv.gz"),
    )
    days = sorted(closes[1].keys() & volatilities[1].keys())
    assert closes[0] == volatilities[0]
    return (
        days,
        closes[0],
        np.array([closes[1][day] for day in days]),
        np.array([volatilities[1][day] for day in days]),
    )


def _table(name: str) -> tuple[list[str], dict[date, list[float]]]:
    with gzip.open(file(name), "rt") as lines:
        rows = csv.reader(lines)
        symbols = next(rows)[1:]
        return symbols, {
            date.fromisoformat(row[0]): [float(cell) for cell in row[1:]] for row in rows
        }
