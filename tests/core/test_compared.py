"""Two AIs on the same candidates: agreement, and who was right, by outcomes and by people, never mixed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.compared import Compared, Score, became, compared
from bot.core.labels import Lesson
from bot.core.outcome import What
from bot.core.theirs import Theirs
from bot.core.types import Judgement
from scoring.types import Verdict
from tests import factories as f

YES, NO = Verdict.PROCEED, Verdict.DECLINE


def case(ours: Verdict, *outcomes: What, said: Judgement | None = None, market: str = "BR") -> Lesson:
    rec = f.proceeds() if ours is YES else f.declines()
    return Lesson("rv_1", "cd_1", market, rec, f.INTAKE, said, outcomes)


def answered(verdict: Verdict, *, blind: bool = False) -> Judgement:
    return f.judgement(verdict=verdict, ai_visible=not blind)


def test_nothing_is_nothing() -> None:
    assert compared([]) == Compared(0, 0, (0, 0), Score(), Score(), Score(), {})
    silent = compared([(case(YES), None), (case(YES), Theirs(match=80.0))])
    assert silent.cases == 0, "a score without a verdict is none"


def test_who_agrees_and_who_was_right() -> None:
    found = compared([
        (case(YES, What.SIGNED, What.ON_PLAN), Theirs(YES)), (case(YES, What.FRAUD), Theirs(NO)),
        (case(NO, What.ABOVE_PLAN, market="RU"), Theirs(YES)), (case(YES, What.BELOW_PLAN), Theirs(YES)),
        (case(NO), Theirs(YES)), (case(YES, What.SIGNED), Theirs(YES)),
    ])  # fmt: skip
    assert (found.cases, found.agree, found.proceed) == (6, 3, (4, 5))
    assert found.outcomes == Score(both=1, ours=0, theirs=2, neither=1)
    assert found.experts == Score()
    assert found.markets == {"BR": (5, 3), "RU": (1, 0)}


def test_people_count_apart_and_blind_ones_once_more() -> None:
    found = compared([
        (case(YES, said=answered(YES)), Theirs(NO)), (case(YES, said=answered(NO, blind=True)), Theirs(NO)),
        (replace(case(YES, said=answered(NO)), found_wrong=True), Theirs(NO)),
        (case(YES, What.FRAUD, said=answered(YES)), Theirs(NO)),
    ])  # fmt: skip
    assert found.experts == Score(ours=1, theirs=1)
    assert found.blind == Score(theirs=1)
    assert found.outcomes == Score(theirs=1), "what became of it beats what somebody said"


@pytest.mark.parametrize(
    ("outcomes", "should"),
    [((), None), ((What.SIGNED,), None), ((What.LOST_SLOW,), None), ((What.ON_PLAN,), YES),
     ((What.BELOW_PLAN,), NO), ((What.ON_PLAN, What.FRAUD), NO)],
)  # fmt: skip
def test_what_should_have_been(outcomes: tuple[What, ...], should: Verdict | None) -> None:
    assert became(case(YES, *outcomes)) is should
