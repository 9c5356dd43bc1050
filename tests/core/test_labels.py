"""Which case teaches which model what: outcomes, judgements, and all that is no label."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.labels import Lesson, fraud, last_word, match, taught
from bot.core.outcome import What
from bot.core.types import Confidence, How, Judgement, Rationale, Reason
from scoring.learned import InUse, corrected
from scoring.model import Model, features
from scoring.recommend import recommend
from scoring.types import FlagCode, Target, Verdict
from tests.scoring.builders import BRIEF, NORMS, TODAY, creator

AT = datetime(2026, 11, 23, tzinfo=UTC)
CALM = recommend(creator(), BRIEF, NORMS, fee=2000.0, today=TODAY)
RISKY = recommend(creator(growth_14d=0.5, credibility=0.4), BRIEF, NORMS, fee=2000.0, today=TODAY)
POOR = recommend(replace(creator(audience={"BR": 0.1}), categories=("cars",)), BRIEF, NORMS, fee=9000.0, today=TODAY)
UNSAFE = recommend(creator(brand_safety=("guns",)), BRIEF, NORMS, fee=2000.0, today=TODAY)
GO, NO = Verdict.PROCEED, Verdict.DECLINE


def said(verdict: Verdict, *reasons: Reason, blind: bool = False, disputed: tuple[FlagCode, ...] = ()) -> Judgement:
    how = How.OVERRIDE if reasons or disputed else How.APPROVE
    why = Rationale(reasons, Confidence.SURE if reasons else None, disputed=disputed)
    return Judgement("jd_1", "rv_1", 1, "U0BIA", verdict, how, why, not blind, AT)


def case(judgement: Judgement | None = None, *outcomes: What, rec: Any = CALM, **more: Any) -> Lesson:
    return Lesson("rv_1", "cd_1", "BR", rec, AT, judgement, outcomes, **more)


def test_the_cases_are_what_their_names_say() -> None:
    assert (CALM.verdict, RISKY.verdict, POOR.verdict, UNSAFE.verdict) == (GO, NO, NO, NO)
    assert RISKY.risk >= 0.4 and RISKY.match is not None and RISKY.match >= 50
    assert POOR.risk < 0.4 and POOR.match is not None and POOR.match < 50


@pytest.mark.parametrize(
    ("lesson", "is_fraud", "fits"),
    [
        (case(None, What.FRAUD), (True, 1.0), None),
        (case(None, What.SIGNED, What.FRAUD, What.ABOVE_PLAN), (True, 1.0), None),
        (case(None, What.ON_PLAN), (False, 1.0), (True, 1.0)),
        (case(None, What.ABOVE_PLAN), (False, 1.0), (True, 1.0)),
        (case(None, What.BELOW_PLAN), None, (False, 1.0)),
        (case(None, What.SIGNED), None, None),
        (case(None, What.LOST_SLOW), None, None),
        (case(said(NO, Reason.FRAUD_EVIDENCE), What.ON_PLAN), (False, 1.0), (True, 1.0)),
        (case(said(GO), What.SIGNED), (False, 0.25), (True, 0.25)),
    ],
)  # fmt: skip
def test_an_outcome_is_believed_before_any_judgement(lesson: Lesson, is_fraud: object, fits: object) -> None:
    assert (fraud(lesson), match(lesson)) == (is_fraud, fits)


@pytest.mark.parametrize(
    ("judgement", "rec", "is_fraud", "fits"),
    [
        (said(GO), CALM, (False, 0.25), (True, 0.25)),
        (said(GO, Reason.CULTURAL_FIT, blind=True), RISKY, (False, 0.5), (True, 0.5)),
        (said(GO, Reason.RELATIONSHIP_HISTORY), RISKY, (False, 0.25), None),
        (said(GO, Reason.RELATIONSHIP_HISTORY, Reason.PRICE), RISKY, (False, 0.25), (True, 0.25)),
        (said(NO, Reason.FRAUD_EVIDENCE), CALM, (True, 0.25), None),
        (said(NO, Reason.AUDIENCE_MISMATCH, blind=True), CALM, None, (False, 0.5)),
        (said(NO, Reason.FRAUD_EVIDENCE, Reason.PRICE), CALM, (True, 0.25), (False, 0.25)),
        (said(NO, Reason.TIMING), CALM, None, None),
        (said(NO, Reason.BRAND_SAFETY), CALM, None, None),
        (said(GO, Reason.DATA_ERROR), RISKY, None, None),
        (said(NO), RISKY, (True, 0.25), None),
        (said(NO), POOR, None, (False, 0.25)),
        (said(NO), UNSAFE, None, None),
        (said(NO, Reason.PRICE, disputed=(FlagCode.GROWTH_SPIKE, FlagCode.LOW_CREDIBILITY)), RISKY, (False, 0.25),
         (False, 0.25)),
        (said(NO, Reason.PRICE, disputed=(FlagCode.GROWTH_SPIKE,)), RISKY, None, (False, 0.25)),
    ],
)  # fmt: skip
def test_a_judgement_says_what_its_reasons_say(judgement: Judgement, rec: Any, is_fraud: object, fits: object) -> None:
    lesson = case(judgement, rec=rec)
    assert (fraud(lesson), match(lesson)) == (is_fraud, fits)


def test_nobodys_answer_and_one_that_was_found_wrong_are_no_label() -> None:
    assert fraud(case()) is None and match(case()) is None
    wrong = case(said(GO, Reason.CULTURAL_FIT), found_wrong=True)
    assert fraud(wrong) is None and match(wrong) is None
    assert fraud(replace(wrong, outcomes=(What.FRAUD,))) == (True, 1.0)


def test_the_last_word_is_the_deciding_one_else_the_last_objection_and_never_an_undone_one() -> None:
    decided = said(NO, Reason.PRICE)
    late = replace(decided, id="jd_2", how=How.DISSENT, at=AT + timedelta(hours=1))
    later = replace(late, id="jd_3", at=AT + timedelta(hours=2))
    assert last_word([late, decided], "jd_1") == decided
    assert last_word([later, late], None) == later
    assert last_word([decided], None) is None, "an answer of a round that is over"
    assert last_word([replace(decided, undone_at=AT)], "jd_1") is None
    assert last_word([late], "jd_1") is None
    assert last_word([], None) is None


def test_labels_are_about_the_scorecard_whoever_recommended_and_in_the_order_of_time() -> None:
    model = Model(Target.FRAUD, "fraud-1", intercept=1.0)
    moved = corrected(RISKY, InUse(fraud=model))
    assert moved.risk != RISKY.risk
    late = replace(case(said(NO), rec=moved), review_id="rv_2", at=AT + timedelta(days=1))
    early = case(said(GO, Reason.PRICE), rec=RISKY)
    first, second = taught([late, early], Target.FRAUD)
    assert (first.lesson, second.lesson) == (early, late)
    assert first.label.scorecard == second.label.scorecard == RISKY.risk
    assert first.label.values == second.label.values == features(RISKY)
    assert (first.label.truth, second.label.truth) == (False, True)
    bare = case(said(GO), rec=replace(CALM, match_parts={}, match=None))
    assert taught([bare], Target.MATCH) == [] and len(taught([bare], Target.FRAUD)) == 1
