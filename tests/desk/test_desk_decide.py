"""Approve, override, normal, undo and the open form: what each does, and every refusal with what it must say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.types import Basis, Confidence, How, Reason, Review, Role, State
from bot.desk import decide, members, see
from bot.desk import object as objections
from db import reviews
from scoring.types import FlagCode, Verdict
from tests.desk.world import BIA, CAIO, FLAGS, GIL, IVAN, MAYA, OLEG, START, ZOE, World, row, why
from tests.desk.worlds import NewWorld

NORM = why("always so in November", Reason.MARKET_NORM, disputed=FLAGS[:1])


def refused(call: Callable[..., Any], *args: Any) -> TooLate:
    with pytest.raises(TooLate) as late:
        call(*args)
    return late.value


# What each does


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("person", [BIA, CAIO, ZOE])
def test_approve_agrees_with_the_ai_whatever_it_says(world: World, verdict: Verdict, person: str) -> None:
    review_id = world.one(verdict=verdict)
    case = world.after(decide.approve, review_id, person)
    assert case.decision is not None
    assert (case.decision.verdict, case.decision.by, case.decision.at) == (verdict, person, START)
    assert case.decision.basis is (Basis.LEAD if person == ZOE else Basis.EXPERT)
    assert case.review.state is State.DECIDED
    assert case.review.undo_until == START + timedelta(minutes=10)
    assert case.judgement is not None
    assert (case.judgement.how, case.judgement.expert, case.judgement.ai_visible) == (How.APPROVE, person, True)
    assert not case.differs
    assert ("result", f"{review_id}:1", MAYA, {}) in world.errands()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_override_is_the_opposite_with_its_reasons(world: World, verdict: Verdict) -> None:
    given = why("see https://example.com/proof.", Reason.CULTURAL_FIT, Reason.PRICE)
    case = world.after(decide.override, world.one(verdict=verdict), BIA, given)
    assert case.decision is not None
    assert case.judgement is not None
    assert case.decision.verdict is verdict.opposite is case.judgement.verdict
    assert case.differs
    assert case.judgement.rationale == replace(given, evidence="https://example.com/proof")


def test_normal_follows_the_recomputed_verdict_or_the_expert(world: World) -> None:
    case = world.after(decide.normal, world.one(), BIA, NORM, None)
    assert case.decision is not None
    assert case.decision.verdict is Verdict.PROCEED
    assert case.judgement is not None
    assert (case.judgement.how, case.judgement.rationale.disputed) == (How.NORM, FLAGS[:1])


def test_one_may_dispute_a_flag_and_still_decline(world: World) -> None:
    case = world.after(decide.normal, world.one(), BIA, NORM, Verdict.DECLINE)
    assert case.decision is not None
    assert case.decision.verdict is Verdict.DECLINE
    assert not case.differs


def test_normal_asks_for_a_verdict_when_the_ai_would_say_the_same(world: World) -> None:
    review_id = world.one(verdict=Verdict.PROCEED, growth_14d="60%")
    before = world.dump()
    with pytest.raises(Invalid, match="verdict_needed") as refused_:
        decide.normal(world.desk, review_id, BIA, NORM, None)
    assert refused_.value.params["field"] == "verdict"
    assert world.dump() == before
    case = world.after(decide.normal, review_id, BIA, NORM, Verdict.PROCEED)
    assert case.judgement is not None
    assert case.judgement.rationale.disputed == (FlagCode.GROWTH_SPIKE,), (
        "the AI agreed, and the flag is disputed all the same"
    )


@pytest.mark.parametrize(
    ("given", "reason", "field"),
    [
        (why(reasons=()), "reason_needed", "reasons"),
        (why(confidence=None), "confidence_needed", "confidence"),
        (why("", Reason.OTHER), "text_needed", "narrative"),
        (why("", Reason.MARKET_NORM), "flags_needed", "flags"),
    ],
)
def test_an_incomplete_form_names_its_field_and_changes_nothing(
    world: World, given: Any, reason: str, field: str
) -> None:
    review_id = world.one()
    before = world.dump()
    with pytest.raises(Invalid) as invalid:
        decide.override(world.desk, review_id, BIA, given)
    assert (invalid.value.reason, invalid.value.params["field"]) == (reason, field)
    assert world.dump() == before


def test_normal_without_flags_names_the_field(world: World) -> None:
    with pytest.raises(Invalid, match="flags_needed"):
        decide.normal(world.desk, world.one(), BIA, replace(NORM, disputed=(FlagCode.BRAND_SAFETY,)), None)


def test_a_lead_who_knows_the_market_answers_like_an_expert_until_it_is_held(world: World) -> None:
    members.add(world.desk, ZOE, Role.EXPERT, "BR")
    case = world.after(decide.approve, world.one(), ZOE)
    assert case.decision is not None
    assert case.decision.basis is Basis.EXPERT
    world.take_in(row("bruno"), campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    ruled = world.after(decide.approve, world.lines()["bruno"].review_id, ZOE)
    assert ruled.decision is not None
    assert ruled.decision.basis is Basis.LEAD


# Undo


def test_undo_takes_decision_and_judgement_back(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("too fast"))
    world.clock.move(minutes=9)
    case = world.after(decide.undo, review_id, BIA)
    assert (case.review.state, case.review.round, case.decision) == (State.REOPENED, 2, None)
    assert case.review.deadline_at == START + timedelta(hours=48)
    undone = world.sql("SELECT undone_at FROM decisions UNION ALL SELECT undone_at FROM judgements")
    assert undone == [("2026-11-23 09:09:00.000000",)] * 2
    assert ("undone", f"{review_id}:1", MAYA, {}) in world.errands()
    assert see.undone_case(world.desk, review_id, 1)[1]
    again = world.after(decide.approve, review_id, CAIO)
    assert again.decision is not None
    assert (again.decision.round, again.review.undo_until) == (2, None)


def test_the_domains_example_at_the_desk(world: World) -> None:
    """Decided at 47:55, undone at 48:03, open until 48:13."""
    review_id = world.one()
    world.clock.move(hours=47, minutes=55)
    decide.approve(world.desk, review_id, BIA)
    world.clock.move(minutes=8)
    world.sweep()
    decide.undo(world.desk, review_id, BIA)
    world.clock.move(minutes=9, seconds=59)
    world.sweep()
    assert see.case(world.desk, review_id).review.state is State.REOPENED
    world.clock.move(seconds=1)
    world.sweep()
    fell = see.case(world.desk, review_id)
    assert fell.decision is not None
    assert (fell.decision.by, fell.decision.round, fell.decision.at) == ("deadline", 2, world.clock.now)


def test_undo_is_refused_with_what_is_true(world: World) -> None:
    review_id = world.one()
    assert refused(decide.undo, world.desk, review_id, BIA).reason == "not_decided"
    decide.approve(world.desk, review_id, BIA)
    before = world.dump()
    for other in (CAIO, ZOE, MAYA, IVAN):
        with pytest.raises(NotAllowed, match="not_yours_to_undo") as theirs:
            decide.undo(world.desk, review_id, other)
        assert theirs.value.params["by"] == BIA
    assert world.dump() == before
    world.clock.move(minutes=10)
    late = refused(decide.undo, world.desk, review_id, BIA)
    assert (late.reason, late.params["until"]) == ("undo_over", START + timedelta(minutes=10))
    assert world.dump() == before


def test_undo_twice_is_once(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    decide.undo(world.desk, review_id, BIA)
    before = world.dump()
    assert refused(decide.undo, world.desk, review_id, BIA).reason == "already_undone"
    assert world.dump() == before
    decide.approve(world.desk, review_id, BIA)
    assert refused(decide.undo, world.desk, review_id, BIA).reason == "undo_over"


# Refusals


@pytest.mark.parametrize(
    ("person", "reason"),
    [(OLEG, "not_your_market"), (IVAN, "no_role"), (GIL, "guest"), (MAYA, "marketer_asks")],
)
@pytest.mark.parametrize("verb", ["approve", "override", "normal", "form_opened"])
def test_who_may_not_answer_hears_whom_to_ask(world: World, person: str, reason: str, verb: str) -> None:
    review_id = world.one()
    world.clock.move(hours=47, minutes=55)
    before = world.dump()
    more = {"override": (why("mine"),), "normal": (NORM, None)}.get(verb, ())
    with pytest.raises(NotAllowed) as no:
        getattr(decide, verb)(world.desk, review_id, person, *more)
    assert no.value.reason == reason
    wanted = {"candidate": "Ana Lima", "market": "BR", "expert": BIA, "lead": ZOE, "owner": MAYA}
    assert wanted.items() <= no.value.params.items()
    assert world.dump() == before


def test_nobody_answers_for_their_own_referral(world: World) -> None:
    review_id = world.one(referred_by="Bia")
    assert see.case(world.desk, review_id).review.expert == CAIO
    with pytest.raises(NotAllowed, match="own_referral"):
        decide.approve(world.desk, review_id, BIA)


def test_a_review_that_is_not_there(world: World) -> None:
    for verb in (decide.approve, decide.undo, decide.form_opened):
        with pytest.raises(NotFound, match="review"):
            verb(world.desk, "rv_NOPE", BIA)
    with pytest.raises(NotFound, match="review"):
        decide.override(world.desk, "rv_NOPE", BIA, why("words"))


def test_the_second_hears_who_was_first(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("fine here"))
    world.clock.move(minutes=3)
    before = world.dump()
    late = refused(decide.approve, world.desk, review_id, CAIO)
    assert late.reason == "decided"
    assert late.params == {
        "review": review_id,
        "candidate": "Ana Lima",
        "lead": ZOE,
        "now": START + timedelta(minutes=3),
        "verdict": Verdict.PROCEED,
        "by": BIA,
        "basis": Basis.EXPERT,
        "at": START,
        "against_ai": True,
    }
    assert world.dump() == before


def test_ones_own_second_tap_is_no_news(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    before = world.dump()
    assert refused(decide.approve, world.desk, review_id, BIA).reason == "already_yours"
    assert refused(decide.form_opened, world.desk, review_id, BIA).reason == "decided"
    assert world.dump() == before


def test_what_the_ai_decided_alone(world: World) -> None:
    world.take_in(*(row(f"creator{n}") for n in range(6)), campaign="scan")
    alone = next(line for line in world.lines().values() if line.route == "ai")
    late = refused(decide.approve, world.desk, alone.review_id, BIA)
    assert (late.reason, late.params["by"], late.params["basis"]) == ("decided_by_ai", "ai", Basis.AI_ALONE)


def test_what_was_withdrawn(world: World) -> None:
    review_id = world.one()
    decide.withdraw(world.desk, review_id, MAYA)
    for verb in (decide.approve, decide.undo, decide.form_opened):
        assert refused(verb, world.desk, review_id, BIA).reason == "withdrawn"
    late = refused(decide.override, world.desk, review_id, BIA, why("a pity"))
    assert (late.reason, late.params["kept"]) == ("withdrawn", "comment")
    assert [c.text for c in see.case(world.desk, review_id).comments] == ["a pity"]


def test_only_the_owner_and_leads_withdraw(world: World) -> None:
    review_id = world.one()
    for person in (BIA, IVAN, OLEG):
        with pytest.raises(NotAllowed, match="not_owner"):
            decide.withdraw(world.desk, review_id, person)
    decide.withdraw(world.desk, review_id, ZOE)
    assert refused(decide.withdraw, world.desk, review_id, ZOE).reason == "withdrawn"


# At the deadline


def test_a_tap_at_the_very_deadline_hears_that_the_deadline_was_first(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    late = refused(decide.approve, world.desk, review_id, BIA)
    assert (late.reason, late.params["by"], late.params["verdict"]) == (
        "decided_by_deadline", "deadline", Verdict.DECLINE,
    )  # fmt: skip
    assert see.case(world.desk, review_id).decision is not None
    assert [(k, d) for k, _, _, d in world.errands("fell")] == [("fell", {"reviews": [review_id]})]
    kept = ("reviews", "decisions", "events")
    before = {table: world.dump()[table] for table in kept}
    world.sweep()
    assert {table: world.dump()[table] for table in kept} == before, "the sweep came second and did something"


def test_a_tap_at_the_very_deadline_still_counts_where_the_policy_holds(world: World) -> None:
    review_id = world.one(campaign="grave")
    world.clock.move(hours=48)
    case = world.after(decide.approve, review_id, BIA)
    assert case.decision is not None
    assert case.decision.by == BIA
    assert [e.what for e in see.history(world.desk, review_id)][-2:] == ["held", "answered"]


def test_a_tap_after_the_hold_is_over(world: World) -> None:
    review_id = world.one(campaign="grave")
    world.clock.move(hours=48)
    world.sweep()
    world.clock.move(hours=12)
    late = refused(decide.approve, world.desk, review_id, ZOE)
    assert (late.reason, late.params["basis"]) == ("decided_by_deadline", Basis.HOLD_ENDED)


def test_where_the_campaign_declines_at_the_deadline(world: World) -> None:
    review_id = world.one(campaign="brief", verdict=Verdict.PROCEED)
    world.clock.move(hours=12)
    late = refused(decide.approve, world.desk, review_id, BIA)
    assert (late.reason, late.params["verdict"], late.params["basis"]) == (
        "decided_by_deadline", Verdict.DECLINE, Basis.DECLINE,
    )  # fmt: skip


def test_an_open_form_holds_the_deadline_once(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=47, minutes=49)
    assert world.after(decide.form_opened, review_id, BIA).review.deadline_at == START + timedelta(hours=48)
    world.clock.move(minutes=5)
    assert world.after(decide.form_opened, review_id, BIA).review.deadline_at == START + timedelta(hours=48, minutes=5)
    world.clock.move(minutes=10)
    before = world.dump()
    decide.form_opened(world.desk, review_id, CAIO)
    assert world.dump() == before
    world.sweep()
    assert see.case(world.desk, review_id).review.state is State.PENDING
    decide.override(world.desk, review_id, BIA, why("in time"))


def test_a_form_opened_too_late_says_who_won(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    assert refused(decide.form_opened, world.desk, review_id, BIA).reason == "decided_by_deadline"


# Forms that come too late


def test_a_late_form_with_another_verdict_is_kept_as_a_draft(world: World) -> None:
    review_id = world.one()
    world.clock.move(hours=48)
    given = why("she does this every year, https://example.com/x", Reason.RELATIONSHIP_HISTORY)
    late = refused(decide.override, world.desk, review_id, BIA, given)
    assert (late.reason, late.params["kept"], late.params["typed"]) == ("decided_by_deadline", "draft", True)
    draft = str(late.params["draft_id"])
    case, verdict, typed = objections.objecting(world.desk, review_id, BIA, draft)
    assert (case.review.id, verdict) == (review_id, Verdict.PROCEED)
    assert typed is not None
    assert (typed.narrative, typed.reasons, typed.confidence) == (given.narrative, given.reasons, Confidence.SURE)
    objected = objections.dissent(world.desk, review_id, BIA, typed, draft)
    assert objected.dissents[-1].rationale.narrative == given.narrative
    assert not world.sql("SELECT * FROM drafts")


def test_a_late_form_with_the_same_verdict_becomes_a_comment_on_the_card(world: World) -> None:
    review_id = world.one(campaign="brief", verdict=Verdict.PROCEED)
    world.clock.move(hours=12)
    world.sweep()
    world.sql("DELETE FROM outbox")
    late = refused(decide.override, world.desk, review_id, BIA, why("I would have declined, too", Reason.PRICE))
    assert (late.params["kept"], late.params["typed"]) == ("comment", True)
    assert "draft_id" not in late.params
    case = see.case(world.desk, review_id)
    assert [(c.author, c.text) for c in case.comments] == [(BIA, "I would have declined, too")]
    assert [e[:2] for e in world.errands()] == [("card", review_id)]
    assert see.history(world.desk, review_id)[-1].what == "noted"


def test_a_late_form_without_words_leaves_nothing_but_its_ticks(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("mine"))
    before = world.dump()
    late = refused(decide.override, world.desk, review_id, CAIO, why(""))
    assert (late.params["typed"], "kept" in late.params) == (False, False)
    assert world.dump() == before
    other = refused(decide.normal, world.desk, review_id, CAIO, replace(NORM, narrative=""), Verdict.DECLINE)
    assert (other.params["typed"], other.params["kept"]) == (False, "draft")


def test_normal_sent_late_wants_what_it_would_have_decided(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, CAIO)
    late = refused(decide.normal, world.desk, review_id, BIA, NORM, None)
    assert late.params["kept"] == "draft"
    assert objections.objecting(world.desk, review_id, BIA, str(late.params["draft_id"]))[1] is Verdict.PROCEED
    same = refused(decide.normal, world.desk, review_id, BIA, NORM, Verdict.DECLINE)
    assert same.params["kept"] == "comment"


def test_a_form_after_ones_own_tap_keeps_its_words(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    late = refused(decide.normal, world.desk, review_id, BIA, NORM, Verdict.DECLINE)
    assert (late.reason, late.params["kept"]) == ("already_yours", "comment")
    assert [c.text for c in see.case(world.desk, review_id).comments] == [NORM.narrative]


def test_the_same_form_twice_is_said_once(world: World) -> None:
    review_id = world.one()
    decide.override(world.desk, review_id, BIA, why("said once"))
    before = world.dump()
    late = refused(decide.override, world.desk, review_id, BIA, why("said once"))
    assert (late.reason, "kept" in late.params) == ("already_yours", False)
    assert world.dump() == before


def test_who_may_not_answer_leaves_no_words_either(world: World) -> None:
    review_id = world.one()
    decide.approve(world.desk, review_id, BIA)
    before = world.dump()
    for person in (OLEG, IVAN, GIL, MAYA):
        with pytest.raises(NotAllowed):
            decide.override(world.desk, review_id, person, why("let me in"))
    assert world.dump() == before


# Races


@pytest.mark.parametrize("rounds", [200])
def test_two_at_once_make_one_decision_and_the_loser_hears_the_winner(new_world: NewWorld, rounds: int) -> None:
    world = new_world(limits=replace(World.LIMITS, open_per_expert=rounds))
    world.take_in(*(row(f"creator{n:03}", verdict=Verdict.DECLINE) for n in range(rounds)))
    reviews = [line.review_id for line in world.lines().values()]
    start = threading.Barrier(2)
    told: dict[tuple[str, str], Review | Exception] = {}

    def answer(person: str, verb: Callable[[str], Review]) -> None:
        for review_id in reviews:
            start.wait()
            try:
                told[review_id, person] = verb(review_id)
            except Exception as error:  # noqa: BLE001 - looked at below
                told[review_id, person] = error

    threads = [
        threading.Thread(target=answer, args=(BIA, lambda r: decide.approve(world.desk, r, BIA))),
        threading.Thread(target=answer, args=(CAIO, lambda r: decide.override(world.desk, r, CAIO, why(f"no, {r}")))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wins = {BIA: 0, CAIO: 0}
    for review_id in reviews:
        won = [p for p in (BIA, CAIO) if isinstance(told[review_id, p], Review)]
        assert len(won) == 1, told[review_id, BIA]
        wins[won[0]] += 1
        loser = told[review_id, CAIO if won[0] == BIA else BIA]
        assert isinstance(loser, TooLate), loser
        assert (loser.reason, loser.params["by"]) == ("decided", won[0])
    assert world.sql("SELECT COUNT(*), COUNT(DISTINCT review_id) FROM decisions") == [(rounds, rounds)]
    assert world.sql("SELECT COUNT(*) FROM judgements") == [(rounds,)]
    assert world.sql("SELECT COUNT(*) FROM drafts") == [(wins[BIA],)]


@pytest.mark.parametrize(("losses", "decides"), [(1, True), (7, True), (8, False)])
def test_who_loses_the_compare_and_set_tries_again_and_at_last_keeps_the_words(
    world: World, monkeypatch: pytest.MonkeyPatch, losses: int, *, decides: bool
) -> None:
    """As between two processes on PostgreSQL; on SQLite nobody gets in between."""
    review_id, before, real = world.one(), world.dump(), reviews.save
    left = [False] * losses

    def save(*args: Any) -> bool:
        return left.pop() if left else real(*args)

    monkeypatch.setattr(reviews, "save", save)
    if decides:
        assert world.after(decide.override, review_id, BIA, why("at last")).decision is not None
        assert world.sql("SELECT COUNT(*) FROM judgements") == [(1,)]
        return
    late = refused(decide.override, world.desk, review_id, BIA, why("at last"))
    assert (late.reason, late.params["kept"], late.params["typed"]) == ("moved", "draft", True)
    after = world.dump()
    assert {t for t in after if after[t] != before[t]} == {"drafts", "events"}


async def test_the_async_edge_runs_verbs_on_their_threads(world: World) -> None:
    review_id = world.one()
    review = await world.desk.run(decide.approve, review_id, BIA)
    assert (await world.desk.read(see.case, review_id)).review == review
    with pytest.raises(TooLate, match="already_yours"):
        await world.desk.run(decide.approve, review_id, BIA)
