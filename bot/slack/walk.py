"""The modal in which somebody answers one by one: drawn, and moved on after whatever they did in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.cards import ids
from bot.cards import one_by_one as cards
from bot.cards.blocks import Block
from bot.core import one_by_one as rules
from bot.core.case import Stop
from bot.core.errors import NotFound
from bot.core.one_by_one import Move, Walk
from bot.desk import one_by_one
from bot.slack import access
from bot.slack.click import Click

_TWICE = 0.6
"""Seconds: nobody reads a card faster. A tap that soon after the one that brought the card was meant for the one
before, whose button stood in the same place."""


def inside(click: Click) -> bool:
    """Whether they tapped in this modal itself, not in a form on top of it."""
    return click.view.get("callback_id") == ids.WALK_VIEW


def twice(click: Click) -> bool:
    """Whether this tap is the second half of a double tap, on a card that came between the two."""
    if not inside(click):
        return False
    try:
        before, moment = ids.unpack_walk(str(click.view.get("private_metadata") or "")).moment, click.moment
        return bool(before) and 0 <= float(moment) - float(before) < _TWICE
    except ValueError:
        return False


def of(page: str) -> Walk:
    """What the modal remembers. Raises NotFound for one that is not ours."""
    try:
        return ids.unpack_walk(page)
    except ValueError as rubbish:
        raise NotFound("review") from rubbish


def drawn(click: Click, stop: Stop, said: str = "") -> Block:
    may = stop.case is not None and access.may_answer(stop.case, click.who)
    return cards.view(stop, click.who.voice, now=click.now, may_answer=may, said=said)


async def move(click: Click, page: str, view_id: str, to: Move, said: str = "") -> None:
    """Show where the move leads: one read. What another tap has shown meanwhile is left as it is."""
    walk = replace(of(page), moment=click.moment)
    stop = await click.read(one_by_one.step, click.who.id, walk, to)
    seen: dict[str, Any] = {"seen": str(click.view.get("hash") or "") or None} if inside(click) else {}
    await click.edge.screens.update(view_id, drawn(click, stop, said), **seen)


async def changed(click: Click, page: str, view_id: str, review_id: str, said: str = "") -> None:
    """Something has become of a review: the next one comes, or itself again where it still waits."""
    reopened = not said and click.action.get("action_id") == ids.UNDO
    await move(click, page, view_id, rules.changed(review_id, reopened=reopened, counted=not said), said)
