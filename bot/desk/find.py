"""Past disagreements for one asker: what they may see, and what its sentences need. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.core.found import PAGE, Choices, Page
from bot.core.links import permalink
from bot.core.outcome import What, standing
from bot.core.search_query import Query, Vocabulary
from bot.core.types import Campaign, UserId
from bot.desk.desk import Desk
from db import blinding, campaigns, exporting, outbox, outcomes, people, search, threads
from db.store import Unit

_SLICE = 500
#: The columns of an export, which only ever grow; outcomes and the link follow them.
_EXPORTED = (
    "id", "opened_at", "kind", "campaign", "channel", "platform", "market", "tier", "creator", "handle", "review_id",
    "flags", "disputed", "ai_verdict", "ai_risk", "ai_match", "ai_confident", "ai_model", "ai_visible", "said_expert",
    "said_verdict", "said_reasons", "said_confidence", "said_narrative", "said_evidence", "other_expert",
    "other_verdict",
    "other_reasons", "other_confidence", "other_narrative", "other_evidence", "standing", "winner", "lesson",
    "resolved_by", "resolved_at",
)  # fmt: skip
COLUMNS = (*_EXPORTED, "outcomes", "permalink")
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
        asked = partial(search.find, unit, query.text, query.filters, channels, limit, hidden=hidden, named=query.named)
        found = asked(start)
        if start and not found.hits and found.total:
            start = (found.total - 1) // limit * limit  # some were taken back meanwhile
            found = asked(start)
        named = {query.filters.by, *(c for note in query.notes for c in note.choices)}
        named |= {hit.outline.expert for hit in found.hits if hit.outline}
        seen = {c.key: c.name for c in _seen(unit, channels)}
        return Page(
            query,
            found,
            start,
            links(unit, desk, [(h.disagreement_id, h.review_id, h.channel) for h in found.hits]),
            people.names(unit, named),
            seen,
            complete,
        )


def links(unit: Unit, desk: Desk, of: Collection[tuple[str, str, str]]) -> dict[str, str]:
    """Of each (disagreement, review, channel) to its thread, else to its card: in that channel and nowhere else."""
    in_thread = threads.places(unit, [disagreement for disagreement, _, _ in of])
    cards = outbox.standing(unit, "card", [review for _, review, _ in of])
    found = {}
    for disagreement, review, channel in of:
        place = in_thread.get(disagreement, {}).get(channel) or cards.get((review, channel))
        if place is not None and place.channel == channel:
            found[disagreement] = permalink(desk.site, place.channel, place.ts, place.thread_ts)
    return {one: link for one, link in found.items() if link}


def export(desk: Desk, channels: Channels, asker: UserId | None) -> Iterator[dict[str, Any]]:
    """Every disagreement that counts and that this reader may see, oldest first; never more than a slice in memory."""
    last: tuple[datetime, str] | None = None
    while True:
        with desk.store.reading() as unit:
            who = people.member(unit, asker) if asker else None
            hidden = blinding.hidden(unit, who) if who is not None else frozenset()
            rows = exporting.after(unit, last, _SLICE, channels, hidden)
            became = outcomes.of_reviews(unit, [row.review_id for row in rows])
            where = links(unit, desk, [(row.id, row.review_id, row.channel) for row in rows])
        for row in rows:
            yield _record(row, standing(became.get(row.review_id, ())), where.get(row.id))
        if len(rows) < _SLICE:
            return
        last = (rows[-1].opened_at, rows[-1].id)


def _record(row: Any, became: Sequence[What], link: str | None) -> dict[str, Any]:
    record: dict[str, Any] = {name: getattr(row, name) for name in _EXPORTED}
    return record | {"outcomes": [what.value for what in became], "permalink": link}


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
        return Vocabulary(labels.markets, labels.flags, labels.reasons, named, tuple(known), labels.names)


def _seen(unit: Unit, channels: Channels) -> list[Campaign]:
    return [c for c in campaigns.every(unit) if channels is None or c.channel in channels]
