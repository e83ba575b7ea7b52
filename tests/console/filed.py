"""A tape as a recording file: what screens are tested with is what a user can send."""

from pathlib import Path

from engine.store.past.recording import FORMAT, Header, Recording, read, write

from .tape import Tape


def filed(tape: Tape, folder: Path) -> Recording:
    """Write the tape to a recording and read it back."""
    path = folder / "session.bolt"
    path.unlink(missing_ok=True)
    write(path, Header(FORMAT, "test", tape.bus.session, tape.clock.wall_s()), tape.events)
    return read(path)
