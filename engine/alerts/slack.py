"""A message to a Slack webhook: one POST, no redirect followed, and nothing in it is markup."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

import msgspec

from engine.alerts.message import Message, made
from engine.alerts.network import cause, is_host, is_loopback, stays_here, tls
from engine.alerts.undelivered import ChannelError, Refused
from engine.clock import SystemClock
from engine.evidence import clean

_GLYPHS = {"firing": "▲", "repeated": "▲", "resolved": "✓", "test": "•"}
_HEADER = 150  # Slack's limits, in characters
_SECTION = 3000
_READ_BYTES = 2048
_WHOLE = (401, 403, 404, 410, 429)
_VISIBLE = re.compile(r"[!-~]+")
_EXPECTED = "expected https://hooks.slack.com/services/… (http only for this machine)"


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """A webhook's address in parts; `target`, path and query, is its secret."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def at(self) -> str:
        """What may be told of it."""
        return f"{self.host}:{self.port}" if self.port != 443 else self.host


def place(address: str) -> Place:
    """Return a webhook's address in parts.

    Raises:
        ChannelError: it is none that can be used; nothing of it but its host is told.
    """
    parts = _split(address)
    host, scheme = (parts.hostname or "") if parts else "", parts.scheme if parts else ""
    if parts is None or not is_host(host) or _VISIBLE.fullmatch(address) is None:
        raise ChannelError(f"the webhook's address is no web address; {_EXPECTED}")
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise ChannelError(f"the webhook at {host} is not reached by https; {_EXPECTED}")
    if parts.username is not None:
        raise ChannelError(f"the webhook's address at {host} has a user in it; {_EXPECTED}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(scheme == "https", host, parts.port or (443 if scheme == "https" else 80), target)


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def payload(message: Message, now_s: float) -> bytes:
    """Return the webhook's JSON: plain text only, so that nobody is mentioned and nothing linked.

    `now_s` is the wall time at which it goes out: where that is late, it says when it was made.
    The blocks and the attributes are those of Slack's documentation of incoming webhooks and
    Block Kit; `&`, `<` and `>` are escaped as it asks.
    """
    head = f"{_GLYPHS[message.kind]} {message.kind}: {message.summary}"
    since = datetime.fromtimestamp(message.since_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    rows = [*message.text.split("\n"), message.value, message.remedy]
    rows += [f"{name}: {value}" for name, value in sorted(message.labels.items())]
    context = [f"{message.severity} · rule {message.rule} · since {since}"]
    context += [text for text in (made(message, now_s), message.host, message.project) if text]
    context += [f"id {message.id}"]
    body = "\n".join(clean(row) for row in rows if row)
    blocks: list[dict[str, object]] = [{"type": "header", "text": _plain(head, _HEADER)}]
    if body:
        blocks.append({"type": "section", "text": _plain(body, _SECTION)})
    blocks.append({"type": "context", "elements": [_plain(" · ".join(context), _SECTION)]})
    return msgspec.json.encode(
        {
            "text": _escaped(head, _SECTION),
            "mrkdwn": False,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "blocks": blocks,
        }
    )


def _plain(text: str, limit: int) -> dict[str, object]:
    return {"type": "plain_text", "text": _escaped(text, limit), "emoji": False}


def _escaped(text: str, limit: int) -> str:
    """Return `text` as Slack takes it, escaped, in at most `limit` characters of that."""
    lines = "\n".join(clean(line) for line in text.split("\n"))
    made: list[str] = []
    left = limit - 1
    for letter in lines:
        safe = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(letter, letter)
        if (left := left - len(safe)) < 0:
            return "".join(made) + "…"
        made.append(safe)
    return "".join(made)


def post(to: Place, message: Message, timeout_s: float, goes_out: Callable[[], None]) -> str:
    """Send a message and return what is to be told of it, mostly nothing.

    All but its last byte goes before `goes_out` is called: nobody acts upon such a request, so a
    failure until then is a clear one.

    Raises:
        Refused: it was clearly not taken.
        OSError, HTTPException: the connection broke; after `goes_out` it may have been taken.
    """
    body = payload(message, SystemClock().wall_s())
    connection = _connected(to, timeout_s)
    try:
        connection.putrequest("POST", to.target, skip_accept_encoding=True)
        connection.putheader("Content-Type", "application/json; charset=utf-8")
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("User-Agent", "bolt-tui")
        connection.putheader("X-Bolt-Message-Id", message.id)
        connection.putheader("Connection", "close")
        connection.endheaders(body[:-1])
        goes_out()
        with suppress(OSError):  # it may have answered before it heard us out
            connection.send(body[-1:])
        said = _judged(to, connection.getresponse())
        return said if message.kind == "test" else ""  # who tests wants to know
    finally:
        connection.close()


def reach(to: Place, timeout_s: float) -> None:
    """Connect, TLS and all, and ask nothing.

    Raises:
        Refused: nobody is there, or it isn't who it should be.
    """
    _connected(to, timeout_s).close()


def _connected(to: Place, timeout_s: float) -> HTTPConnection:
    connection: HTTPConnection
    if to.secure:
        connection = HTTPSConnection(to.host, to.port, timeout=timeout_s, context=tls())
    else:
        connection = HTTPConnection(to.host, to.port, timeout=timeout_s)
    try:
        connection.connect()
    except OSError as error:
        raise Refused(cause(error, to.at)) from None
    if not to.secure and not stays_here(connection.sock):
        connection.close()
        raise Refused(f"{to.at} is not on this machine, so http is not used")
    return connection


def _judged(to: Place, response: HTTPResponse) -> str:
    said = ""
    with suppress(OSError, HTTPException):  # the status is the answer
        said = response.read(_READ_BYTES).decode("utf-8", "replace").strip().partition("\n")[0]
    if 300 <= response.status < 400:
        raise Refused(f"{to.at} redirects {_elsewhere(response)}, which is not followed")
    words = f"{to.at} answered {response.status}" + (f": {clean(said)}" if said else "")
    if 200 <= response.status < 300:
        return words
    # A gateway's answer (502, 504) is none of who may have taken it. An outage gives many of them,
    # and "at least once" weighs more than a second copy with the same id.
    whole = response.status in _WHOLE or response.status >= 500
    raise Refused(words, whole=whole, retry_after_s=_retry_after(response))


def _elsewhere(response: HTTPResponse) -> str:
    parts = _split(response.getheader("Location", ""))
    host = (parts.hostname or "") if parts else ""
    return f"to {host}" if is_host(host) else "elsewhere"


def _retry_after(response: HTTPResponse) -> float | None:
    """Return how many seconds the receiver asks for, by number or by date (RFC 9110, 10.2.3)."""
    asked = response.getheader("Retry-After", "").strip()
    if asked.isdecimal() and asked.isascii():
        return float(asked[:9])
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(response.getheader("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None
