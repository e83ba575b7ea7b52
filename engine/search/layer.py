"""What one scan made of a project's Python files, each with the stamp of what it was made of."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.search.layer_cache import Entry
from engine.search.python_file import FileScan, Outcome, Stamp

# So many new values, and such a part of all, are worth writing all of them: to write one costs
# about a hundredth of making it.
_WORTH_SAVING: Final = 20
_WORTH_SAVING_OF: Final = 20


class Layer:
    """One scan's values.

    Args:
        kept: values of an earlier run; they count where their stamps are still those of the files.
        stamps: the files as they are now.

    Attributes:
        values: replaced, never changed, when a file was.
        failures: the files that the scan failed on, each with how.
        refreshed: the number of the refresh that it was last brought up to.
        shown: the stamps that it shows, where it will show them until they are replaced.
        taken: how many values came from an earlier run.
    """

    def __init__(self, kept: Mapping[str, Entry], stamps: Mapping[str, Stamp]) -> None:
        self.values: Mapping[str, Any] = {
            path: kept[path][1]
            for path, stamp in stamps.items()
            if path in kept and kept[path][0] == stamp
        }
        self.failures: dict[str, str] = {}
        self.refreshed = 0
        self.shown: Mapping[str, Stamp] | None = None
        self.taken = len(self.values)
        self._stamps: dict[str, Stamp | None] = {path: stamps[path] for path in self.values}
        self._unsaved = 0

    @property
    def worth_saving(self) -> bool:
        """Whether enough was read since the values were last saved."""
        return self._unsaved >= max(_WORTH_SAVING, len(self.values) // _WORTH_SAVING_OF)

    def to_save(self) -> dict[str, Entry]:
        """Return what another run can use; from now on it counts as saved."""
        self._unsaved = 0
        return {
            path: (stamp, self.values[path])
            for path, stamp in self._stamps.items()
            if stamp is not None and path in self.values
        }

    def outdated(self, stamps: Mapping[str, Stamp]) -> tuple[str, ...]:
        """Return the files whose values are missing or were made of another content."""
        known = self._stamps
        return tuple([path for path, stamp in stamps.items() if known.get(path) != stamp])

    def take(self, found: Iterable[FileScan], number: int, stamps: Mapping[str, Stamp]) -> None:
        """Take what the pass's scan `number` found, forget files that are not in `stamps`."""
        gone = [path for path in self._stamps if path not in stamps]
        for path in gone:
            del self._stamps[path]
            self.failures.pop(path, None)
        fresh: dict[str, Any] = {}
        changed = bool(gone)
        for path, stamp, reason, outcomes in found:
            if reason:
                continue
            self._stamps[path] = _shared(stamp, stamps.get(path))
            self._unsaved += stamp is not None and not isinstance(outcomes[number], str)
            if self._differs(path, outcomes[number]):
                changed = True
                fresh[path] = outcomes[number]
        if changed:
            self._replace(fresh, stamps)
        self.shown = stamps if self._stamps == stamps else None

    def _differs(self, path: str, outcome: Outcome) -> bool:
        """Return whether the file's value is another; an equal one stays the object that it was."""
        if isinstance(outcome, str):
            return self.failures.get(path) != outcome
        return path not in self.values or self.values[path] != outcome[0]

    def _replace(self, fresh: Mapping[str, Outcome], stamps: Mapping[str, Stamp]) -> None:
        values = dict(self.values)
        for path, outcome in fresh.items():
            if isinstance(outcome, str):
                values.pop(path, None)
                self.failures[path] = outcome
            else:
                values[path] = outcome[0]
                self.failures.pop(path, None)
        self.values = {path: values[path] for path in stamps if path in values}


def _shared(stamp: Stamp | None, listed: Stamp | None) -> Stamp | None:
    return listed if stamp == listed else stamp
