"""The git history of a file."""

from engine.agents.tool import Call
from engine.evidence import Evidence, Figure, Figures, Table
from engine.search.errors import HistoryUnavailable
from engine.search.history import file_history


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
    commits = f"{found.commits} commit{'' if found.commits == 1 else 's'}"
    return Evidence(
        verdict=f"{commits} since {found.first[:10]}, the last on {found.last[:10]}",
        sections=(
            Figures("Git history", items),
            Table("Latest commits", ("commit", "date", "author", "subject", "+", "-"), rows),
        ),
        weight=1,
        assumptions=("the clone is shallow: there may be older commits",) if found.shallow else (),
    )
