"""Which blocks of a text may hold a literal: hashed trigrams by blocks, a bit each.

A trigram is three bytes in a row, ASCII letters in lower case, hashed to one of 65 536 buckets. The
bitmap says for each bucket and block whether any trigram of the block falls into the bucket, so a
block whose bit is 0 for some trigram of a literal can't hold that literal in any case.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

_BUCKETS: Final = 1 << 16
_FACTORS: Final = (0x9E35, 0x85EB, 0xC2B3)
_MIN_LITERAL: Final = 3
# A block is a line at least, and a line may be as long as a file.
_PART: Final = 1 << 18
Bits = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.uint32]
Blocks = npt.NDArray[np.intp]


class Bitmap:
    """Buckets × blocks, packed to bits along the blocks.

    Args:
        bounds: where each block begins, and the end of the last. A literal never goes across one.
    """

    def __init__(self, text: bytearray, bounds: Sequence[int]) -> None:
        self.blocks = max(0, len(bounds) - 1)
        self._bits: Bits = np.zeros((_BUCKETS, -(-self.blocks // 8)), np.uint8)
        for group in range(self._bits.shape[1]):
            self._bits[:, group] = _group(text, bounds[8 * group : 8 * group + 9])

    @property
    def nbytes(self) -> int:
        return self._bits.nbytes

    def candidates(self, literals: Iterable[bytes]) -> Blocks | None:
        """Return the blocks that may hold all of `literals`, ascending; None: nothing is ruled out.

        Literals are compared without regard to the case of ASCII letters; those under three bytes
        rule nothing out.
        """
        buckets = sorted({b for literal in literals for b in _buckets(literal)})
        if not buckets:
            return None
        every = np.bitwise_and.reduce(self._bits[buckets], axis=0)
        found: Blocks = np.flatnonzero(np.unpackbits(every, bitorder="little", count=self.blocks))
        return found


def _group(text: bytearray, bounds: Sequence[int]) -> Bits:
    """Return the buckets of up to eight blocks, a bit for each of them."""
    buckets: Bits = np.zeros(_BUCKETS, np.uint8)
    for number, (start, end) in enumerate(pairwise(bounds)):
        for part in range(start, end, _PART):
            # Parts share two bytes, so that no trigram is cut.
            lowered = text[part : min(part + _PART + 2, end)].lower()
            codes = np.frombuffer(lowered, np.uint8).astype(np.uint16)
            # Indexing by intp spares NumPy a slower conversion of its own.
            at = _hashed(codes).astype(np.intp)
            buckets[at] |= np.uint8(1 << number)
    return buckets


def _hashed(codes: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    first, second, third = (np.uint16(factor) for factor in _FACTORS)
    hashed = codes[:-2] * first
    hashed += codes[1:-1] * second
    hashed += codes[2:] * third
    return hashed


def _buckets(literal: bytes) -> list[int]:
    if len(literal) < _MIN_LITERAL:
        return []
    codes = np.frombuffer(literal.lower(), np.uint8).astype(np.uint16)
    return [int(bucket) for bucket in _hashed(codes)]
