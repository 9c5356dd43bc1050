"""Every conversation, in the order in which Bolt tries them: the frequent ones first."""

from __future__ import annotations

from typing import Any

from bot.slack import (
    approve,
    campaigns,
    details,
    digest,
    dissent,
    dnd,
    errors,
    hand_over,
    hurry,
    inbox,
    investigation,
    market_norm,
    models,
    norms,
    note,
    one_by_one,
    opinion,
    outcome,
    override,
    own_settings,
    people,
    precedents,
    ranked,
    refresh,
    replies,
    search,
    staff,
    undo,
    unopened,
    uploads,
    visible,
)
from bot.slack.arrivals import Arrivals, Reaction, either
from bot.slack.edge import Edge

FEATURES = (
    approve, override, market_norm, undo, one_by_one, inbox, details, dissent, note, hand_over, opinion, hurry,
    unopened, digest, investigation, norms, outcome, precedents, ranked, models, refresh,
    own_settings, search, staff, campaigns, uploads,
)  # fmt: skip


#: What an event of a type causes; for everything else it is enough to say that it arrived.
EVENTS: dict[str, Reaction] = inbox.EVENTS | people.EVENTS | dnd.EVENTS | visible.EVENTS
EVENTS["message"] = either(replies.REACTION, uploads.REACTION, inbox.WRITTEN)


def register(app: Any, edge: Edge) -> Arrivals:
    """Every listener; what is given back takes up events that were left undone."""
    for feature in FEATURES:
        feature.register(app, edge)
    arrivals = Arrivals(edge, EVENTS)
    arrivals.register(app)
    errors.catch_all(app, edge)
    return arrivals
