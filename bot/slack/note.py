"""A note on a card that is decided."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.desk import object as objections
from bot.slack.answered import answered
from bot.slack.click import Click, picked
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def ask(click: Click) -> None:
    case = await click.read(objections.noting, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return rationale.note_form(case, click.who.voice, click.who.id)

    opening(click, draw)


async def submit(click: Click) -> None:
    said = rationale.read_form(click.view).rationale
    case = await click.run(objections.note, click.meta().review_id, click.who.id, said.narrative, said.reasons)
    await click.ack()
    answered(click, case.review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.NOTE)(guard(edge, ask))
    app.action(ids.MORE_DECIDED, matchers=[picked("note")])(guard(edge, ask))
    app.view(ids.NOTE_FORM)(guard(edge, submit))
