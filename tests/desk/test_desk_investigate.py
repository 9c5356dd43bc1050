"""Who was right: said by whom it may be, once, corrected by a lead; rulings between people; replies; outcomes in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core.case import Investigation
from bot.core.disagreement import Standing, Winner
from bot.core.errors import HandoffError, Invalid, NotAllowed, TooLate
from bot.desk import decide, investigate, members, see
from bot.desk import object as objections
from db import search
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, CHANNEL, GIL, MARKETER, MAYA, OLEG, ZOE, World, why


@pytest.fixture
def overridden(world: World) -> str:
    """Bia says proceed where the AI said decline; the review's id."""
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("a giveaway every November"))
    return review_id


def opened(world: World, review_id: str, place: int = -1) -> Investigation:
    return see.case(world.desk, review_id).investigations[place]


def of(world: World, review_id: str, place: int = -1) -> str:
    return opened(world, review_id, place).disagreement.id


def ended(world: World, review_id: str, place: int = -1) -> tuple[Standing, Winner | None, str, str | None]:
    found = opened(world, review_id, place).disagreement
    return found.standing, found.winner, found.lesson, found.resolved_by


def happened(world: World, review_id: str, what: str) -> list[tuple[str, dict[str, Any]]]:
    return [(h.actor, dict(h.after)) for h in see.history(world.desk, review_id) if h.what == what]


def test_a_disagreement_opens_its_thread_after_its_card(world: World, overridden: str) -> None:
    found = of(world, overridden)
    assert world.errands("investigation") == [("investigation", found, CHANNEL, {})]
    order = [(kind, lane) for kind, _, lane, _ in world.errands() if lane == CHANNEL]
    assert order.index(("card", CHANNEL)) < order.index(("investigation", CHANNEL))
    thread = see.thread(world.desk, found)
    assert thread.asked == (MAYA, CAIO), "who runs the campaign, and the second expert of that market"
    assert thread.investigation.parties == (BIA,)


def test_to_agree_opens_none(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    assert see.case(world.desk, review_id).investigations == ()
    assert world.errands("investigation") == []


@pytest.mark.parametrize("person", [MAYA, CAIO, ZOE])
def test_whoever_has_a_role_in_it_says_who_was_right(world: World, overridden: str, person: str) -> None:
    found = of(world, overridden)
    assert investigate.resolving(world.desk, found, person).investigation.open
    investigate.resolve(world.desk, found, person, Winner.EXPERT, "Giveaways  lift\nfollowers")
    assert ended(world, overridden) == (Standing.RESOLVED, Winner.EXPERT, "Giveaways lift followers", person)
    ((actor, said),) = happened(world, overridden, "resolved")
    assert (actor, said["winner"], said["right"]) == (person, "expert", BIA)
    assert len(world.errands("investigation")) == 1, "one message, which says how things stand when it is sent"
    with world.desk.store.reading() as unit:
        (hit,) = search.find(unit, "lift followers", search.Filters(), None).hits
    assert hit.disagreement_id == found


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (BIA, "own_case"), ("U0NOBODY01", "no_role"), (OLEG, "not_your_market"), (MARKETER, "marketer_asks"),
        (GIL, "guest"),
    ],
)  # fmt: skip
def test_others_are_heard_and_do_not_resolve(world: World, overridden: str, person: str, reason: str) -> None:
    found = of(world, overridden)
    for refused in (
        lambda: investigate.resolving(world.desk, found, person),
        lambda: investigate.resolve(world.desk, found, person, Winner.EXPERT, "because"),
    ):
        with pytest.raises(NotAllowed, match=reason):
            refused()
    assert ended(world, overridden)[0] is Standing.OPEN


