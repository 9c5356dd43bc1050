"""Past disagreements for one asker: what they may see, and what its sentences need. Reads only."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.found import PAGE, Choices, Page
from bot.core.links import permalink
from bot.core.search import Hit
from bot.core.search_query import Query, Vocabulary
from bot.core.types import Campaign, UserId
from bot.desk.desk import Desk
from db import blinding, campaigns, outbox, people, search, threads
from db.store import Unit

Channels = frozenset[str] | None
"""Of which channels something may be shown; None: of all, to whoever sits at the command line."""


def page(
    desk: Desk, query: Query, channels: Channels, asker: UserId | None, start: int = 0, *, limit: int = PAGE,
    complete: bool = True,
) -> Page:  # fmt: skip
    """One page of what this query finds. `asker` sees nothing of creators on whom they are to answer blind."""
    with desk.store.reading() as unit:
        who = people.member(unit, asker) if asker else None
        hidden = blinding.hidden(unit, who) if who is not None else frozenset()
        found = search.find(unit, query.text, query.filters, channels, limit, start, hidden=hidden)
        if start and not found.hits and found.total:
            start = (found.total - 1) // limit * limit  # some were taken back meanwhile
            found = search.find(unit, query.text, query.filters, channels, limit, start, hidden=hidden)
        named = {query.filters.by, *(c for note in query.notes for c in note.choices)}
        seen = {c.key: c.name for c in _seen(unit, channels)}
        return Page(query, found, start, links(unit, desk, found.hits), people.names(unit, named), seen, complete)


def links(unit: Unit, desk: Desk, hits: Collection[Hit]) -> dict[str, str]:
    """Of each hit to its thread, else to its card, in the channel that the asker sees and nowhere else."""
    in_thread = threads.places(unit, [hit.disagreement_id for hit in hits])
    cards = outbox.standing(unit, "card", [hit.review_id for hit in hits])
    found = {}
    for hit in hits:
        place = in_thread.get(hit.disagreement_id, {}).get(hit.channel) or cards.get((hit.review_id, hit.channel))
        if place is not None and place.channel == hit.channel:
            found[hit.disagreement_id] = permalink(desk.site, place.channel, place.ts, place.thread_ts)
    return {of: link for of, link in found.items() if link}


def choices(desk: Desk, channels: Channels) -> Choices:
    """What the form offers: markets of campaigns that the asker can see, and who may have disagreed there."""
    with desk.store.reading() as unit:
        markets = {m for c in _seen(unit, channels) for m in c.markets}
        experts = {m.id: m.name for m in people.members(unit) if m.markets or m.is_lead}
        return Choices(
            tuple(sorted(markets)), tuple(sorted(experts.items(), key=lambda one: (one[1].casefold(), one[0])))
        )


def vocabulary(desk: Desk, channels: Channels, labels: Vocabulary) -> Vocabulary:
    """The labels, with people's names and those of campaigns that the asker can see."""
    with desk.store.reading() as unit:
        known = [(name, c.key) for c in _seen(unit, channels) for name in (c.key, c.name)]
        named = tuple((m.name, m.id) for m in people.members(unit))
        return Vocabulary(labels.markets, labels.flags, labels.reasons, named, tuple(known))


def _seen(unit: Unit, channels: Channels) -> list[Campaign]:
    return [c for c in campaigns.every(unit) if channels is None or c.channel in channels]
