"""Answering what waits one by one: the way in, and from one review to the next and back."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.cards.blocks import Block
from bot.core import one_by_one as rules
from bot.core.one_by_one import Move
from bot.desk import one_by_one
from bot.slack import walk
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening, showing


async def start(click: Click) -> None:
    await click.ack()

    async def draw() -> Block:
        return walk.drawn(click, await click.read(one_by_one.begin, click.who.id))

    async def again() -> None:
        await click.edge.screens.update(str(click.view.get("id")), await draw())

    if walk.inside(click):
        showing(click, "begin again", again)
    else:
        opening(click, draw)


async def onward(click: Click) -> None:
    await _move(click, rules.onward)


async def back(click: Click) -> None:
    await _move(click, rules.back)


async def _move(click: Click, to: Move) -> None:
    page, view_id = str(click.view.get("private_metadata") or ""), str(click.view.get("id") or "")
    walk.of(page)
    await click.ack()
    showing(click, "show the next one", lambda: walk.move(click, page, view_id, to))


def register(app: Any, edge: Edge) -> None:
    app.action(ids.ONE_BY_ONE)(guard(edge, start))
    app.action(ids.NEXT)(guard(edge, onward))
    app.action(ids.PREVIOUS)(guard(edge, back))
