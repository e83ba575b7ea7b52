"""A webhook on loopback that counts what it is sent: where the soaked session sends its alerts."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

_VARIABLE: Final = "SLACK_WEBHOOK_URL"  # the default of slack.webhook_env
_DONE: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
_MOST_BYTES: Final = 1 << 20


class Hook:
    """Counts the messages that were taken."""

    def __init__(self) -> None:
        self.received = 0

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Hook"]:
        """Listen for the length of the block, and have this process's environment name it."""
        hook = cls()
        server = await asyncio.start_server(hook._take, "127.0.0.1", 0, limit=_MOST_BYTES)
        before = os.environ.get(_VARIABLE)
        os.environ[_VARIABLE] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/soak"
        try:
            async with server:
                yield hook
        finally:
            os.environ.pop(_VARIABLE)
            if before is not None:
                os.environ[_VARIABLE] = before

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            sizes = [
                line.split(b":")[1] for line in head.split(b"\r\n") if b"content-length" in line
            ]
            await reader.readexactly(min(_MOST_BYTES, int(sizes[0]) if sizes else 0))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # who only looks whether anyone is there
        else:
            self.received += head.startswith(b"post")
            writer.write(_DONE)
        writer.close()
