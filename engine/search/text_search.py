"""Text search as the rest of the engine asks for it: by the index where there is one, else ripgrep.

Both give the same lines; what differs is how long it takes, and the answer says which it was.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import anyio

from engine.search.context import with_context
from engine.search.corpus import check_paths
from engine.search.errors import PatternError, ScanFailed, SearchError
from engine.search.left_out import SURVEY_S, LeftOut
from engine.search.scan import ELSEWHERE_S, MAX_ROWS, scan
from engine.search.survey import count_left_out, look_elsewhere
from engine.search.text_query import Scan, TextQuery, check_pattern

if TYPE_CHECKING:  # a run without an index needs none of it
    from engine.search.index.client import IndexClient, Indexed

# An index answers in milliseconds. One that takes so long hangs, and ripgrep is asked.
PATIENCE_S: Final = 3.0


class TextSearch:
    """Searches one project; `index` None where none is kept, with `why_none`."""

    def __init__(
        self,
        rg: Callable[[], str],
        root: str,
        index: "IndexClient | None" = None,
        *,
        why_none: str = "",
        report: Callable[[Exception | None, float], None] = lambda error, took_s: None,
        left_alone: Callable[[], str] = lambda: "",
    ) -> None:
        self._rg = rg
        self._root = root
        self._index = index
        self._why_none = why_none
        self._report = report
        self._left_alone = left_alone  # why the index isn't to be asked now, empty: it is
        self._left_out = LeftOut(rg, root)

    async def run(self) -> None:
        """Count what isn't searched, in the background, until cancelled; for an index only."""
        await self._left_out.run()

    async def find(
        self,
        query: TextQuery,
        *,
        max_rows: int = MAX_ROWS,
        context: int = 0,
        timeout_s: float = 30.0,
    ) -> Scan:
        """Return the matching lines, with `context` lines before and behind each.

        Raises:
            RipgrepMissing, PatternError, PathOutside, PathMissing, ScanFailed.
        """
        check_pattern(query)
        found = await self._by_index(query, max_rows, timeout_s)
        if isinstance(found, str):
            scanned = await scan(
                self._rg(),
                self._root,
                query,
                max_rows=max_rows,
                timeout_s=timeout_s,
                left_out=await self._known_left_out(query),
            )
            found = replace(scanned, why_scanned=found)
        return await with_context(self._root, found, context) if context else found

    async def _known_left_out(self, query: TextQuery) -> dict[str, int] | None:
        """Return what is counted beside the index; None where a scan has to count for itself."""
        index = self._index
        if index is None or query.paths:
            return None
        counted = await self._left_out.first(index.generation)
        if counted is None or index.binary is None:
            return counted
        return {**counted, "binary": index.binary}

    async def _by_index(self, query: TextQuery, max_rows: int, timeout_s: float) -> Scan | str:
        if self._index is None:
            return self._why_none
        if why := self._left_alone():
            return why
        names = await check_paths(self._rg(), self._root, query.paths)
        query = replace(query, paths=names)
        began_s = anyio.current_time()
        patience_s = min(timeout_s, PATIENCE_S)
        try:
            with anyio.fail_after(patience_s):
                found = await self._index.search(query, max_rows=max_rows)
        except PatternError:
            raise
        except (SearchError, TimeoutError) as error:
            # Not swallowed: its circuit hears of it, and the answer says why ripgrep gave it.
            self._report(error, anyio.current_time() - began_s)
            return f"the index failed: {_cause(error) or f'no answer within {patience_s:g} s'}"
        if isinstance(found, str):
            return found
        self._report(None, anyio.current_time() - began_s)
        return await self._scan(query, found, timeout_s)

    async def _scan(self, query: TextQuery, found: "Indexed", timeout_s: float) -> Scan:
        elsewhere, looked = None, True
        if not found.total:
            with anyio.move_on_after(ELSEWHERE_S) as limit:
                elsewhere = await look_elsewhere(
                    self._rg(), self._root, query, query.paths, timeout_s=timeout_s
                )
            looked = not limit.cancelled_caught
        if query.paths:
            left_out = await count_left_out(self._rg(), self._root, query.paths, timeout_s=SURVEY_S)
        else:
            counted = await self._left_out.first(found.generation)
            left_out = {**(counted or {}), "binary": found.binary}
        if found.unreadable:
            left_out["unreadable"] = found.unreadable
        truncated = found.total > len(found.rows)
        return Scan(
            found.total,
            found.files,
            found.rows,
            truncated,
            left_out,
            elsewhere,
            looked,
            indexed=True,
        )


def _cause(error: Exception) -> str:
    return error.cause if isinstance(error, ScanFailed) else str(error)
