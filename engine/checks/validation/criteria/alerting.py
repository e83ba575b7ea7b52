"""A message through the real outbox, to a receiver on this machine that refuses it once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final

import anyio
import anyio.to_thread
from msgspec.structs import replace

from engine.alerts.channels import channels
from engine.alerts.message import Message
from engine.alerts.notices import Origin, trial
from engine.alerts.outbox import Outbox
from engine.checks.validation.criteria.ground import Ground
from engine.checks.validation.criteria.shown import Shown, judged, listed
from engine.config import Config
from engine.config.schema import Slack
from engine.events import AlertDelivered

_VARIABLE: Final = "WEBHOOK"
_CHANNEL: Final = "slack"
_WITHIN_S: Final = 30.0


class _Receiver(HTTPServer):
    """Answers 503 the first time and takes the message the second; keeps what was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Receiver)
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(503 if len(self.server.bodies) == 1 else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is overridden
        """Say nothing: stderr is the user's."""


@contextmanager
def _receiving() -> Iterator[_Receiver]:
    with _Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()


async def measured(ground: Ground) -> dict[str, Shown]:
    """Return whether a message that was refused once arrives, once, and is not put again."""
    told = list[AlertDelivered]()
    token = str(ground.scratch)
    test = trial((_CHANNEL,), Origin("validate", "loopback"), ground.clock.wall_s(), token).message
    # A test is tried once only, an alert until it arrives.
    message = replace(test, kind="firing")
    outbox = Outbox(ground.scratch / "alerts", clock=ground.clock)
    began_s = ground.clock.monotonic_s()
    with _receiving() as receiver:
        config = Config(slack=Slack(webhook_env=_VARIABLE, timeout_s=5.0))
        to = channels(config, {_VARIABLE: f"http://127.0.0.1:{receiver.server_port}/hook"})
        await anyio.to_thread.run_sync(outbox.put, message, (_CHANNEL,))
        with anyio.move_on_after(_WITHIN_S):
            while True:
                wait_s = await outbox.deliver(to, told.append, lambda _: False)
                if wait_s is None:
                    break
                await anyio.sleep(wait_s)
        again = await anyio.to_thread.run_sync(outbox.put, message, (_CHANNEL,))
        bodies = receiver.bodies
    took_s = ground.clock.monotonic_s() - began_s
    problems = _problems(message, bodies, told, again)
    figure = f"{len(bodies)} attempts, {took_s:.1f} s"
    proof = "a receiver on this machine refused it, then took it; put again it is not sent again"
    return {"alerts_mechanism": judged(not problems, figure, listed(problems) or proof)}


def _problems(
    message: Message, bodies: list[bytes], told: list[AlertDelivered], again: int
) -> list[str]:
    problems = list[str]()
    states = [one.state for one in told]
    if states != ["failed", "sent"]:
        causes = ", ".join(f"{one.state} {one.cause}".strip() for one in told) or "nothing"
        problems.append(f"expected a failure and then an acknowledgement, found {causes}")
    if len(bodies) != 2:
        problems.append(f"expected 2 requests, found {len(bodies)}")
    problems += [
        "a request does not say what the message says"
        for body in bodies
        if message.summary not in json.dumps(json.loads(body), ensure_ascii=False)
    ]
    return [*problems, "put a second time it is sent again"] if again else problems
