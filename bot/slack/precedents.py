"""Similar cases: the list behind the button in Details, for whoever asks, of the channels that they can see."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.cards import ids
from bot.cards import precedents as cards
from bot.cards.blocks import Block
from bot.core import visibility
from bot.core.types import UserId
from bot.desk import channels, precedents, see
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.visible import visible_channels

_PATIENCE = 1.5
"""Seconds for which a view waits for Slack: it must open within three. What is not known by then is hidden."""


async def sight(edge: Edge, person: UserId) -> frozenset[str]:
    """The channels that somebody can see, in time for a view."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await visible_channels(edge, person)
    except TimeoutError:
        if edge.team is None:
            return frozenset()
        known = await edge.desk.read(channels.known, person)
        return visibility.in_sight(known.person, edge.team.id, known.places, edge.desk.clock())


async def similar(click: Click) -> None:
    review_id = click.review()
    await click.read(see.case, review_id)
    await click.ack()

    async def draw() -> Block:
        shown = await sight(click.edge, click.who.id)
        return cards.listed(*await click.read(precedents.listed, review_id, shown, click.who.id), click.who.voice)

    opening(click, draw)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.PRECEDENTS)(guard(edge, similar))
