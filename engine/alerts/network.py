"""What the channels share of the network: who is on this machine, TLS, and causes in words."""

import re
import socket
import ssl
from ipaddress import ip_address

_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine's own by its looks."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(text: str) -> bool:
    """Return whether a text can be a host's name or address."""
    try:
        ip_address(text)
    except ValueError:
        return _HOST_NAME.fullmatch(text) is not None
    return True


def stays_here(connection: socket.socket) -> bool:
    """Return whether the other end is on this machine, whatever its name said."""
    return is_loopback(str(connection.getpeername()[0]))


def tls() -> ssl.SSLContext:
    """Return what a certificate must stand: the system's authorities, the name, TLS 1.2 or newer.

    The variables SSL_CERT_FILE and SSL_CERT_DIR name other authorities.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def cause(error: OSError, at: str) -> str:
    """Return what went wrong with `at`, a host or host:port, as a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{at}: its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionError):
        if isinstance(error, ConnectionRefusedError):
            return f"{at} refused the connection"
        return f"{at} closed the connection"
    if isinstance(error, ssl.SSLError):
        return f"{at}: no TLS with it: {(error.reason or 'it failed').replace('_', ' ').lower()}"
    if isinstance(error, socket.gaierror):
        return f"{at}: the name can't be looked up: {error.strerror}"
    if isinstance(error, TimeoutError):
        return f"{at} did not answer in time"
    return f"{at}: {error.strerror or type(error).__name__}"
