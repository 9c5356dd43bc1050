"""Market norms from experts: when enough of them call a warning normal in a market, it weighs less there.

Not to be mixed up with `scoring.norms`, which are what creators' numbers usually are. Here are the rules alone: who
said what is handed in, and so is the time.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scoring.beta import above
from scoring.categories import category_key, category_keys
from scoring.types import Eased, FlagCode, RiskFlag, Tier

HALF_LIFE = timedelta(days=180)
"""After this long a case counts for half."""
SURE = 0.95
"""A norm begins at P(p > .5) of at least this under Beta(1, 1)."""
EVEN = 0.5
EXPERTS, CAMPAIGNS = 2, 2
"""From at least so many of each; a lead's confirmation stands in for the second."""
LEAST = 1.5
"""Fewer effective cases than this, and a norm has faded."""
FLOOR = 0.30
"""The least that is left of a warning's weight."""
BLIND = 2.0
"""A judgement made before the AI's call was seen counts for so many."""
NO_NORM = (FlagCode.BRAND_SAFETY, FlagCode.AUDIENCE_GEO_MISMATCH)
"""What no market makes normal: hits of a brief's own words, and the share of the audience that a brief asks for."""
_TIE = 1e-9


class Word(StrEnum):
    """What somebody said of a warning."""

    NORMAL = "normal"
    FRAUD = "fraud"
    """Declined for signs of fraud, with the same warning raised."""
    CONFIRMED = "confirmed"
    """A lead's confirmation: no case of its own, and no value."""


class State(StrEnum):
    FORMING = "forming"
    """Not enough has been said yet."""
    ACTIVE = "active"
    RETIRED = "retired"
    """It was one: what was said has faded or turned, or a lead has ended it. It may come back."""
    REJECTED = "rejected"
    """A lead has said that it never was one: only a lead brings it back."""


class Why(StrEnum):
    """What ended a norm."""

    AGAINST = "against"
    """More was said against it than for it."""
    FADED = "faded"
    """Too little is left of what was said."""
    UNDONE = "undone"
    """An answer by which it had become one was taken back."""
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Vote:
    """One judgement's word on one warning."""

    person: str
    campaign: str
    word: Word
    at: datetime
    value: float | None = None
    """What was observed, in the metric's own unit."""
    blind: bool = False
    turned: bool = False
    """Fraud was confirmed in this very case: "normal" speaks against the norm."""

    @property
    def speaks_for(self) -> bool:
        return self.word is Word.CONFIRMED or (self.word is Word.NORMAL and not self.turned)


@dataclass(frozen=True, slots=True)
class Scope:
    """To which creators a lead has narrowed a norm; None and () narrow nothing."""

    tier: Tier | None = None
    category: str | None = None
    months: tuple[int, ...] = ()
    """1-12, of the day on which the numbers were measured."""

    def holds(self, tier: Tier | None, categories: Iterable[str], month: int) -> bool:
        """Whether it is about such a creator.

        >>> Scope(Tier.MICRO, "beauty", (11, 12)).holds(Tier.MICRO, ["Beauty"], 11)
        True
        """
        if self.tier is not None and self.tier is not tier:
            return False
        if self.category is not None and category_key(self.category) not in category_keys(categories):
            return False
        return not self.months or month in self.months


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Tally:
    """What was said, counted at one moment."""

    for_: float
    against: float
    """Effective cases: each halves every `HALF_LIFE`."""
    at: datetime
    experts: int = 0
    campaigns: int = 0
    cases: int = 0
    """Judgements that stand for it, not weighed."""
    opposed: int = 0
    """Judgements against it, turned ones among them, not weighed."""
    turned: int = 0
    confirmed: bool = False
    reach: float | None = None
    """The most extreme value that somebody called normal and that stands."""

    @property
    def probability(self) -> float:
        """P(p > .5) for the share p of experts who would call it normal."""
        return above(EVEN, 1.0 + self.for_, 1.0 + self.against)

    @property
    def effective(self) -> float:
        return self.for_ + self.against

    @property
    def factor(self) -> float:
        """What is left of the warning's weight while the norm is active: max(.30, 2 / max(4, for - against)).

        >>> now = datetime(2026, 11, 24)
        >>> [round(Tally(n, 0.0, now).factor, 2) for n in (2, 4, 5, 8)], Tally(4, 2, now).factor
        ([0.5, 0.5, 0.4, 0.3], 0.5)
        """
        return max(FLOOR, 2.0 / max(4.0, self.for_ - self.against))

    def later(self, now: datetime) -> Tally:
        """The same with what time takes from it; an earlier moment takes nothing."""
        left = left_of(self.at, now)
        return replace(self, for_=self.for_ * left, against=self.against * left, at=now)


def left_of(at: datetime, now: datetime) -> float:
    """What is left of a case: 1 when it is new, 1/2 after `HALF_LIFE`."""
    return float(math.exp2(-max(now - at, timedelta()) / HALF_LIFE))