def test_it_takes_an_answer_and_a_lesson(world: World, overridden: str) -> None:
    found = of(world, overridden)
    wrong: list[tuple[Winner | None, str, str]] = [
        (None, "a lesson", "winner_needed"), (Winner.OTHER, "a lesson", "winner_needed"),
        (Winner.AI, " \n ", "lesson_needed"),
    ]  # fmt: skip
    for winner, lesson, reason in wrong:
        with pytest.raises(Invalid, match=reason):
            investigate.resolve(world.desk, found, MAYA, winner, lesson)
    investigate.resolve(world.desk, found, MAYA, Winner.UNCLEAR, "x" * 900)
    assert len(ended(world, overridden)[2]) == investigate.LESSON


def test_of_two_who_say_it_the_first_is_heard_and_the_second_is_told(world: World, overridden: str) -> None:
    found = of(world, overridden)
    investigate.resolve(world.desk, found, MAYA, Winner.AI, "bought")
    world.clock.move(minutes=3)
    with pytest.raises(TooLate, match="resolved") as told:
        investigate.resolve(world.desk, found, CAIO, Winner.EXPERT, "a giveaway")
    params = told.value.params
    assert (params["by"], params["winner"], params["right"], params["lead"]) == (MAYA, "ai", None, ZOE)
    assert params["now"] - params["at"] == timedelta(minutes=3)
    with pytest.raises(TooLate, match="already_yours"):
        investigate.resolve(world.desk, found, MAYA, Winner.AI, "bought")
    assert ended(world, overridden) == (Standing.RESOLVED, Winner.AI, "bought", MAYA)
    assert len(happened(world, overridden, "resolved")) == 1


def test_a_lead_corrects_it_and_only_what_the_form_showed(world: World, overridden: str) -> None:
    found = of(world, overridden)
    investigate.resolve(world.desk, found, MAYA, Winner.AI, "bought")
    with pytest.raises(TooLate, match="resolved"):
        investigate.resolving(world.desk, found, CAIO)
    seen = investigate.resolving(world.desk, found, ZOE).investigation.disagreement.resolved_at
    with pytest.raises(TooLate, match="resolved"):
        investigate.resolve(world.desk, found, ZOE, Winner.EXPERT, "real")  # her form was opened before Maya's answer
    world.clock.move(minutes=1)
    investigate.resolve(world.desk, found, ZOE, Winner.EXPERT, "real", seen=seen)
    assert ended(world, overridden) == (Standing.RESOLVED, Winner.EXPERT, "real", ZOE)
    (event,) = [h for h in see.history(world.desk, overridden) if h.what == "resolution_corrected"]
    assert (event.before["lesson"], event.after["lesson"]) == ("bought", "real")
    with pytest.raises(TooLate, match="resolved"):
        investigate.resolve(world.desk, found, ZOE, Winner.BOTH, "hm", seen=seen)


def test_undo_closes_it_and_says_so(world: World, overridden: str) -> None:
    found = of(world, overridden)
    decide.undo(world.desk, overridden, BIA)
    assert see.case(world.desk, overridden).investigations == ()
    assert see.thread(world.desk, found).investigation.void
    assert [ref for _, ref, _, _ in world.errands("investigation")] == [found]
    with pytest.raises(TooLate, match="investigation_void"):
        investigate.resolve(world.desk, found, MAYA, Winner.AI, "bought")
    with world.desk.store.reading() as unit:
        assert search.find(unit, "giveaway", search.Filters(), None).hits == ()


# Between two people


@pytest.fixture
def contested(world: World, overridden: str) -> str:
    """And Caio objects to Bia."""
    objections.dissent(world.desk, overridden, CAIO, why("not by everybody"))
    return overridden


