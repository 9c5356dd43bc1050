"""What is read together: one case whole, lists of candidates, an inbox. The desk fills them, cards draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.assignment import Grounds
from bot.core.disagreement import Disagreement, Standing, Winner
from bot.core.fresh import Refresh, Turn, turn
from bot.core.learned_model import LearnedModel
from bot.core.market_norm import Norm, View
from bot.core.one_by_one import Walk
from bot.core.outcome import What
from bot.core.precedents import Precedent, SeenBefore
from bot.core.returning import Handed
from bot.core.setup import Setup
from bot.core.types import (
    Campaign,
    Candidate,
    Comment,
    Decision,
    Judgement,
    Member,
    Review,
    ReviewId,
    Route,
    State,
    UserId,
)
from scoring.types import Recommendation, Verdict


@dataclass(frozen=True, slots=True)
class Investigation:
    """A disagreement as people see it: with what both sides said, and where it is worked out."""

    disagreement: Disagreement
    said: Judgement
    """What whoever disagreed said."""
    other: Judgement | None = None
    """What the other person had said, where it is between two people."""
    link: str | None = None
    """To its thread, as soon as that is known."""

    @property
    def open(self) -> bool:
        return self.disagreement.standing is Standing.OPEN

    @property
    def void(self) -> bool:
        """Whether it was taken back."""
        return self.disagreement.standing is Standing.VOID

    @property
    def parties(self) -> tuple[UserId, ...]:
        """Who cannot say who was right."""
        return (self.said.expert, *((self.other.expert,) if self.other else ()))


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a colleague was asked of a review, and what they said: it decides nothing."""

    id: str
    review_id: ReviewId
    asker: UserId
    colleague: UserId
    question: str
    asked_at: datetime
    text: str | None = None
    """None until they have said something."""
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one review that a card may show, read in one go."""

    review: Review
    campaign: Campaign
    candidate: Candidate
    recommendation: Recommendation
    lead: UserId | None
    """Who can rule."""
    decision: Decision | None = None
    """The one that stands."""
    judgement: Judgement | None = None
    """The judgement behind that decision."""
    dissents: tuple[Judgement, ...] = ()
    comments: tuple[Comment, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    """Who disagreed, oldest first; without what was undone."""
    outcomes: tuple[What, ...] = ()
    """What became of it afterwards, as far as it counts."""
    passes: tuple[tuple[UserId, UserId], ...] = ()
    """(from, to), oldest first."""
    pass_note: str | None = None
    """What whoever passed it on last wrote to the next one."""
    hold: timedelta = timedelta(hours=12)
    """How long the policy holds a review for a ruling."""
    names: Mapping[UserId, str] = field(default_factory=dict)
    """Display names of everybody mentioned, for plain text."""
    norms: Mapping[str, Norm] = field(default_factory=dict)
    """The market norms that the recommendation took into account, as they are now."""
    before: SeenBefore | None = None
    """What it resembles, of what its reader may see; None where nobody asked, or where nobody may see it."""
    refresh: Refresh | None = None
    """The latest numbers that were looked up after intake; None where nobody asked for them here."""
    refreshable: bool = False
    """Whether there is a source that can be asked."""
    today: date | None = None
    grounds: Mapping[UserId, Grounds] = field(default_factory=dict)
    """Why its expert and its backup were named, where somebody asks (desk/handed.py); so are the next two."""
    handed: Handed | None = None
    """Whether it goes back when nobody looks."""
    opinions: tuple[Opinion, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the decision differs from the AI's recommendation."""
        return self.decision is not None and self.decision.verdict is not self.recommendation.verdict

    @property
    def turn(self) -> Turn | None:
        """What newer numbers change in what the AI would say; None also where nobody asked for them here."""
        return turn(self.recommendation, self.candidate.metrics, self.refresh)


