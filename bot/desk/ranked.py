"""A campaign's candidates in the AI's order: who shall go on first, then the better match, then the smaller risk."""

from __future__ import annotations

from bot.core.case import Ranked
from bot.core.errors import NotAllowed, NotFound
from bot.core.types import Campaign, UserId
from bot.desk import see
from bot.desk.announce import lead_of
from bot.desk.desk import Desk
from db import campaigns, lists, people

_SEEN = 40


def whole(desk: Desk, key: str) -> Ranked:
    """All of them, for whoever runs the command line. Raises NotFound('campaign')."""
    return _ranked(desk, key, None)


def seen_by(desk: Desk, key: str, person: UserId) -> Ranked:
    """The first of them, for the campaign's owner or a lead; of what is blind and unanswered, no call is shown.

    Raises NotFound('campaign'), NotAllowed('not_campaign_owner').
    """
    return _ranked(desk, key, person)


def _ranked(desk: Desk, key: str, person: UserId | None) -> Ranked:
    with desk.store.reading() as unit:
        campaign: Campaign | None = campaigns.get(unit, key)
        if campaign is None:
            raise NotFound("campaign", campaign=key, known=[c.key for c in campaigns.every(unit)])
        if person is not None and person != campaign.owner:
            members = people.concerned(unit, person)
            if not any(m.id == person and m.active and m.is_lead for m in members):
                raise NotAllowed("not_campaign_owner", owner=campaign.owner, lead=lead_of(members))
        order = lists.ranked(unit, key, blind_last=person is not None)
    shown = order if person is None else order[:_SEEN]
    return Ranked(campaign, see.cases(desk, shown), len(order), blind=person is not None)
