"""Unopened at half its window: the three ways out, each a button of the message that lists it."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, rationale
from bot.cards import unopened as cards
from bot.cards.blocks import Block
from bot.core.errors import NotFound
from bot.desk import unopened
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def open_all(click: Click) -> None:
    await click.run(unopened.open_all, _message(click.value), click.who.id)
    await click.ack()


async def ask_whom(click: Click) -> None:
    ref = _message(click.value)
    found = await click.read(unopened.unopened, ref, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return cards.hand_form(found, ref, click.who.voice)

    opening(click, draw)


async def hand_all(click: Click) -> None:
    person = rationale.read_form(click.view).person
    await click.run(unopened.hand_all, _message(_remembered(click)), click.who.id, person)
    await click.ack()


async def ask_leave(click: Click) -> None:
    ref = _message(click.value)
    found = await click.read(unopened.unopened, ref, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return cards.leave_form(found, ref, click.who.voice)

    opening(click, draw)


async def leave_all(click: Click) -> None:
    await click.run(unopened.leave_all, _message(_remembered(click)), click.who.id)
    await click.ack()


def _remembered(click: Click) -> str:
    return str(click.view.get("private_metadata") or "")


def _message(ref: str) -> str:
    """The message that lists them. Raises NotFound for a value that is not ours."""
    if not ref.startswith("nd_"):
        raise NotFound("review")
    return ref


def register(app: Any, edge: Edge) -> None:
    app.action(ids.HALF_OPEN)(guard(edge, open_all))
    app.action(ids.HALF_HAND)(guard(edge, ask_whom))
    app.view(ids.HALF_HAND_FORM)(guard(edge, hand_all))
    app.action(ids.HALF_LEAVE)(guard(edge, ask_leave))
    app.view(ids.HALF_LEAVE_FORM)(guard(edge, leave_all))
