"""A market norm on record: its key, what it rests on, how far it goes, and who may rule on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.types import Judgement, Reason, UserId
from scoring.market_norms import (
    EVERYWHERE,
    LEAST,
    NO_NORM,
    MarketNorm,
    Scope,
    State,
    Tally,
    Vote,
    Why,
    Word,
    measure_of,
)
from scoring.types import FlagCode, RiskFlag, Tier, Verdict

#: States in which a norm changes nothing, and which a lead can turn round by a confirmation.
SILENT = frozenset({State.FORMING, State.RETIRED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Key:
    """What a norm is about: one for each."""

    platform: str
    market: str
    flag: FlagCode
    measure: str


@dataclass(frozen=True, slots=True)
class Norm:
    """One norm, or what may become one."""

    id: str
    key: Key
    state: State
    tally: Tally
    """As it was counted last."""
    changed_at: datetime
    """When it came into this state."""
    changed_by: str | None = None
    """A lead, or None: what was said, or time."""
    why: Why | None = None
    scope: Scope = EVERYWHERE
    since: datetime | None = None
    """What was said until then no longer counts: a lead has retired it."""
    announced_to: tuple[str, ...] = ()
    """Channels and people who have been told of it, once."""

    @property
    def active(self) -> bool:
        return self.state is State.ACTIVE

    @property
    def proved_wrong(self) -> bool:
        """Whether it was one, and has ended by what was said of it: one that has only faded was right in its time."""
        return bool(self.announced_to) and not self.active and self.why is not None and self.why is not Why.FADED

    def at(self, now: datetime) -> Tally:
        """What is left of it."""
        return self.tally.later(now)


@dataclass(frozen=True, slots=True)
class Case:
    """One vote with the case that it comes from; a lead's confirmation has none."""

    id: str
    norm_id: str
    vote: Vote
    judgement_id: str | None = None
    review_id: str | None = None
    round: int | None = None
    tier: Tier | None = None
    categories: tuple[str, ...] = ()
    month: int = 1

    def counts(self, norm: Norm) -> bool:
        """Whether it is evidence for this norm as a lead has narrowed it, and since a lead last ended it."""
        if norm.since is not None and self.vote.at <= norm.since:
            return False
        return self.judgement_id is None or norm.scope.holds(self.tier, self.categories, self.month)


def word_of(judgement: Judgement, flag: RiskFlag) -> Word | None:
    """What a judgement says of a warning that was raised: normal here, or part of the signs of fraud; None: nothing."""
    if measure_of(flag) is None:
        return None
    if flag.code in judgement.rationale.disputed:
        return Word.NORMAL
    declined = judgement.verdict is Verdict.DECLINE and Reason.FRAUD_EVIDENCE in judgement.rationale.reasons
    return Word.FRAUD if declined else None


def speaks(judgement: Judgement) -> bool:
    """Whether it may say anything of a norm: most answers do not, and need not be looked at."""
    why = judgement.rationale
    return any(code not in NO_NORM for code in why.disputed) or Reason.FRAUD_EVIDENCE in why.reasons


def require_confirmable(norm: Norm, cases: Collection[Case], person: UserId, lead: UserId | None) -> None:
    """A lead confirms what somebody else has said. Raises TooLate, Invalid, NotAllowed('own_normal')."""
    if norm.active:
        raise TooLate("norm_active_already", lead=lead)
    normal = [c for c in cases if c.vote.word is Word.NORMAL and not c.vote.turned]
    if not normal:
        raise Invalid("norm_no_case")
    if all(c.vote.person == person for c in normal):
        raise NotAllowed("own_normal", lead=None if lead == person else lead)


def require_enough(tally: Tally) -> None:
    """Raises Invalid when a narrower norm would rest on nothing: that is to reject it, and must be said so."""
    if tally.reach is None or tally.effective < LEAST:
        raise Invalid("norm_too_narrow", field="tier", cases=tally.cases)


def in_force(norm: Norm, now: datetime) -> MarketNorm | None:
    """The norm as the scorecard applies it now; None when it is not active, or has faded and nobody came by yet."""
    tally = norm.at(now)
    if not norm.active or tally.reach is None or tally.effective < LEAST:
        return None
    key = norm.key
    return MarketNorm(
        norm.id, key.platform, key.market, key.flag, key.measure, tally.reach, tally.factor, tally.cases, norm.scope
    )


@dataclass(frozen=True, slots=True)
class Told:
    """One case behind a norm, as people are told of it."""

    case: Case
    candidate: str
    """The creator's name; empty for a lead's confirmation."""
    campaign: str
    channel: str | None = None
    """Where it was worked out: who sees that channel may see it."""
    link: str | None = None
    """To its thread, as soon as that is known."""


@dataclass(frozen=True, slots=True)
class View:
    """A norm as people see it, at one moment."""

    norm: Norm
    tally: Tally
    uses: int = 0
    """Candidates that it was applied to."""
    lead: UserId | None = None
    cases: tuple[Told, ...] = ()
    categories: tuple[str, ...] = ()
    """What a lead can narrow it to: the categories of its cases."""
