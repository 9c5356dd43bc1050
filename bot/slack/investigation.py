"""The thread of a disagreement: who was right, by a form or in one tap, and what people write there."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, investigation
from bot.cards.blocks import Block
from bot.cards.fields import one_line, picked_one
from bot.core.disagreement import Winner
from bot.core.errors import NotFound
from bot.desk import investigate
from bot.slack.answered import answered
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def ask(click: Click) -> None:
    thread = await click.read(investigate.resolving, click.value, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return investigation.resolve_form(thread, click.who.voice)

    opening(click, draw)


async def submit(click: Click) -> None:
    try:
        disagreement_id, seen = ids.unpack_investigation(click.view)
    except ValueError as rubbish:
        raise NotFound("review") from rubbish
    found, lesson = picked_one(click.view, ids.RESOLUTION), one_line(click.view, ids.LESSON)
    winner = Winner(found) if found in set(Winner) else None
    thread = await click.run(investigate.resolve, disagreement_id, click.who.id, winner, lesson, seen=seen)
    await click.ack()
    answered(click, thread.case.review.id)


async def adjudicate(click: Click) -> None:
    winner = Winner.EXPERT if click.action.get("action_id") == ids.ADJUDICATE else Winner.OTHER
    thread = await click.run(investigate.adjudicate, click.value, click.who.id, winner)
    await click.ack()
    answered(click, thread.case.review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.RESOLVE)(guard(edge, ask))
    app.view(ids.RESOLVE_FORM)(guard(edge, submit))
    app.action(ids.ADJUDICATE)(guard(edge, adjudicate))
    app.action(ids.ADJUDICATE_OTHER)(guard(edge, adjudicate))
