"""Hot deals, Mondays and more time: the rules by example, and what holds for all reviews and all moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import hurry
from bot.core.errors import Invalid, TooLate
from bot.core.hurry import MORE, Ping
from bot.core.nudges import Window
from bot.core.review import Times, expire, hold_of
from bot.core.types import OnDeadline, Review, State
from scoring.types import Verdict
from tests import factories as f

NOW = f.INTAKE + timedelta(hours=2)
HOUR = timedelta(hours=1)
MOSCOW, SAO = ZoneInfo("Europe/Moscow"), ZoneInfo("America/Sao_Paulo")
OPEN = f.review()

reviews = st.builds(
    lambda state, left, opened: f.review(
        state=state, deadline_at=NOW + left, opened_at=f.INTAKE if opened or state is not State.PENDING else None
    ),
    st.sampled_from([s for s in State if s.awaits]),
    st.timedeltas(timedelta(seconds=1), timedelta(days=5)),
    st.booleans(),
)
spans = st.timedeltas(timedelta(minutes=16), timedelta(days=9))


@given(reviews, spans)
def test_hot_never_lengthens_and_always_opens(review: Review, ahead: timedelta) -> None:
    change = hurry.mark_hot(review, NOW + ahead, NOW)
    assert change is not None
    hot = change.review
    assert hot.deadline_at == min(review.deadline_at, NOW + ahead) > NOW
    assert hot.opened_at is not None
    assert (hot.hot_at, hot.hot_until, hot.version) == (NOW, NOW + ahead, review.version + 1)
    assert hurry.mark_hot(hot, NOW + ahead, NOW) is None, "a double tap"


@given(reviews, spans, spans)
def test_marked_twice_the_sooner_deadline_stays(review: Review, one: timedelta, other: timedelta) -> None:
    first = hurry.mark_hot(review, NOW + one, NOW)
    assert first is not None
    second = hurry.mark_hot(first.review, NOW + other, NOW)
    latest = second.review if second is not None else first.review
    assert latest.deadline_at == min(review.deadline_at, NOW + one, NOW + other)
    assert latest.hot_until == NOW + other


@given(reviews, st.one_of(st.none(), spans))
def test_time_is_given_once_and_never_beyond_the_other_offer(review: Review, offer: timedelta | None) -> None:
    if offer is not None:
        marked = hurry.mark_hot(review, NOW + offer, NOW)
        assert marked is not None
        review = marked.review
    if not hurry.can_have_time(review):
        with pytest.raises(TooLate):
            hurry.give_time(review, NOW)
        assert review.state is State.HELD or (review.hot_until or NOW) <= review.deadline_at
        return
    given_ = hurry.give_time(review, NOW).review
    assert review.deadline_at < given_.deadline_at <= review.deadline_at + MORE
    assert review.hot_until is None or given_.deadline_at <= review.hot_until
    with pytest.raises(TooLate, match="extended_already"):
        hurry.give_time(given_, NOW)


@pytest.mark.parametrize("soon", [-HOUR, timedelta(), timedelta(minutes=14)])
def test_nobody_could_answer_by_then(soon: timedelta) -> None:
    with pytest.raises(Invalid, match="expiry_soon") as told:
        hurry.mark_hot(OPEN, NOW + soon, NOW)
    assert told.value.params["field"] == "until"


@pytest.mark.parametrize("verb", [lambda r, now: hurry.mark_hot(r, now + HOUR, now), hurry.give_time])
def test_what_is_over_stays_over(verb: object) -> None:
    assert callable(verb)
    with pytest.raises(TooLate, match="decided"):
        verb(replace(OPEN, state=State.DECIDED), NOW)
    with pytest.raises(TooLate, match="deadline_due"):
        verb(OPEN, OPEN.deadline_at)


def friday(hour: int, window: int = 48) -> Review:
    intake = datetime(2026, 11, 27, hour, tzinfo=UTC)
    return f.review(intake_at=intake, deadline_at=intake + timedelta(hours=window))


@pytest.mark.parametrize(
    ("review", "monday"),
    [
        (friday(15), "2026-11-30T12:00:00+03:00"),
        (friday(15, 24), "2026-11-30T12:00:00+03:00"),
        (friday(6, 69), None),  # due at 06:00 Moscow on Monday: until noon, the same day
        (friday(15, 96), None),
        (friday(0, 4), None),
    ],
)
def test_a_deadline_on_a_weekend_may_wait_for_monday_noon(review: Review, monday: str | None) -> None:
    found = hurry.monday_of(review, MOSCOW, review.intake_at + timedelta(minutes=5))
    if monday is None and found is not None:
        assert found - review.deadline_at <= timedelta(days=3)
        assert found.astimezone(MOSCOW).isoweekday() == 1
        return
    assert found == (datetime.fromisoformat(monday) if monday else None)


@given(st.integers(0, 366 * 24), st.integers(1, 120), st.sampled_from([MOSCOW, SAO]))
def test_wherever_it_moves_it_is_a_monday_noon_after_the_deadline(at: int, window: int, zone: ZoneInfo) -> None:
    intake = datetime(2026, 1, 1, tzinfo=UTC) + at * HOUR
    review = f.review(intake_at=intake, deadline_at=intake + timedelta(hours=window))
    found = hurry.monday_of(review, zone, intake)
    if found is None:
        with pytest.raises(TooLate, match="no_monday"):
            hurry.to_monday(review, zone, intake)
        return
    local = found.astimezone(zone)
    assert (local.isoweekday(), local.hour, local.minute) == (1, 12, 0)
    assert timedelta() < found - review.deadline_at <= timedelta(days=3)
    moved = hurry.to_monday(review, zone, intake).review
    assert moved.deadline_at == found
    assert hurry.monday_of(moved, zone, intake) is None, "once"


def test_no_monday_later_than_at_opening_nor_for_what_is_hot() -> None:
    review = friday(15)
    assert hurry.monday_of(review, MOSCOW, review.intake_at + timedelta(hours=24)) is None
    hot = replace(review, hot_at=NOW)
    assert hurry.monday_of(hot, MOSCOW, review.intake_at) is None
    with pytest.raises(TooLate, match="moved_already"):
        hurry.to_monday(replace(review, moved_at=NOW), MOSCOW, review.intake_at)


def test_whom_a_ping_reaches() -> None:
    window = Window(NOW, OPEN.deadline_at, timedelta(minutes=30))
    there, later, never = ((NOW, NOW + HOUR),), ((NOW + 9 * HOUR, NOW + 17 * HOUR),), ()
    assert hurry.whom_to_ping(OPEN, window, there, never, NOW) == Ping(f.BIA)
    assert hurry.whom_to_ping(OPEN, window, later, there, NOW) == Ping(f.CAIO, f.BIA, NOW + 9 * HOUR)
    assert hurry.whom_to_ping(OPEN, window, never, there, NOW) == Ping(f.CAIO, f.BIA, None)
    assert hurry.whom_to_ping(OPEN, window, later, never, NOW) == Ping(None, None, NOW + 9 * HOUR)
    assert hurry.whom_to_ping(replace(OPEN, backup=None), window, never, there, NOW) == Ping(None)


def test_what_the_lead_would_rule_is_left_time_to_rule_before_the_offer_ends() -> None:
    """High stakes are held by default: half of what the other offer leaves is the expert's, half the lead's."""
    grave = f.review(deadline_at=NOW + timedelta(days=2), on_deadline=OnDeadline.HOLD)
    change = hurry.mark_hot(grave, NOW + 4 * HOUR, NOW)
    assert change is not None
    hot = change.review
    assert hot.deadline_at == NOW + 2 * HOUR
    assert hold_of(hot, Times()) == 2 * HOUR
    held = expire(hot, Verdict.PROCEED, hot.deadline_at)
    assert (held.review.state, held.review.deadline_at) == (State.HELD, NOW + 4 * HOUR)
    assert hold_of(grave, Times()) == Times().hold