def count(votes: Collection[Vote], now: datetime, *, above_band: bool = True) -> Tally:
    """Weigh what was said by its age. `above_band`: whether the warning is a value too high, else one too low."""
    for_ = against = 0.0
    stand: list[Vote] = []
    for vote in votes:
        weight = left_of(vote.at, now) * (BLIND if vote.blind else 1.0)
        if vote.speaks_for:
            for_ += weight
            stand.append(vote)
        else:
            against += weight
    cases = [vote for vote in stand if vote.word is Word.NORMAL]
    values = [vote.value for vote in cases if vote.value is not None]
    return Tally(
        for_,
        against,
        now,
        experts=len({vote.person for vote in cases}),
        campaigns=len({vote.campaign for vote in cases}),
        cases=len(cases),
        opposed=len(votes) - len(stand),
        turned=sum(vote.turned and vote.word is Word.NORMAL for vote in votes),
        confirmed=any(vote.word is Word.CONFIRMED for vote in stand),
        reach=(max(values) if above_band else min(values)) if values else None,
    )


def begins(tally: Tally) -> bool:
    """Whether a norm becomes active: 4 of 4, 6 of 7, 8 of 10, from two experts and two campaigns.

    One "normal" and a lead's confirmation are enough, unless as much speaks against it: a lead's word is not outvoted
    by what is missing, only by what was said.
    """
    if tally.reach is None or ends(tally) is not None:
        return False
    wide = tally.experts >= EXPERTS and tally.campaigns >= CAMPAIGNS
    return tally.confirmed or (wide and tally.probability >= SURE)


def ends(tally: Tally) -> Why | None:
    """Why a norm is no longer active: P(p > .5) < .5, which is more against than for; or hardly anything is left."""
    if tally.against > tally.for_ + _TIE:
        return Why.AGAINST
    if tally.reach is None:
        return Why.AGAINST if tally.opposed else Why.FADED
    return Why.FADED if tally.effective < LEAST - _TIE else None


def fades_at(tally: Tally) -> datetime:
    """When an active norm ends if nobody says anything more: both sides fade alike, so only their sum decides.

    >>> now = datetime(2026, 11, 24)
    >>> (fades_at(Tally(3.0, 0.0, now)) - now).days
    180
    """
    if tally.effective <= LEAST:
        return tally.at
    return tally.at + HALF_LIFE * math.log2(tally.effective / LEAST)


def following(state: State, tally: Tally) -> tuple[State, Why | None]:
    """The state that follows from a new count, and why it ended."""
    if state is State.ACTIVE:
        why = ends(tally)
        return (state, None) if why is None else (State.RETIRED, why)
    if state is State.REJECTED or not begins(tally):
        return state, None
    return State.ACTIVE, None


# Applying a norm


def measure_of(flag: RiskFlag) -> str | None:
    """What exactly is off: the side of the band, and for growth the window; None for what no market makes normal.

    Too many views say nothing of too few, and +22 % in 14 days nothing of +22 % in 90.
    """
    if flag.code in NO_NORM or flag.value is None or flag.norm is None:
        return None
    side = "above" if flag.norm.high is not None and flag.value > flag.norm.high else "below"
    if flag.code is not FlagCode.GROWTH_SPIKE:
        return side
    return f"{side}.{flag.window}" if flag.window is not None else f"{side}.z"


def is_above(measure: str) -> bool:
    return measure.startswith("above")


def window_of(measure: str) -> int | None:
    """The days of a growth's measure; None for z and for what is no growth."""
    _, _, window = measure.partition(".")
    return int(window) if window.isdecimal() else None


@dataclass(frozen=True, slots=True)
class MarketNorm:
    """An active norm, as the scorecard sees it at one moment."""

    id: str
    platform: str
    market: str
    flag: FlagCode
    measure: str
    reach: float
    factor: float
    cases: int
    scope: Scope = Scope()

    def covers(self, flag: RiskFlag) -> bool:
        """Whether this very value was called normal: on the same side, and no more extreme than any that was."""
        if flag.code is not self.flag or flag.value is None or measure_of(flag) != self.measure:
            return False
        return flag.value <= self.reach if is_above(self.measure) else flag.value >= self.reach


Book = Mapping[tuple[str, str], tuple[MarketNorm, ...]]
"""Active norms by platform and market."""
EMPTY: Book = {}


def book(norms: Iterable[MarketNorm]) -> Book:
    kept: dict[tuple[str, str], tuple[MarketNorm, ...]] = {}
    for norm in norms:
        key = (norm.platform.lower(), norm.market.upper())
        kept[key] = (*kept.get(key, ()), norm)
    return kept


def eased(
    flags: Collection[RiskFlag], norms: Collection[MarketNorm], tier: Tier | None, categories: Collection[str],
    month: int,
) -> list[RiskFlag]:  # fmt: skip
    """The flags, those that experts call normal with what is left of their weight. None is ever deleted."""
    here = [norm for norm in norms if norm.scope.holds(tier, categories, month)]
    found = []
    for flag in flags:
        norm = next((norm for norm in here if norm.covers(flag)), None)
        if norm is not None:
            flag = replace(flag, eased=Eased(norm.id, max(FLOOR, norm.factor), norm.reach, norm.cases))  # noqa: PLW2901
        found.append(flag)
    return found
