"""Which documents have a word, in few bytes: a row for each word and fifteen thousand numbers, as steps or as bits.

All words of a question are then sets that numpy joins and cuts in microseconds, however common they are; the databases'
own indexes read every document of the commonest word to join it with another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bits = npt.NDArray[np.uint8]
    """A set of numbers: eight a byte, the least first."""
    Numbers = npt.NDArray[np.int64]

#: Numbers of one row. A bit for each are 1,875 bytes: PostgreSQL puts a row of two thousand beside the table.
BLOCK = 15_000
_BYTES = BLOCK // 8
_NONE = bytes(_BYTES)
#: Where bits would be more, a row is the steps from one place to the next, from 0 on: a byte for most of them, and
#: before it these where a step is long.
_FAR = 253
_STRIDES = ((255, 36 * _FAR), (254, 6 * _FAR), (253, _FAR))
_STEPS = (*range(_FAR), *(stride for _, stride in reversed(_STRIDES)))
#: So many steps of a row are looked at one by one.
_PROBED = 6
#: So many times as long a row may become to be joined faster, and so many become so at once, each a byte for a place.
_LONGER = 16
_AT_ONCE = 64
#: (which block, its places as bytes)
Row = tuple[int, bytes]


def changed(held: bytes, added: Sequence[int] = (), removed: Sequence[int] = ()) -> bytes:
    """A row with some places (number % BLOCK) put in and others taken out; b"" for none. Same places, same bytes.

    >>> changed(changed(b"", [7, 300]), [8], [300]) == changed(b"", [7, 8])
    True
    >>> row = changed(b"", range(0, BLOCK, 2))
    >>> count(row), len(row), len(changed(row, [], range(0, BLOCK, 4)))
    (7500, 1875, 1875)
    >>> places(changed(b"", [3, 14_000]))
    [3, 14000]
    """
    if len(held) == _BYTES:
        bits = _with_bits(bytearray(held), added, removed)
        # Each place is a step at least, and one more place never makes the steps fewer.
        if not removed or count(bits) >= _BYTES:
            return bits
    elif len(added) == 1 and not removed and added[0] > (last := _last(held)):
        # The newest document, as nearly always.
        made = held + _steps(added, max(last, 0))
        if len(made) < _BYTES:
            return made
    now = sorted({*places(held), *added} - {*removed})
    made = _steps(now)
    return made if len(made) < _BYTES else _with_bits(bytearray(_BYTES), now)


def _with_bits(bits: bytearray, added: Iterable[int], removed: Iterable[int] = ()) -> bytes:
    for place in added:
        bits[place >> 3] |= 1 << (place & 7)
    for place in removed:
        bits[place >> 3] &= ~(1 << (place & 7))
    return bytes(bits)


def _steps(numbers: Iterable[int], last: int = 0) -> bytes:
    made = bytearray()
    for place in numbers:
        step = place - last
        for sign, stride in _STRIDES:
            made += bytes([sign]) * (step // stride)
            step %= stride
        made.append(step)
        last = place
    return bytes(made)


def _last(steps: bytes) -> int:
    """The greatest place; below them all when there are none."""
    return sum(steps) + sum(steps.count(sign) * (stride - sign) for sign, stride in _STRIDES) if steps else -1


def places(held: bytes) -> list[int]:
    """The places of a row, least first."""
    if len(held) == _BYTES:
        return [place for place in range(BLOCK) if held[place >> 3] >> (place & 7) & 1]
    reached = accumulate(map(_STEPS.__getitem__, held))
    return [place for place, step in zip(reached, held, strict=True) if step < _FAR]


def count(held: bytes) -> int:
    """How many places a row has."""
    if len(held) == _BYTES:
        return int.from_bytes(held, "little").bit_count()
    return len(held) - held.count(255) - held.count(254) - held.count(253)  # _STRIDES


def spread(sets: Sequence[Sequence[Row]], last: int) -> list[Bits]:
    """For each of some sets of rows, of whatever words, the numbers up to `last` that any of its rows has.

    What numpy is called for it is called once for all of them: with sets of a few thousand, the calls are what costs.
    """
    import numpy as np

    blocks = last // BLOCK + 1
    few = [(n * blocks + block, held) for n, rows in enumerate(sets) for block, held in rows if len(held) != _BYTES]
    flags = np.zeros((len(sets), blocks * BLOCK), dtype=np.bool_)
    if few:
        flags.reshape(-1)[_numbers(few)] = True
    found = np.packbits(flags, axis=1, bitorder="little")
    for n, rows in enumerate(sets):
        for layer in _layers(rows, blocks):
            found[n] |= np.frombuffer(b"".join(layer), dtype=np.uint8)
    return list(found)


def _layers(rows: Sequence[Row], blocks: int) -> list[list[bytes]]:
    """Rows of bits, each in the place of its block, in as many layers as one block has such rows."""
    layers: list[list[bytes]] = []
    depth = [0] * blocks
    for block, held in rows:
        if len(held) == _BYTES:
            if depth[block] == len(layers):
                layers.append([_NONE] * blocks)
            layers[depth[block]][block] = held
            depth[block] += 1
    return layers


def bare(several: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Rows for whoever joins them often: as bits, which are joined in no time, unless those were many times longer.

    >>> few, some = changed(b"", [7]), changed(b"", range(0, BLOCK, 100))
    >>> [[one, other]] = bare([[(0, few), (3, some)]])
    >>> one == (0, few), len(some), len(other[1]), places(other[1]) == places(some)
    (True, 150, 1875, True)
    """
    long = [[(0, held)] for rows in several for _, held in rows if _is_long(held)]
    bits = (
        one.tobytes()
        for start in range(0, len(long), _AT_ONCE)
        for one in spread(long[start : start + _AT_ONCE], BLOCK - 1)
    )
    return [[(block, next(bits) if _is_long(held) else held) for block, held in rows] for rows in several]


