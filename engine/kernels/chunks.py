"""Large batches in blocks that fit the processor's cache, and in chunks for worker threads.

A formula is evaluated block by block, so that its intermediate arrays stay in the cache. NumPy lets
go of the interpreter's lock while it computes; whoever has worker threads hands in their map
(`ThreadPoolExecutor(...).map` is one), and each call of it gets a chunk of some blocks.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.generic]

# A thread that starts a chunk costs 50 us or so: a chunk is some milliseconds of work, which four
# blocks of a formula are that takes a tenth of a microsecond.
_BLOCKS_PER_CHUNK: Final = 4


class Spread(Protocol):
    """Runs `work` on every part, in any order and on any thread, as the builtin `map` does."""

    def __call__(
        self, work: Callable[[slice], None], parts: Iterable[slice], /
    ) -> Iterable[None]: ...


Formula: TypeAlias = Callable[..., Sequence[NDArray[Any]]]
"""Takes one block of each argument and returns one array per result, of the block's shape."""


def evaluate(
    formula: Formula,
    arguments: Sequence[Values],
    shape: tuple[int, ...],
    results: Sequence[type[np.generic]],
    block: int,
    spread: Spread = map,
    *,
    blocks_per_chunk: int = _BLOCKS_PER_CHUNK,
) -> list[NDArray[Any]]:
    """Return the results of `formula` on `arguments` broadcast to `shape`, block by block.

    An argument of one element stays one element. -0.0 becomes a plain 0.0.

    Args:
        results: the dtypes of what the formula returns, in order.
        block: elements in a block.
        spread: how the chunks are worked off; the builtin map takes them one after the other.
        blocks_per_chunk: so many blocks are one call of `spread`.

    Raises:
        Whatever the formula or the spread does.
    """
    _keep_freed_memory()
    size = int(np.prod(shape, dtype=np.int64))
    flat = [_flat(argument, shape) for argument in arguments]
    whole: list[NDArray[Any]] = [np.empty(size, dtype) for dtype in results]

    def work(chunk: slice) -> None:
        # inf over 0 and 0 below the smallest number are the limits that formulas are to take.
        with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
            for start in range(chunk.start, chunk.stop, block):
                part = slice(start, min(start + block, chunk.stop))
                found = formula(*(_part(argument, part) for argument in flat))
                for result, values in zip(whole, found, strict=True):
                    np.add(values, 0, out=result[part], casting="unsafe")

    stride = block * blocks_per_chunk
    chunks = [slice(start, min(start + stride, size)) for start in range(0, size, stride)]
    if len(chunks) == 1:
        work(chunks[0])
    else:
        for _ in spread(work, chunks):
            pass
    return [result.reshape(shape) for result in whole]


@cache
def _keep_freed_memory() -> None:
    """Free one large block, so that glibc keeps what is freed later.

    It hands free memory back to the system beyond twice the largest block freed so far (`mallopt`,
    M_MMAP_THRESHOLD, which ends at 32 MiB), and then every result and every intermediate array
    costs a page fault for 4 KiB: two fifths of the time. Other allocators don't care.
    """
    np.empty(31 << 20, np.uint8)


def _flat(value: Values, shape: tuple[int, ...]) -> Values:
    return value.reshape(1) if value.size == 1 else np.broadcast_to(value, shape).reshape(-1)


def _part(value: Values, part: slice) -> Values:
    return value if value.size == 1 else value[part]
