"""The words of the domain as frozen values: people, campaigns, candidates, reviews, judgements, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.fresh import Asked
from bot.core.theirs import Theirs
from bot.core.working_time import Hours, Span
from scoring.types import Brief, FlagCode, Metrics, Tier, Verdict

UserId = str
ReviewId = str


class Role(StrEnum):
    EXPERT = "expert"
    MARKETER = "marketer"
    LEAD = "lead"


class Route(StrEnum):
    """Who owns a decision."""

    AI = "ai"
    FAST_TRACK = "fast_track"
    EXPERT = "expert"
    BLIND = "blind"
    PANEL = "panel"


class State(StrEnum):
    """Where a review stands. A queued review is pending with `opened_at` None."""

    PENDING = "pending"
    HELD = "held"
    REOPENED = "reopened"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"

    @property
    def awaits(self) -> bool:
        """Whether an answer would decide it."""
        return self in (State.PENDING, State.HELD, State.REOPENED)


class OnDeadline(StrEnum):
    FOLLOW_AI = "follow_ai"
    HOLD = "hold"
    DECLINE = "decline"


class Stakes(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class DecisionType(StrEnum):
    DISCOVERY = "discovery"
    PARTNERSHIP = "partnership"
    RENEWAL = "renewal"
    ANOMALY = "anomaly"


class How(StrEnum):
    """How a judgement was given."""

    APPROVE = "approve"
    OVERRIDE = "override"
    NORM = "norm"
    DISSENT = "dissent"


class Reason(StrEnum):
    """Reason codes: stable identifiers; labels are in the catalogues, one per direction."""

    CULTURAL_FIT = "cultural_fit"
    RELATIONSHIP_HISTORY = "relationship_history"
    STRATEGIC_ALIGNMENT = "strategic_alignment"
    MARKET_NORM = "market_norm"
    BRAND_SAFETY = "brand_safety"
    FRAUD_EVIDENCE = "fraud_evidence"
    AUDIENCE_MISMATCH = "audience_mismatch"
    PRICE = "price"
    TIMING = "timing"
    DATA_ERROR = "data_error"
    OTHER = "other"


#: Which reasons make sense towards which verdict, in the order of the form.
REASONS: Mapping[Verdict, tuple[Reason, ...]] = {
    Verdict.PROCEED: (
        Reason.MARKET_NORM,
        Reason.RELATIONSHIP_HISTORY,
        Reason.CULTURAL_FIT,
        Reason.STRATEGIC_ALIGNMENT,
        Reason.FRAUD_EVIDENCE,
        Reason.PRICE,
        Reason.DATA_ERROR,
        Reason.OTHER,
    ),
    Verdict.DECLINE: (
        Reason.FRAUD_EVIDENCE,
        Reason.AUDIENCE_MISMATCH,
        Reason.BRAND_SAFETY,
        Reason.CULTURAL_FIT,
        Reason.RELATIONSHIP_HISTORY,
        Reason.STRATEGIC_ALIGNMENT,
        Reason.PRICE,
        Reason.TIMING,
        Reason.DATA_ERROR,
        Reason.OTHER,
    ),
}


class Confidence(StrEnum):
    SURE = "sure"
    FAIRLY = "fairly"
    LEANING = "leaning"

    @property
    def probability(self) -> float:
        return {"sure": 0.95, "fairly": 0.80, "leaning": 0.60}[self.value]


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the workspace as we know them. Profile parts are None until Slack has told us."""

    id: UserId
    name: str
    roles: tuple[tuple[Role, str | None], ...] = ()
    """(role, market); market is None for leads and marketers."""
    tz: str | None = None
    locale: str | None = None
    """What Slack reports."""
    team: str | None = None
    guest: bool = False
    deleted: bool = False
    language: str | None = None
    """Their own setting."""
    hours: Hours | None = None
    """Their own setting; None for Monday to Friday, 09 to 18."""
    backup: UserId | None = None
    """Whom they want to be asked when they cannot be."""
    away: Span | None = None
    """Their own setting: when they are on holiday."""
    status_until: datetime | None = None
    """Until when their Slack status says so."""
    dnd: Span | None = None
    """When Slack shows them nothing, as far as it has told us."""
    nudged_at: datetime | None = None
    """When they got a reminder last."""

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets that this person reviews."""
        return tuple(m for r, m in self.roles if r is Role.EXPERT and m)

    def is_expert_of(self, market: str) -> bool:
        return (Role.EXPERT, market) in self.roles

    @property
    def is_lead(self) -> bool:
        return any(r is Role.LEAD for r, _ in self.roles)

    @property
    def active(self) -> bool:
        """Whether this person can be asked: a deactivated account or a guest cannot."""
        return not (self.deleted or self.guest)

    def away_at(self, now: datetime) -> bool:
        """Whether they are on holiday, by their own setting or by their status."""
        own = self.away is not None and self.away[0] <= now < self.away[1]
        return own or (self.status_until is not None and now < self.status_until)


class Whose(StrEnum):
    """Whose verdict is a campaign's recommendation, where the team's own AI gave one as well."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Campaign:
    key: str
    name: str
    markets: tuple[str, ...]
    channel: str
    owner: UserId
    type: DecisionType = DecisionType.PARTNERSHIP
    stakes: Stakes = Stakes.MEDIUM
    categories: tuple[str, ...] = ()
    min_audience: float | None = None
    avoid: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ()
    fee_line: float | None = None
    budget: float | None = None
    currency: str = "EUR"
    window: timedelta = timedelta(hours=48)
    on_deadline: OnDeadline | None = None
    """None: the policy decides."""
    locale: str = "en"
    recommends: Whose = Whose.OURS

    @property
    def brief(self) -> Brief:
        return Brief(self.markets, self.categories, self.min_audience, self.avoid, self.budget, self.tiers)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A creator proposed for a campaign, with the numbers as they were at intake."""

    id: str
    campaign: str
    creator_id: str
    platform: str
    handle: str
    name: str
    market: str
    country: str | None
    categories: tuple[str, ...]
    metrics: Metrics
    url: str | None = None
    fee: float | None = None
    currency: str | None = None
    referred_by: str | None = None
    strategic: bool = False
    past_outcome: str | None = None
    contact: str | None = None
    text: str = ""
    """Bio, captions and notes: what the brief's avoid words are looked up in."""
    theirs: Theirs | None = None
    """What the team's own AI says, beside our recommendation."""
    asked: Asked | None = None
    """That a source of fresh numbers was asked at intake, and what came of it."""


