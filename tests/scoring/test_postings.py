"""Sets of documents in few bytes: whatever is put in and taken out, the same places are there, in the same bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring import postings
from scoring.postings import BLOCK

#: Few, many close together, and more than are kept as steps.
some = st.one_of(
    st.sets(st.integers(0, BLOCK - 1), max_size=12),
    st.builds(lambda first, step, n: set(range(first, BLOCK, step)[:n]), st.integers(0, BLOCK - 1), st.integers(1, 9),
              st.integers(0, 4_000)),
)  # fmt: skip
few = st.sets(st.one_of(st.integers(0, BLOCK - 1), st.integers(BLOCK - 3, BLOCK - 1)), max_size=3)


def row(of: set[int]) -> bytes:
    return postings.changed(b"", sorted(of))


def numbers_of(held: postings.Row) -> set[int]:
    return {held[0] * BLOCK + place for place in postings.places(held[1])}


@given(some, few, few)
def test_a_row_has_what_was_put_in_and_not_taken_out(before: set[int], added: set[int], removed: set[int]) -> None:
    after = (before | added) - removed
    made = postings.changed(row(before), sorted(added), sorted(removed))
    assert made == row(after), "same places, same bytes"
    assert postings.places(made) == sorted(after)
    assert postings.count(made) == len(after)
    assert len(made) <= BLOCK // 8


@given(some, st.integers(0, BLOCK - 1))
def test_the_newest_document_is_put_at_the_end(before: set[int], place: int) -> None:
    assert postings.changed(row(before), [place]) == row(before | {place})


@given(st.lists(st.tuples(st.integers(0, 2), some), max_size=6), st.sets(st.integers(0, 3 * BLOCK - 1), max_size=20))
def test_rows_of_several_words_are_one_set(held: list[tuple[int, set[int]]], asked: set[int]) -> None:
    rows = [(block, row(places)) for block, places in held if places]
    every = {block * BLOCK + place for block, places in held for place in places}
    bits, nothing, *each = postings.spread([rows, [], *([one] for one in rows)], 3 * BLOCK - 1)
    assert postings.newest(bits).tolist() == sorted(every, reverse=True)
    assert postings.size(bits) == len(every)
    numbers = np.array(sorted(asked), dtype=np.int64)
    assert postings.marked(numbers, bits).tolist() == [number in every for number in sorted(asked)]
    assert [postings.meets(one, bits) for one in rows] == [True] * len(rows)
    assert not any(postings.meets(one, nothing) for one in rows)
    for one, alone in zip(rows, each, strict=True):
        assert set(postings.newest(alone).tolist()) == numbers_of(one)
        assert [postings.meets(other, alone) for other in rows] == [
            bool(numbers_of(other) & numbers_of(one)) for other in rows
        ]
    left = postings.without(bits, asked, [1], BLOCK)
    assert set(postings.newest(left).tolist()) == {n for n in every if n not in asked and n // BLOCK != 1}


def test_all_words_of_one_of_the_ways() -> None:
    asked, *words = postings.spread([[(0, row(of))] for of in [{9, 5, 2, 1}, {1, 2}, {2, 5, 7}, {7, 9}]], 9)
    found = postings.matching(asked, [(0, 1), (2,)], dict(enumerate(words)))
    assert postings.newest(found).tolist() == [9, 2]
    assert postings.newest(postings.matching(asked, [], {})).tolist() == []
