"""Whose name goes on a review: one expert of its market and a backup, fairly, and never one's own referral."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.types import Member, UserId

ROOM = 10
"""Who has as many reviews has no room: a card would not open, so knowing the creator is no reason any more."""
ENOUGH = timedelta(hours=1)
"""Less working time than this before a deadline is none."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What spoke for or against somebody when their name was put on a review ("why me?", in numbers)."""

    open: int
    """Reviews that carried their name already."""
    experts: int
    """How many experts could have been named."""
    hours: float | None = None
    """Their working hours before the deadline; None where nobody asked."""
    creator: int = 0
    """How often they have judged this creator before."""
    campaign: int = 0
    """How often they have judged in this campaign."""


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody who could answer a review, and why they stand where they do."""

    member: Member
    grounds: Grounds
    there: bool = True
    """Neither on holiday nor off until the deadline."""

    @property
    def id(self) -> UserId:
        return self.member.id


@dataclass(frozen=True, slots=True)
class Assignment:
    """The named expert, the backup, and why these ("why me?")."""

    expert: UserId
    backup: UserId | None
    why: str
    grounds: Mapping[UserId, Grounds] = field(default_factory=dict)
    """Of both."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """Who has judged a creator before, and who in the campaign: how often each."""

    creator: Mapping[UserId, int] = field(default_factory=dict)
    campaign: Mapping[UserId, int] = field(default_factory=dict)


def is_referrer(member: Member, referred_by: str | None) -> bool:
    """Whether this person is the one who referred: by user id, mention or name, however it was typed."""
    if not referred_by:
        return False
    said = referred_by.strip().strip("<>@").partition("|")[0].strip().casefold()
    return bool(said) and said in {member.id.casefold(), member.name.casefold()}


def rank(
    market: str,
    members: Iterable[Member],
    load: Mapping[UserId, int],
    *,
    referred_by: str | None = None,
    knowing: Knowing = Knowing(),
    now: datetime | None = None,
    awake: Mapping[UserId, timedelta] | None = None,
    without: Collection[UserId] = (),
) -> tuple[Able, ...]:
    """Everybody who could answer, whom to ask first: experts of the market, then leads.

    First who is there: not on holiday (with `now`), and at work before the deadline (`awake`: how long each). Then who
    knows the creator and has room, then who has the fewest reviews; of those who have as many, who knows the campaign.
    """
    able = [m for m in members if m.active and m.id not in without and not is_referrer(m, referred_by)]
    experts = sum(m.is_expert_of(market) for m in able)
    found = [_able(m, load, experts, knowing, now, awake) for m in able if m.is_lead or m.is_expert_of(market)]
    return tuple(sorted(found, key=lambda one: (not one.member.is_expert_of(market), *_order(one))))


def _able(
    member: Member,
    load: Mapping[UserId, int],
    experts: int,
    knowing: Knowing,
    now: datetime | None,
    awake: Mapping[UserId, timedelta] | None,
) -> Able:
    left = None if awake is None else awake.get(member.id, timedelta())
    grounds = Grounds(
        open=load.get(member.id, 0),
        experts=experts,
        hours=None if left is None else round(left / timedelta(hours=1), 1),
        creator=knowing.creator.get(member.id, 0),
        campaign=knowing.campaign.get(member.id, 0),
    )
    gone = now is not None and member.away_at(now)
    return Able(member, grounds, there=not gone and (left is None or left >= ENOUGH))


def _order(one: Able) -> tuple[bool, bool, int, int, UserId]:
    grounds = one.grounds
    return (not one.there, not _knows(one), grounds.open, -grounds.campaign, one.id)


def _knows(one: Able) -> bool:
    return one.grounds.creator > 0 and one.grounds.open < ROOM


def assign(
    market: str,
    members: Iterable[Member],
    load: Mapping[UserId, int],
    *,
    referred_by: str | None = None,
    knowing: Knowing = Knowing(),
    now: datetime | None = None,
    awake: Mapping[UserId, timedelta] | None = None,
    without: Collection[UserId] = (),
) -> Assignment | None:
    """The expert of the market whom `rank` puts first; without one, the lead. None when there is neither.

    Who is on holiday, or off until the deadline, is named only where everybody is; the backup that an expert chose
    comes first. `load` counts the reviews that already carry somebody's name.
    """
    ranked = rank(
        market, members, load, referred_by=referred_by, knowing=knowing, now=now, awake=awake, without=without
    )  # fmt: skip
    if not ranked:
        return None
    first, *others = ranked
    backup = backup_of(first.member, others)
    both = [first, *(one for one in others if one.id == backup)]
    return Assignment(first.id, backup, _why(market, ranked), {one.id: one.grounds for one in both})


def backup_of(expert: Member, others: Iterable[Able]) -> UserId | None:
    """Who is asked when somebody cannot be: whom they chose, of those who are there, else the first of these."""
    order = sorted(others, key=lambda one: (not one.there, one.id != expert.backup))
    return order[0].id if order else None


def _why(market: str, ranked: tuple[Able, ...]) -> str:
    first = ranked[0]
    experts = [one for one in ranked if one.member.is_expert_of(market)]
    if not experts:
        return "lead_no_expert"
    if len(experts) == 1:
        return "knows_creator" if _knows(first) else "only"
    if _knows(first):
        return "knows_creator"
    fewest = min(one.grounds.open for one in experts)
    return "market_least_open" if first.grounds.open == fewest else "working_hours"
