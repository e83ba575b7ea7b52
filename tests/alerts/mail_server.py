"""A mail server on loopback, aiosmtpd's, and certificates that clients trust or don't."""

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "bolt", "s3cret-Passw0rd"


class Authority:
    """An authority of certificates; `trusted` is the file to name in SSL_CERT_FILE."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.trusted = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.trusted)

    def server(self, name: str = "localhost", *, expired: bool = False) -> ssl.SSLContext:
        """Return what a server needs that shows a certificate for `name`."""
        from datetime import UTC, datetime

        until = datetime(2020, 1, 1, tzinfo=UTC) if expired else None
        certificate = self._authority.issue_cert(name, not_after=until)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


@dataclass
class MailServer:
    """`script` says how the next mails are answered, one reply each; after that all is well.

    `lost` closes the connection instead of an answer. `refuse` are receivers that aren't taken.
    """

    port: int = 0
    script: list[str] = field(default_factory=list)
    refuse: list[str] = field(default_factory=list)
    received: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    read: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [mail["X-Bolt-Message-Id"] for mail in self.received]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        said = self.script.pop(0) if self.script else "250 taken"
        if said.startswith("250") or said == "lost":
            mail = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            self.received.append(mail)
        self.read.set()
        if said == "lost":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return said

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@contextmanager
def mail_server(
    *script: str,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    refuse: tuple[str, ...] = (),
    login: bool = False,
) -> Iterator[MailServer]:
    """Run a mail server, on a loop of its own, for the length of the block."""
    server = MailServer(0, list(script), list(refuse))
    ready, over = threading.Event(), threading.Event()

    def connected() -> SMTP:
        asked = server.authenticate if login else None
        return SMTP(
            server,
            hostname="localhost",
            tls_context=starttls,
            authenticator=asked,
            auth_require_tls=starttls is not None,
        )

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(connected, "127.0.0.1", 0, ssl=tls)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        while not over.is_set():  # noqa: ASYNC110 - it is another thread that says so
            await asyncio.sleep(0.02)
        listening.close()
        await asyncio.sleep(0.05)  # for connections that are just ending

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        over.set()
        thread.join(10)