@dataclass(frozen=True, slots=True)
class Rationale:
    """Why somebody judged as they did. `evidence` is the first URL of the narrative."""

    reasons: tuple[Reason, ...] = ()
    confidence: Confidence | None = None
    narrative: str = ""
    evidence: str | None = None
    disputed: tuple[FlagCode, ...] = ()
    """Flags said to be normal for this market."""


@dataclass(frozen=True, slots=True)
class Judgement:
    id: str
    review_id: ReviewId
    round: int
    expert: UserId
    verdict: Verdict
    how: How
    rationale: Rationale
    ai_visible: bool
    at: datetime
    undone_at: datetime | None = None


class By(StrEnum):
    """Who decided, when it was not a person."""

    DEADLINE = "deadline"
    AI = "ai"


class Basis(StrEnum):
    """The rule under which a decision stands."""

    EXPERT = "expert"
    """An expert, or a lead in an expert's place, answered."""
    LEAD = "lead"
    """A lead ruled or reversed."""
    FOLLOW_AI = "follow_ai"
    """The deadline passed and the AI's recommendation stands."""
    HOLD_ENDED = "hold_ended"
    """Held for the lead, nobody answered, the AI's recommendation stands."""
    DECLINE = "decline"
    """The deadline passed and the campaign's rule is to decline."""
    AI_ALONE = "ai_alone"
    FAST_TRACK = "fast_track"


@dataclass(frozen=True, slots=True)
class Decision:
    """The final outcome of a candidate in one round; a review has at most one per round."""

    review_id: ReviewId
    round: int
    verdict: Verdict
    by: str
    """A user id, or By.DEADLINE, or By.AI."""
    basis: Basis
    at: datetime
    undone_at: datetime | None = None

    @property
    def person(self) -> UserId | None:
        return None if self.by in (By.DEADLINE, By.AI) else self.by


@dataclass(frozen=True, slots=True)
class Review:
    """The handoff of one candidate to a person, or its record when the AI alone decided."""

    id: ReviewId
    candidate_id: str
    campaign: str
    market: str
    route: Route
    rule: str
    """Which rule of the policy routed it (core.routing), for "why this way"."""
    stakes: Stakes
    state: State
    expert: UserId | None
    """Whose name is on it; None only for routes that no person owns."""
    backup: UserId | None
    intake_at: datetime
    deadline_at: datetime
    on_deadline: OnDeadline
    why_me: str = "only"
    """Why this expert (core.assignment)."""
    opened_at: datetime | None = None
    round: int = 1
    version: int = 1
    """Grows by one with each change; what compare-and-set compares."""
    undone: bool = False
    form_held: bool = False
    """Whether an open form has already held the deadline."""
    held_once: bool = False
    undo_until: datetime | None = None
    disclosure: str | None = None
    """What an expert who knows the creator disclosed, and who: shown on the card."""
    disclosed_by: UserId | None = None
    executed: bool = False
    hot_at: datetime | None = None
    """When it was marked hot: a competing offer, a deal that expires."""
    extended_at: datetime | None = None
    """When the lead gave more time, which is done once."""
    moved_at: datetime | None = None
    """When its owner moved the deadline to Monday, which is done once, at opening."""
    hot_until: datetime | None = None
    """Until when the competing offer stands, of a hot deal."""
    reminded_at: datetime | None = None
    """When a reminder showed it last: what changes it changes that message, too."""

    @property
    def queued(self) -> bool:
        return self.state is State.PENDING and self.opened_at is None


@dataclass(frozen=True, slots=True)
class Comment:
    """A note on a decided card, or a late answer that agreed."""

    id: str
    review_id: ReviewId
    author: UserId
    text: str
    at: datetime
