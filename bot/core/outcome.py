"""What became of a deal afterwards, and what that says about who was right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.disagreement import Disagreement, Kind, Standing, Winner
from bot.core.errors import Invalid
from bot.core.types import Review, ReviewId, State
from scoring.types import FlagCode, Verdict


class What(StrEnum):
    """The outcomes that are recorded."""

    SENT = "sent"
    """The outreach has gone out to the creator."""
    SIGNED = "signed"
    LOST_SLOW = "lost_slow"
    LOST_OTHER = "lost_other"
    ON_PLAN = "on_plan"
    ABOVE_PLAN = "above_plan"
    BELOW_PLAN = "below_plan"
    FRAUD = "fraud"


#: What cannot be without a deal that went out: from then on nothing can be reversed.
EXECUTING = frozenset({What.SENT, What.SIGNED, What.ON_PLAN, What.ABOVE_PLAN, What.BELOW_PLAN})
LOST = frozenset({What.LOST_SLOW, What.LOST_OTHER})
#: What an owner says in one tap, and which of these is left to say.
ONE_TAP = (What.SENT, What.SIGNED, What.LOST_SLOW, What.LOST_OTHER)
PERFORMANCE = frozenset({What.ON_PLAN, What.ABOVE_PLAN, What.BELOW_PLAN})

#: Of outcomes that exclude each other the last one recorded counts: that is how one is corrected.
_GROUPS = (frozenset({What.SENT}), LOST | {What.SIGNED}, PERFORMANCE, frozenset({What.FRAUD}))
#: Warnings that say nothing about fraud: that fraud was confirmed does not show that they were right.
_NOT_ABOUT_FRAUD = frozenset({FlagCode.AUDIENCE_GEO_MISMATCH, FlagCode.SPONSORED_SATURATION, FlagCode.BRAND_SAFETY})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that became known of one candidate."""

    id: str
    review_id: ReviewId
    what: What
    happened_at: datetime
    by: str
    """A user id, or "import" and the like where no person of the workspace said it."""
    at: datetime
    """When it was recorded."""


def standing(known: Collection[Outcome]) -> tuple[What, ...]:
    """What counts of everything recorded of one review: the last of each group, in the order of `What`."""
    last: dict[int, Outcome] = {}
    for one in sorted(known, key=lambda o: (o.at, o.id)):
        last[next(n for n, group in enumerate(_GROUPS) if one.what in group)] = one
    said = {one.what for one in last.values()}
    return tuple(what for what in What if what in said)


def still_to_say(known: Collection[What]) -> tuple[What, ...]:
    """What can become of a deal next, by one tap; nothing once it is signed or lost.

    >>> [what.value for what in still_to_say([What.SENT])], still_to_say([What.SENT, What.SIGNED])
    (['signed', 'lost_slow', 'lost_other'], ())
    """
    if (LOST | {What.SIGNED} | PERFORMANCE) & set(known):
        return ()
    return tuple(what for what in ONE_TAP if what not in known)


def require_possible(what: What, review: Review, decided: Verdict | None) -> None:
    """Raises Invalid for what cannot have happened: a deal that nobody decided on, or that was declined."""
    if what is What.FRAUD:
        return
    if review.state is State.WITHDRAWN:
        raise Invalid("outcome_withdrawn", field="outcome")
    if decided is Verdict.DECLINE:
        raise Invalid("outcome_declined", field="outcome")
    if what in EXECUTING and (decided is None or review.state is not State.DECIDED):
        raise Invalid("outcome_undecided", field="outcome")


def right(disagreement: Disagreement, known: Collection[What]) -> Winner | None:
    """Who was right, as the outcomes show; None when they show nothing.

    Fraud that was confirmed speaks for whoever declined, or for the warning about fraud that was called normal; a
    campaign above its plan for whoever went on, one below it for whoever declined. Fraud is heard before figures: they
    may be what was bought. What went to plan, was signed or was lost says nothing of who was right.
    """
    if What.FRAUD in known:
        if disagreement.kind is Kind.FLAG:
            return Winner.AI if set(disagreement.disputed) - _NOT_ABOUT_FRAUD else None
        return _side(disagreement, Verdict.DECLINE)
    if What.ABOVE_PLAN in known:
        # The numbers that were called normal have delivered.
        return Winner.EXPERT if disagreement.kind is Kind.FLAG else _side(disagreement, Verdict.PROCEED)
    if What.BELOW_PLAN in known:
        # A campaign fails for many reasons: it proves no single warning right.
        return None if disagreement.kind is Kind.FLAG else _side(disagreement, Verdict.DECLINE)
    return None


def _side(disagreement: Disagreement, verdict: Verdict) -> Winner:
    """Who of the two said this."""
    if disagreement.verdict is verdict:
        return Winner.EXPERT
    return Winner.OTHER if disagreement.kind is Kind.EXPERTS else Winner.AI


def overturns(disagreement: Disagreement, known: Collection[What]) -> Winner | None:
    """Who is right instead, when outcomes turn a resolution round; None when it stays, or when there is none yet.

    What people found to be right in part is not undone by figures, only by fraud. An investigation that was closed
    without a result gets one; an open one is still people's to end, and to learn from.
    """
    winner = right(disagreement, known)
    if winner is None or disagreement.standing not in (Standing.RESOLVED, Standing.CLOSED):
        return None
    if winner is disagreement.winner:
        return None
    if disagreement.winner is Winner.BOTH and What.FRAUD not in known:
        return None
    return winner
