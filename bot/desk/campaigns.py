"""Campaigns are opened and changed in Slack; what is open already follows where people see it, and keeps its terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.campaign import ON_CARDS, as_opened, changed, key_from, require_valid
from bot.core.errors import NotFound
from bot.core.setup import keeps, require_keeper, require_opener
from bot.core.types import Campaign, Member, Role, UserId
from bot.desk.announce import lead_of
from bot.desk.desk import Desk, new_id
from db import campaigns, events, outbox, people, reviews
from db.outbox import Fresh
from db.store import Unit


def mine(desk: Desk, person: UserId) -> tuple[Campaign, ...]:
    """Those that somebody may change, by name. Raises NotAllowed('opens_no_campaign') where there is none."""
    with desk.store.reading() as unit:
        members = people.members(unit)
        who = _who(unit, person, members)
        found = [c for c in campaigns.every(unit) if keeps(who, person, c)]
        if not found:
            require_opener(who, lead_of(members))
        return tuple(sorted(found, key=lambda c: (c.name.casefold(), c.key)))


def may_open(desk: Desk, person: UserId) -> None:
    """Raises NotAllowed('opens_no_campaign')."""
    with desk.store.reading() as unit:
        members = people.concerned(unit, person)
        require_opener(_who(unit, person, members), lead_of(members))


def one(desk: Desk, person: UserId, key: str) -> Campaign:
    """One that somebody may change. Raises NotFound('campaign'), NotAllowed('not_campaign_owner')."""
    with desk.store.reading() as unit:
        return kept(unit, person, key)


def kept(unit: Unit, person: UserId, key: str) -> Campaign:
    """The same as this unit of work sees it."""
    found = campaigns.get(unit, key)
    if found is None:
        raise NotFound("campaign", campaign=key)
    members = people.concerned(unit, person)
    require_keeper(_who(unit, person, members), person, found, lead_of(members))
    return found


def start(desk: Desk, person: UserId, draft: Campaign) -> Campaign:
    """Open a campaign; its key comes from its name.

    Raises NotAllowed('opens_no_campaign'), Invalid naming the field.
    """
    with desk.store.unit() as unit:
        members = people.members(unit)
        require_opener(_who(unit, person, members), lead_of(members))
        taken, now = {c.key for c in campaigns.every(unit)}, desk.clock()
        opened = replace(draft, key=key_from(draft.name, taken))
        require_valid(opened)
        while not campaigns.add(unit, opened, now):  # another replica has just taken that key
            taken.add(opened.key)
            opened = replace(draft, key=key_from(draft.name, taken))
        _own(unit, opened, members)
        events.record(unit, None, person, "campaign_opened", now, {}, as_opened(opened))
        return opened


def change(desk: Desk, person: UserId, draft: Campaign) -> Campaign:
    """Change a campaign. What has come in keeps its stakes, deadline and score; its open cards show the change.

    Raises NotFound('campaign'), NotAllowed('not_campaign_owner'), Invalid naming the field.
    """
    with desk.store.unit() as unit:
        return _changed(unit, desk, kept(unit, person, draft.key), draft, person)


def edit(desk: Desk, key: str, by: str, said: Mapping[str, Any]) -> Campaign:
    """The same from the command line: the fields that are named, of any campaign.

    Raises NotFound('campaign'), Invalid naming the field.
    """
    with desk.store.unit() as unit:
        before = campaigns.get(unit, key)
        if before is None:
            raise NotFound("campaign", campaign=key, known=[c.key for c in campaigns.every(unit)])
        return _changed(unit, desk, before, replace(before, **said), by)


def _changed(unit: Unit, desk: Desk, before: Campaign, draft: Campaign, by: str) -> Campaign:
    require_valid(draft)
    differs = changed(before, draft)
    if not differs:
        return draft
    now = desk.clock()
    campaigns.change(unit, draft)
    _own(unit, draft, people.members(unit))
    old, new = ({name: pair[side] for name, pair in differs.items()} for side in (0, 1))
    events.record(unit, None, by, "campaign_changed", now, {"key": draft.key, **old}, {"key": draft.key, **new})
    if ON_CARDS & differs.keys():
        draw_again(unit, draft, now)
    return draft


def draw_again(unit: Unit, campaign: Campaign, now: datetime) -> None:
    """Cards with something to tap, where the campaign now is; the outbox changes them where they stood, too."""
    live = reviews.tappable(unit, campaign.key)
    outbox.enqueue(unit, [Fresh(new_id("ob"), "card", review, campaign.channel) for review in live], now)


def back(desk: Desk, channel: str) -> int:
    """The bot can write in a channel again: what waits is shown there, where it stood or anew; how many campaigns."""
    with desk.store.unit() as unit:
        here = [campaign for campaign in campaigns.every(unit) if campaign.channel == channel]
        for campaign in here:
            draw_again(unit, campaign, desk.clock())
        return len(here)


def _own(unit: Unit, campaign: Campaign, members: Sequence[Member]) -> None:
    if not any(m.id == campaign.owner for m in members):
        people.add_role(unit, campaign.owner, None, Role.MARKETER, None)


def _who(unit: Unit, person: UserId, members: Sequence[Member]) -> Member | None:
    return next((m for m in members if m.id == person), None) or people.member(unit, person)
