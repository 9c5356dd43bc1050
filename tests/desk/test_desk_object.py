"""After the decision: objections, rulings, notes, and words that came too late."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.types import REASONS, Basis, How, Reason, Role, State
from bot.desk import decide, members, see
from bot.desk import object as objections
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, GIL, IVAN, MARKETER, MAYA, OLEG, START, ZOE, World, row, why

ZED = "U0ZED00001"


@pytest.fixture
def fallen(world: World) -> str:
    """A review that fell to the AI's decline."""
    review_id = world.one()
    world.clock.move(hours=48)
    world.sweep()
    return review_id


def late(review_id: str, world: World, person: str = BIA, text: str = "I was late") -> str:
    with pytest.raises(TooLate) as told:
        decide.override(world.desk, review_id, person, why(text))
    return str(told.value.params["draft_id"])


def test_an_objection_is_told_to_the_owner_and_the_lead(world: World, fallen: str) -> None:
    case = objections.dissent(
        world.desk, fallen, BIA, why("normal here", Reason.CULTURAL_FIT, Reason.AUDIENCE_MISMATCH)
    )
    said = case.dissents[-1]
    assert (said.expert, said.verdict, said.how, said.round) == (BIA, Verdict.PROCEED, How.DISSENT, 1)
    assert said.rationale.reasons == (Reason.CULTURAL_FIT,), "what makes no sense in this direction goes"
    assert case.decision is not None
    assert case.decision.verdict is Verdict.DECLINE, "an objection decides nothing"
    assert {lane for _, ref, lane, _ in world.errands("dissent") if ref == said.id} == {MAYA, ZOE}
    assert see.judgement(world.desk, said.id)[1] == said


def test_the_owner_may_object_and_ask_the_lead_that_way(world: World, fallen: str) -> None:
    assert objections.dissent(world.desk, fallen, MAYA, why("please look again")).dissents[-1].expert == MAYA


@pytest.mark.parametrize(
    ("person", "reason"),
    [(OLEG, "not_your_market"), (IVAN, "no_role"), (GIL, "guest"), (MARKETER, "marketer_asks")],
)
def test_others_object_in_vain_and_leave_nothing(world: World, fallen: str, person: str, reason: str) -> None:
    before = world.dump()
    with pytest.raises(NotAllowed, match=reason):
        objections.dissent(world.desk, fallen, person, why("me too"))
    with pytest.raises(NotAllowed, match=reason):
        objections.objecting(world.desk, fallen, person)
    with pytest.raises(NotAllowed, match=reason):
        objections.note(world.desk, fallen, person, "me too")
    assert world.dump() == before


@pytest.mark.parametrize(
    ("given", "reason", "field"),
    [
        (why(reasons=()), "reason_needed", "reasons"),
        (why("", Reason.AUDIENCE_MISMATCH), "reason_needed", "reasons"),
        (why("", Reason.OTHER), "text_needed", "narrative"),
    ],
)
def test_an_objection_says_why(world: World, fallen: str, given: object, reason: str, field: str) -> None:
    before = world.dump()
    with pytest.raises(Invalid) as invalid:
        objections.dissent(world.desk, fallen, BIA, given)  # type: ignore[arg-type]
    assert (invalid.value.reason, invalid.value.params["field"]) == (reason, field)
    assert world.dump() == before


def test_nothing_to_object_to_keeps_the_words(world: World) -> None:
    review_id = world.one()
    with pytest.raises(TooLate, match="not_decided"):
        objections.objecting(world.desk, review_id, BIA)
    with pytest.raises(TooLate, match="not_decided") as told:
        objections.dissent(world.desk, review_id, BIA, why("but why"))
    assert (told.value.params["kept"], told.value.params["typed"]) == ("draft", True)
    case = objections.keep_comment(world.desk, str(told.value.params["draft_id"]), BIA)
    assert [c.text for c in case.comments] == ["but why"]


def test_an_objection_rewritten_from_a_draft_replaces_it(world: World, fallen: str) -> None:
    draft = late(fallen, world)
    world.sql("UPDATE reviews SET executed = TRUE")
    with pytest.raises(TooLate, match="executed") as told:
        objections.dissent(world.desk, fallen, BIA, why("rewritten"), draft)
    ((draft_id, rationale),) = world.sql("SELECT id, rationale FROM drafts")
    assert (draft_id, json.loads(rationale)["narrative"]) == (told.value.params["draft_id"], "rewritten")


