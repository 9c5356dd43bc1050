"""Override: the opposite of the AI, with reasons, in one form."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.desk import decide, see
from bot.slack.answered import answered
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def ask(click: Click) -> None:
    review = await click.run(decide.form_opened, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        case = await click.read(see.case, review.id)
        return rationale.override_form(case, click.who.voice)

    opening(click, draw)


async def submit(click: Click) -> None:
    meta, typed = click.meta(), rationale.read_form(click.view).rationale
    review = await click.run(decide.override, meta.review_id, click.who.id, typed, seen=meta.version)
    await click.ack()
    answered(click, review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.OVERRIDE)(guard(edge, ask))
    app.view(ids.OVERRIDE_FORM)(guard(edge, submit))
