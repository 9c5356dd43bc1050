"""Undo: take one's own decision back while its window runs."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.desk import decide
from bot.slack import walk
from bot.slack.answered import answered
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard


async def undo(click: Click) -> None:
    if walk.twice(click):
        return
    review = await click.run(decide.undo, click.review(), click.who.id)
    await click.ack()
    answered(click, review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.UNDO)(guard(edge, undo))