def test_a_lead_reverses_and_everybody_hears(world: World, fallen: str) -> None:
    objections.dissent(world.desk, fallen, BIA, why("normal here"))
    case = objections.reverse(world.desk, fallen, ZOE)
    assert case.decision is not None
    assert (case.decision.verdict, case.decision.by, case.decision.basis) == (Verdict.PROCEED, ZOE, Basis.LEAD)
    assert (case.review.round, case.review.state, case.review.undo_until) == (2, State.DECIDED, None)
    assert {lane for _, ref, lane, _ in world.errands("reversed") if ref == f"{fallen}:2"} == {MAYA, BIA}
    assert see.history(world.desk, fallen)[-1].after["verdict"] == "proceed"


def test_a_second_tap_does_not_turn_it_back(world: World, fallen: str) -> None:
    objections.reverse(world.desk, fallen, ZOE)
    before = world.dump()
    with pytest.raises(TooLate, match="already_yours") as told:
        objections.reverse(world.desk, fallen, ZOE)
    assert told.value.params["verdict"] is Verdict.PROCEED
    assert world.dump() == before


def test_a_new_objection_lets_a_lead_think_again(world: World, fallen: str) -> None:
    objections.reverse(world.desk, fallen, ZOE)
    objections.dissent(world.desk, fallen, CAIO, why("no, really", Reason.FRAUD_EVIDENCE))
    case = objections.reverse(world.desk, fallen, ZOE)
    assert case.decision is not None
    assert (case.decision.verdict, case.decision.round) == (Verdict.DECLINE, 3)


def test_a_lead_can_reverse_ones_own_ruling_on_the_card(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, ZOE)
    world.clock.move(minutes=11)
    case = objections.reverse(world.desk, review_id, ZOE)
    assert case.decision is not None
    assert case.decision.verdict is Verdict.PROCEED


def test_another_lead_can_reverse_the_reversal(world: World, fallen: str) -> None:
    members.add(world.desk, ZED, Role.LEAD, None, "Zed")
    objections.reverse(world.desk, fallen, ZOE)
    case = objections.reverse(world.desk, fallen, ZED)
    assert case.decision is not None
    assert (case.decision.verdict, case.decision.by) == (Verdict.DECLINE, ZED)


