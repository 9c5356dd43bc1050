"""What a second look at the desk found: said twice, said the other way round, or said to somebody who is gone."""

from __future__ import annotations

import threading

import pytest

from bot.core.errors import TooLate
from bot.core.types import How, Reason, Role, State
from bot.desk import decide, hand_over, members, see
from bot.desk import object as objections
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, ZOE, World, row, why


@pytest.fixture
def fallen(world: World) -> str:
    """A review that fell to the AI's decline."""
    review_id = world.one()
    world.clock.move(hours=48)
    world.sweep()
    return review_id


def test_an_objection_is_never_recorded_the_other_way_round(world: World, fallen: str) -> None:
    objections.reverse(world.desk, fallen, ZOE)  # declined before, proceeds now
    with pytest.raises(TooLate, match="turned") as told:
        objections.dissent(world.desk, fallen, BIA, why("the numbers are fine"), verdict=Verdict.PROCEED)
    assert told.value.params["kept"] == "comment"
    case = see.case(world.desk, fallen)
    assert case.dissents == ()
    assert [c.text for c in case.comments] == ["the numbers are fine"]


def test_the_same_objection_note_or_ruling_twice_is_one(world: World, fallen: str) -> None:
    for _ in range(2):
        objections.dissent(world.desk, fallen, BIA, why("look again"))
        case = objections.note(world.desk, fallen, BIA, "a note")
    assert (len(case.dissents), len(case.comments)) == (1, 1)
    objections.let_stand(world.desk, fallen, ZOE)
    with pytest.raises(TooLate, match="already_stands"):
        objections.let_stand(world.desk, fallen, ZOE)
    assert len(world.errands("stood")) == 1


def test_an_old_button_does_not_turn_a_later_decision(world: World, fallen: str) -> None:
    objections.reverse(world.desk, fallen, ZOE, to=Verdict.PROCEED)
    objections.dissent(world.desk, fallen, BIA, why("bought", Reason.FRAUD_EVIDENCE))
    with pytest.raises(TooLate, match="already_stands"):
        objections.reverse(world.desk, fallen, ZOE, to=Verdict.PROCEED)
    decided = see.case(world.desk, fallen).decision
    assert decided is not None
    assert decided.verdict is Verdict.PROCEED


def test_what_was_said_against_an_undone_decision_is_over_with_it(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)  # decline, as the AI
    objections.dissent(world.desk, review_id, CAIO, why("she is fine"))
    decide.undo(world.desk, review_id, BIA)
    case = world.after(decide.override, review_id, BIA, why("she is fine indeed"))
    assert case.dissents == ()
    (line,) = see.lines(world.desk, [review_id])
    assert not line.objected
    assert any(j[0] == How.DISSENT.value for j in world.sql("SELECT how FROM judgements")), "it stays on record"


def test_what_is_passed_on_carries_its_note_and_never_comes_back_as_backup(world: World) -> None:
    review_id = world.one()
    case = hand_over.pass_on(world.desk, review_id, BIA, CAIO, "we shared a flat")
    assert (case.review.expert, case.review.backup) == (CAIO, ZOE)
    assert case.pass_note == "we shared a flat"
    assert all("flat" not in str(detail) for *_, detail in world.errands())


def test_a_note_that_comes_too_late_to_pass_on_is_kept(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, CAIO)
    with pytest.raises(TooLate):
        hand_over.pass_on(world.desk, review_id, BIA, CAIO, "I know her agent")
    assert [c.text for c in see.case(world.desk, review_id).comments] == ["I know her agent"]


def test_what_waits_for_somebody_who_leaves_goes_to_others(world: World) -> None:
    world.take_in(*(row(f"creator{n}", "Brazil", Verdict.DECLINE) for n in range(6)))
    mine = [line.review_id for line in world.lines().values() if line.reviewer == BIA]
    assert mine
    moved = members.remove(world.desk, BIA, Role.EXPERT, "BR")
    assert moved == len(mine)
    assert {line.reviewer for line in see.lines(world.desk, mine)} == {CAIO}
    assert {lane for _, _, lane, _ in world.errands("passed")} == {CAIO}


def test_who_referred_a_creator_is_not_asked_to_rule(world: World) -> None:
    members.add(world.desk, "U0ZED00001", Role.LEAD, None, "Zed")
    world.take_in(row("dear", "Brazil", Verdict.DECLINE, referred_by="Zoe"), campaign="grave")
    (review_id,) = [line.review_id for line in world.lines().values()]
    world.clock.move(hours=48)
    world.sweep()
    assert see.case(world.desk, review_id).review.state is State.HELD
    assert see.case(world.desk, review_id).lead == "U0ZED00001"
    assert ZOE not in {lane for _, _, lane, _ in world.errands("held")}


def test_many_held_at_once_make_one_message(world: World) -> None:
    world.take_in(*(row(f"creator{n}", "Russia", Verdict.DECLINE) for n in range(8)), campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    told = [detail["reviews"] for _, _, lane, detail in world.errands("held") if lane == ZOE]
    assert [len(ids) for ids in told] == [8]


def test_nothing_can_fail_between_the_commit_and_the_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The review comes out of the very unit of work that decided: no reader is asked after the commit."""
    review_id = world.one()

    def unreadable(*_: object, **__: object) -> None:
        raise AssertionError("read after the commit")

    monkeypatch.setattr(world.desk.store, "reading", unreadable)
    assert decide.approve(world.desk, review_id, BIA).state is State.DECIDED


def test_people_click_while_a_list_is_scored(world: World) -> None:
    """Scoring holds no lock: an answer goes through in the middle of it."""
    review_id = world.one()
    answered = threading.Event()

    def step(done: int, total: int) -> None:
        if done == 1 and not answered.is_set():
            clicking = threading.Thread(target=lambda: (decide.approve(world.desk, review_id, BIA), answered.set()))
            clicking.start()
            clicking.join(5)

    world.take_in(*(row(f"creator{n}") for n in range(5)), on_progress=step)
    assert answered.is_set()
    assert see.case(world.desk, review_id).review.state is State.DECIDED


def test_a_shared_name_of_two_imports_is_one_candidate(world: World) -> None:
    """Another import brings a row while ours is being scored: it is a duplicate by the time we write."""
    inner: list[int] = []

    def step(done: int, total: int) -> None:
        if not inner:
            inner.append(1)
            world.take_in(row("creator1"))

    report = world.take_in(row("creator0"), row("creator1"), on_progress=step)
    assert (report.count("accepted"), report.count("duplicate")) == (1, 1)
    assert len(world.lines()) == 2


def test_a_reversal_is_told_to_who_decided_and_who_objected(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, CAIO)
    objections.dissent(world.desk, review_id, BIA, why("she is fine"))
    objections.reverse(world.desk, review_id, ZOE)
    assert {lane for _, _, lane, _ in world.errands("reversed")} >= {CAIO, BIA}
