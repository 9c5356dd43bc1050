"""Candidates that experts have answered by a rule of their own: what a model can learn."""

from __future__ import annotations

from bot.core.types import Reason
from bot.desk import decide, see
from bot.desk.desk import Limits
from scoring.types import Verdict
from tests.desk.world import BIA, World, row, why

WIDE = Limits(open_per_expert=500)


def numbered(number: int, **more: object) -> dict[str, object]:
    """Every fourth is one of the four: spiking or not, credible or not."""
    spike, fake = number % 2 == 1, number // 2 % 2 == 1
    numbers = {"growth_14d": "60%" if spike else "2%", "credibility": "61%" if fake else "90%"}
    return row(f"someone{number:03}", **{**numbers, **more})


def answered(world: World, count: int, first: int = 0) -> list[str]:
    """So many candidates, all answered by an expert who minds credibility alone; their reviews."""
    report = world.take_in(*(numbered(number) for number in range(first, first + count)))
    by_line = sorted(report.fates, key=lambda fate: fate.line)
    found = []
    for number, fate in enumerate(by_line, first):
        review = str(fate.review_id)
        case = see.case(world.desk, review)
        wanted = Verdict.DECLINE if number // 2 % 2 == 1 else Verdict.PROCEED
        world.clock.move(minutes=1)
        expert = case.review.expert or BIA
        if case.recommendation.verdict is wanted:
            decide.approve(world.desk, review, expert)
        else:
            decide.override(world.desk, review, expert, why("", Reason.FRAUD_EVIDENCE))
        found.append(review)
    return found
