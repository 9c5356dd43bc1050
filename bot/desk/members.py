"""People and campaigns: who may do what, and what is being looked for."""

from __future__ import annotations

import re

from bot.core.errors import Invalid, NotFound
from bot.core.types import Campaign, Member, Role, UserId
from bot.desk import absence
from bot.desk.desk import Desk
from bot.desk.hand_over import release
from db import campaigns, people

_USER = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def add(desk: Desk, user_id: UserId, role: Role, market: str | None = None, name: str | None = None) -> bool:
    """Give a person a role, an expert for one market; True when that is new. Raises Invalid naming the field."""
    if not _USER.fullmatch(user_id):
        raise Invalid("user_id", field="user", value=user_id)
    if role is Role.EXPERT and not market:
        raise Invalid("expert_needs_market", field="market")
    with desk.store.unit() as unit:
        return people.add_role(unit, user_id, name, role, market if role is Role.EXPERT else None)


def remove(desk: Desk, user_id: UserId, role: Role, market: str | None = None) -> int:
    """Take a role away and give the person's unanswered reviews to others; how many went.

    Raises NotFound('member') when the person does not have the role.
    """
    with desk.store.unit() as unit:
        if not people.drop_role(unit, user_id, role, market):
            raise NotFound("member", member=user_id, role=role.value, market=market)
        return release(unit, desk, user_id, desk.clock())


def trust(desk: Desk, name: str) -> bool:
    """Put a referrer on the trusted list; True when that is new."""
    if not name.strip():
        raise Invalid("text_needed", field="name")
    with desk.store.unit() as unit:
        return people.trust(unit, name)


def remember(desk: Desk, profile: Member) -> None:
    """Keep what Slack says of somebody; who has left, become a guest or is on holiday hands over."""
    with desk.store.unit() as unit:
        now = desk.clock()
        people.remember_profile(unit, profile, now)
        if not profile.active:
            release(unit, desk, profile.id, now)
        elif profile.away_at(now):
            absence.give_up(unit, desk, profile, people.members(unit), now)


def add_campaign(desk: Desk, campaign: Campaign) -> None:
    """Open a campaign. Raises Invalid naming the field that is wrong."""
    _check(campaign)
    with desk.store.unit() as unit:
        if not campaigns.add(unit, campaign, desk.clock()):
            raise Invalid("campaign_exists", field="key", campaign=campaign.key)
        if not any(m.id == campaign.owner and m.roles for m in people.members(unit)):
            people.add_role(unit, campaign.owner, None, Role.MARKETER, None)


def _check(campaign: Campaign) -> None:
    rules = (
        ("key", campaign.key, bool(_KEY.fullmatch(campaign.key))),
        ("name", campaign.name, 0 < len(campaign.name.strip()) <= 80),
        ("market", "", bool(campaign.markets)),
        ("channel", campaign.channel, bool(_CHANNEL.fullmatch(campaign.channel))),
        ("owner", campaign.owner, bool(_USER.fullmatch(campaign.owner))),
        ("deadline", campaign.window, campaign.window.total_seconds() > 0),
        ("budget", campaign.budget, campaign.budget is None or campaign.budget > 0),
        ("fee_line", campaign.fee_line, campaign.fee_line is None or campaign.fee_line >= 0),
        ("min_audience", campaign.min_audience, campaign.min_audience is None or 0 <= campaign.min_audience <= 1),
        ("currency", campaign.currency, bool(re.fullmatch("[A-Z]{3}", campaign.currency))),
    )
    for field, value, good in rules:
        if not good:
            raise Invalid(f"campaign_{field}", field=field, value=value)
