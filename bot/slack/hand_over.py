"""A review changes hands: pass it on, or "I know this creator" and stay with that disclosed."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.desk import hand_over
from bot.slack.answered import answered
from bot.slack.click import Click, picked, remembering
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening

_NOTE = 300
"""Characters of a conflict's explanation that travel to the form for passing on."""


async def ask(click: Click) -> None:
    case, people = await click.read(hand_over.passing, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return rationale.pass_form(case, click.who.voice, people)

    opening(click, draw)


async def submit(click: Click) -> None:
    answer = rationale.read_form(click.view)
    note = answer.rationale.narrative or str(click.recalled().get("note") or "")
    case = await click.run(hand_over.pass_on, click.meta().review_id, click.who.id, answer.person or "", note)
    await click.ack()
    answered(click, case.review.id)


async def ask_how(click: Click) -> None:
    case, _ = await click.read(hand_over.passing, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return rationale.know_form(case, click.who.voice)

    opening(click, draw)


async def disclose(click: Click) -> None:
    answer, review_id = rationale.read_form(click.view), click.meta().review_id
    told = answer.rationale.narrative
    if answer.choice == rationale.CONFLICT:
        case, people = await click.read(hand_over.passing, review_id, click.who.id)
        form = remembering(rationale.pass_form(case, click.who.voice, people), note=told.strip()[:_NOTE])
        kept = {k: str(v) for k, v in click.recalled().items() if k in ("back", "page")}
        await click.ack(response_action="update", view=remembering(form, **kept))
        return
    case = await click.run(hand_over.disclose, review_id, click.who.id, told)
    await click.ack()
    answered(click, case.review.id)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.MORE, matchers=[picked("pass")])(guard(edge, ask))
    app.view(ids.PASS_FORM)(guard(edge, submit))
    app.action(ids.MORE, matchers=[picked("know")])(guard(edge, ask_how))
    app.view(ids.KNOW_FORM)(guard(edge, disclose))
