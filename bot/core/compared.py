"""The team's own AI beside ours: how often they agree, and who was right where the truth is known or somebody said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.labels import Lesson
from bot.core.outcome import What
from bot.core.theirs import Theirs
from scoring.types import Verdict

_WENT_WELL = (What.ON_PLAN, What.ABOVE_PLAN)


@dataclass(frozen=True, slots=True)
class Score:
    """Cases in which something is known, by who was right."""

    both: int = 0
    ours: int = 0
    theirs: int = 0
    neither: int = 0

    @property
    def cases(self) -> int:
        return self.both + self.ours + self.theirs + self.neither


@dataclass(frozen=True, slots=True)
class Compared:
    """Two AIs on the same candidates."""

    cases: int
    """Candidates of whom both gave a verdict."""
    agree: int
    proceed: tuple[int, int]
    """How often ours and theirs said proceed."""
    outcomes: Score
    """By what became of the deals: fraud and below plan should not have been, on plan and above should."""
    experts: Score
    """By what people answered, where no outcome is known. Whoever had our call in view leaned towards it."""
    blind: Score
    """Of these, those that had not seen our call."""
    markets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Market -> (cases, of which they agree)."""


def compared(cases: Iterable[tuple[Lesson, Theirs | None]]) -> Compared:
    """Of all cases those with two verdicts; a verdict that nobody gave is none."""
    both = [(lesson, said.verdict) for lesson, said in cases if said is not None and said.verdict is not None]
    agree = [lesson.recommendation.verdict is verdict for lesson, verdict in both]
    by, same = Counter(lesson.market for lesson, _ in both), Counter[str]()
    for (lesson, _), alike in zip(both, agree, strict=True):
        same[lesson.market] += alike
    known = [(lesson, verdict, truth) for lesson, verdict in both if (truth := became(lesson)) is not None]
    told = [(lesson, verdict) for lesson, verdict in both if became(lesson) is None and lesson.judgement is not None]
    experts = [(lesson, v, j.verdict) for lesson, v in told if (j := lesson.judgement) and not lesson.found_wrong]
    return Compared(
        len(both), sum(agree),
        (sum(lesson.recommendation.verdict is Verdict.PROCEED for lesson, _ in both),
         sum(verdict is Verdict.PROCEED for _, verdict in both)),
        _score(known), _score(experts),
        _score(one for one in experts if one[0].judgement and not one[0].judgement.ai_visible),
        {market: (count, same[market]) for market, count in sorted(by.items())},
    )  # fmt: skip


def became(lesson: Lesson) -> Verdict | None:
    """What should have been decided, by what became of it; None where that does not say."""
    if What.FRAUD in lesson.outcomes or What.BELOW_PLAN in lesson.outcomes:
        return Verdict.DECLINE
    return Verdict.PROCEED if any(what in lesson.outcomes for what in _WENT_WELL) else None


def _score(cases: Iterable[tuple[Lesson, Verdict, Verdict]]) -> Score:
    count = Counter((lesson.recommendation.verdict is truth, theirs is truth) for lesson, theirs, truth in cases)
    return Score(count[True, True], count[True, False], count[False, True], count[False, False])
