"""What a finished case teaches the models, and what it does not; the rule is written down in docs/learning.md.

An outcome says it, whoever decided. Without one it is what the person said who decided, or who objected where no person
did. What a deadline or the AI alone decided is no label: it would teach the AI what it has said itself. Nor is what was
undone, what an investigation found wrong, or a case whose numbers were said to be wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.outcome import What
from bot.core.types import How, Judgement, Reason
from scoring.learned import base_of, share_in
from scoring.learning import BLIND, OUTCOME, SHOWN, Label
from scoring.model import features
from scoring.scorecard import DEFAULT, NEVER_FRAUD
from scoring.types import Recommendation, Severity, Target, Verdict

#: Went on, but not because the creator fits: says nothing of the match.
_BESIDE_THE_MATCH = frozenset({Reason.RELATIONSHIP_HISTORY, Reason.STRATEGIC_ALIGNMENT})
#: Declined because the creator does not fit.
_NO_MATCH = frozenset({Reason.AUDIENCE_MISMATCH, Reason.CULTURAL_FIT, Reason.PRICE, Reason.STRATEGIC_ALIGNMENT})


@dataclass(frozen=True, slots=True)
class Lesson:
    """One case with all that may teach something."""

    review_id: str
    candidate_id: str
    market: str
    recommendation: Recommendation
    at: datetime
    """When the latest of it became known: what labels are ordered by."""
    judgement: Judgement | None = None
    """Of the person who decided, or else who objected to what no person decided; none that was undone."""
    outcomes: tuple[What, ...] = ()
    """What counts of them (core.outcome.standing)."""
    found_wrong: bool = False
    """An investigation of this judgement ended with the AI being right."""
    theirs: bool = False
    """The call that was shown and judged was that of the team's own AI; `recommendation` is ours all the same."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A label and the case that it comes from."""

    lesson: Lesson
    label: Label


def last_word(judged: Collection[Judgement], decided_by: str | None) -> Judgement | None:
    """The judgement that counts: the one behind the decision, else the last objection; None when there is neither."""
    standing = sorted((j for j in judged if j.undone_at is None), key=lambda j: (j.at, j.id))
    behind = [j for j in standing if j.id == decided_by]
    found = behind or [j for j in standing if j.how is How.DISSENT and decided_by is None]
    return found[-1] if found else None


def taught(lessons: Sequence[Lesson], target: Target) -> list[Taught]:
    """The labels of these cases, in the order of time."""
    found = []
    for lesson in sorted(lessons, key=lambda one: (one.at, one.review_id)):
        share = share_in(base_of(lesson.recommendation), target)
        said = (fraud if target is Target.FRAUD else match)(lesson)
        if said is not None and share is not None:
            truth, weight = said
            found.append(Taught(lesson, Label(share, features(lesson.recommendation), truth, weight)))
    return found


def fraud(lesson: Lesson) -> tuple[bool, float] | None:
    """(whether it was fraud, what that weighs); None when the case does not say.

    A campaign that went to plan or above was none; one below plan fails for many reasons. Whoever goes on with somebody
    holds them for genuine; whoever declines says so only with the reason "signs of fraud", by calling every warning
    about fraud normal all the same, or by agreeing with an AI that declined for the risk alone.
    """
    known = lesson.outcomes
    if What.FRAUD in known:
        return True, OUTCOME
    if What.ON_PLAN in known or What.ABOVE_PLAN in known:
        return False, OUTCOME
    said = _usable(lesson)
    if said is None:
        return None
    truth = _fraud_said(said, lesson)
    return None if truth is None else (truth, _weight(said))


def match(lesson: Lesson) -> tuple[bool, float] | None:
    """(whether the creator fitted the campaign, what that weighs); None when the case does not say.

    A campaign at or above plan fitted, one below did not; what was fraud says nothing of the fit. Whoever goes on says
    that it fits, unless only for an old relationship or the strategy; whoever declines says that it does not by the
    reasons about fit and price, or by agreeing with an AI that declined for the match alone.
    """
    known = lesson.outcomes
    if What.FRAUD in known:
        return None
    if {What.ON_PLAN, What.ABOVE_PLAN, What.BELOW_PLAN} & set(known):
        return What.BELOW_PLAN not in known, OUTCOME
    said = _usable(lesson)
    if said is None:
        return None
    truth = _match_said(said, lesson)
    return None if truth is None else (truth, _weight(said))


def _usable(lesson: Lesson) -> Judgement | None:
    said = lesson.judgement
    if said is None or lesson.found_wrong or Reason.DATA_ERROR in said.rationale.reasons:
        return None
    return said


def _weight(said: Judgement) -> float:
    return SHOWN if said.ai_visible else BLIND


def _fraud_said(said: Judgement, lesson: Lesson) -> bool | None:
    reasons, rec = said.rationale.reasons, lesson.recommendation
    if said.verdict is Verdict.PROCEED:
        return False
    if Reason.FRAUD_EVIDENCE in reasons:
        return True
    warned = {flag.code for flag in rec.flags if flag.contribution > 0}
    if warned and warned <= set(said.rationale.disputed):
        return False
    risky, poor = _grounds(rec)
    return True if _agreed(said, lesson) and risky and not poor else None


def _match_said(said: Judgement, lesson: Lesson) -> bool | None:
    reasons, rec = set(said.rationale.reasons), lesson.recommendation
    if said.verdict is Verdict.PROCEED:
        return None if reasons and reasons <= _BESIDE_THE_MATCH else True
    if reasons & _NO_MATCH:
        return False
    risky, poor = _grounds(rec)
    return False if _agreed(said, lesson) and poor and not risky else None


def _agreed(said: Judgement, lesson: Lesson) -> bool:
    """Whether somebody agreed with our call, and so with its grounds: of the team's own AI we know none."""
    return said.how is How.APPROVE and not said.rationale.reasons and not lesson.theirs


def _grounds(rec: Recommendation) -> tuple[bool, bool]:
    """(declined for the risk, declined for the match), as the recommendation stood."""
    grave = any(f.severity is Severity.SEVERE and f.code not in NEVER_FRAUD for f in rec.flags)
    unsafe = any(f.severity is Severity.SEVERE and f.code in NEVER_FRAUD for f in rec.flags)
    poor = rec.match is not None and rec.match < DEFAULT.decline_match
    # Brand safety declines by itself: then nothing is agreed to about fraud or fit.
    return (grave or rec.risk >= DEFAULT.decline_risk) and not unsafe, poor and not unsafe
