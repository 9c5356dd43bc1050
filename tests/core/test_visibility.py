"""Who may see what was said in a channel: nothing that is not known, and known lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.types import Member
from bot.core.visibility import FRESH, Place, in_sight, is_fresh, shown_in, unsure

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OURS = "T0HOME"
BIA = Member("U0BIA", "Bia", team=OURS)
GUS = Member("U0GUS", "Gus", team=OURS, guest=True)

moments = st.one_of(
    st.none(), st.integers(-900, 900).map(lambda s: NOW - timedelta(seconds=s)), st.just(NOW), st.just(NOW - FRESH)
)
places = st.lists(
    st.builds(
        Place, st.sampled_from(["C1", "C2", "C3", "C4"]), st.sampled_from([None, True, False]), st.booleans(), moments,
        st.booleans(), moments,
    ),
    unique_by=lambda place: place.id,
)  # fmt: skip
people = st.builds(
    Member, st.just("U0BIA"), st.just("Bia"), team=st.sampled_from([None, OURS, "T0ELSE", "stranger"]),
    guest=st.booleans(), deleted=st.booleans(),
)  # fmt: skip


@given(people, places)
def test_nobody_sees_what_is_not_known_for_certain(person: Member, every: list[Place]) -> None:
    seen = in_sight(person, OURS, every, NOW)
    for place in every:
        if place.id not in seen:
            continue
        assert person.team == OURS
        assert not person.deleted
        assert place.private is not None
        assert is_fresh(place.checked_at, NOW)
        if place.private or person.guest:
            assert place.inside
            assert is_fresh(place.members_at, NOW)


@given(people, places)
def test_whoever_was_just_told_everything_is_hidden_nothing_for_want_of_asking(
    person: Member, every: list[Place]
) -> None:
    """What Slack has to be asked of is exactly what its answer could show."""
    asked = unsure(person, every, NOW)
    for place in every:
        told = Place(place.id, place.private, place.shared, NOW, place.inside, NOW)
        if place.id not in asked:
            assert in_sight(person, OURS, [place], NOW) == in_sight(person, OURS, [told], NOW)


@given(places)
def test_a_channel_shows_itself_and_what_is_public_to_whoever_is_in_it(every: list[Place]) -> None:
    shown = shown_in("C1", every, NOW)
    here = next((place for place in every if place.id == "C1"), None)
    assert "C1" in shown
    for place in every:
        if place.id in shown - {"C1"}:
            assert here is not None
            assert not here.shared, "people of other teams may read it"
            assert place.private is False
            assert is_fresh(place.checked_at, NOW)


def test_a_member_a_guest_and_strangers() -> None:
    public, private = Place("C1", False, False, NOW, False, NOW), Place("C2", True, False, NOW, False, NOW)
    joined = Place("C3", False, False, NOW, True, NOW), Place("C4", True, False, NOW, True, NOW)
    every = [public, private, *joined]
    assert in_sight(BIA, OURS, every, NOW) == {"C1", "C3", "C4"}
    assert in_sight(GUS, OURS, every, NOW) == {"C3", "C4"}
    for nobody in (
        None,
        Member("U0X", "X"),
        Member("U0X", "X", team="T0ELSE"),
        Member("U0X", "X", team=OURS, deleted=True),
    ):
        assert in_sight(nobody, OURS, every, NOW) == frozenset()


def test_five_minutes_and_a_clock_that_was_set_back() -> None:
    assert is_fresh(NOW - FRESH + timedelta(milliseconds=1), NOW)
    assert not is_fresh(NOW - FRESH, NOW)
    assert not is_fresh(NOW + timedelta(seconds=1), NOW)
    assert not is_fresh(None, NOW)


def test_where_other_teams_may_be_only_what_was_said_there_is_shown() -> None:
    public = Place("C2", False, False, NOW)
    assert shown_in("C1", [Place("C1", False, False, NOW), public], NOW) == {"C1", "C2"}
    assert shown_in("C1", [Place("C1", True, False, NOW), public], NOW) == {"C1", "C2"}
    assert shown_in("C1", [Place("C1", False, True, NOW), public], NOW) == {"C1"}
    assert shown_in("C1", [Place("C1", False, False, NOW - FRESH), public], NOW) == {"C1"}
    assert shown_in("C1", [public], NOW) == {"C1"}
