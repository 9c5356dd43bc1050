"""What is asked of past disagreements and what is found: values alone; db.search finds, the edge parses and draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scoring.passages import Passage
from scoring.types import Verdict


class Won(StrEnum):
    """Who was right, as far as anybody knows; NONE is not resolved (yet)."""

    AI = "ai"
    EXPERT = "expert"
    OTHER = "other"
    """The expert who was disagreed with, between experts."""
    BOTH = "both"
    UNCLEAR = "unclear"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Filters:
    """What must hold of a disagreement; None is anything. Stable identifiers, as the tables have them."""

    market: str | None = None
    """ISO country."""
    flag: str | None = None
    """A risk flag that was raised or disputed."""
    reason: str | None = None
    by: str | None = None
    """The id of the expert who disagreed."""
    won: Won | None = None
    campaign: str | None = None
    since: datetime | None = None
    """Opened at this moment or later; aware UTC."""
    until: datetime | None = None
    """Opened before this moment."""

    @property
    def names(self) -> tuple[str, ...]:
        """Which of them are set."""
        return tuple(name for name in self.__slots__ if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a disagreement was about, for a hit in which nobody's words tell it."""

    expert: str
    verdict: Verdict
    ai: Verdict
    flags: tuple[str, ...]
    """What was disputed, else what was raised."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One disagreement that was found."""

    disagreement_id: str
    review_id: str
    campaign: str
    channel: str
    market: str
    creator: str
    handle: str
    opened_at: datetime
    won: Won
    lesson: str
    passage: Passage
    """The best sentence for this question, as a reader sees it, with its hits; nothing of the lesson unless only that
    was hit."""
    score: float
    """Comparable within one search only; 0 when nothing was asked in words."""
    outline: Outline | None = None
    """Only where its words do not say why it is here."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What would find something, when nothing was found."""

    total: int
    """How many it would find."""
    without: str | None = None
    """Leave this filter out (a field of Filters)."""
    text: str | None = None
    """Ask this instead."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and what all pages together hold."""

    hits: tuple[Hit, ...]
    total: int
    """Over all pages, of what this asker can see."""
    by_won: Mapping[Won, int] = field(default_factory=dict)
    """How many of `total` ended how; they add up to it, what is absent is zero."""
    read_as: Mapping[str, str] = field(default_factory=dict)
    """Words that occur nowhere, and what they were taken for: {"накртука": "накрутка"}."""
    loosely: bool = False
    """Whether so few had most of what was asked that others, with less of it, are shown and counted as well."""
    by_name: bool = False
    """Whether some were found by the name of a warning or a reason that they have, without its words."""
    suggestions: tuple[Suggestion, ...] = ()
    """Only when nothing was found; the most promising first."""
