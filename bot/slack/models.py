"""What a lead makes of a learned model: one tap, asked once more by Slack, never over somebody else's."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.core.errors import NotFound
from bot.core.learned_model import State
from bot.desk import models
from bot.slack.answered import answered
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard


async def promote(click: Click) -> None:
    model_id, seen = _seen(click)
    await click.run(models.promote, model_id, click.who.id, seen=seen)
    await click.ack()
    answered(click, None)


async def reject(click: Click) -> None:
    model_id, seen = _seen(click)
    await click.run(models.reject, model_id, click.who.id, seen=seen)
    await click.ack()
    answered(click, None)


def _seen(click: Click) -> tuple[str, State]:
    """The model and the state in which it was shown. Raises NotFound for a value that is not ours."""
    model_id, _, state = click.value.partition(":")
    if state not in set(State):
        raise NotFound("model", model=click.value[:40])
    return model_id, State(state)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.MODEL_PROMOTE)(guard(edge, promote))
    app.action(ids.MODEL_REJECT)(guard(edge, reject))
