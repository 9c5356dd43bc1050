"""A campaign's candidates in order, from its owner's Home tab."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.cards import ranked as cards
from bot.cards.blocks import Block
from bot.desk import ranked
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def show(click: Click) -> None:
    found = await click.read(ranked.seen_by, click.value, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return cards.view(found, click.who.voice)

    opening(click, draw)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.RANKED)(guard(edge, show))
