"""What was decided without asking anybody: the whole list of one import, page by page."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, notice
from bot.cards.blocks import Block
from bot.core.errors import NotFound
from bot.desk import see
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def page(click: Click) -> None:
    import_id, _, offset = click.value.rpartition(":")
    if not (import_id and offset.isdecimal()):
        raise NotFound("import")
    found = await click.read(see.digest, import_id, click.who.id)
    await click.ack()
    start = int(offset)
    if click.view.get("callback_id") == ids.DIGEST_VIEW:
        view_id = str(click.view["id"])
        view = notice.digest_page(found, click.who.voice, start)
        click.after("turn the page", lambda: click.edge.screens.update(view_id, view))
        return

    async def draw() -> Block:
        return notice.digest_page(found, click.who.voice, start)

    opening(click, draw)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.DIGEST_ALL)(guard(edge, page))
