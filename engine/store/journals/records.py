"""What one line of a journal is to the store: a sample with columns of its own, or a fact.

Everything else that is sound stays a fact with its text as it was: a kind that this program does
not know, a version that is newer, a sample that does not fit its schema. Such are *foreign*.
"""

import zlib
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from engine.events import (
    EVENT_VERSION,
    AnyEvent,
    EngineSample,
    GpuSample,
    HostSample,
    ProcessSample,
    Sample,
    decoder,
)
from engine.store.journals.journal import sound

SampleKind = Literal["HostSample", "GpuSample", "ProcessSample", "EngineSample"]
Kind = Literal["HostSample", "GpuSample", "ProcessSample", "EngineSample", "facts"]
SAMPLES: dict[SampleKind, type[Sample]] = {
    "HostSample": HostSample,
    "GpuSample": GpuSample,
    "ProcessSample": ProcessSample,
    "EngineSample": EngineSample,
}
KINDS: tuple[Kind, ...] = (*SAMPLES, "facts")
_SAMPLE_KINDS: dict[str, SampleKind] = {kind: kind for kind in SAMPLES}
KNOWN = frozenset(kind.__name__ for kind in AnyEvent.__args__)
_FACTS = ", ".join(f"'{name}'" for name in sorted(KNOWN - SAMPLES.keys()))
FOREIGN = f"(v > {EVENT_VERSION} OR type NOT IN ({_FACTS}))"  # SQL, among the facts
# A number so long may not fit DuckDB's columns. Found in a tenth of a regular expression's time.
_TOO_LONG = b"0" * 19
_DIGITS_TO_0 = bytes.maketrans(b"123456789", b"000000000")
_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Head(Struct, frozen=True):
    """What every record has, of whatever kind and version."""

    type: str
    session: str
    seq: _Number
    wall_s: float
    v: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    mono_s: float = 0.0
    query: str | None = None


class FactRow(Struct, frozen=True):
    """One row of the part `facts`; `body` is the record's whole JSON object."""

    session: str
    seq: int
    v: int
    type: str
    mono_s: float
    wall_s: float
    query: str | None
    body: str


class Record(NamedTuple):
    """One sound line; `body` is its JSON object without the checksum."""

    head: Head
    kind: Kind
    foreign: bool
    body: bytes


_heads: msgspec.json.Decoder[Head] = msgspec.json.Decoder(Head)
_rows = msgspec.json.Encoder()


def record(raw: bytes) -> Record | None:
    """Return what a line says, or None where it is damaged or no record at all."""
    body = sound(raw)
    return None if body is None else read_body(body)


def number(raw: bytes) -> int | None:
    """Return a line's number in its session, or None where `record` would be None."""
    body = sound(raw)
    head = None if body is None else _head(body)
    return None if head is None else head.seq


def read_body(body: bytes) -> Record | None:
    """Return what a line's JSON object says, or None where it is no record."""
    head = _head(body)
    if head is None:
        return None
    if head.v > EVENT_VERSION or head.type not in KNOWN:
        return Record(head, "facts", True, body)
    return _sample(head, body) or Record(head, "facts", head.type in SAMPLES, body)


def _head(body: bytes) -> Head | None:
    try:
        head = _heads.decode(body)
        body.decode()  # what it holds beside its head must be text too
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return head


def _sample(head: Head, body: bytes) -> Record | None:
    kind = _SAMPLE_KINDS.get(head.type)
    if kind is None or _TOO_LONG in body.translate(_DIGITS_TO_0) or event(body) is None:
        return None
    return Record(head, kind, False, body)


def event(body: bytes | str) -> AnyEvent | None:
    """Return the event of a JSON object, or None where this program does not know it."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def row(one: Record, kind: Kind) -> bytes:
    """Return a record as the JSON object that DuckDB turns into a row of a kind's table."""
    if kind != "facts":
        return one.body
    head = one.head
    body = one.body.decode()
    return _rows.encode(
        FactRow(
            head.session, head.seq, head.v, head.type, head.mono_s, head.wall_s, head.query, body
        )
    )


def sealed(body: bytes) -> bytes:
    """Return a JSON object as a line of a journal, byte for byte as it was before `sound`."""
    return b'{"crc":"%08x",%b\n' % (zlib.crc32(body[1:]), body[1:])
