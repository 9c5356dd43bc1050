"""What an outcome says about who was right, and when it turns a resolution round."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.outcome import Outcome, What, overturns, right, standing
from scoring.types import FlagCode, Verdict

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RAISED = (FlagCode.GROWTH_SPIKE, FlagCode.AUDIENCE_GEO_MISMATCH)
WENT_ON = Disagreement(
    id="dg_1", review_id="rv_1", round=1, judgement_id="jd_1", kind=Kind.VERDICT, campaign="aurora", channel="C1",
    platform="instagram", market="BR", tier="mid", creator_id="cr_1", expert="U0BIA00001", ai_verdict=Verdict.DECLINE,
    verdict=Verdict.PROCEED, flags=RAISED, disputed=(), reasons=(), ai_visible=True, opened_at=START,
    standing=Standing.RESOLVED, winner=Winner.EXPERT, lesson="giveaways",
)  # fmt: skip
DECLINED = replace(WENT_ON, ai_verdict=Verdict.PROCEED, verdict=Verdict.DECLINE)
CALLED_NORMAL = replace(WENT_ON, kind=Kind.FLAG, verdict=Verdict.DECLINE, disputed=(FlagCode.GROWTH_SPIKE,))
OBJECTED = replace(WENT_ON, kind=Kind.EXPERTS, against="jd_0")
"""To somebody who declined, as the AI did."""


def known(what: What, hours: int = 0) -> Outcome:
    at = START + timedelta(hours=hours)
    return Outcome(f"oc_{what}_{hours}", "rv_1", what, at, "U0MAYA0001", at)


@pytest.mark.parametrize(
    ("what", "disagreement", "winner"),
    [
        (What.FRAUD, WENT_ON, Winner.AI),
        (What.FRAUD, DECLINED, Winner.EXPERT),
        (What.FRAUD, CALLED_NORMAL, Winner.AI),
        (What.FRAUD, replace(CALLED_NORMAL, disputed=(FlagCode.AUDIENCE_GEO_MISMATCH,)), None),
        (What.FRAUD, OBJECTED, Winner.OTHER),
        (What.FRAUD, replace(OBJECTED, verdict=Verdict.DECLINE), Winner.EXPERT),
        (What.ABOVE_PLAN, WENT_ON, Winner.EXPERT),
        (What.ABOVE_PLAN, DECLINED, Winner.AI),
        (What.ABOVE_PLAN, CALLED_NORMAL, Winner.EXPERT),
        (What.ABOVE_PLAN, OBJECTED, Winner.EXPERT),
        (What.BELOW_PLAN, WENT_ON, Winner.AI),
        (What.BELOW_PLAN, DECLINED, Winner.EXPERT),
        (What.BELOW_PLAN, CALLED_NORMAL, None),
        (What.BELOW_PLAN, replace(OBJECTED, verdict=Verdict.DECLINE), Winner.EXPERT),
        (What.ON_PLAN, WENT_ON, None),
        (What.SIGNED, WENT_ON, None),
        (What.LOST_SLOW, WENT_ON, None),
        (What.LOST_OTHER, DECLINED, None),
    ],
)
def test_who_was_right_as_the_outcome_shows(what: What, disagreement: Disagreement, winner: Winner | None) -> None:
    assert right(disagreement, (what,)) is winner


def test_fraud_is_heard_before_figures() -> None:
    assert right(WENT_ON, (What.ABOVE_PLAN, What.FRAUD)) is Winner.AI


@pytest.mark.parametrize(
    ("found", "what", "turned"),
    [
        (Winner.EXPERT, What.FRAUD, Winner.AI),
        (Winner.AI, What.FRAUD, None),
        (Winner.BOTH, What.FRAUD, Winner.AI),
        (Winner.UNCLEAR, What.FRAUD, Winner.AI),
        (Winner.AI, What.ABOVE_PLAN, Winner.EXPERT),
        (Winner.UNCLEAR, What.ABOVE_PLAN, Winner.EXPERT),
        (Winner.BOTH, What.ABOVE_PLAN, None),
        (Winner.EXPERT, What.ABOVE_PLAN, None),
        (Winner.EXPERT, What.ON_PLAN, None),
    ],
)
def test_an_outcome_turns_a_resolution_round(found: Winner, what: What, turned: Winner | None) -> None:
    assert overturns(replace(WENT_ON, winner=found), (what,)) is turned


def test_what_is_open_is_still_peoples_to_end_and_what_is_void_stays_so() -> None:
    nobody = replace(WENT_ON, winner=None)
    assert overturns(replace(nobody, standing=Standing.OPEN), (What.FRAUD,)) is None
    assert overturns(replace(nobody, standing=Standing.VOID), (What.FRAUD,)) is None
    assert overturns(replace(nobody, standing=Standing.CLOSED), (What.FRAUD,)) is Winner.AI


def test_of_outcomes_that_exclude_each_other_the_last_one_counts() -> None:
    said = [known(What.BELOW_PLAN), known(What.LOST_OTHER), known(What.FRAUD), known(What.ABOVE_PLAN, 2)]
    assert standing([*said, known(What.SIGNED, 1)]) == (What.SIGNED, What.ABOVE_PLAN, What.FRAUD)
    assert standing([]) == ()
