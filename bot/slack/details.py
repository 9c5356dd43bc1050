"""Details: everything behind a card, for whoever asks."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.cards.blocks import Block
from bot.desk import handed
from bot.slack.click import Click, picked
from bot.slack.detailed import drawn
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.looked import looked


async def details(click: Click) -> None:
    case, happened = await click.read(handed.with_history, click.review(), click.who.id)
    await click.ack()
    looked(click, case)

    async def draw() -> Block:
        return await drawn(click, case, happened)

    opening(click, draw)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.DETAILS)(guard(edge, details))
    app.action(ids.MORE, matchers=[picked("details")])(guard(edge, details))
    app.action(ids.MORE_DECIDED, matchers=[picked("details")])(guard(edge, details))
