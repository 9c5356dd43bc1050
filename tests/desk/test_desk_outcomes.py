"""What became of deals: once, by whom it may be, executing them, turning round who was right; time running out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core.disagreement import PATIENCE, Standing, Winner
from bot.core.errors import HandoffError, Invalid, NotAllowed, TooLate
from bot.core.outcome import What
from bot.desk import decide, investigate, outcomes, see
from bot.desk import object as objections
from bot.desk.desk import Limits
from scoring.types import Verdict
from tests.desk.test_desk_investigate import ended, happened, of
from tests.desk.world import BIA, CAIO, MARKETER, MAYA, START, ZOE, World, row, why
from tests.desk.worlds import NewWorld


@pytest.fixture
def overridden(world: World) -> str:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("a giveaway every November"))
    return review_id


@pytest.fixture
def resolved(world: World, overridden: str) -> str:
    """And Maya found that Bia was right."""
    investigate.resolve(world.desk, of(world, overridden), MAYA, Winner.EXPERT, "Giveaways are real")
    return overridden


def letters(world: World, kind: str) -> list[tuple[str, str]]:
    return [(ref, lane) for _, ref, lane, _ in world.errands(kind)]


@pytest.mark.parametrize("person", [MAYA, ZOE, None])
def test_the_owner_a_lead_or_the_command_line_says_it_once(world: World, overridden: str, person: str | None) -> None:
    case = outcomes.record(world.desk, overridden, What.SIGNED, person)
    assert (case.outcomes, case.review.executed) == ((What.SIGNED,), True)
    for again, reason in ((person, "already_yours"), (ZOE if person != ZOE else MAYA, "outcome_known")):
        with pytest.raises(TooLate, match=reason):
            outcomes.record(world.desk, overridden, What.SIGNED, again)
    ((actor, said),) = happened(world, overridden, "outcome")
    assert (actor, said["outcome"]) == (person or outcomes.OPERATOR, "signed")
    assert len(world.sql("SELECT 1 FROM outcomes")) == 1


@pytest.mark.parametrize("person", [BIA, CAIO, MARKETER, "U0NOBODY01"])
def test_nobody_else_does(world: World, overridden: str, person: str) -> None:
    for refused in (
        lambda: outcomes.recording(world.desk, overridden, person),
        lambda: outcomes.record(world.desk, overridden, What.FRAUD, person),
    ):
        with pytest.raises(NotAllowed, match="not_owner"):
            refused()
    assert see.case(world.desk, overridden).outcomes == ()


def test_from_a_signed_deal_on_nothing_is_undone_or_reversed(world: World, overridden: str) -> None:
    outcomes.record(world.desk, overridden, What.SIGNED, MAYA)
    for refused in (
        lambda: decide.undo(world.desk, overridden, BIA),
        lambda: objections.reverse(world.desk, overridden, ZOE),
        lambda: objections.dissent(world.desk, overridden, CAIO, why("no")),
    ):
        with pytest.raises(TooLate, match="executed"):
            refused()
    world.clock.move(hours=1)
    world.sweep()
    assert len(happened(world, overridden, "executed")) == 1
    assert happened(world, overridden, "settled") == [], "it was final with that"
    assert world.errands("result")[-1][2] == MAYA


@pytest.mark.parametrize("what", [What.ON_PLAN, What.ABOVE_PLAN, What.BELOW_PLAN])
def test_figures_are_of_a_deal_that_went_out(world: World, overridden: str, what: What) -> None:
    assert outcomes.record(world.desk, overridden, what, MAYA).review.executed


@pytest.mark.parametrize("what", [What.LOST_SLOW, What.LOST_OTHER, What.FRAUD])
def test_a_lost_deal_and_fraud_execute_nothing(world: World, overridden: str, what: What) -> None:
    assert not outcomes.record(world.desk, overridden, what, MAYA).review.executed


def test_what_cannot_have_happened_is_refused(world: World) -> None:
    waiting = world.one()
    for what in (What.SIGNED, What.ON_PLAN):
        with pytest.raises(Invalid, match="outcome_undecided"):
            outcomes.record(world.desk, waiting, what, MAYA)
    assert outcomes.record(world.desk, waiting, What.LOST_SLOW, MAYA).outcomes == (), "told of when it is decided"
    decide.approve(world.desk, waiting, BIA)
    for what in (What.SIGNED, What.ABOVE_PLAN, What.LOST_OTHER):
        with pytest.raises(Invalid, match="outcome_declined"):
            outcomes.record(world.desk, waiting, what, MAYA)
    assert What.FRAUD in outcomes.record(world.desk, waiting, What.FRAUD, MAYA).outcomes
    with pytest.raises(Invalid, match="outcome_needed"):
        outcomes.record(world.desk, waiting, None, MAYA)
    with pytest.raises(Invalid, match="outcome_ahead"):
        outcomes.record(world.desk, waiting, What.FRAUD, None, START + timedelta(days=3))


def test_of_figures_the_last_ones_count_and_one_can_come_back(world: World, overridden: str) -> None:
    for hours, what in enumerate((What.BELOW_PLAN, What.ABOVE_PLAN, What.BELOW_PLAN)):
        world.clock.move(hours=hours)
        assert outcomes.record(world.desk, overridden, what, MAYA).outcomes == (what,)
    assert len(world.sql("SELECT 1 FROM outcomes")) == 2


# Who was right after all


def test_fraud_overturns_what_was_found_and_says_so(world: World, resolved: str) -> None:
    before = len(letters(world, "investigation"))
    outcomes.record(world.desk, resolved, What.FRAUD, MAYA)
    assert ended(world, resolved) == (Standing.RESOLVED, Winner.AI, "Giveaways are real", None)
    (event,) = [h for h in see.history(world.desk, resolved) if h.what == "overturned"]
    assert (event.actor, event.before["winner"], event.after["winner"]) == (MAYA, "expert", "ai")
    assert event.before["right"] == BIA
    assert len(letters(world, "investigation")) == before, "said by the one letter that is still to be sent"


def test_a_lead_can_still_correct_that(world: World, resolved: str) -> None:
    outcomes.record(world.desk, resolved, What.FRAUD, MAYA)
    seen = see.thread(world.desk, of(world, resolved)).investigation.disagreement.resolved_at
    investigate.resolve(world.desk, of(world, resolved), ZOE, Winner.BOTH, "half of it", seen=seen)
    assert ended(world, resolved) == (Standing.RESOLVED, Winner.BOTH, "half of it", ZOE)


def test_what_confirms_it_overturns_nothing(world: World, resolved: str) -> None:
    outcomes.record(world.desk, resolved, What.ABOVE_PLAN, MAYA)
    assert ended(world, resolved)[1:] == (Winner.EXPERT, "Giveaways are real", MAYA)
    assert happened(world, resolved, "overturned") == []


def test_below_and_then_fraud_one_after_the_other(world: World, resolved: str) -> None:
    outcomes.record(world.desk, resolved, What.ABOVE_PLAN, MAYA)
    world.clock.move(days=1)
    outcomes.record(world.desk, resolved, What.BELOW_PLAN, MAYA)
    assert ended(world, resolved)[1] is Winner.AI
    outcomes.record(world.desk, resolved, What.FRAUD, MAYA)
    assert ended(world, resolved)[1] is Winner.AI
    assert len(happened(world, resolved, "overturned")) == 1


def test_an_outcome_that_is_corrected_gives_back_what_people_found(world: World, resolved: str) -> None:
    outcomes.record(world.desk, resolved, What.BELOW_PLAN, MAYA)
    assert ended(world, resolved)[1::2] == (Winner.AI, None)
    world.clock.move(minutes=1)
    outcomes.record(world.desk, resolved, What.ON_PLAN, MAYA)
    assert ended(world, resolved) == (Standing.RESOLVED, Winner.EXPERT, "Giveaways are real", MAYA)
    assert [said["right"] for _, said in happened(world, resolved, "restored")] == [BIA]
    world.clock.move(minutes=1)
    outcomes.record(world.desk, resolved, What.BELOW_PLAN, MAYA)
    world.clock.move(minutes=1)
    outcomes.record(world.desk, resolved, What.ABOVE_PLAN, MAYA)
    assert ended(world, resolved)[1::2] == (Winner.EXPERT, MAYA)


def test_of_what_nobody_had_found_an_outcome_that_was_not_so_leaves_nothing(world: World, overridden: str) -> None:
    outcomes.record(world.desk, overridden, What.BELOW_PLAN, MAYA)
    for _ in range(2):
        world.clock.move(days=8)
        world.sweep()
    assert ended(world, overridden) == (Standing.RESOLVED, Winner.AI, "", None)
    outcomes.record(world.desk, overridden, What.ON_PLAN, MAYA)
    assert ended(world, overridden) == (Standing.CLOSED, None, "", None)


def test_what_is_open_stays_open_and_is_told(world: World, overridden: str) -> None:
    outcomes.record(world.desk, overridden, What.FRAUD, MAYA)
    assert ended(world, overridden)[0] is Standing.OPEN
    assert letters(world, "investigation") == [(of(world, overridden), "C0BRAZIL01")]


def test_what_was_undone_learns_nothing(world: World, overridden: str) -> None:
    gone = of(world, overridden)
    decide.undo(world.desk, overridden, BIA)
    outcomes.record(world.desk, overridden, What.FRAUD, MAYA)
    assert see.thread(world.desk, gone).investigation.void


# Nobody ends it


def test_after_a_week_the_lead_hears_of_it_once_and_after_another_it_is_closed(world: World, overridden: str) -> None:
    found = of(world, overridden)
    world.clock.move(days=7, seconds=-60)
    world.sweep()
    assert letters(world, "unresolved") == []
    for _ in range(3):
        world.clock.move(minutes=2)
        world.sweep()
    assert letters(world, "unresolved") == [(found, ZOE)]
    assert len(happened(world, overridden, "lead_reminded")) == 1
    world.clock.now = START + 2 * PATIENCE + timedelta(minutes=5)
    for _ in range(3):
        world.clock.move(minutes=2)
        world.sweep()
    assert ended(world, overridden) == (Standing.CLOSED, None, "", None)
    assert [a for a, _ in happened(world, overridden, "closed_unresolved")] == ["deadline"]
    assert letters(world, "unresolved") == [(found, ZOE)]
    investigate.resolve(world.desk, found, CAIO, Winner.AI, "found out in spring")
    assert ended(world, overridden)[1] is Winner.AI, "late is better than never"


def test_what_is_resolved_or_undone_in_time_reminds_nobody(world: World, resolved: str) -> None:
    world.clock.move(days=30)
    world.sweep()
    assert letters(world, "unresolved") == []
    assert ended(world, resolved)[0] is Standing.RESOLVED


def test_what_is_closed_while_the_outcome_is_known_is_decided_by_it(world: World, overridden: str) -> None:
    outcomes.record(world.desk, overridden, What.FRAUD, MAYA)
    for _ in range(2):
        world.clock.move(days=8)
        world.sweep()
    assert ended(world, overridden) == (Standing.RESOLVED, Winner.AI, "", None)
    assert [a for a, _ in happened(world, overridden, "overturned")] == ["deadline"]


def test_a_closed_one_gets_its_result_from_the_outcome(world: World, overridden: str) -> None:
    for _ in range(2):
        world.clock.move(days=8)
        world.sweep()
    assert ended(world, overridden)[0] is Standing.CLOSED
    outcomes.record(world.desk, overridden, What.ABOVE_PLAN, MAYA)
    assert ended(world, overridden) == (Standing.RESOLVED, Winner.EXPERT, "", None)


def test_a_click_in_the_last_minute_and_the_clock_agree(world: World, overridden: str) -> None:
    """The sweep gives way to whoever resolved it just before."""
    import threading

    world.clock.move(days=8)
    world.sweep()
    world.clock.move(days=8)
    found, told = of(world, overridden), []

    def say() -> None:
        try:
            investigate.resolve(world.desk, found, CAIO, Winner.AI, "just in time")
            told.append("resolved")
        except HandoffError as error:
            told.append(error.reason)

    clicking = threading.Thread(target=say)
    clicking.start()
    world.sweep()
    clicking.join(20)
    assert told == ["resolved"]
    assert ended(world, overridden)[1] is Winner.AI


def test_an_executed_case_reads_as_such(world: World, overridden: str) -> None:
    case: Any = outcomes.record(world.desk, overridden, What.SIGNED, MAYA)
    assert case.decision.verdict is Verdict.PROCEED
    assert case.review.undo_until is None


def test_more_than_a_batch_runs_out_in_one_sweep(new_world: NewWorld) -> None:
    world = new_world(limits=Limits(batch=2))
    world.take_in(*(row(f"creator{n}", verdict=Verdict.DECLINE) for n in range(5)))
    for line in world.lines().values():
        decide.override(world.desk, line.review_id, ZOE, why("loved here"))
    world.clock.move(days=8)
    world.sweep()
    assert len(letters(world, "unresolved")) == 5
