"""Whoever a review was handed to has looked at it: noted after the ack, since what they see does not depend on it."""

from __future__ import annotations

from bot.core.case import Case
from bot.desk import returns
from bot.slack.click import Click


def looked(click: Click, case: Case) -> None:
    """It stays with them; of any other review, or for anybody else, nothing is written."""
    if not returns.awaited(case.review, click.who.id):
        return

    async def note() -> None:
        await click.edge.desk.run(returns.looked, case.review.id, click.who.id)

    click.after("note that they have looked", note)