@dataclass(frozen=True, slots=True)
class Told:
    """What a reminder shows, as things stand now."""

    ref: str
    still: tuple[Case, ...]
    """What it asks for, soonest deadline first."""
    over: tuple[Case, ...] = ()
    """What has been decided or withdrawn, or is somebody else's by now."""
    newer: tuple[Case, ...] = ()
    """What a newer reminder asks the same person for."""
    instead: Mapping[ReviewId, UserId] = field(default_factory=dict)
    """Whose place the reader is asked to take; of what was passed on, by whom."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One investigation with everything that its message says."""

    case: Case
    investigation: Investigation
    asked: tuple[UserId, ...]
    """Who may know more."""
    norms: tuple[Norm, ...] = ()
    """The market norms of which it is a case, as they are now."""
    similar: tuple[tuple[Winner, Precedent], ...] = ()
    """The closest case for each side, of what its readers may see."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a review's audit."""

    at: datetime
    actor: str
    """A user id, or what of ours it was: "import", "queue", "deadline", "ai", "policy"."""
    what: str
    before: Mapping[str, Any]
    """What it changed, as it was: the review's own fields by name."""
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate in a list: digests, `handoff review list`."""

    review_id: ReviewId
    version: int
    candidate: str
    handle: str
    campaign: str
    market: str
    route: Route
    state: State
    ai_verdict: Verdict
    decision: Verdict | None
    decided_by: str | None
    reviewer: UserId | None
    deadline_at: datetime
    opened: bool
    objected: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """What one import decided without asking: for one reader."""

    import_id: str
    campaign: Campaign
    lines: tuple[Line, ...]
    """Of the routes `ai` and `fast_track`, fast track first, then by name."""
    may_object: bool
    asked: int
    """How many of the same import went to experts."""
    objects_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What a lead is asked besides reviews: to rule on an objection, or to say who was right."""

    case: Case
    investigation: Investigation
    objection: bool
    """Whether the decision itself is at stake; else only who was right, since nobody has said so in time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign as its owner sees it."""

    campaign: Campaign
    total: int
    proceed: int
    decline: int
    waiting: int
    last_deadline: datetime | None
    withdrawn: int = 0
    unopened: int = 0
    """Waiting, but no card yet: the expert has ten open ones already."""
    falling: int = 0
    """Waiting in the last quarter of their window, and then nobody is asked any more."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A campaign's candidates in the AI's order, or the first of them."""

    campaign: Campaign
    cases: tuple[Case, ...]
    total: int
    blind: bool
    """Whether what nobody may know before answering is hidden."""

    def hides(self, review: Review) -> bool:
        """Whether the AI's call about it must not be shown yet."""
        return self.blind and review.state.awaits and review.route in (Route.BLIND, Route.PANEL)


MONTH = 30
"""Days of somebody's month."""


@dataclass(frozen=True, slots=True)
class Month:
    """What one person's answers of 30 days came to."""

    answers: int
    half_within: timedelta
    """Half of them were given within this time of the card's opening."""
    against: int
    """How many of them disagreed with the AI, in its call or in a warning."""
    right: int
    """Of those, in how many the investigation found for the expert."""
    open: int
    """Of those, how many are still looked into."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for one person, soonest deadline first."""

    person: Member
    waiting: tuple[Case, ...]
    queued: int
    """Reviews with this person's name that are not open yet."""
    campaigns: tuple[Progress, ...]
    lead: UserId | None
    norms: tuple[View, ...] = ()
    """For a lead: the market norms that can be ruled on."""
    setup: Setup = field(default_factory=Setup)
    """What they may set up here, and what has been done."""
    asks: tuple[Ask, ...] = ()
    """For a lead: objections, and investigations that nobody has ended in time."""
    models: tuple[LearnedModel, ...] = ()
    """For a lead: learned models that are tried and wait for a ruling."""
    news: tuple[Case, ...] = ()
    """For an owner: what was decided lately, newest first."""
    month: Month | None = None
    """Their own answers of late, if there are any."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where somebody is who answers what waits one by one."""

    person: Member
    walk: Walk
    case: Case | None
    """The review on the screen; None at the end."""
    waiting: int
    """How many of the walk still wait."""
    others: int
    """How many more wait by now that are not of the walk."""
    gone: tuple[Case, ...] = ()
    """What was passed by because it no longer waits, and not by this person's own answer."""
    last: Case | None = None
    """What was answered last."""
    done: tuple[Case, ...] = ()
    """At the end: what this person decided on the way."""
