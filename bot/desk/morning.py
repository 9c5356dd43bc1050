"""The morning digest: once a working day to whoever owns campaigns, unless there is nothing to say."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core import nudges
from bot.core.morning import Morning, News, next_morning
from bot.core.types import Campaign, UserId
from bot.desk.announce import say
from bot.desk.desk import Desk
from db import campaigns, mornings, people
from db.store import Unit

#: Far enough to see whether somebody is at work now.
_MOMENT = timedelta(minutes=1)


def step(unit: Unit, _desk: Desk, now: datetime, size: int) -> int:
    """Everybody whose digest is due: say it, and when the next one is. What came at night waits for the next morning.

    Row and message go together, so that it is one a day whatever restarts, and however many replicas there are.
    """
    due = mornings.due(unit, now, size)
    for person, since in due:
        _tell(unit, person, since or now, now)
    return len(due)


def _tell(unit: Unit, person: UserId, since: datetime, now: datetime) -> None:
    member = people.member(unit, person)
    if member is None:
        return
    free = nudges.free_time(member, now, now + _MOMENT)
    at_work = member.active and nudges.next_good(free, now, now) is not None
    mornings.schedule(unit, person, next_morning(member, now), now if at_work else None)
    if at_work and of(unit, person, since, now).anything:
        say(unit, "morning", f"{now:%Y-%m-%d}", person, now, {"since": since.isoformat(), "until": now.isoformat()})


def begin(unit: Unit, _desk: Desk, now: datetime, _size: int) -> int:
    """Owners who have none yet get their first one on their next working day; how many."""
    fresh = mornings.unscheduled(unit)
    for person in fresh:
        member = people.member(unit, person)
        if member is not None:
            mornings.schedule(unit, person, next_morning(member, now), now)
    return len(fresh)


def of(unit: Unit, owner: UserId, since: datetime, until: datetime) -> Morning:
    """What there is to say to an owner, by campaign; what waits is what waits now."""
    news = [_news(unit, campaign, since, until) for campaign in campaigns.owned_by(unit, owner)]
    return Morning(since, tuple(one for one in news if one.anything))


def _news(unit: Unit, campaign: Campaign, since: datetime, until: datetime) -> News:
    by_people, alone = mornings.decided(unit, campaign.key, since, until)
    lost = mornings.lost(unit, campaign.key, since, until)
    return News(campaign, tuple(by_people), tuple(alone), mornings.waiting(unit, campaign.key), lost)


def morning(desk: Desk, owner: UserId, since: datetime, until: datetime) -> Morning:
    """The same, to be read when it is said."""
    with desk.store.reading() as unit:
        return of(unit, owner, since, until)