def _is_long(held: bytes) -> bool:
    """Steps of which a row of bits would not be many times as long."""
    return _BYTES // _LONGER < len(held) < _BYTES


def _numbers(rows: Sequence[Row]) -> Numbers:
    """The numbers of rows of steps, some of them more than once."""
    import numpy as np

    joined = np.frombuffer(b"".join([held for _, held in rows]), dtype=np.uint8)
    steps = joined.astype(np.int64)  # what numpy takes for a place as it is
    far = np.flatnonzero(joined >= _FAR)
    steps[far] = np.array(_STEPS[_FAR:])[joined[far] - _FAR]
    # One sum over all: each row's first step leads from where the row before it ended to its own block.
    begin = [0, *accumulate([len(held) for _, held in rows[:-1]])]
    leads = np.array([block * BLOCK for block, _ in rows])
    leads[1:] -= leads[:-1] + np.add.reduceat(steps, begin)[:-1]
    steps[begin] += leads
    # In place: a second array of this size, and the allocator gives the memory back each time, to fault it in anew.
    np.cumsum(steps, out=steps)
    steps[far] = steps[-1]  # a stride ends at no place, the last step of all does
    return steps


def meets(row: Row, bits: Bits) -> bool:
    """Whether a set has any number of a row."""
    import numpy as np

    block, held = row
    here = bits[block * _BYTES : (block + 1) * _BYTES]
    # Of what somebody sees half of, one of the first few is mostly theirs: less than it takes to call numpy.
    seen = here.data
    if len(held) == _BYTES:
        if any(one & other for one, other in zip(held[:_PROBED], seen, strict=False)):
            return True
        return bool((here & np.frombuffer(held, dtype=np.uint8)).any())
    first = zip(accumulate(map(_STEPS.__getitem__, held[:_PROBED])), held, strict=False)
    if any(seen[place >> 3] >> (place & 7) & 1 for place, step in first if step < _FAR):
        return True
    return len(held) > _PROBED and bool(marked(_numbers([(0, held)]), here).any())


def marked(numbers: Numbers, bits: Bits) -> npt.NDArray[np.bool_]:
    """Of each of these numbers whether the set has it."""
    import numpy as np

    found: npt.NDArray[np.bool_] = (bits[numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1).view(np.bool_)
    return found


def matching(bits: Bits, ways: Sequence[tuple[int, ...]], having: Mapping[int, Bits]) -> Bits:
    """What a set shares with all words of one of the ways; `having` says of each word which have it."""
    import numpy as np

    found = np.zeros_like(bits)
    for way in ways:
        here = bits
        for word in way:
            here = here & having[word]
        found |= here
    return found


def size(bits: Bits) -> int:
    """How many numbers a set has."""
    import numpy as np

    return int(np.bitwise_count(bits).sum())


def shared(one: Bits, other: Bits) -> int:
    """How many numbers two sets have in common."""
    return size(one & other)


def newest(bits: Bits) -> Numbers:
    """The numbers of a set, the greatest first."""
    import numpy as np

    return np.flatnonzero(np.unpackbits(bits, bitorder="little").view(np.bool_))[::-1]


def without(bits: Bits, numbers: Iterable[int], spans: Iterable[int] = (), span: int = 1) -> Bits:
    """A set that lacks these numbers, and all of some spans: numbers that have the same quotient by `span`.

    A block is so many spans, and none is left over.
    """
    import numpy as np

    flags = np.unpackbits(bits, bitorder="little")
    flags[list(numbers)] = 0
    every = len(flags) // span
    flags.reshape(every, span)[[one for one in spans if one < every]] = 0
    return np.packbits(flags, bitorder="little")
