"""Ask a colleague: somebody is asked what they think, says it in one field, and whoever asked is told."""

from __future__ import annotations

from typing import Any

from bot.cards import hand_over as cards
from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.desk import opinions
from bot.slack.answered import answered
from bot.slack.click import Click, picked, remembering
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.looked import looked


async def ask(click: Click) -> None:
    case, people = await click.read(opinions.askable, click.review(), click.who.id)
    await click.ack()
    looked(click, case)

    async def draw() -> Block:
        return cards.ask_form(case, click.who.voice, people)

    opening(click, draw)


async def submit(click: Click) -> None:
    answer, review_id = rationale.read_form(click.view), click.meta().review_id
    question = answer.rationale.narrative
    await click.run(opinions.ask, review_id, click.who.id, answer.person or "", question)
    await click.ack()
    answered(click, review_id)


async def open_form(click: Click) -> None:
    case, asked = await click.read(opinions.asked, click.value, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return remembering(cards.opinion_form(case, asked, click.who.voice), opinion=asked.id)

    opening(click, draw)


async def say(click: Click) -> None:
    said = rationale.read_form(click.view).rationale.narrative
    await click.run(opinions.answer, str(click.recalled().get("opinion") or ""), click.who.id, said)
    await click.ack()


def register(app: Any, edge: Edge) -> None:
    app.action(ids.MORE, matchers=[picked("ask")])(guard(edge, ask))
    app.view(ids.COLLEAGUE_FORM)(guard(edge, submit))
    app.action(ids.OPINION)(guard(edge, open_form))
    app.view(ids.OPINION_FORM)(guard(edge, say))
