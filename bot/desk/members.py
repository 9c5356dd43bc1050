"""People and campaigns: who may do what, and what is being looked for."""

from __future__ import annotations

import re

from bot.core.campaign import as_opened, require_valid
from bot.core.errors import Invalid, NotFound
from bot.core.types import Campaign, Member, Role, UserId
from bot.desk import absence, owners
from bot.desk.desk import Desk
from bot.desk.hand_over import release
from bot.desk.staff import record_role
from db import campaigns, events, people

_USER = re.compile(r"[UW][A-Z0-9]+")


def add(
    desk: Desk,
    user_id: UserId,
    role: Role,
    market: str | None = None,
    name: str | None = None,
    *,
    by: str | None = None,
) -> bool:
    """Give a person a role, an expert for one market; True when that is new. Raises Invalid naming the field.

    `by` is who is on record for it, here and below; what nobody did, such as a demo's furniture, is not.
    """
    if not _USER.fullmatch(user_id):
        raise Invalid("user_id", field="user", value=user_id)
    if role is Role.EXPERT and not market:
        raise Invalid("expert_needs_market", field="market")
    with desk.store.unit() as unit:
        given = (role, market if role is Role.EXPERT else None)
        new = people.add_role(unit, user_id, name, *given)
        if new and by:
            record_role(unit, desk, by, "role_given", user_id, given)
        return new


def remove(desk: Desk, user_id: UserId, role: Role, market: str | None = None, *, by: str | None = None) -> int:
    """Take a role away and give the person's unanswered reviews to others; how many went.

    Raises NotFound('member') when the person does not have the role.
    """
    with desk.store.unit() as unit:
        if not people.drop_role(unit, user_id, role, market):
            raise NotFound("member", member=user_id, role=role.value, market=market)
        if by:
            record_role(unit, desk, by, "role_taken", user_id, (role, market))
        return release(unit, desk, user_id, desk.clock())


def trust(desk: Desk, name: str, *, by: str | None = None) -> bool:
    """Put a referrer on the trusted list; True when that is new."""
    if not name.strip():
        raise Invalid("text_needed", field="name")
    with desk.store.unit() as unit:
        new = people.trust(unit, name)
        if new and by:
            events.record(unit, None, by, "referrer_trusted", desk.clock(), {}, {"name": name.strip()})
        return new


def remember(desk: Desk, profile: Member) -> None:
    """Keep what Slack says of somebody; who has left, become a guest or is on holiday hands over.

    Whoever has left leaves their campaigns to the lead, too.
    """
    with desk.store.unit() as unit:
        now = desk.clock()
        people.remember_profile(unit, profile, now)
        if not profile.active:
            release(unit, desk, profile.id, now)
            owners.succeed(unit, profile.id, now)
        elif profile.away_at(now):
            absence.give_up(unit, desk, profile, people.members(unit), now)


def add_campaign(desk: Desk, campaign: Campaign, *, by: str | None = None) -> None:
    """Open a campaign. Raises Invalid naming the field that is wrong."""
    require_valid(campaign)
    with desk.store.unit() as unit:
        if not campaigns.add(unit, campaign, desk.clock()):
            raise Invalid("campaign_exists", field="key", campaign=campaign.key)
        if not any(m.id == campaign.owner and m.roles for m in people.members(unit)):
            people.add_role(unit, campaign.owner, None, Role.MARKETER, None)
        if by:
            events.record(unit, None, by, "campaign_opened", desk.clock(), {}, as_opened(campaign))
