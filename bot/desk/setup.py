"""How far this workspace is set up, as one person may see and change it. Reads only."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.setup import Setup, keeps, may_claim, opens_campaigns
from bot.core.types import Member, UserId
from db import campaigns, candidates, people
from db.store import Unit


def setup_of(unit: Unit, person: UserId, members: Collection[Member]) -> Setup:
    """What one person may set up, and what has been done so far."""
    who = next((m for m in members if m.id == person), None) or people.member(unit, person)
    leads = who is not None and who.active and who.is_lead
    found = campaigns.every(unit) if opens_campaigns(who) else campaigns.owned_by(unit, person)
    return Setup(
        claimable=may_claim(who, members),
        leads=leads,
        opens=opens_campaigns(who),
        experts=tuple(m for m in members if m.active and m.markets),
        campaigns=tuple(c for c in found if keeps(who, person, c)),
        listed=candidates.any_at_all(unit) if leads else False,
    )
