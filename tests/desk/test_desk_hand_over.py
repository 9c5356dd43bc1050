"""Passing on and disclosing: whose name stands there, and that the clock runs on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.types import State
from bot.desk import decide, hand_over, handed, opinions, see
from tests.desk.world import BIA, CAIO, GIL, IVAN, MARKETER, MAYA, OLEG, START, ZOE, World, row
from tests.desk.worlds import NewWorld


def test_passing_on_names_somebody_else_and_keeps_the_clock(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=40)
    case, to = hand_over.passing(world.desk, review_id, BIA)
    assert [m.id for m in to] == [CAIO, ZOE], "experts first; no guest, nobody of another market, not oneself"
    case = hand_over.pass_on(world.desk, review_id, BIA, CAIO, " away until Monday ")
    assert (case.review.expert, case.review.backup, case.review.why_me) == (CAIO, ZOE, "passed_on")
    assert case.review.deadline_at == START + timedelta(hours=48)
    assert case.passes == ((BIA, CAIO),)
    told = world.errands("passed")
    said = {"reviews": [review_id], "instead": {review_id: BIA}}
    assert told == [("passed", f"{review_id}:{case.review.version}", CAIO, said)]
    assert case.pass_note == "away until Monday"
    notes = [e for e in see.history(world.desk, review_id) if e.what == "passed_on_note"]
    assert [(e.actor, e.after) for e in notes] == [(BIA, {"note": "away until Monday"})]


@pytest.mark.parametrize("to", [BIA, OLEG, GIL, IVAN, MAYA, "U0NOBODY01"])
def test_nobody_gets_what_they_could_not_answer(world: World, to: str) -> None:
    review_id = world.one()
    before = world.dump()
    with pytest.raises(Invalid, match="person_needed") as invalid:
        hand_over.pass_on(world.desk, review_id, BIA, to, "")
    assert invalid.value.params["field"] == "person"
    assert world.dump() == before


def test_nobody_gets_their_own_referral(world: World) -> None:
    review_id = world.one(referred_by="Bia")
    assert [m.id for m in hand_over.passing(world.desk, review_id, CAIO)[1]] == [ZOE]
    with pytest.raises(Invalid, match="person_needed"):
        hand_over.pass_on(world.desk, review_id, CAIO, BIA)


@pytest.mark.parametrize(
    ("person", "reason"), [(OLEG, "not_your_market"), (IVAN, "no_role"), (GIL, "guest"), (MARKETER, "marketer_asks")]
)
def test_who_may_not_answer_hands_nothing_over(world: World, person: str, reason: str) -> None:
    review_id = world.one()
    before = world.dump()
    for call in (
        lambda: hand_over.passing(world.desk, review_id, person),
        lambda: hand_over.pass_on(world.desk, review_id, person, CAIO),
        lambda: hand_over.disclose(world.desk, review_id, person, "I know her"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            call()
    assert world.dump() == before


def test_a_disclosure_stands_on_the_card(world: World) -> None:
    review_id = world.one()
    case = hand_over.disclose(world.desk, review_id, CAIO, "  we worked together in 2024 ")
    assert (case.review.disclosure, case.review.disclosed_by) == ("we worked together in 2024", CAIO)
    assert case.review.state is State.PENDING
    with pytest.raises(Invalid, match="text_needed"):
        hand_over.disclose(world.desk, review_id, CAIO, "  ")


def test_too_late_to_hand_over(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    before = world.dump()
    for call in (
        lambda: hand_over.passing(world.desk, review_id, CAIO),
        lambda: hand_over.pass_on(world.desk, review_id, BIA, CAIO),
    ):
        with pytest.raises(TooLate, match="decided") as told:
            call()
        assert told.value.params["by"] == BIA
    assert world.dump() == before


def test_a_late_disclosure_becomes_a_note(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    with pytest.raises(TooLate, match="decided") as told:
        hand_over.disclose(world.desk, review_id, CAIO, "she is my cousin")
    assert told.value.params["kept"] == "comment"
    assert [(c.author, c.text) for c in see.case(world.desk, review_id).comments] == [(CAIO, "she is my cousin")]


def test_what_is_due_falls_before_it_changes_hands(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    with pytest.raises(TooLate, match="decided_by_deadline"):
        hand_over.pass_on(world.desk, review_id, BIA, CAIO)
    assert not world.errands("passed")


def test_passing_on_makes_room_and_fills_it(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(2)))
    first, second = sorted(world.lines().values(), key=lambda line: not line.opened)
    assert (first.opened, second.opened) == (True, False)
    hand_over.pass_on(world.desk, first.review_id, OLEG, ZOE)
    assert world.lines()[second.handle].opened


def test_a_queued_review_opens_in_hands_that_have_room(new_world: NewWorld) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=1))
    world.take_in(*(row(f"creator{n}", "Russia") for n in range(2)))
    queued = next(line for line in world.lines().values() if not line.opened)
    case = hand_over.pass_on(world.desk, queued.review_id, OLEG, ZOE)
    assert case.review.opened_at == START
    assert case.review.expert == ZOE


def test_who_handed_it_on_is_named_although_it_never_was_theirs(world: World) -> None:
    """In a notification there are no mentions: a name that is missing is an id."""
    case = hand_over.pass_on(world.desk, world.one(), CAIO, ZOE)
    assert case.names[CAIO] == "Caio"


def test_who_asks_a_colleague_is_named_although_it_is_not_theirs(world: World) -> None:
    review_id = world.one()
    opinions.ask(world.desk, review_id, CAIO, ZOE, "usual there?")
    assert handed.case(world.desk, review_id, ZOE).names[CAIO] == "Caio"
