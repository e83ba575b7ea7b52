"""A message to a mail server: TLS unless that is this machine, and headers nobody can add to."""

import re
import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine.alerts.errand import ToServer
from engine.alerts.message import Message, made
from engine.alerts.network import cause, is_host, is_loopback, stays_here, tls
from engine.alerts.undelivered import ChannelError, Refused
from engine.clock import SystemClock
from engine.config.schema import Email
from engine.evidence import clean

NO_SMTP = "something that is no SMTP"
_SUBJECT = 160
_LINE_BEGINS_WITH_DOT = re.compile(rb"(?m)^\.")


def checked(settings: Email) -> None:
    """Return where these settings can be used.

    Raises:
        ChannelError: they can't, with the setting and what it expects.
    """
    if not is_host(settings.host):
        raise ChannelError(f"email.host: {settings.host!r} is no name of a host")
    if settings.security == "none" and not is_loopback(settings.host):
        raise ChannelError(
            f'email.security: "none" is only for a server on this machine, and {settings.host} is '
            'none; take "starttls" or "tls"'
        )
    if not settings.sender:
        raise ChannelError("email.sender is empty: say from whom the mail is")
    if not settings.to:
        raise ChannelError("email.to is empty: say whom the mail goes to")
    if not settings.user.isascii():
        raise ChannelError(f"email.user: {clean(settings.user)!r} has letters beyond ASCII")
    address("email.sender", settings.sender)
    for one in settings.to:
        address("email.to", one)


def address(setting: str, text: str) -> Address:
    """Return a mail address, with or without a name before it.

    Raises:
        ChannelError: it is none.
    """
    name, _, rest = text.rpartition("<")
    spec = rest.removesuffix(">").strip() if name or text.startswith("<") else text.strip()
    try:
        found = Address(clean(name.strip().strip('"')), addr_spec=spec)
    except (ValueError, IndexError, HeaderParseError):
        found = None
    if found is None or not found.username or not found.domain or not spec.isascii():
        raise ChannelError(
            f"{setting}: {clean(text)!r} is no mail address; expected name@example.org"
        )
    return found


def letter(message: Message, settings: Email, now_s: float) -> EmailMessage:
    """Return the message as a mail that goes out at `now_s`; its Message-ID follows from its id."""
    sender = address("email.sender", settings.sender)
    mail = EmailMessage(policy=SMTP)
    state = "" if message.kind == "firing" else f"{message.kind}: "
    mail["Subject"] = clean(f"[{message.severity}] {state}{message.summary}")[:_SUBJECT]
    mail["From"] = sender
    mail["To"] = [address("email.to", one) for one in settings.to]
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at_s, UTC))
    mail["Message-ID"] = f"<{message.id}@{sender.domain}>"
    mail["References"] = f"<{re.sub('[^A-Za-z0-9_-]', '-', message.alert)[:80]}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Bolt-Message-Id"] = message.id
    mail.set_content(_text(message, now_s), cte="quoted-printable")
    return mail


