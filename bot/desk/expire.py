"""Deadlines, in bulk: what falls together and is alike is worked out once, written at once, and told of together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core import review as lifecycle
from bot.core.review import Announce
from bot.core.types import Campaign, Decision
from bot.desk import tally
from bot.desk.announce import again, card
from bot.desk.change import Made, apply_all, fill_hands, write
from bot.desk.desk import Desk, new_id
from db import campaigns, outbox, overdue, reviews
from db.outbox import Fresh
from db.overdue import Due
from db.store import Unit

#: Deadlines after which a batch looks whether somebody waits. Fewer cost a commit more each; these take 15 to 30 ms.
_PART = 350
#: People whose hands are filled with the deadlines that made room, in the same unit.
_FEW = 10


@dataclass(slots=True)
class _Batch:
    """What has fallen in this unit."""

    due: list[Due] = field(default_factory=list)
    made: list[Decision] = field(default_factory=list)
    fell: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Reviews that were decided, by campaign."""
    cards: list[Fresh] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    """Those that reminders show."""
    running: dict[str, Campaign] = field(default_factory=dict)


def due(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """Apply the deadlines that passed first, one message per campaign however many fell; `size` when there are more.

    Who has room now gets the next. When that is many people, they come after all deadlines, in batches of their own:
    until then their queues are what falls, and a click must not wait for all of it.
    """
    batch, more = _Batch(), True
    while more and len(batch.due) < size and not (batch.due and desk.crowded):
        most = min(_PART, size - len(batch.due))
        some = overdue.first(unit, now, most)
        _expire(unit, desk, some, now, batch)
        more = len(some) == most
    tally.decided(unit, batch.made)
    tally.applied(unit, desk.clock, [one.deadline_at for one in batch.due])
    owner = {key: campaign.owner for key, campaign in batch.running.items()}
    said = [Fresh(new_id("ob"), "fell", key, owner[key], {"reviews": ids}) for key, ids in batch.fell.items()]
    outbox.enqueue(unit, [*batch.cards, *again(unit, batch.reminded), *said], now)
    experts = sorted({one.expert for one in batch.due if one.expert})
    if not more and len(experts) <= _FEW and not desk.fill_hands:
        fill_hands(unit, desk, experts, now)
    else:
        desk.fill_hands = desk.bursting = True
    return size if more else len(batch.due)


def _expire(unit: Unit, desk: Desk, some: Sequence[Due], now: datetime, batch: _Batch) -> None:
    alike: dict[tuple[object, ...], list[Due]] = defaultdict(list)
    for one in some:
        alike[one.like].append(one)
    batch.due += some
    batch.running |= campaigns.some(unit, {one.campaign for one in some} - batch.running.keys())
    firsts = reviews.many(unit, [ones[0].id for ones in alike.values()])
    fallen: set[str] = set()
    for ones in alike.values():
        before = firsts[ones[0].id]
        change = lifecycle.expire(before, ones[0].ai, now, desk.limits.times)
        if change.decision is None:
            continue
        ids = [one.id for one in ones]
        write(unit, before, change, ids, "deadline", now)
        reviews.add_alike(unit, change.decision, ids)
        batch.made += [change.decision] * len(ones)
        fallen.update(ids)
    # As they fell, and not as they are alike: the first of a message are those with a button.
    told = [one for one in some if one.id in fallen]
    batch.cards += [card(one.id, batch.running[one.campaign]) for one in told if one.shown]
    batch.reminded += [one.id for one in told if one.reminded]
    for one in told:
        batch.fell[one.campaign].append(one.id)
    if held := [one for one in some if one.id not in fallen]:
        _hold(unit, desk, held, now, batch)


def _hold(unit: Unit, desk: Desk, ones: Sequence[Due], now: datetime, batch: _Batch) -> None:
    """Each has another deadline now, which depends on its own."""
    whole, times = reviews.many(unit, [one.id for one in ones]), desk.limits.times
    every = [(whole[one.id], one.ai, batch.running[one.campaign]) for one in ones]
    held = [Made(r, lifecycle.expire(r, ai, now, times), campaign) for r, ai, campaign in every]
    apply_all(unit, held, "deadline", now, skip=(Announce.FELL,))
