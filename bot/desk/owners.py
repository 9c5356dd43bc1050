"""An owner who has left: their campaigns are the lead's until they get another owner, and the lead is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.types import UserId
from bot.desk.announce import lead_of, say
from bot.desk.campaigns import draw_again
from db import campaigns, events, people
from db.store import Unit


def succeed(unit: Unit, person: UserId, now: datetime) -> UserId | None:
    """Give all campaigns of somebody who can no longer act to the lead, who is told once; who that is.

    None when they own none (any more), or when nobody leads: then they stay as they are.
    """
    left = campaigns.owned_by(unit, person)
    lead = heir(unit, person)
    if not left or lead is None:
        return None
    for campaign in left:
        taken = replace(campaign, owner=lead)
        campaigns.change(unit, taken)
        before, after = {"key": campaign.key, "owner": person}, {"key": campaign.key, "owner": lead}
        events.record(unit, None, "policy", "campaign_changed", now, before, after)
        draw_again(unit, taken, now)
    say(unit, "owner_left", person, lead, now, {"campaigns": [campaign.key for campaign in left]})
    return lead


def heir(unit: Unit, person: UserId) -> UserId | None:
    """Who has got what somebody who left owned: the lead, as long as nobody else was named."""
    return lead_of(m for m in people.concerned(unit, None) if m.id != person)
