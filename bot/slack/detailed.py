"""The view Details as one person may see it, drawn when it opens and again when something behind it has changed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import rationale
from bot.cards.blocks import Block
from bot.core.case import Case, Happened
from bot.desk import precedents
from bot.slack.access import runs
from bot.slack.click import Click
from bot.slack.precedents import sight


async def drawn(click: Click, case: Case, happened: Sequence[Happened]) -> Block:
    """With what it resembles, of what they can read, and with what they may do about its time."""
    whole = await click.read(precedents.before, case, await sight(click.edge, click.who.id), click.who.id)
    return rationale.details(
        whole, click.who.voice, now=click.now, reader=click.who.id, happened=happened, runs=runs(click.who, whole)
    )
