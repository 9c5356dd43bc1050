"""How far a workspace is set up, who may lead it first, and who may open and change campaigns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.errors import Invalid, NotAllowed
from bot.core.types import Campaign, Member, Role, UserId


@dataclass(frozen=True, slots=True)
class Setup:
    """What one person may set up here, and what has been done."""

    claimable: bool = False
    """Nobody leads here, and this person may."""
    leads: bool = False
    opens: bool = False
    """Whether they may open campaigns."""
    experts: tuple[Member, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    """Those that they may change."""
    listed: bool = False
    """Whether any candidate has come in."""

    @property
    def done(self) -> tuple[bool, bool, bool]:
        """Who checks, one campaign, a list."""
        return bool(self.experts), bool(self.campaigns), self.listed


class Reach(StrEnum):
    """Whether the bot can write into a channel."""

    HERE = "here"
    ABSENT = "absent"
    """Nobody has invited it; of a private channel it then knows nothing at all."""
    ARCHIVED = "archived"
    UNKNOWN = "unknown"
    """Slack did not tell."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody offers to answer for a market."""

    person: UserId
    market: str
    text: str
    asked: UserId
    """The lead who is asked."""
    state: str = "open"
    """open, accepted, declined."""
    answered_by: UserId | None = None
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether a lead has still to answer it."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody with a role, by name, and the referrers whose word counts."""

    members: tuple[Member, ...]
    referrers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of somebody's roles."""

    member: Member
    moved: int = 0
    """How many of their open reviews went to others."""
    welcomed: bool = False
    """Whether they are told what an expert sees."""


#: For how long a lead who has declined an offer is not asked the same again.
PAUSE = timedelta(days=14)


def require_askable(known: Wish, lead: UserId, now: datetime) -> None:
    """Raises Invalid at the market: 'wish_open' while that lead is asked, 'wish_declined' soon after a refusal."""
    if known.open and known.asked == lead:
        raise Invalid("wish_open", field="market", market=known.market, lead=lead)
    declined = known.state == "declined" and known.answered_at is not None and now - known.answered_at < PAUSE
    if declined:
        raise Invalid("wish_declined", field="market", market=known.market, lead=known.answered_by)


def may_claim(person: Member | None, members: Iterable[Member]) -> bool:
    """Whether somebody may make themselves the lead: nobody leads yet, or every lead has gone and they have a role."""
    leads = [m for m in members if m.is_lead]
    if any(m.active for m in leads):
        return False
    if person is not None and not person.active:
        return False
    return not leads or (person is not None and bool(person.roles))


def require_claim(person: Member | None, members: Sequence[Member], lead: UserId | None) -> Member:
    """The person, if they may lead from now on.

    Raises NotAllowed: 'guest' for guests and people of whom Slack has told us nothing, 'lead_taken' when somebody
    leads, 'lead_gone' for somebody new where all who led have left.
    """
    if person is None or person.team is None or not person.active:
        raise NotAllowed("guest", lead=lead)
    if not may_claim(person, members):
        if lead is None:
            raise NotAllowed("lead_gone")
        raise NotAllowed("lead_taken", lead=lead)
    return person


def opens_campaigns(person: Member | None) -> bool:
    """Leads and marketers do."""
    return person is not None and person.active and any(role in (Role.LEAD, Role.MARKETER) for role, _ in person.roles)


def require_opener(person: Member | None, lead: UserId | None) -> Member:
    """Raises NotAllowed('opens_no_campaign')."""
    if person is None or not opens_campaigns(person):
        raise NotAllowed("opens_no_campaign", lead=lead)
    return person


def keeps(person: Member | None, person_id: UserId, campaign: Campaign) -> bool:
    """Whether they may change a campaign and bring candidates into it: its owner, and leads."""
    active = person is None or person.active
    return active and (person_id == campaign.owner or (person is not None and person.is_lead))


def require_keeper(person: Member | None, person_id: UserId, campaign: Campaign, lead: UserId | None) -> None:
    """Raises NotAllowed('not_campaign_owner')."""
    if not keeps(person, person_id, campaign):
        raise NotAllowed("not_campaign_owner", owner=campaign.owner, lead=lead)


def require_another_lead(person: UserId, roles: Iterable[Role], members: Iterable[Member]) -> None:
    """Raises Invalid('last_lead') when nobody would lead any more."""
    others = any(m.is_lead and m.active and m.id != person for m in members)
    was = any(m.is_lead and m.id == person for m in members)
    if was and Role.LEAD not in roles and not others:
        raise Invalid("last_lead", field="roles")
