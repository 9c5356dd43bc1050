"""Every conversation, in the order in which Bolt tries them: the frequent ones first."""

from __future__ import annotations

from typing import Any

from bot.slack import (
    approve,
    details,
    digest,
    dissent,
    errors,
    hand_over,
    inbox,
    market_norm,
    note,
    override,
    people,
    undo,
)
from bot.slack.edge import Edge

FEATURES = (approve, override, market_norm, undo, inbox, details, dissent, note, hand_over, digest, people)


def register(app: Any, edge: Edge) -> None:
    for feature in FEATURES:
        feature.register(app, edge)
    errors.catch_all(app, edge)
