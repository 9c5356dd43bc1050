"""What was handed on and not looked at goes back, once, and both are told; and what colleagues think."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.errors import Invalid, NotAllowed
from bot.core.types import Member, Role, State
from bot.core.working_time import Hours
from bot.desk import decide, hand_over, handed, members, opinions, reminded, returns, see, settings
from db import handing
from tests.desk.world import BIA, CAIO, GIL, IVAN, MARKETER, MAYA, OLEG, START, ZOE, World

#: Everybody in the world works by UTC unless said otherwise: Monday, 09 to 18, is when it begins.
HALF = START + timedelta(hours=24)


@pytest.fixture
def utc(world: World) -> World:
    for person, name in ((BIA, "Bia"), (CAIO, "Caio"), (ZOE, "Zoe"), (OLEG, "Oleg")):
        members.remember(world.desk, Member(person, name, tz="UTC"))
    return world


def returns_at(world: World, review_id: str) -> datetime | None:
    with world.desk.store.reading() as unit:
        found, _ = handing.of(unit, review_id)
        return found.returns_at if found else None


def told(world: World) -> dict[str, str]:
    """Person -> what they are told: that they have it now, or that they no longer need to do anything."""
    return {lane: what for what in ("back", "gone") for _, _, lane, _ in world.errands(what)}


def test_what_nobody_opens_goes_back_to_whoever_passed_it_on(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    assert returns_at(utc, review_id) == HALF
    utc.clock.move(hours=23, minutes=59)
    utc.sweep()
    assert see.case(utc.desk, review_id).review.expert == CAIO
    assert not told(utc)
    utc.clock.move(minutes=1)
    utc.sweep()
    case = see.case(utc.desk, review_id)
    assert (case.review.expert, case.review.backup, case.review.why_me) == (BIA, ZOE, "returned")
    assert case.review.deadline_at == START + timedelta(hours=48), "the clock runs on"
    assert case.passes == ((BIA, CAIO), (CAIO, BIA))
    assert told(utc) == {BIA: "back", CAIO: "gone"}
    assert [e.actor for e in see.history(utc.desk, review_id) if e.what == "returned"] == ["policy"]
    utc.clock.move(hours=20)
    utc.sweep()
    assert len(utc.errands("back") + utc.errands("gone")) == 2, "once, and it does not go to and fro"


@pytest.mark.parametrize("look", ["open", "form", "ask", "answer"])
def test_whoever_looks_keeps_it(utc: World, look: str) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    if look == "open":
        returns.looked(utc.desk, review_id, CAIO)
    elif look == "form":
        decide.form_opened(utc.desk, review_id, CAIO)
    elif look == "ask":
        opinions.ask(utc.desk, review_id, CAIO, ZOE)
    else:
        decide.approve(utc.desk, review_id, CAIO)
    utc.clock.now = HALF + timedelta(hours=2)
    utc.sweep()
    case = see.case(utc.desk, review_id)
    assert case.review.expert == CAIO
    assert case.review.state is (State.DECIDED if look == "answer" else State.PENDING)
    assert not told(utc)


def test_somebody_elses_look_is_none(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    for person in (BIA, ZOE, MAYA):
        returns.looked(utc.desk, review_id, person)
    assert returns_at(utc, review_id) == HALF


def test_a_passer_who_is_away_does_not_get_it_back(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO, "on holiday from tonight")
    settings.away(utc.desk, BIA, None, START + timedelta(days=9))
    utc.clock.now = HALF
    utc.sweep()
    assert see.case(utc.desk, review_id).review.expert == ZOE
    assert told(utc).keys() == {ZOE, CAIO}


def test_who_is_too_close_does_not_get_it_back(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO, "my cousin", conflict=True)
    utc.clock.now = HALF
    utc.sweep()
    case = see.case(utc.desk, review_id)
    assert (case.review.expert, case.review.why_me) == (ZOE, "returned")
    assert case.review.backup == CAIO, "not whoever is too close"


def test_who_is_too_close_never_has_it_again(utc: World) -> None:
    """Also after it has gone through other hands: not by name, not as whoever knows the market, not as a backup."""
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO, "my cousin", conflict=True)
    _, able = hand_over.passing(utc.desk, review_id, CAIO)
    assert [one.id for one in able] == [ZOE]
    with pytest.raises(Invalid, match="person_needed"):
        hand_over.pass_on(utc.desk, review_id, CAIO, BIA)
    case = hand_over.pass_on(utc.desk, review_id, CAIO, None)
    assert (case.review.expert, case.review.backup) == (ZOE, None)
    settings.away(utc.desk, CAIO, None, START + timedelta(days=9))
    utc.clock.now = HALF
    utc.sweep()
    assert see.case(utc.desk, review_id).review.expert == ZOE, "there is nobody else"


DANI = "U0DANI0001"


@pytest.fixture
def three(utc: World) -> World:
    """The market has a third expert."""
    members.add(utc.desk, DANI, Role.EXPERT, "BR", "Dani")
    members.remember(utc.desk, Member(DANI, "Dani", tz="UTC"))
    return utc


def test_a_passer_who_is_gone_leaves_it_to_whose_it_was(three: World) -> None:
    """And not to the backup, who has never seen it."""
    review_id = three.one()
    hand_over.pass_on(three.desk, review_id, BIA, CAIO)
    case = hand_over.pass_on(three.desk, review_id, CAIO, ZOE)
    assert (case.review.backup, returns_at(three, review_id)) == (DANI, HALF)
    members.remember(three.desk, Member(CAIO, "Caio", tz="UTC", deleted=True))
    three.clock.now = HALF
    three.sweep()
    assert see.case(three.desk, review_id).review.expert == BIA
    assert told(three) == {BIA: "back", ZOE: "gone"}


def test_whoever_did_not_look_is_not_whose_it_was(three: World) -> None:
    for person in (CAIO, DANI):
        settings.save(three.desk, person, language=None, hours=Hours(0, 24 * 60 - 1), backup=None)
    review_id = three.one()
    hand_over.pass_on(three.desk, review_id, BIA, CAIO)
    three.clock.now = HALF
    three.sweep()
    case = hand_over.pass_on(three.desk, review_id, BIA, ZOE)
    assert case.passes == ((BIA, CAIO), (CAIO, BIA), (BIA, ZOE))
    settings.away(three.desk, BIA, None, START + timedelta(days=9))
    three.clock.now = HALF + timedelta(hours=12)
    three.sweep()
    assert see.case(three.desk, review_id).review.expert == DANI


def test_a_passer_who_is_off_for_the_night_gets_it_in_the_morning(three: World) -> None:
    """The backup is at work at that hour, and knows nothing of it."""
    settings.save(three.desk, DANI, language=None, hours=Hours(0, 24 * 60 - 1), backup=None)
    review_id = three.one()
    case = hand_over.pass_on(three.desk, review_id, BIA, CAIO)
    assert case.review.backup == DANI
    night = START + timedelta(hours=11)
    three.sql("UPDATE reviews SET returns_at = ? WHERE id = ?", "2026-11-23 20:00:00", review_id)
    three.clock.now = night
    three.sweep()
    assert (see.case(three.desk, review_id).review.expert, returns_at(three, review_id)) == (CAIO, HALF)
    three.clock.now = HALF
    three.sweep()
    assert see.case(three.desk, review_id).review.expert == BIA


def test_what_says_that_it_is_yours_follows_the_review(utc: World) -> None:
    """Said anew whatever becomes of it: looked at, answered by somebody else."""
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    ((_, ref, _, _),) = utc.errands("passed")
    utc.sql("UPDATE outbox SET state = 'sent'")
    returns.looked(utc.desk, review_id, CAIO)
    assert [(r, lane, detail) for _, r, lane, detail in utc.errands("passed")[1:]] == [(ref, CAIO, {})]
    utc.sql("UPDATE outbox SET state = 'sent'")
    decide.approve(utc.desk, review_id, BIA)
    assert [r for _, r, _, _ in utc.errands("passed")[2:]] == [ref]
    now = reminded.told(utc.desk, ref, CAIO, by_name=True)
    assert not now.still
    assert [c.review.id for c in now.over] == [review_id]


def test_a_lead_who_passed_it_on_is_no_longer_asked(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, ZOE)
    ((_, ref, _, _),) = utc.errands("passed")
    hand_over.pass_on(utc.desk, review_id, ZOE, CAIO)
    assert not reminded.told(utc.desk, ref, ZOE, by_name=True).still


def test_an_hour_of_working_time_in_any_case(utc: World) -> None:
    review_id = utc.one()
    utc.clock.now = datetime(2026, 11, 24, 16, 45, tzinfo=START.tzinfo)  # 16¼ hours left, of them 1¼ of work today
    settings.save(utc.desk, CAIO, language=None, hours=Hours(6 * 60, 9 * 60), backup=None)
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    assert returns_at(utc, review_id) == datetime(2026, 11, 25, 7, 0, tzinfo=START.tzinfo)


def test_it_waits_until_somebody_is_there_to_take_it(utc: World) -> None:
    """Half of what was left falls into the night: it goes back in the morning, to whoever is at work first."""
    review_id = utc.one()
    utc.clock.now = datetime(2026, 11, 24, 9, 0, tzinfo=START.tzinfo)
    settings.save(utc.desk, CAIO, language=None, hours=Hours(9 * 60, 12 * 60), backup=None)
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    assert returns_at(utc, review_id) == utc.clock.now + timedelta(hours=12)
    utc.clock.move(hours=12)
    utc.sweep()
    assert see.case(utc.desk, review_id).review.expert == CAIO
    assert not told(utc)
    assert returns_at(utc, review_id) is None, "nobody is there before its last half hour: its reminders ask the backup"


def test_too_late_to_come_back(utc: World) -> None:
    review_id = utc.one()
    utc.clock.move(hours=47, minutes=30)
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    assert returns_at(utc, review_id) is None


def test_passed_on_again_it_waits_anew(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    utc.clock.move(hours=4)
    hand_over.pass_on(utc.desk, review_id, CAIO, ZOE)
    assert returns_at(utc, review_id) == START + timedelta(hours=26)
    utc.clock.now = START + timedelta(hours=26)
    utc.sweep()
    assert see.case(utc.desk, review_id).review.expert == CAIO


def test_taken_back_and_open_again_it_stays(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO)
    utc.clock.now = HALF - timedelta(minutes=5)
    decide.approve(utc.desk, review_id, CAIO)
    decide.undo(utc.desk, review_id, CAIO)
    utc.clock.move(minutes=10)
    utc.sweep()
    assert see.case(utc.desk, review_id).review.expert == CAIO
    assert not told(utc)


# Whoever knows the market


def test_whoever_knows_the_market_is_chosen_and_explained(utc: World) -> None:
    decide.approve(utc.desk, utc.one(), CAIO)
    utc.take_in({"handle": "ana.lima", "name": "Ana", "country": "Brazil"}, campaign="grave")
    line = next(a for a in see.all_lines(utc.desk, "grave") if a.handle == "ana.lima")
    assert line.reviewer == CAIO
    case = handed.case(utc.desk, line.review_id, CAIO)
    assert (case.grounds[CAIO].creator, case.grounds[CAIO].experts, case.grounds[BIA].creator) == (1, 2, 0)
    case = hand_over.pass_on(utc.desk, line.review_id, CAIO, None)
    assert (case.review.expert, case.review.backup) == (BIA, ZOE)
    assert case.grounds.keys() == {BIA, ZOE}
    assert case.grounds[BIA].hours == 18.0
    assert case.handed is not None
    assert case.handed.by == CAIO


def test_an_owner_hands_over_and_it_goes_back_to_whose_it_was(utc: World) -> None:
    review_id = utc.one()
    case = hand_over.pass_on(utc.desk, review_id, MAYA, None)
    assert case.review.expert == CAIO
    assert case.handed is not None
    assert case.handed.by == BIA
    with pytest.raises(NotAllowed, match="marketer_asks"):
        hand_over.pass_on(utc.desk, review_id, MARKETER, BIA)


def test_nobody_else_is_nobody(utc: World) -> None:
    review_id = utc.one()
    members.remove(utc.desk, CAIO, Role.EXPERT, "BR")
    members.add(utc.desk, "U0ZED00001", Role.LEAD, None, "Zed")
    members.remove(utc.desk, ZOE, Role.LEAD)
    members.remember(utc.desk, Member("U0ZED00001", "Zed", deleted=True))
    with pytest.raises(Invalid, match="person_needed"):
        hand_over.pass_on(utc.desk, review_id, BIA, None)


# A colleague's opinion


def test_a_colleague_is_asked_and_says_what_they_think(utc: World) -> None:
    review_id = utc.one()
    _, people = opinions.askable(utc.desk, review_id, BIA)
    assert [m.id for m in people] == [CAIO, ZOE]
    case = opinions.ask(utc.desk, review_id, BIA, CAIO, " is it real? ")
    ((_, ref, lane, _),) = utc.errands("colleague")
    assert lane == CAIO
    assert [(o.colleague, o.question, o.text) for o in case.opinions] == [(CAIO, "is it real?", None)]
    before = see.case(utc.desk, review_id).review
    opinions.answer(utc.desk, ref, CAIO, " it is: a giveaway ")
    opinions.answer(utc.desk, ref, CAIO, "the same form, brought again")
    assert see.case(utc.desk, review_id).review == before, "it decides nothing"
    assert [(r, lane) for _, r, lane, _ in utc.errands("opinion")] == [(ref, BIA)]
    (said,) = handed.case(utc.desk, review_id, ZOE).opinions
    assert (said.text, said.asker) == ("it is: a giveaway", BIA)


def test_nobody_is_asked_twice_by_the_same_person(utc: World) -> None:
    review_id = utc.one()
    opinions.ask(utc.desk, review_id, BIA, CAIO)
    assert [m.id for m in opinions.askable(utc.desk, review_id, BIA)[1]] == [ZOE]
    with pytest.raises(Invalid, match="colleague_needed"):
        opinions.ask(utc.desk, review_id, BIA, CAIO)
    opinions.ask(utc.desk, review_id, ZOE, CAIO)


def test_whoever_referred_has_an_opinion_and_no_vote(utc: World) -> None:
    review_id = utc.one(referred_by="Bia")
    assert BIA in {m.id for m in opinions.askable(utc.desk, review_id, CAIO)[1]}
    with pytest.raises(NotAllowed, match="own_referral"):
        opinions.askable(utc.desk, review_id, BIA)


@pytest.mark.parametrize("person", [GIL, OLEG, IVAN, MAYA, BIA, "U0NOBODY01"])
def test_who_cannot_be_asked(utc: World, person: str) -> None:
    review_id = utc.one()
    with pytest.raises(Invalid, match="colleague_needed"):
        opinions.ask(utc.desk, review_id, BIA, person)


def test_only_whoever_was_asked_answers(utc: World) -> None:
    opinions.ask(utc.desk, utc.one(), BIA, CAIO)
    ((_, ref, _, _),) = utc.errands("colleague")
    before = utc.dump()
    with pytest.raises(NotAllowed, match="not_asked"):
        opinions.answer(utc.desk, ref, ZOE, "me too")
    with pytest.raises(Invalid, match="text_needed"):
        opinions.answer(utc.desk, ref, CAIO, "   ")
    assert utc.dump() == before


def test_an_opinion_after_the_decision_is_kept(utc: World) -> None:
    review_id = utc.one()
    opinions.ask(utc.desk, review_id, BIA, CAIO)
    ((_, ref, _, _),) = utc.errands("colleague")
    decide.approve(utc.desk, review_id, BIA)
    opinions.answer(utc.desk, ref, CAIO, "good choice")
    assert [o.text for o in handed.case(utc.desk, review_id, MAYA).opinions] == ["good choice"]


def test_who_answers_blind_reads_only_opinions_that_they_asked_for(utc: World) -> None:
    review_id = utc.one()
    opinions.ask(utc.desk, review_id, BIA, CAIO)
    utc.sql("UPDATE reviews SET route = 'blind' WHERE id = ?", review_id)
    for reader, sees in ((BIA, True), (CAIO, True), (ZOE, False), (MAYA, True)):
        assert bool(handed.case(utc.desk, review_id, reader).opinions) is sees, reader


def test_a_reviews_new_hands_forget_the_old_note(utc: World) -> None:
    review_id = utc.one()
    hand_over.pass_on(utc.desk, review_id, BIA, CAIO, "for you")
    utc.clock.move(minutes=1)
    case = hand_over.pass_on(utc.desk, review_id, CAIO, ZOE)
    assert case.pass_note is None
    assert case.passes == ((BIA, CAIO), (CAIO, ZOE))
    assert replace(case.review, version=0).expert == ZOE
