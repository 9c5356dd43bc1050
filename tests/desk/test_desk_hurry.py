"""What an owner does about time, and what the lead answers: who may, what follows, and what races do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.hurry import Asked
from bot.core.types import State
from bot.desk import decide, hurry, more_time, remind, see
from db.reminders import Said, Shown
from tests.desk.test_desk_remind import hours, live_in, told
from tests.desk.world import BIA, CAIO, IVAN, MARKETER, MAYA, OLEG, START, ZOE, World, row
from tests.desk.worlds import NewWorld

VERBS: dict[str, Callable[..., Any]] = {
    "hot": lambda desk, i, who: hurry.mark_hot(desk, i, who, hours(8)),
    "ping": hurry.ping,
    "ask": lambda desk, i, who: more_time.ask(desk, i, who, Asked.TIME),
    "withdraw": decide.withdraw,
    "form": hurry.asking,
    "possible": more_time.possible,
}


@pytest.fixture
def utc(world: World) -> World:
    """Everybody lives by UTC: it is Monday, 09:00, and the day begins."""
    live_in(world, BIA, CAIO, OLEG, MAYA, ZOE)
    return world


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("person", [BIA, OLEG, IVAN, MARKETER])
def test_only_the_owner_and_leads(utc: World, verb: str, person: str) -> None:
    review_id = utc.one()
    before = utc.dump()
    with pytest.raises(NotAllowed, match="not_owner") as refused:
        VERBS[verb](utc.desk, review_id, person)
    assert (refused.value.params["owner"], refused.value.params["lead"]) == (MAYA, ZOE)
    assert utc.dump() == before


@pytest.mark.parametrize("verb", VERBS)
def test_decided_meanwhile_is_said_with_who_and_what(utc: World, verb: str) -> None:
    review_id = utc.one()
    decide.approve(utc.desk, review_id, BIA)
    with pytest.raises(TooLate, match="decided") as told_:
        VERBS[verb](utc.desk, review_id, MAYA)
    assert told_.value.params["by"] == BIA


@pytest.mark.parametrize("verb", ["hot", "ping", "ask", "withdraw"])
def test_what_is_due_falls_first(utc: World, verb: str) -> None:
    review_id = utc.one()
    utc.clock.now = hours(48)
    with pytest.raises(TooLate, match="decided_by_deadline"):
        VERBS[verb](utc.desk, review_id, MAYA)
    assert see.case(utc.desk, review_id).decision is not None


# Hot


def test_hot_shortens_calls_the_expert_and_is_on_record(utc: World) -> None:
    review_id = utc.one()
    utc.sweep()
    assert told(utc, "opened")
    hurry.mark_hot(utc.desk, review_id, MAYA, hours(8))
    review = see.case(utc.desk, review_id).review
    assert (review.deadline_at, review.hot_until) == (hours(8), hours(8))
    utc.sweep()
    assert told(utc) == [(BIA, [review_id])], "at once, and not at half of what is left"
    happened = [e for e in see.history(utc.desk, review_id) if e.what == "marked_hot"]
    assert [(e.actor, e.before["deadline_at"], e.after["deadline_at"]) for e in happened] == [
        (MAYA, hours(48).isoformat(), hours(8).isoformat())
    ]
    hurry.mark_hot(utc.desk, review_id, MAYA, hours(8))
    assert see.case(utc.desk, review_id).review.version == review.version, "a double tap changes nothing"


def test_an_offer_beyond_the_deadline_moves_nothing_but_the_order(utc: World) -> None:
    review_id, other = utc.one(), str(utc.take_in(row("zed")).fates[0].review_id)
    hurry.mark_hot(utc.desk, review_id, MAYA, hours(400))
    assert see.case(utc.desk, review_id).review.deadline_at == hours(48)
    assert other != review_id
    utc.sweep()
    assert (BIA, [review_id]) in told(utc)


def test_of_a_hot_deal_the_backup_is_called_within_a_minute(utc: World) -> None:
    live_in(utc, BIA, tz="Asia/Tokyo")
    review_id = utc.one()
    utc.sweep()
    assert not told(utc), "18:00 in Tokyo"
    hurry.mark_hot(utc.desk, review_id, MAYA, hours(6))
    utc.clock.move(seconds=5)
    utc.sweep()
    ((lane, ids),) = told(utc)
    assert (lane, ids) == (CAIO, [review_id])
    assert utc.errands("nudge")[0][3]["instead"] == {review_id: BIA}


def test_what_has_no_card_opens_at_once_over_the_limit(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    live_in(world, OLEG)
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(3)))
    queued = [line.review_id for line in world.lines().values() if not line.opened]
    hurry.mark_hot(world.desk, queued[0], MAYA, hours(8))
    assert see.case(world.desk, queued[0]).review.opened_at == START
    assert [ref for _, ref, _, _ in world.errands("card")].count(queued[0]) == 1
    inbox = see.inbox(world.desk, OLEG)
    assert inbox.waiting[0].review.id == queued[0], "first of all"
    assert len(inbox.waiting) == 2


# Ping


def test_a_ping_is_one_reminder_more_and_one_an_hour(utc: World) -> None:
    review_id = utc.one()
    done = hurry.ping(utc.desk, review_id, MAYA)
    assert (done.expert, done.ping.to, done.ping.instead) == (BIA, BIA, None)
    assert told(utc) == [(BIA, [review_id])]
    assert see.reminders(utc.desk, [review_id]) == {review_id: 1}
    utc.clock.move(minutes=59)
    with pytest.raises(TooLate, match="pinged_already") as refused:
        hurry.ping(utc.desk, review_id, MAYA)
    assert refused.value.params["until"] == hours(1)
    utc.clock.move(minutes=1)
    hurry.ping(utc.desk, review_id, ZOE)
    assert len(told(utc)) == 2


def test_one_message_an_hour_to_a_person_however_many_wait_but_for_a_hot_deal(utc: World) -> None:
    live_in(utc, OLEG)
    ids = [str(fate.review_id) for fate in utc.take_in(*(row(f"creator{n}", "Russia") for n in range(3))).fates]
    hurry.ping(utc.desk, ids[0], MAYA)
    utc.clock.move(minutes=20)
    with pytest.raises(TooLate, match="pinged_already") as refused:
        hurry.ping(utc.desk, ids[1], MAYA)
    assert refused.value.params["until"] == hours(1)
    hurry.mark_hot(utc.desk, ids[2], MAYA, hours(8))
    hurry.ping(utc.desk, ids[2], MAYA)
    assert [named for lane, named in told(utc) if lane == OLEG] == [[ids[0]], [ids[2]]]
    utc.clock.move(minutes=60)
    assert hurry.ping(utc.desk, ids[1], MAYA).ping.to == OLEG


def test_whoever_is_asleep_is_not_woken_and_the_backup_is_asked(utc: World) -> None:
    live_in(utc, BIA, tz="Asia/Tokyo")
    review_id = utc.one()
    done = hurry.ping(utc.desk, review_id, MAYA)
    assert (done.expert, done.ping.to, done.ping.instead, done.ping.back_at) == (BIA, CAIO, BIA, hours(15))
    assert [lane for lane, _ in told(utc)] == [CAIO]
    (event,) = [e for e in see.history(utc.desk, review_id) if e.what == "pinged"]
    assert (event.actor, event.after) == (MAYA, {"pinged": CAIO}), "whose it is has not changed"


def test_where_both_are_asleep_nobody_is_written_to(utc: World) -> None:
    live_in(utc, BIA, CAIO, ZOE, tz="Asia/Tokyo")
    review_id = utc.one()
    done = hurry.ping(utc.desk, review_id, MAYA)
    assert (done.ping.to, done.ping.back_at) == (None, hours(15))
    assert not told(utc)
    live_in(utc, BIA, tz="UTC")
    assert hurry.ping(utc.desk, review_id, MAYA).ping.to == BIA, "it did not count as one"


def test_a_ping_about_all_is_one_message_to_each(utc: World) -> None:
    ids = [str(fate.review_id) for fate in utc.take_in(*(row(f"creator{n}") for n in range(4))).fates]
    ref = "nd_ALL"
    with utc.desk.store.unit() as unit:
        remind.remember(unit, [Said("nudge_owner", ref, MAYA, tuple(map(Shown, ids)))], START)
    done = hurry.ping_all(utc.desk, ref, MAYA)
    assert {p.expert for p in done} == {BIA, CAIO}
    assert {lane: len(named) for lane, named in told(utc)} == {BIA: 2, CAIO: 2}
    assert {p.again_at for p in hurry.ping_all(utc.desk, ref, MAYA)} == {hours(1)}
    with pytest.raises(NotAllowed, match="not_owner"):
        hurry.ping_all(utc.desk, ref, BIA)


# Time and rulings


def test_time_is_asked_for_given_once_and_said_to_whoever_asked(utc: World) -> None:
    review_id = utc.one()
    more_time.ask(utc.desk, review_id, MAYA, Asked.TIME, " her agent calls at four ")
    ((_, ref, lane, _),) = utc.errands("asked")
    case, request = more_time.request(utc.desk, review_id, ref)
    assert lane == ZOE
    assert request is not None
    assert (request.by, request.what, request.note, request.answer) == (
        MAYA,
        Asked.TIME,
        "her agent calls at four",
        None,
    )
    with pytest.raises(TooLate, match="asked_already"):
        more_time.ask(utc.desk, review_id, MAYA, Asked.TIME)
    utc.sql("UPDATE outbox SET state = 'sent'")
    more_time.give(utc.desk, review_id, ZOE)
    assert see.case(utc.desk, review_id).review.deadline_at == case.review.deadline_at + timedelta(hours=24)
    assert [(lane, d["by"]) for _, _, lane, d in utc.errands("time_given")] == [(MAYA, ZOE)]
    assert [r for _, r, _, _ in utc.errands("asked")] == [ref, ref], "the question shows its answer"
    request = more_time.request(utc.desk, review_id, ref)[1]
    assert request is not None
    assert (request.answer, request.answered_by) == ("time_given", ZOE)
    with pytest.raises(TooLate, match="extended_already"):
        more_time.give(utc.desk, review_id, ZOE)
    with pytest.raises(TooLate, match="extended_already"):
        more_time.ask(utc.desk, review_id, MAYA, Asked.TIME)


def test_time_ends_with_the_other_offer(utc: World) -> None:
    review_id = utc.one()
    hurry.mark_hot(utc.desk, review_id, MAYA, hours(60))
    more_time.give(utc.desk, review_id, ZOE)
    assert see.case(utc.desk, review_id).review.deadline_at == hours(60)


@pytest.mark.parametrize("person", [BIA, MAYA])
def test_only_a_lead_gives_time_or_leaves_it(utc: World, person: str) -> None:
    review_id = utc.one()
    more_time.ask(utc.desk, review_id, MAYA, Asked.TIME)
    before = utc.dump()
    for verb in (more_time.give, more_time.leave):
        with pytest.raises(NotAllowed, match="not_lead"):
            verb(utc.desk, review_id, person)
    assert utc.dump() == before


def test_a_lead_may_leave_it_and_whoever_asked_hears_so(utc: World) -> None:
    review_id = utc.one()
    more_time.ask(utc.desk, review_id, MAYA, Asked.RULING)
    more_time.leave(utc.desk, review_id, ZOE)
    assert [(lane, d["by"]) for _, _, lane, d in utc.errands("left_as_is")] == [(MAYA, ZOE)]
    with pytest.raises(TooLate, match="not_asked"):
        more_time.leave(utc.desk, review_id, ZOE)
    assert see.case(utc.desk, review_id).review.deadline_at == hours(48)


def test_a_ruling_answers_the_question(utc: World) -> None:
    review_id = utc.one()
    more_time.ask(utc.desk, review_id, MAYA, Asked.RULING)
    utc.sql("UPDATE outbox SET state = 'sent'")
    decide.approve(utc.desk, review_id, ZOE)
    assert len(utc.errands("asked")) == 2, "its buttons go"
    assert [lane for _, _, lane, _ in utc.errands("result")] == [MAYA]


def test_a_lead_who_runs_it_gives_time_without_asking(utc: World) -> None:
    review_id = utc.one()
    assert more_time.possible(utc.desk, review_id, ZOE)[1] == (Asked.TIME,)
    more_time.ask(utc.desk, review_id, ZOE, Asked.TIME)
    assert see.case(utc.desk, review_id).review.extended_at == START
    assert [lane for _, _, lane, _ in utc.errands("time_given")] == [MAYA]


def test_nothing_is_asked_of_nobody(utc: World) -> None:
    review_id = utc.one()
    utc.sql("DELETE FROM member_roles WHERE role = 'lead'")
    assert more_time.possible(utc.desk, review_id, MAYA)[1] == ()
    with pytest.raises(NotAllowed, match="no_lead"):
        more_time.ask(utc.desk, review_id, MAYA, Asked.TIME)
    with pytest.raises(Invalid, match="ask_needed"):
        more_time.ask(utc.desk, review_id, MAYA, None)


def test_what_the_lead_holds_already_is_not_asked_of_them(utc: World) -> None:
    review_id = utc.one(campaign="grave")
    utc.clock.now = hours(48)
    utc.sweep()
    assert see.case(utc.desk, review_id).review.state is State.HELD
    assert more_time.possible(utc.desk, review_id, MAYA)[1] == ()
    for what in Asked:
        with pytest.raises(TooLate, match="held_already"):
            more_time.ask(utc.desk, review_id, MAYA, what)


# Monday


def test_a_short_window_moves_to_monday_once(utc: World) -> None:
    utc.clock.now = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    ids = [str(fate.review_id) for fate in utc.take_in(*(row(f"creator{n}", "Russia") for n in range(2))).fates]
    utc.sweep()
    ((_, ref, lane, detail),) = utc.errands("scarce")
    assert (lane, set(detail["reviews"])) == (MAYA, set(ids))
    cases = see.cases(utc.desk, ids)
    assert set(hurry.mondays(utc.desk, cases)) == set(ids)
    with pytest.raises(NotAllowed, match="not_owner"):
        hurry.to_monday(utc.desk, ref, OLEG)
    assert hurry.to_monday(utc.desk, ref, MAYA) == 2
    assert {c.review.deadline_at for c in see.cases(utc.desk, ids)} == {datetime(2026, 11, 30, 12, tzinfo=UTC)}
    assert not hurry.mondays(utc.desk, see.cases(utc.desk, ids))
    with pytest.raises(TooLate, match="moved_already"):
        hurry.to_monday(utc.desk, ref, MAYA)


def test_one_that_was_answered_does_not_keep_the_other_from_moving(utc: World) -> None:
    utc.clock.now = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    first, second = [str(x.review_id) for x in utc.take_in(*(row(f"creator{n}", "Russia") for n in range(2))).fates]
    utc.sweep()
    ((_, ref, _, _),) = utc.errands("scarce")
    decide.approve(utc.desk, first, OLEG)
    assert hurry.to_monday(utc.desk, ref, MAYA) == 1
    assert see.case(utc.desk, second).review.moved_at is not None


@pytest.mark.parametrize(("hours_on", "said"), [(14, 1), (24, 0)], ids=["at night", "by day"])
def test_a_hot_deal_says_when_nobody_was_called(utc: World, hours_on: int, said: int) -> None:
    review_id = utc.one()
    utc.clock.move(hours=hours_on)
    hurry.mark_hot(utc.desk, review_id, MAYA, utc.clock() + timedelta(hours=4))
    expert = see.case(utc.desk, review_id).review.expert
    told_of = [(ref.partition(":")[0], lane, detail) for _, ref, lane, detail in utc.errands("nobody_there")]
    assert told_of == [(review_id, MAYA, {"expert": expert, "back_at": None})] * said
