"""Approve: agree with the AI in one tap."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.desk import decide
from bot.slack import walk
from bot.slack.answered import answered
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard


async def approve(click: Click) -> None:
    if walk.twice(click):
        return
    review_id, seen = click.seen()
    review = await click.run(decide.approve, review_id, click.who.id, seen=seen)
    await click.ack()
    answered(click, review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.APPROVE)(guard(edge, approve))
