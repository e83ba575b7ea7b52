"""A webhook's receiver on loopback: a real server that fails in the ways that it is told to."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SECRET = "/services/T0SECRET0/B0SECRET0/keepThisHidden123"


@dataclass
class Request:
    """One POST that arrived whole."""

    path: str
    headers: dict[str, str]
    body: dict[str, object]

    @property
    def id(self) -> str:
        return self.headers["x-bolt-message-id"]


@dataclass
class FakeSlack:
    """`script` says what becomes of the next connections, one word each; after that all is well.

    A number is a status, `429:7` one with Retry-After; `mute` never answers, `half` begins to,
    `drip` goes on for ever,
    `drop` resets before TLS begins, `lost` after it read, `early` answers 403 and reads nothing,
    `redirect:URL` sends elsewhere, `echo:9` answers 404 with nine dots and the path, `wait` answers
    once `go` is set. `silent` accepts and does not even begin TLS.
    """

    port: int = 0
    secure: bool = False
    script: list[str] = field(default_factory=list)
    received: list[Request] = field(default_factory=list)
    connections: int = 0
    read: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def webhook(self) -> str:
        return f"{'https' if self.secure else 'http'}://localhost:{self.port}{SECRET}"

    @property
    def ids(self) -> list[str]:
        return [request.id for request in self.received]

    def serve(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        threads: list[threading.Thread] = []
        while not self._over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                break
            self.connections += 1
            what = self.script.pop(0) if self.script else "200"
            one = threading.Thread(target=self._one, args=(connection, tls, what))
            one.start()
            threads.append(one)
        for one in threads:
            one.join(5)

    def stop(self) -> None:
        self._over.set()
        self.go.set()

    def _one(self, plain: socket.socket, tls: ssl.SSLContext | None, what: str) -> None:
        with plain, suppress(OSError):
            plain.settimeout(10)
            if what == "silent":
                self._over.wait(10)
            elif what == "drop":
                _reset(plain)
            elif tls is not None:
                with tls.wrap_socket(plain, server_side=True) as connection:
                    self._answer(connection, what)
            else:
                self._answer(plain, what)

    def _answer(self, connection: socket.socket, what: str) -> None:
        word, _, argument = what.partition(":")
        if word == "early":
            connection.sendall(_response("403", "", "invalid_token"))
            return None
        request = _read(connection)
        if request is None:
            return None
        self.received.append(request)
        self.read.set()
        if word == "lost":
            return _reset(connection)
        if word == "drip":
            return self._drip(connection)
        if word in ("mute", "half"):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-" if word == "half" else b"")
            self._over.wait(10)
            return None
        if word == "wait":
            self.go.wait(10)
        connection.sendall(_said(word, argument, request.path))
        return None

    def _drip(self, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self._over.wait(0.1):
            connection.sendall(b"x")


def _said(word: str, argument: str, path: str) -> bytes:
    if word == "redirect":
        return _response("302", f"Location: {argument}\r\n", "")
    if word == "echo":
        return _response("404", "", f"{'.' * int(argument or 0)}nothing at {path}\nsecond line")
    if word in ("200", "wait"):
        return _response("200", "", "ok")
    return _response(word, f"Retry-After: {argument}\r\n" if argument else "", f"it is a {word}")


def _response(status: str, more: str, body: str) -> bytes:
    head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n"
    return f"{head}\r\n{body}".encode()


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _read(connection: socket.socket) -> Request | None:
    """Return a request that arrived whole, as a server would act upon; None where it broke off."""
    content = b""
    while b"\r\n\r\n" not in content:
        if not (chunk := connection.recv(65536)):
            return None
        content += chunk
    head, _, body = content.partition(b"\r\n\r\n")
    first, *rows = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rows)}
    while len(body) < int(headers["content-length"]):
        if not (chunk := connection.recv(65536)):
            return None
        body += chunk
    return Request(first.split()[1], headers, json.loads(body))


@contextmanager
def fake_slack(*script: str, tls: ssl.SSLContext | None = None) -> Iterator[FakeSlack]:
    """Run a receiver for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        slack = FakeSlack(port, tls is not None, list(script))
        thread = threading.Thread(target=slack.serve, args=(listener, tls))
        thread.start()
        try:
            yield slack
        finally:
            slack.stop()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                pass
            thread.join(10)
