"""Going through what waits: nothing that waits is passed by, nothing else is stopped at, the order never changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.one_by_one import MOST, Walk, back, begin, changed, in_order, onward, skipped
from tests import factories as f

_IDS = tuple(f"rv_{n}" for n in range(6))
walks = st.integers(0, len(_IDS)).map(lambda at: Walk(_IDS, at))
waits = st.frozensets(st.sampled_from([*_IDS, "rv_other"]))


@given(walks, waits)
def test_on_and_back_stop_only_at_what_waits(walk: Walk, waiting: frozenset[str]) -> None:
    ahead, behind = onward(walk, waiting), back(walk, waiting)
    assert ahead.here is None or (ahead.here in waiting and ahead.at > walk.at)
    assert behind.here is None or behind.here in waiting
    assert not any(r in waiting for r in skipped(walk, ahead)[1:])
    assert ahead.reviews == behind.reviews == walk.reviews


@given(walks, waits, st.sampled_from(_IDS))
def test_what_still_waits_stays_and_what_is_answered_gives_way(
    walk: Walk, waiting: frozenset[str], review: str
) -> None:
    moved = changed(review)(walk, waiting)
    if review in waiting:
        assert moved.here == review
    else:
        later = [r for r in walk.reviews[walk.reviews.index(review) :] if r in waiting]
        assert moved.here == (later[0] if later else None)
    assert changed(review)(moved, waiting) == moved, "a second message of the same tap leads to the same place"


@given(waits)
def test_every_one_that_waits_is_met_once(waiting: frozenset[str]) -> None:
    walk, met = Walk(_IDS, -1), []
    while (walk := onward(walk, waiting)).here is not None:
        met.append(walk.here)
    assert met == [r for r in _IDS if r in waiting]


def test_what_was_taken_back_is_shown_and_no_longer_the_last_answer() -> None:
    walk = Walk(_IDS, 3, last="rv_2")
    assert changed("rv_2", reopened=True)(walk, frozenset()) == Walk(_IDS, 2)


def test_what_is_no_part_of_it_changes_nothing() -> None:
    assert changed("rv_other")(Walk(_IDS, 2), frozenset(_IDS)) == Walk(_IDS, 2)


def test_hot_deals_come_first_then_the_nearest_deadline_and_forty_at_most() -> None:
    review = f.case().review
    late = replace(review, id="rv_late", deadline_at=review.deadline_at + timedelta(hours=1))
    hot = replace(late, id="rv_hot", deadline_at=late.deadline_at + timedelta(days=1), hot_at=review.intake_at)
    assert [r.id for r in in_order([late, review, hot])] == ["rv_hot", review.id, "rv_late"]
    assert len(begin([replace(review, id=f"rv_{n}") for n in range(60)]).reviews) == MOST