def _text(message: Message, now_s: float) -> str:
    since = datetime.fromtimestamp(message.since_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    first = [message.summary, "", *message.text.split("\n"), message.value]
    first += [f"What to do: {message.remedy}"] if message.remedy else []
    facts = {"Rule": message.rule, "Severity": message.severity, "Since": since}
    facts |= {"Host": message.host, "Project": message.project} | dict(
        sorted(message.labels.items())
    )
    late = [f"This went out late: it was {said}"] if (said := made(message, now_s)) else []
    rows = [*first, *late, "", *(f"{name}: {value}" for name, value in facts.items() if value)]
    return "\n".join(clean(row) for row in [*rows, f"Id: {message.id}"]) + "\n"


def send(server: ToServer, message: Message, timeout_s: float, goes_out: Callable[[], None]) -> str:
    """Send a message and return what is to be told of it: who of many was refused.

    The text goes before `goes_out` is called, the dot that ends it after: without the dot no server
    takes a mail, so a failure until then is a clear one (RFC 5321, 4.1.1.4).

    Raises:
        Refused: it was clearly not taken.
        OSError: the connection broke, or it was no SMTP; after `goes_out` it may have been taken.
    """
    mail = letter(message, server.settings, SystemClock().wall_s())
    text = _LINE_BEGINS_WITH_DOT.sub(b"..", mail.as_bytes())
    with _session(server, timeout_s) as smtp:
        refused = _envelope(server, smtp)
        _expect(server, smtp.docmd("DATA"), 354, "DATA", whole=False)
        smtp.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        goes_out()
        smtp.send(b".\r\n")
        reply = smtp.getreply()
        _expect(server, reply, 250, "the mail", whole=False)
    if refused:
        return f"{server.at} refused {', '.join(refused)}"
    return f"{server.at} answered {_reply(*reply)}" if message.kind == "test" else ""


def reach(server: ToServer, timeout_s: float) -> None:
    """Connect, TLS and all, log in nowhere, send nothing.

    Raises:
        Refused: nobody is there, or it isn't who it should be.
    """
    with _session(server, timeout_s, login=False):
        pass


@contextmanager
def _session(server: ToServer, timeout_s: float, *, login: bool = True) -> Iterator[smtplib.SMTP]:
    try:
        smtp = _connected(server, timeout_s)
    except OSError as error:
        raise _refused(server, error) from None
    try:
        try:
            _greeted(server, smtp)
            if login and server.settings.user:
                smtp.login(server.settings.user, server.password.reveal())
        except OSError as error:
            raise _refused(server, error) from None
        yield smtp
        with suppress(OSError):  # its word is given; how it takes leave changes nothing
            smtp.quit()
    finally:
        smtp.close()


def _connected(server: ToServer, timeout_s: float) -> smtplib.SMTP:
    settings, us = server.settings, socket.gethostname()
    name = us if is_host(us) and us.isascii() else "localhost"  # or it asks the name service
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, name, timeout=timeout_s, context=tls()
        )
    return smtplib.SMTP(settings.host, settings.port, name, timeout=timeout_s)


def _greeted(server: ToServer, smtp: smtplib.SMTP) -> None:
    smtp.ehlo_or_helo_if_needed()
    if server.settings.security == "starttls":
        if not smtp.has_extn("starttls"):
            raise Refused(f"{server.at} offers no STARTTLS, and in the clear nothing is sent")
        smtp.starttls(context=tls())
        smtp.ehlo_or_helo_if_needed()
    elif server.settings.security == "none" and not (smtp.sock and stays_here(smtp.sock)):
        raise Refused(f"{server.at} is not on this machine, so nothing is sent in the clear")


def _envelope(server: ToServer, smtp: smtplib.SMTP) -> list[str]:
    """Name sender and receivers; return those that are refused, where not all of them are."""
    sender = address("email.sender", server.settings.sender).addr_spec
    _expect(server, smtp.mail(sender), 250, f"the sender {sender}", whole=True)
    refused = []
    for one in server.settings.to:
        receiver = address("email.to", one).addr_spec
        code, said = smtp.rcpt(receiver)
        if code not in (250, 251):
            refused.append(f"{receiver} ({_reply(code, said)})")
    if len(refused) == len(server.settings.to):
        raise Refused(f"{server.at} refused {', '.join(refused)}")
    return refused


def _expect(
    server: ToServer, reply: tuple[int, bytes], code: int, what: str, *, whole: bool
) -> None:
    if not _is_reply(reply[0]):
        raise smtplib.SMTPException
    if reply[0] != code:
        raise Refused(f"{server.at} refused {what}: {_reply(*reply)}", whole=whole)


def _reply(code: int, said: bytes) -> str:
    first = said.decode("utf-8", "replace").strip().partition("\n")[0]
    return clean(f"{code} {first}") if _is_reply(code) else NO_SMTP


def _is_reply(code: int) -> bool:
    """Return whether it is one (RFC 5321, 4.2.1); smtplib makes -1 or 25 of other lines."""
    return 200 <= code < 600


def broken(error: smtplib.SMTPServerDisconnected, at: str) -> str:
    """Return how a connection ended; smtplib calls an answer that never comes a closed one."""
    first = error.__context__
    return cause(first if isinstance(first, OSError) else ConnectionResetError(), at)


def _refused(server: ToServer, error: OSError) -> Refused:
    """Return what an error before the first mail command means."""
    at = server.at
    if isinstance(error, smtplib.SMTPAuthenticationError):
        user = clean(server.settings.user)
        return Refused(f"{at} refused the login of {user} ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said if isinstance(said, bytes) else str(said).encode()
        return Refused(f"{at} answered {_reply(error.smtp_code, text)}")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Refused(broken(error, at))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(f"{at} offers no login; empty email.user, or take another server")
    if isinstance(error, smtplib.SMTPException):
        return Refused(f"{at} takes none of our ways to log in")
    return Refused(cause(error, at))
