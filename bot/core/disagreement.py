"""When somebody disagrees with the AI or with another expert: what kind it is, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.types import How, Judgement, Reason, ReviewId, UserId
from scoring.types import FlagCode, Verdict

#: Before the lead is reminded of an investigation that nobody has ended, and again before it is closed.
PATIENCE = timedelta(days=7)


class Kind(StrEnum):
    """What two sides differ about."""

    VERDICT = "verdict"
    """The AI's call."""
    FLAG = "flag"
    """A warning, and not the call: "normal for this market", and the verdict is the AI's all the same."""
    EXPERTS = "experts"
    """Another person's judgement."""


class Standing(StrEnum):
    """How far an investigation is."""

    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"
    """Not resolved in time."""
    VOID = "void"
    """The judgement was undone: not found, not counted, evidence for nothing."""


class Winner(StrEnum):
    """Who was right."""

    AI = "ai"
    EXPERT = "expert"
    """Whoever disagreed."""
    OTHER = "other"
    """The person who was disagreed with (only between experts)."""
    BOTH = "both"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A judgement that differs from the recommendation or from another person's, and how that was worked out."""

    id: str
    review_id: ReviewId
    round: int
    judgement_id: str
    kind: Kind
    campaign: str
    channel: str
    """Where its card stood when it was opened: who sees that channel may find it."""
    platform: str
    market: str
    tier: str | None
    creator_id: str
    expert: UserId
    """Whoever disagreed."""
    ai_verdict: Verdict
    verdict: Verdict
    """What whoever disagreed said."""
    flags: tuple[FlagCode, ...]
    """What the AI had raised."""
    disputed: tuple[FlagCode, ...]
    reasons: tuple[Reason, ...]
    ai_visible: bool
    opened_at: datetime
    against: str | None = None
    """The other person's judgement."""
    standing: Standing = Standing.OPEN
    winner: Winner | None = None
    lesson: str = ""
    resolved_by: UserId | None = None
    """None for a resolution that an outcome has turned round."""
    resolved_at: datetime | None = None
    remind_at: datetime | None = None
    """When the clock has something to do: remind the lead, then close it. None when it never will."""
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote in the thread of an investigation."""

    disagreement_id: str
    channel: str
    ts: str
    """Slack's name of the message, unique in its channel."""
    author: UserId
    text: str
    """As people read it, without Slack's markup; "" once it is deleted."""
    at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


def kind_of(judgement: Judgement, ai: Verdict, standing: Judgement | None) -> Kind | None:
    """What this judgement disagrees with; None when it agrees. `standing` is the person's that was decided by, if any.

    An objection to a decision that no person made is one with the AI; who thinks better of their own answer has no
    disagreement with themselves.
    """
    another = standing is not None and standing.expert != judgement.expert
    if judgement.how is How.DISSENT and standing is not None and another and standing.verdict is not judgement.verdict:
        return Kind.EXPERTS
    if judgement.verdict is not ai:
        return Kind.VERDICT
    return Kind.FLAG if judgement.rationale.disputed else None


def winners(kind: Kind) -> tuple[Winner, ...]:
    """Who can have been right, in the order of the form."""
    between = (Winner.EXPERT, Winner.OTHER) if kind is Kind.EXPERTS else (Winner.EXPERT, Winner.AI)
    return (*between, Winner.BOTH, Winner.UNCLEAR)


def resolved(before: Disagreement, winner: Winner, lesson: str, by: UserId, now: datetime) -> Disagreement:
    """Ended by a person, or corrected by one."""
    return replace(
        before, standing=Standing.RESOLVED, winner=winner, lesson=lesson, resolved_by=by, resolved_at=now,
        remind_at=None,
    )  # fmt: skip


def overturned(before: Disagreement, winner: Winner, now: datetime) -> Disagreement:
    """Turned round by what became known: nobody's resolution, and what was learned stays to be read."""
    return replace(before, standing=Standing.RESOLVED, winner=winner, resolved_by=None, resolved_at=now, remind_at=None)


def closed(before: Disagreement) -> Disagreement:
    """Nobody has said who was right."""
    return replace(before, standing=Standing.CLOSED, winner=None, resolved_by=None, remind_at=None)


def ran_out(before: Disagreement, now: datetime) -> Disagreement:
    """Nobody has ended it for as long as we wait: the lead is reminded once, and then it is closed."""
    if before.reminded:
        return replace(closed(before), resolved_at=now)
    return replace(before, reminded=True, remind_at=now + PATIENCE)


def asked_of(thread: Sequence[Disagreement]) -> Disagreement | None:
    """Which one a reply is about, of several that are worked out under one card: the newest that is still open."""
    still = [one for one in thread if one.standing is Standing.OPEN] or [
        one for one in thread if one.standing is not Standing.VOID
    ]
    return max(still, key=lambda one: (one.opened_at, one.against is not None, one.id), default=None)