def test_between_two_people_a_lead_rules_in_one_tap(world: World, contested: str) -> None:
    found = of(world, contested)
    assert opened(world, contested).parties == (CAIO, BIA)
    for person, reason in ((MAYA, "not_lead"), (BIA, "own_case"), (CAIO, "own_case")):
        with pytest.raises(NotAllowed, match=reason):
            investigate.adjudicate(world.desk, found, person, Winner.OTHER)
    investigate.adjudicate(world.desk, found, ZOE, Winner.OTHER)
    assert ended(world, contested) == (Standing.RESOLVED, Winner.OTHER, "", ZOE)
    ((_, said),) = happened(world, contested, "resolved")
    assert said["right"] == BIA
    with pytest.raises(TooLate, match="already_yours"):
        investigate.adjudicate(world.desk, found, ZOE, Winner.OTHER)
    with pytest.raises(TooLate, match="resolved"):
        investigate.adjudicate(world.desk, found, ZOE, Winner.EXPERT)
    seen = opened(world, contested).disagreement.resolved_at
    investigate.resolve(world.desk, found, ZOE, Winner.OTHER, "and a lesson follows", seen=seen)
    assert ended(world, contested)[2] == "and a lesson follows"


def test_one_tap_is_for_two_people_only(world: World, overridden: str) -> None:
    with pytest.raises(Invalid, match="winner_needed"):
        investigate.adjudicate(world.desk, of(world, overridden), ZOE, Winner.EXPERT)


def test_a_lead_who_follows_an_objection_has_ruled(world: World, contested: str) -> None:
    objections.reverse(world.desk, contested, ZOE)
    assert ended(world, contested)[:2] == (Standing.RESOLVED, Winner.EXPERT)
    assert ended(world, contested, 0)[0] is Standing.OPEN, "who was right against the AI is another question"
    assert see.case(world.desk, contested).decision.verdict is Verdict.DECLINE  # type: ignore[union-attr]


def test_a_lead_who_lets_it_stand_has_ruled(world: World, contested: str) -> None:
    objections.let_stand(world.desk, contested, ZOE)
    assert ended(world, contested)[:2] == (Standing.RESOLVED, Winner.OTHER)
    with pytest.raises(TooLate):
        objections.let_stand(world.desk, contested, ZOE)
    assert len(happened(world, contested, "resolved")) == 1


def test_a_ruling_does_not_say_again_what_was_said(world: World, contested: str) -> None:
    investigate.adjudicate(world.desk, of(world, contested), ZOE, Winner.OTHER)
    objections.reverse(world.desk, contested, ZOE)
    assert ended(world, contested)[:2] == (Standing.RESOLVED, Winner.OTHER)


def test_a_lead_is_no_judge_in_their_own_case(world: World) -> None:
    from bot.core.types import Role

    members.add(world.desk, "U0ZED00001", Role.LEAD, None, "Zed")
    review_id = world.one()
    decide.override(world.desk, review_id, ZOE, why("loved here"))
    objections.dissent(world.desk, review_id, CAIO, why("not by everybody"))
    objections.let_stand(world.desk, review_id, ZOE)
    assert ended(world, review_id)[0] is Standing.OPEN
    with pytest.raises(NotAllowed, match="own_case"):
        investigate.adjudicate(world.desk, of(world, review_id), ZOE, Winner.OTHER)
    investigate.adjudicate(world.desk, of(world, review_id), "U0ZED00001", Winner.EXPERT)
    assert ended(world, review_id)[3] == "U0ZED00001"


def test_an_objection_to_the_clock_is_not_ended_by_a_reversal(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    world.sweep()
    objections.dissent(world.desk, review_id, BIA, why("she is fine"))
    objections.reverse(world.desk, review_id, ZOE)
    assert ended(world, review_id)[0] is Standing.OPEN


def test_two_at_once_one_wins(world: World, overridden: str) -> None:
    """Both read it as open; the row is written once."""
    import threading

    found, told = of(world, overridden), []
    gate = threading.Barrier(2)

    def say(person: str, winner: Winner) -> None:
        gate.wait()
        try:
            investigate.resolve(world.desk, found, person, winner, f"by {person}")
            told.append("done")
        except HandoffError as error:
            told.append(error.reason)

    both = [threading.Thread(target=say, args=one) for one in ((MAYA, Winner.AI), (CAIO, Winner.EXPERT))]
    for one in both:
        one.start()
    for one in both:
        one.join(20)
    assert sorted(told) == ["done", "resolved"]
    assert len(happened(world, overridden, "resolved")) == 1
