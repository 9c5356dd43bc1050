"""What became of a deal: its owner says so on the decided card."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, notice, rationale
from bot.cards.blocks import Block
from bot.cards.fields import picked_one
from bot.core.case import Case
from bot.core.outcome import What
from bot.desk import outcomes
from bot.slack.answered import answered
from bot.slack.click import Click, picked
from bot.slack.detailed import changed
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


async def tapped(click: Click) -> None:
    """In one tap, under the owner's message of the result or in Details."""
    what = next((w for w, action in ids.OUTCOME_TAPS.items() if action == click.action.get("action_id")), None)
    case = await click.run(outcomes.record, click.review(), what, click.who.id)
    await click.ack()
    _shown(click, case)


async def take_back(click: Click) -> None:
    """It is not lost after all."""
    case = await click.run(outcomes.take_back, click.review(), click.who.id)
    await click.ack()
    _shown(click, case)


def _shown(click: Click, case: Case) -> None:
    changed(click, case.review.id)

    async def show() -> None:
        if click.response_url:
            await click.edge.screens.replace(click.response_url, notice.result(case, click.who.voice, now=click.now))

    click.after("show what can be said of it now", show)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.MORE_DECIDED, matchers=[picked("outcome")])(guard(edge, ask))
    app.view(ids.OUTCOME_FORM)(guard(edge, submit))
    for action in ids.OUTCOME_TAPS.values():
        app.action(action)(guard(edge, tapped))
    app.action(ids.OUTCOME_BACK)(guard(edge, take_back))
