"""The git history of a file."""

from collections.abc import Sequence

from engine.agents.tool import Call
from engine.evidence import Evidence, Figure, Figures, Table, clean, counted
from engine.search.errors import HistoryUnavailable
from engine.search.history import file_history

_NAMED = 4


async def history(call: Call) -> Evidence:
    """Commits, authors, lines added and removed; without git it says why there is none."""
    try:
        found = await file_history(str(call.services.project), call.text("file"))
    except HistoryUnavailable as error:
        missing = str(error) if "not installed" in error.reason else None
        return Evidence(str(error), found=False, lacks=missing)
    source = "git log --follow"
    items = (
        Figure("commits", found.commits, "", source),
        Figure("first commit", found.first, "", source),
        Figure("last commit", found.last, "", source),
        Figure("lines added over all", found.added, "", source),
        Figure("lines removed over all", found.removed, "", source),
        *(Figure(f"commits by {name}", count, "", source) for name, count in found.authors),
    )
    rows = tuple((c.hash, c.date, c.author, c.subject, c.added, c.removed) for c in found.recent)
    return Evidence(
        verdict=f"{counted(found.commits, 'commit')} since {found.first[:10]}, the last on "
        f"{found.last[:10]}, by {clean(_authors(found.authors))}",
        sections=(
            Figures("Git history", items),
            Table("Latest commits", ("commit", "date", "author", "subject", "+", "-"), rows),
        ),
        weight=1,
        assumptions=("the clone is shallow: there may be older commits",) if found.shallow else (),
    )


def _authors(authors: Sequence[tuple[str, int]]) -> str:
    """Return who wrote it, the most commits first."""
    if len(authors) == 1:
        return authors[0][0]
    named = ", ".join(f"{name} ({commits:,})" for name, commits in authors[:_NAMED])
    more = len(authors) - _NAMED
    return named + (f" and {counted(more, 'other')}" if more > 0 else "")
