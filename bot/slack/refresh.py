"""Details, Refresh the numbers: the source is asked while the view says so, then the view says what came of it."""

from __future__ import annotations

from typing import Any

from bot.cards import fresh as cards
from bot.cards import ids
from bot.core.case import Case
from bot.core.errors import Busy
from bot.desk import refresh as desk
from bot.slack.click import Click
from bot.slack.edge import Edge, Source
from bot.slack.errors import drawn, guard, showing


async def refresh(click: Click) -> None:
    source = click.edge.source
    if source is None:
        raise Busy("no_source")
    case = await click.read(desk.allowed, click.review(), click.who.id)
    await click.ack()
    showing(click, "refresh the numbers", lambda: _ask(click, source, case))


async def _ask(click: Click, source: Source, case: Case) -> None:
    view_id = await click.show(cards.asking(case, source.name, click.who.voice))
    await click.edge.screens.update(
        view_id, await drawn(click, "refresh the numbers", lambda: _told(click, source, case))
    )


async def _told(click: Click, source: Source, case: Case) -> Any:
    candidate = case.candidate
    answer = await source.look_up(candidate.handle, candidate.platform, candidate.market)
    known = await click.edge.desk.beside(desk.keep, case.review.id, click.who.id, answer)
    return cards.answered(known, answer.asked, click.who.voice, click.now.date())


def register(app: Any, edge: Edge) -> None:
    app.action(ids.REFRESH)(guard(edge, refresh))
