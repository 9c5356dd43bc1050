"""Details: everything behind a card, for whoever asks."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.desk import precedents, see
from bot.slack.click import Click, picked
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.precedents import sight


async def details(click: Click) -> None:
    case, happened = await click.read(see.case_with_history, click.review())
    await click.ack()

    async def draw() -> Block:
        whole = await click.read(precedents.before, case, await sight(click.edge, click.who.id), click.who.id)
        return rationale.details(whole, click.who.voice, now=click.now, reader=click.who.id, happened=happened)

    opening(click, draw)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.DETAILS)(guard(edge, details))
    app.action(ids.MORE, matchers=[picked("details")])(guard(edge, details))
    app.action(ids.MORE_DECIDED, matchers=[picked("details")])(guard(edge, details))
