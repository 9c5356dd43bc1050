"""Reminders as the sweep says them: when, to whom, how many in one message, and what becomes of who is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.absence import NO_END
from bot.core.errors import Invalid
from bot.core.types import Member
from bot.core.working_time import Hours
from bot.desk import absence, decide, members, remind, see, settings, tick
from db import reminders
from db.reminders import Said, Shown
from tests.desk.world import BIA, CAIO, MAYA, OLEG, START, ZOE, World, row
from tests.desk.worlds import NewWorld

TEAM = "T0HOME"
ROUND_THE_CLOCK = Hours(0, 24 * 60, "1234567")


def live_in(world: World, *people: str, tz: str = "UTC", **more: Any) -> None:
    for person in people:
        members.remember(world.desk, Member(person, person.title(), tz=tz, team=TEAM, **more))


@pytest.fixture
def utc(world: World) -> World:
    """Everybody lives by UTC: it is Monday, 09:00, and the day begins."""
    live_in(world, BIA, CAIO, OLEG, MAYA, ZOE)
    return world


def told(world: World, kind: str = "nudge") -> list[tuple[str, list[str]]]:
    """What is said anew where it stands is left out."""
    return [(lane, detail["reviews"]) for _, _, lane, detail in world.errands(kind) if "reviews" in detail]


def until(world: World, moment: datetime, step: timedelta = timedelta(hours=1)) -> None:
    """Let time pass as the ticker does: from one instant that matters to the next, and now and then in between."""
    while world.clock.now < moment:
        due = tick.next_due(world.desk)
        coming = [due] if due is not None and due > world.clock.now else []
        world.clock.now = min(world.clock.now + step, moment, *coming)
        world.sweep()


def hours(n: float) -> datetime:
    return START + timedelta(hours=n)


def test_whose_it_is_then_half_then_the_last_call_and_no_more(utc: World) -> None:
    review_id = utc.one(campaign="aurora")
    utc.sweep()
    assert told(utc, "opened") == [(BIA, [review_id])], "the day has begun"
    assert not told(utc)
    until(utc, hours(24))
    assert told(utc) == [(BIA, [review_id])], "half of 48 hours"
    until(utc, hours(32.25))
    assert not told(utc)[1:]
    until(utc, hours(47.9))
    assert told(utc) == [(BIA, [review_id]), (BIA, [review_id]), (CAIO, [review_id])], (
        "17:30 for both: then all are off"
    )
    assert utc.errands("nudge")[2][3]["instead"] == {review_id: BIA}
    assert see.reminders(utc.desk, [review_id]) == {review_id: 2}


def test_nothing_is_said_at_night_not_even_whose_it_is(world: World) -> None:
    live_in(world, BIA, tz="America/Sao_Paulo")
    review_id = world.one()
    until(world, START + timedelta(hours=3, seconds=-1))
    assert not told(world, "opened"), "09:00 in São Paulo is 12:00 UTC"
    until(world, START + timedelta(hours=3))
    assert told(world, "opened") == [(BIA, [review_id])]


def test_several_make_one_message(utc: World) -> None:
    ids = {str(fate.review_id) for fate in utc.take_in(*(row(f"creator{n}", "Russia") for n in range(4))).fates}
    until(utc, hours(24))
    ((lane, named),) = told(utc)
    assert (lane, set(named)) == (OLEG, ids)
    assert len(told(utc, "opened")) == 1


def test_two_lists_are_four_hours_apart_and_the_second_waits_for_the_next_message(utc: World) -> None:
    (first,) = utc.take_in(row("creator.one", "Russia")).fates
    until(utc, hours(1))
    (second,) = utc.take_in(row("creator.two", "Russia")).fates
    until(utc, hours(25))
    assert told(utc) == [(OLEG, [first.review_id])]
    until(utc, hours(28))
    assert told(utc)[1:] == [(OLEG, [second.review_id])]


def test_what_has_been_answered_is_not_reminded_of(utc: World) -> None:
    review_id = utc.one()
    decide.approve(utc.desk, review_id, BIA)
    until(utc, hours(50))
    assert not told(utc)
    assert not told(utc, "nudge_owner")


def test_nobody_is_disturbed_who_does_not_want_to_be(utc: World) -> None:
    review_id = utc.one()
    utc.sweep()
    with utc.desk.store.unit() as unit:
        from db import people

        people.remember_dnd(unit, {BIA: (hours(23), hours(26))}, START)
    until(utc, hours(26) - timedelta(seconds=1))
    assert not told(utc)
    until(utc, hours(26))
    assert told(utc) == [(BIA, [review_id])]


def test_the_owner_is_told_twice_what_will_fall_to_the_ai(utc: World) -> None:
    settings.save(utc.desk, MAYA, language=None, hours=ROUND_THE_CLOCK, backup=None)
    ids = {str(fate.review_id) for fate in utc.take_in(*(row(f"creator{n}", "Russia") for n in range(12))).fates}
    until(utc, hours(36) - timedelta(seconds=1))
    assert not told(utc, "nudge_owner")
    until(utc, hours(36))
    ((lane, named),) = told(utc, "nudge_owner")
    assert (lane, set(named)) == (MAYA, ids), "what has no card yet falls, too"
    until(utc, hours(47))
    assert [lane for lane, _ in told(utc, "nudge_owner")] == [MAYA, MAYA]


def test_an_owner_of_very_many_gets_one_message_of_all_of_them(utc: World) -> None:
    """However many units it takes; and what is answered is answered in it."""
    settings.save(utc.desk, MAYA, language=None, hours=ROUND_THE_CLOCK, backup=None)
    ids = {str(f.review_id) for f in utc.take_in(*(row(f"creator{n:03}", "Russia") for n in range(450))).fates}
    until(utc, hours(36))
    ((_, _, lane, detail),) = [e for e in utc.errands("nudge_owner") if "reviews" in e[3]]
    assert (lane, set(detail["reviews"]), len(detail["reviews"])) == (MAYA, ids, 450)
    with utc.desk.store.reading() as unit:
        (ref,) = [ref for kind, ref, _ in reminders.showing(unit, ids) if kind == "nudge_owner"]
        assert {shown.review_id for shown in reminders.of(unit, ref)} == ids


def test_an_owner_of_one_after_the_other_is_called_again(utc: World) -> None:
    """What follows closely joins the message that was begun, which calls nobody; after a minute that has an end."""
    settings.save(utc.desk, MAYA, language=None, hours=ROUND_THE_CLOCK, backup=None)
    for n in range(10):
        utc.clock.now = START + timedelta(seconds=30 * n)
        utc.take_in(row(f"creator{n}", "Russia"))
    until(utc, hours(40.1))
    assert [len(named) for _, named in told(utc, "nudge_owner")] == [3, 7], "four hours apart"


def test_an_owner_is_called_after_the_clock_was_set_back(utc: World) -> None:
    """The message of the other time is not the one that goes on."""
    settings.save(utc.desk, MAYA, language=None, hours=ROUND_THE_CLOCK, backup=None)
    first = utc.one()
    until(utc, hours(36))
    utc.clock.now -= timedelta(days=5)
    (second,) = utc.take_in(row("creator.two", "Russia")).fates
    until(utc, utc.clock.now + timedelta(hours=47.9))
    assert told(utc, "nudge_owner") == [(MAYA, [first]), (MAYA, [second.review_id])]


def test_a_message_that_a_newer_one_took_over_does_not_go_on(utc: World) -> None:
    first, second = (str(f.review_id) for f in utc.take_in(row("creator.one"), row("creator.two")).fates)
    with utc.desk.store.unit() as unit:

        def say(ref: str, *ids: str, minutes: int = 0) -> None:
            said = Said("nudge_owner", ref, MAYA, tuple(map(Shown, ids)))
            remind.remember(unit, [said], START + timedelta(minutes=minutes))

        def begun(kind: str = "nudge_owner") -> str | None:
            return reminders.begun(unit, kind, MAYA, START - timedelta(minutes=1), START + timedelta(minutes=1))

        say("nd_1", first)
        assert (begun(), begun("scarce")) == ("nd_1", None)
        say("nd_1", first, second)
        assert begun() == "nd_1"
        say("nd_2", first, minutes=2)
        assert begun() is None, "it would show the first twice"


def test_a_held_review_reminds_who_rules(utc: World) -> None:
    settings.save(utc.desk, ZOE, language=None, hours=ROUND_THE_CLOCK, backup=None)
    review_id = utc.one(campaign="grave")
    until(utc, hours(48))
    before = len(told(utc))
    until(utc, hours(60) - timedelta(minutes=10))
    assert [lane for lane, _ in told(utc)[before:]].count(ZOE) == 3, "50, 80 and 95 % of the twelve hours"
    assert see.case(utc.desk, review_id).review.deadline_at == hours(60)


# Who is away


def test_whoever_goes_on_holiday_hands_over_at_once_and_the_clock_runs_on(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=2))
    live_in(world, BIA, CAIO)
    world.take_in(*(row(f"creator{n}") for n in range(8)))
    world.sweep()
    mine = {line.review_id for line in world.lines().values() if line.reviewer == BIA}
    before = {line.review_id: line.deadline_at for line in world.lines().values()}
    world.sql("DELETE FROM outbox")
    settings.away(world.desk, BIA, None, hours(24 * 7))
    after = {line.review_id: line for line in world.lines().values()}
    assert {line.reviewer for line in after.values()} == {CAIO}
    assert {i: line.deadline_at for i, line in after.items()} == before
    world.sweep()
    named = {i for lane, ids in told(world, "opened") if lane == CAIO for i in ids}
    assert named == {i for i in mine if after[i].opened}, "told as of cards that open"


def test_a_status_in_slack_does_the_same(utc: World) -> None:
    review_id = utc.one()
    live_in(utc, BIA, status_until=NO_END)
    assert see.case(utc.desk, review_id).review.expert == CAIO
    assert see.case(utc.desk, utc.take_in(row("creator.next")).fates[0].review_id or "").review.expert != BIA


def test_a_holiday_that_was_set_beforehand_begins_by_itself(utc: World) -> None:
    review_id = utc.one()
    settings.away(utc.desk, BIA, hours(5), hours(90))
    assert see.case(utc.desk, review_id).review.expert == BIA
    until(utc, hours(5) + timedelta(minutes=1))
    assert see.case(utc.desk, review_id).review.expert == CAIO


def test_where_nobody_else_can_answer_it_stays_and_is_not_moved_about(world: World) -> None:
    live_in(world, OLEG)
    (fate,) = world.take_in(row("creator.ru", "Russia")).fates
    settings.away(world.desk, ZOE, None, hours(90))
    settings.away(world.desk, OLEG, None, hours(90))
    held = see.case(world.desk, fate.review_id or "").review
    assert held.expert == OLEG
    with world.desk.store.unit() as unit:
        assert absence.step_aside(unit, world.desk, world.clock(), 100) == 0


def test_the_backup_that_somebody_has_chosen_stands_in(utc: World) -> None:
    review_id = utc.one()
    settings.save(utc.desk, BIA, language=None, hours=None, backup=ZOE)
    settings.away(utc.desk, BIA, None, hours(50))
    assert see.case(utc.desk, review_id).review.expert == ZOE


@pytest.mark.parametrize(
    ("what", "reason"),
    [({"language": "pt"}, "language"), ({"backup": MAYA}, "backup"), ({"backup": BIA}, "backup")],
)
def test_settings_that_cannot_be_are_refused(utc: World, what: dict[str, Any], reason: str) -> None:
    before = utc.dump()
    with pytest.raises(Invalid, match=reason):
        settings.save(utc.desk, BIA, **({"language": None, "hours": None, "backup": None} | what))
    assert utc.dump() == before


@pytest.mark.parametrize(("since", "end"), [(None, START), (hours(5), hours(4)), (hours(-9), hours(-5))])
def test_an_absence_that_is_over_is_refused(utc: World, since: datetime | None, end: datetime) -> None:
    with pytest.raises(Invalid, match="away"):
        settings.away(utc.desk, BIA, since, end)


def test_settings_are_kept_and_a_profile_from_slack_leaves_them(utc: World) -> None:
    settings.save(utc.desk, BIA, language="ru", hours=Hours(600, 1140, "1234"), backup=CAIO)
    live_in(utc, BIA, tz="Europe/Lisbon", locale="pt-PT")
    found = see.person(utc.desk, BIA)
    assert found is not None
    assert (found.language, found.hours, found.backup, found.tz) == (
        "ru",
        Hours(600, 1140, "1234"),
        CAIO,
        "Europe/Lisbon",
    )


# The Friday rule


def test_a_window_over_the_weekend_is_said_to_be_short_when_it_opens(utc: World) -> None:
    utc.clock.now = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    review_id = utc.one()
    utc.sweep()
    assert told(utc, "scarce") == [(MAYA, [review_id])], "two hours of Friday are left of 48"
    until(utc, utc.clock.now + timedelta(hours=3))
    assert len(told(utc, "scarce")) == 1


def test_a_window_in_the_middle_of_the_week_is_not(utc: World) -> None:
    utc.one()
    utc.sweep()
    assert not told(utc, "scarce")
