"""Whose AI has the word in a campaign: routes, answers, deadlines and disagreements go by the call on the card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards import candidate as cards
from bot.cards import details
from bot.core.candidate_objects import read_candidate_objects
from bot.core.disagreement import Kind
from bot.core.errors import Invalid
from bot.core.learned_model import LearnedModel, State
from bot.core.outcome import What
from bot.core.types import Confidence, Rationale, Reason, Route, Whose
from bot.desk import campaigns, decide, learn, models, outcomes, refresh, see
from bot.desk.intake import admit
from bot.i18n.catalog import voice_for
from db import candidates
from db import models as registered
from scoring.model import Model
from scoring.types import FlagCode, Target, Verdict
from tests.desk.test_desk_refresh import CALM, answer
from tests.desk.world import BIA, MAYA, World

PROCEED, DECLINE = Verdict.PROCEED, Verdict.DECLINE


@pytest.fixture
def theirs(world: World) -> World:
    """Their own AI has the word in every campaign."""
    for key in ("aurora", "grave", "brief", "scan"):
        campaigns.edit(world.desk, key, "command line", {"recommends": Whose.THEIRS})
    return world


def taken(world: World, ours: Verdict, said: str | None, *, campaign: str = "aurora", handle: str = "ana.lima") -> str:
    """One candidate of whom our AI says this and theirs that."""
    calm = ours is PROCEED
    numbers = {"engagement_rate": 0.04 if calm else 0.30, "growth_14d": 0.02 if calm else 0.60,
               "credibility": 0.9 if calm else 0.61, "followers": 84_000}  # fmt: skip
    one = {"handle": handle, "country": "BR", "platform": "instagram", "categories": ["Beauty"], **numbers}
    read = read_candidate_objects([one | ({"ai_verdict": said, "ai_score": 40} if said else {})])
    report = admit(world.desk, read, source="list.csv", digest=handle, campaign=campaign)
    assert report.fates[0].review_id is not None, report.fates
    return report.fates[0].review_id


@pytest.mark.parametrize(("ours", "said", "verdict"), [(DECLINE, "proceed", PROCEED), (PROCEED, "decline", DECLINE)])
def test_their_verdict_is_the_recommendation_and_ours_stays_beside_it(
    theirs: World, ours: Verdict, said: str, verdict: Verdict
) -> None:
    case = see.case(theirs.desk, taken(theirs, ours, said))
    rec = case.recommendation
    assert (rec.verdict, rec.ours, rec.theirs, rec.sure) == (verdict, ours, True, False)
    assert case.candidate.theirs is not None
    with theirs.desk.store.reading() as unit:
        assert candidates.recommendation(unit, case.candidate.id) == rec, "as it was kept"
    ((kept, model),) = theirs.sql("SELECT verdict, model FROM recommendations")
    assert kept == verdict.value
    assert model.startswith("own AI, beside scorecard")


def test_where_they_said_nothing_or_the_campaign_goes_by_ours_it_is_ours(world: World, theirs: World) -> None:
    silent = see.case(theirs.desk, taken(theirs, DECLINE, None, handle="silent")).recommendation
    assert (silent.verdict, silent.ours) == (DECLINE, None)
    campaigns.edit(world.desk, "aurora", MAYA, {"recommends": Whose.OURS})
    back = see.case(world.desk, taken(world, DECLINE, "proceed", handle="back")).recommendation
    assert (back.verdict, back.ours) == (DECLINE, None)


def test_a_change_leaves_what_has_come_in_as_it_was(world: World) -> None:
    review = taken(world, DECLINE, "proceed")
    campaigns.edit(world.desk, "aurora", "command line", {"recommends": Whose.THEIRS})
    assert see.case(world.desk, review).recommendation.verdict is DECLINE
    told = see.arranged(world.desk)[-1]
    assert (told.what, told.after["recommends"]) == ("campaign_changed", "theirs")


def test_answers_and_disagreements_are_about_the_call_on_the_card(theirs: World) -> None:
    agreed = taken(theirs, DECLINE, "proceed", handle="agreed")
    case = theirs.after(decide.approve, agreed, BIA)
    assert case.decision is not None
    assert (case.decision.verdict, case.differs, case.investigations) == (PROCEED, False, ())
    against = taken(theirs, DECLINE, "proceed", handle="against")
    why = Rationale((Reason.FRAUD_EVIDENCE,), Confidence.SURE, "bought")
    case = theirs.after(decide.override, against, BIA, why)
    assert case.decision is not None
    assert (case.decision.verdict, case.differs) == (DECLINE, True), "against theirs, although it is what ours said"
    (opened,) = case.investigations
    assert (opened.disagreement.kind, opened.disagreement.ai_verdict) == (Kind.VERDICT, PROCEED)


def test_the_deadline_brings_the_call_on_the_card(theirs: World) -> None:
    review = taken(theirs, PROCEED, "decline")
    theirs.clock.move(hours=49)
    theirs.sweep()
    decision = see.case(theirs.desk, review).decision
    assert decision is not None
    assert decision.verdict is DECLINE


def test_the_ai_decides_alone_only_where_both_say_the_same(theirs: World) -> None:
    alone = see.case(theirs.desk, taken(theirs, PROCEED, "proceed", campaign="scan", handle="alone"))
    asked = see.case(theirs.desk, taken(theirs, PROCEED, "decline", campaign="scan", handle="asked"))
    assert (alone.review.route, alone.recommendation.sure) == (Route.AI, True)
    assert (asked.review.route, asked.review.rule) == (Route.EXPERT, "default")


def test_a_severe_warning_is_not_overruled(theirs: World) -> None:
    campaigns.edit(theirs.desk, "aurora", MAYA, {"avoid": ("casino",)})
    one = {"handle": "nina", "country": "BR", "platform": "instagram", "followers": 84_000, "engagement_rate": 0.04,
           "bio": "casino every night", "ai_verdict": "proceed"}  # fmt: skip
    report = admit(theirs.desk, read_candidate_objects([one]), source="x", digest="1", campaign="aurora")
    case = see.case(theirs.desk, str(report.fates[0].review_id))
    assert (case.recommendation.verdict, case.recommendation.ours) == (DECLINE, None)
    drawn = str(details.details(case, voice_for("en", None, None, personal=True), now=theirs.clock()))
    assert "not past a severe warning: here the call is Handoff’s" in drawn


def test_normal_for_this_market_changes_ours_and_leaves_theirs(theirs: World) -> None:
    review = taken(theirs, DECLINE, "decline")
    case = see.case(theirs.desk, review)
    codes = tuple(flag.code for flag in case.recommendation.flags)
    again = see.recompute(case, codes)
    assert (again.verdict, again.ours) == (DECLINE, PROCEED)
    why = Rationale((Reason.MARKET_NORM,), Confidence.SURE, "", disputed=codes)
    with pytest.raises(Invalid, match="verdict_needed"):
        decide.normal(theirs.desk, review, BIA, why, None)
    case = theirs.after(decide.normal, review, BIA, why, PROCEED)
    assert case.decision is not None
    assert case.decision.verdict is PROCEED


def test_what_was_said_of_theirs_teaches_ours_no_grounds(theirs: World) -> None:
    """Agreeing with a decline of theirs says nothing about why ours would have declined; an outcome says what it is."""
    review = taken(theirs, DECLINE, "decline", handle="declined")
    decide.approve(theirs.desk, review, BIA)
    went = taken(theirs, DECLINE, "proceed", handle="went")
    decide.approve(theirs.desk, went, BIA)
    theirs.clock.move(minutes=11)
    theirs.sweep()
    with theirs.desk.store.reading() as unit:
        known = {lesson.review_id: lesson for lesson in learn.lessons(unit)}
    assert {(one.recommendation.verdict, one.theirs) for one in known.values()} == {(DECLINE, True)}, "ours, by itself"
    assert [t.lesson.review_id for t in learn.taught(list(known.values()), Target.FRAUD)] == [went]
    outcomes.record(theirs.desk, went, What.FRAUD, MAYA)
    found = learn.compared_with_theirs(theirs.desk)
    assert (found.cases, found.agree) == (2, 1)
    assert (found.outcomes.ours, found.outcomes.theirs) == (1, 0)


def test_a_model_on_trial_is_not_compared_where_nobody_saw_ours(theirs: World) -> None:
    learn_one(theirs)
    taken(theirs, DECLINE, "proceed", handle="one")
    taken(theirs, DECLINE, None, handle="two")
    assert theirs.sql("SELECT count(*) FROM shadow_calls") == [(1,)]


def learn_one(world: World) -> None:
    """A model in shadow."""
    model, now = Model(Target.FRAUD, "fraud-1", intercept=-1.0), world.clock()
    text = model.to_json()
    made = LearnedModel(
        id="md_1", name="fraud-1", target=Target.FRAUD, state=State.SHADOW, text=text, sha256=model.sha256, labels=30,
        card={}, made_at=now, made_by=MAYA, changed_at=now, changed_by=MAYA,
    )  # fmt: skip
    with world.desk.store.unit() as unit:
        models.register(unit, [made], now)
        assert registered.in_state(unit, State.SHADOW)


def test_newer_numbers_are_news_of_ours(theirs: World) -> None:
    review = taken(theirs, DECLINE, "proceed")
    case = refresh.keep(theirs.desk, review, BIA, answer(theirs, **CALM))
    assert case.turn is not None
    assert (case.turn.turned, case.turn.verdict) == (True, PROCEED), "ours turned; theirs was proceed all along"
    assert FlagCode.GROWTH_SPIKE in case.turn.gone
    drawn = str(cards.card(case, voice_for("en", None, None, personal=True), now=theirs.clock()))
    assert "Handoff’s AI would now *proceed*." in drawn
    assert "*Your own AI says proceed*, Handoff’s AI says decline." in drawn
    again = replace(case, refresh=None)
    assert again.turn is None