def test_a_reversal_ends_the_undo(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    objections.reverse(world.desk, review_id, ZOE)
    with pytest.raises(NotAllowed, match="not_yours_to_undo") as told:
        decide.undo(world.desk, review_id, BIA)
    assert told.value.params["by"] == ZOE
    with pytest.raises(TooLate, match="undo_over"):
        decide.undo(world.desk, review_id, ZOE)


@pytest.mark.parametrize("person", [BIA, MAYA, IVAN, GIL])
def test_only_leads_rule(world: World, fallen: str, person: str) -> None:
    before = world.dump()
    for verb in (objections.reverse, objections.let_stand):
        with pytest.raises(NotAllowed, match="not_lead") as no:
            verb(world.desk, fallen, person)
        assert no.value.params["lead"] == ZOE
    assert world.dump() == before


def test_no_lead_rules_over_an_own_referral(world: World) -> None:
    review_id = world.one(referred_by="Zoe")
    world.clock.move(hours=48)
    world.sweep()
    before = world.dump()
    for verb in (objections.reverse, objections.let_stand):
        with pytest.raises(NotAllowed, match="own_referral"):
            verb(world.desk, review_id, ZOE)
    assert world.dump() == before


def test_let_it_stand_tells_who_objected(world: World, fallen: str) -> None:
    said = objections.dissent(world.desk, fallen, BIA, why("normal here")).dissents[-1]
    case = objections.let_stand(world.desk, fallen, ZOE)
    assert case.decision is not None
    assert case.decision.verdict is Verdict.DECLINE
    assert [(ref, lane) for _, ref, lane, _ in world.errands("stood")] == [(said.id, BIA)]
    assert see.history(world.desk, fallen)[-1].what == "let_stand"


@pytest.mark.parametrize("verb", ["reverse", "let_stand", "dissent", "objecting"])
def test_nothing_is_ruled_before_there_is_a_decision_nor_after_the_deal(world: World, verb: str) -> None:
    review_id = world.one()
    call = getattr(objections, verb)
    more = (why("words"),) if verb == "dissent" else ()
    with pytest.raises(TooLate, match="not_decided") as told:
        call(world.desk, review_id, ZOE, *more)
    assert told.value.params["candidate"] == "Ana Lima"
    decide.approve(world.desk, review_id, BIA)
    world.sql("UPDATE reviews SET executed = TRUE")
    with pytest.raises(TooLate, match="executed"):
        call(world.desk, review_id, ZOE, *more)
    with pytest.raises(TooLate, match="executed"):
        decide.undo(world.desk, review_id, BIA)


def test_what_was_withdrawn_is_not_ruled_over(world: World) -> None:
    review_id = world.one()
    decide.withdraw(world.desk, review_id, MAYA)
    for verb in (objections.reverse, objections.let_stand, objections.objecting):
        with pytest.raises(TooLate, match="withdrawn"):
            verb(world.desk, review_id, ZOE)


def test_an_ai_decision_nobody_was_asked_about_can_be_objected_to(world: World) -> None:
    world.take_in(*(row(f"creator{n}") for n in range(4)), campaign="scan")
    alone = next(line for line in world.lines().values() if line.route == "ai")
    objections.dissent(world.desk, alone.review_id, BIA, why("I know her", Reason.PRICE))
    assert world.lines()[alone.handle].objected
    assert not [e for e in world.errands("card") if e[1] == alone.review_id], "nobody saw a card, and none appears"


# Notes and drafts


def test_a_note_is_on_the_card(world: World, fallen: str) -> None:
    case = objections.note(world.desk, fallen, MAYA, "  signed elsewhere  ")
    assert [(c.author, c.text, c.at) for c in case.comments] == [
        (MAYA, "signed elsewhere", START + timedelta(hours=48))
    ]
    with pytest.raises(Invalid, match="text_needed"):
        objections.note(world.desk, fallen, MAYA, " \n")


def test_whoever_agreed_may_say_why_and_nobody_must(world: World) -> None:
    review_id = world.one()
    agreed = decide.approve(world.desk, review_id, BIA)
    with pytest.raises(Invalid, match="text_needed"):
        objections.note(world.desk, review_id, BIA, "", [])
    with pytest.raises(Invalid, match="reason_needed"):
        objections.note(world.desk, review_id, BIA, "", [Reason.MARKET_NORM])
    with pytest.raises(Invalid, match="text_needed"):
        objections.note(world.desk, review_id, BIA, " ", [Reason.OTHER])
    reasons = [Reason.PRICE, Reason.CULTURAL_FIT]
    case = objections.note(world.desk, review_id, BIA, "", reasons)
    assert case.judgement is not None
    assert case.judgement.rationale.reasons == tuple(r for r in REASONS[case.judgement.verdict] if r in reasons)
    assert case.comments == ()
    assert case.review.version == agreed.version, "an undo by the card that stands there still works"
    again = objections.note(world.desk, review_id, BIA, "and more", [Reason.TIMING])
    assert again.judgement == case.judgement, "said once"
    assert [c.text for c in again.comments] == ["and more"]
    other = objections.note(world.desk, review_id, MAYA, "thanks", [Reason.PRICE])
    assert other.judgement == case.judgement, "it is not hers"


def test_a_draft_is_its_authors_alone(world: World, fallen: str) -> None:
    draft = late(fallen, world)
    before = world.dump()
    for call in (
        lambda: objections.keep_comment(world.desk, draft, CAIO),
        lambda: objections.drop_draft(world.desk, draft, CAIO),
        lambda: objections.objecting(world.desk, fallen, CAIO, draft),
        lambda: objections.dissent(world.desk, fallen, CAIO, why("stolen"), draft),
    ):
        with pytest.raises(NotAllowed, match="not_yours"):
            call()
    assert world.dump() == before


def test_a_draft_is_kept_or_dropped(world: World, fallen: str) -> None:
    kept, dropped = late(fallen, world, text="keep this"), late(fallen, world, text="drop this")
    case = objections.keep_comment(world.desk, kept, BIA)
    assert [c.text for c in case.comments] == ["keep this"]
    objections.drop_draft(world.desk, dropped, BIA)
    assert not world.sql("SELECT * FROM drafts")
    before = world.dump()
    objections.drop_draft(world.desk, dropped, BIA)
    with pytest.raises(NotFound, match="form"):
        objections.keep_comment(world.desk, kept, BIA)
    assert world.dump() == before
