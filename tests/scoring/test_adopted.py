"""The verdict of the team's own AI in the place of ours: our numbers stay, and ours can always be had back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.recommend import adopted, own, without
from scoring.types import FlagCode, Metrics, Verdict
from tests.scoring.builders import ANY_METRICS, creator, judge


@given(ANY_METRICS, st.sampled_from(list(Verdict)))
def test_only_the_verdict_is_theirs_and_ours_comes_back(metrics: Metrics, said: Verdict) -> None:
    ours = judge(creator(metrics))
    theirs = adopted(ours, said)
    assert own(theirs) == ours
    assert own(ours) is ours
    if not ours.severe:
        assert (theirs.verdict, theirs.ours, theirs.theirs) == (said, ours.verdict, True)
        assert theirs.sure == (ours.confident and said is ours.verdict)
    assert (theirs.risk, theirs.match, theirs.flags, theirs.checks) == (ours.risk, ours.match, ours.flags, ours.checks)


def test_a_severe_warning_keeps_our_call() -> None:
    unsafe = judge(brand_safety=("guns",))
    assert adopted(unsafe, Verdict.PROCEED) is unsafe
    assert adopted(unsafe, Verdict.DECLINE).theirs, "both say the same, and it is theirs"


@pytest.mark.parametrize("said", list(Verdict))
def test_a_disputed_warning_changes_ours_beside_it(said: Verdict) -> None:
    ours = judge(growth_14d=0.6, credibility=0.5)
    codes = [FlagCode.GROWTH_SPIKE, FlagCode.LOW_CREDIBILITY]
    assert {flag.code for flag in ours.flags} >= set(codes)
    again = without(adopted(ours, said), codes)
    assert again.verdict is said
    assert own(again) == without(ours, codes)
    assert again.ours is without(ours, codes).verdict
