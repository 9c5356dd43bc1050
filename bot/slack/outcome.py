"""What became of a deal: its owner says so on the decided card."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.cards.fields import picked_one
from bot.core.outcome import What
from bot.desk import outcomes
from bot.slack.answered import answered
from bot.slack.click import Click, picked
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def ask(click: Click) -> None:
    case = await click.read(outcomes.recording, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return rationale.outcome_form(case, click.who.voice)

    opening(click, draw)


async def submit(click: Click) -> None:
    found = picked_one(click.view, ids.OUTCOME)
    what = What(found) if found in set(What) else None
    case = await click.run(outcomes.record, click.meta().review_id, what, click.who.id)
    await click.ack()
    answered(click, case.review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.MORE_DECIDED, matchers=[picked("outcome")])(guard(edge, ask))
    app.view(ids.OUTCOME_FORM)(guard(edge, submit))
