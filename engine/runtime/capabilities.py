"""What this machine and project can do: each capability with its circuit and its canary."""

import importlib.util
import sys
from dataclasses import replace
from datetime import date
from typing import Final

import anyio

from engine.agents.services import Services
from engine.breaker.board import Board
from engine.config import Config
from engine.market.usual_places import files
from engine.process import run
from engine.search.errors import SearchError

_CANARY_S = 5.0
# Each of them makes a book; what else a question needs, its tool tells.
_BOOKS: Final = ("positions", "prices", "trades")
_NO_BOOK: Final = (
    "this project has no positions, no prices and no trades: none of them is set in [market], and "
    f"there is none of {', '.join(files(*_BOOKS))}; set [market] "
    'positions = "positions.csv" in bolt.toml, or try '
    "`bolt-tui example FOLDER`"
)


def add_capabilities(board: Board, services: Services) -> None:
    """Enter every capability that can be told of at once; `find_gpu` adds the GPU."""

    async def scan() -> None:
        await run([services.ripgrep(), "--version"], timeout_s=_CANARY_S)

    async def know_code() -> None:
        await services.code("project.state")

    async def read_store() -> None:
        async with services.pool.lease() as lease:
            await lease.rows("SELECT 42")

    async def price() -> None:
        from engine.kernels import european

        await anyio.to_thread.run_sync(european.price, "call", 100.0, 100.0, 1.0, 0.2)

    async def read_host() -> None:
        await services.read_host()

    probing, storing = (replace(board.policy, slow_s=slow_s) for slow_s in (1.0, 5.0))
    board.add("probes.host", read_host, probing)
    try:
        services.ripgrep()
    except SearchError as error:
        board.add_absent("search.scan", str(error))
        board.add_absent("graph", str(error))
    else:
        board.add("search.scan", scan)
        board.add("graph", know_code)
    board.add("symbols", _nothing_to_try)
    board.add("kernels.cpu", price)
    if (reason := _no_metal()) is None:
        board.add("kernels.gpu", price)
    else:
        board.add_absent("kernels.gpu", reason)
    add_market(board, services)
    add_notify(board, services)
    board.add("store.write", services.journal.flush, storing)
    board.add("store.read", read_store, storing)


def add_market(board: Board, services: Services) -> None:
    """Enter the book, or the reason why there is none; then it is looked for when it is asked for.

    What is wrong with it, and what of it a question lacks, its tools tell.
    """

    async def read_book() -> None:
        from engine.market.reading.errors import (
            BadRows,
            ColumnMissing,
            SourceMissing,
            SourceRefused,
            SourceVanished,
        )
        from engine.market.reading.reading import load
        from engine.market.settings import Absent, sources

        try:
            where = sources(services.settings, services.project, date.today(), needs=_BOOKS)
            if not isinstance(where, Absent):
                await load(services.pool, where, trades=True)
        except SourceVanished:
            raise
        except (BadRows, ColumnMissing, SourceRefused, SourceMissing):
            pass  # it could be read: what is wrong in it is for its owner, and the tools tell

    def look() -> None:
        if _has_book(services):
            board.add("market", read_book)

    look()
    if "market" not in board.states():
        board.add_absent("market", _NO_BOOK, look)


def _has_book(services: Services) -> bool:
    market = services.settings.config.market
    named = (market.positions, market.prices, market.trades)
    return any(one.strip() for one in named) or any(
        (services.project / name).is_file() for name in files(*_BOOKS)
    )


def add_notify(board: Board, services: Services) -> None:
    """Enter the channels of alerts, or why there is none; a secret is not looked up for that."""
    config, environ = services.settings.config, services.environ
    slack = environ.get(config.slack.webhook_env, "").strip() or config.slack.webhook_command
    if not slack and not config.email.host:
        board.add_absent("notify", no_channel(config))
        return
    from engine.alerts.channels import channels  # 80 ms: most have none

    found = channels(config, environ)
    present = [one for one in found.values() if not isinstance(one, str)]

    async def reach() -> None:
        for channel in present:
            await channel.reach()

    if present:
        board.add("notify", reach)
    else:
        board.add_absent("notify", "; ".join(f"{name}: {why}" for name, why in found.items()))


def no_channel(config: Config) -> str:
    """Return why nobody is told of alerts, and what to set."""
    return (
        f"no channel is set: there is no variable {config.slack.webhook_env}, and "
        "slack.webhook_command and email.host are empty; set one of them in your own settings"
    )


async def find_gpu(board: Board, services: Services) -> None:
    """Look for a GPU, once, and enter it or the reason why there is none."""
    if "probes.gpu" in board.states():
        return
    sample = await services.read_gpu()

    async def read_again() -> None:
        await services.read_gpu()

    if "probes.gpu" in board.states():
        return
    if sample.devices:
        board.add("probes.gpu", read_again)
    else:
        board.add_absent("probes.gpu", sample.reason or "no source knows of one")


async def _nothing_to_try() -> None:
    """Symbols are read from files by this very program: nothing beside it can be out of order."""


def _no_metal() -> str | None:
    if sys.platform != "darwin":
        return "Metal is there only on macOS"
    return None if importlib.util.find_spec("mlx") else "mlx is not installed"
