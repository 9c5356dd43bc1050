"""Answering what waits one by one: in what order, and where somebody stands who goes through it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from bot.core.types import Review, ReviewId

MOST = 40
"""Reviews in one go: their ids travel with the screen."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The reviews in the order in which they were first shown, and which of them is on the screen."""

    reviews: tuple[ReviewId, ...]
    at: int = 0
    """Its place; `len(reviews)` is the end, where it says what was done."""
    last: ReviewId | None = None
    """The one that was answered last, for its undo."""
    moment: str = ""
    """When the tap was made that led here, as Slack says it."""

    @property
    def here(self) -> ReviewId | None:
        return self.reviews[self.at] if self.at < len(self.reviews) else None


#: Where to go from here, given what still waits.
Move = Callable[[Walk, Collection[ReviewId]], Walk]


def in_order(reviews: Iterable[Review]) -> list[Review]:
    """Hot deals first, then by deadline."""
    return sorted(reviews, key=lambda r: (r.hot_at is None, r.deadline_at, r.id))


def begin(reviews: Iterable[Review]) -> Walk:
    """A new walk over what waits now."""
    return Walk(tuple(review.id for review in in_order(reviews))[:MOST])


def onward(walk: Walk, waiting: Collection[ReviewId]) -> Walk:
    """To the next one that still waits, else to the end.

    >>> onward(Walk(("a", "b", "c")), {"a", "c"}).here
    'c'
    """
    return replace(walk, at=_first(walk, walk.at + 1, waiting))


def back(walk: Walk, waiting: Collection[ReviewId]) -> Walk:
    """To the one before that still waits; where there is none it stays, or takes what waits instead.

    >>> back(Walk(("a", "b", "c"), at=3), {"a", "b"}).here
    'b'
    """
    before = [n for n in range(min(walk.at, len(walk.reviews))) if walk.reviews[n] in waiting]
    return replace(walk, at=before[-1] if before else _first(walk, walk.at, waiting))


def changed(review_id: ReviewId, *, reopened: bool = False, counted: bool = True) -> Move:
    """Something has become of this review: it stays on the screen while it waits, else the next one comes.

    `reopened` shows it even to somebody in whose name it does not wait: they have just taken their answer back.
    Not `counted` is what was not theirs: the answer before it stays the last one.
    """

    def move(walk: Walk, waiting: Collection[ReviewId]) -> Walk:
        if review_id not in walk.reviews:
            return replace(walk, at=_first(walk, walk.at, waiting))
        there = walk.reviews.index(review_id)
        if reopened:
            return replace(walk, at=there, last=None if walk.last == review_id else walk.last)
        last = review_id if counted and review_id not in waiting else walk.last
        return replace(walk, at=_first(walk, there, waiting), last=last)

    return move


def skipped(before: Walk, after: Walk) -> tuple[ReviewId, ...]:
    """What lies between two places, in order, without where one arrives: of these it is said why they are gone."""
    low, high = sorted((before.at, after.at))
    return tuple(r for r in before.reviews[low:high] if r != after.here)


def _first(walk: Walk, start: int, waiting: Collection[ReviewId]) -> int:
    places = range(start, len(walk.reviews))
    return next((n for n in places if walk.reviews[n] in waiting), len(walk.reviews))
