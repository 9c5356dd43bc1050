"""The view Details as one person may see it, drawn when it opens and again when something behind it has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.core.case import Case, Happened
from bot.desk import handed, precedents
from bot.slack.access import runs
from bot.slack.answered import answered
from bot.slack.click import Click
from bot.slack.precedents import sight


async def drawn(click: Click, case: Case, happened: Sequence[Happened]) -> Block:
    """With what it resembles, of what they can read, and with what they may do about its time."""
    whole = await click.read(precedents.before, case, await sight(click.edge, click.who.id), click.who.id)
    whole = replace(whole, refreshable=click.edge.source is not None)
    return rationale.details(
        whole, click.who.voice, now=click.now, reader=click.who.id, happened=happened, runs=runs(click.who, whole)
    )


def changed(click: Click, review_id: str) -> None:
    """What else they see is brought up to date, also the Details behind a form or under the button."""
    answered(click, review_id)
    sent = click.kind == "view_submission"
    behind = click.recalled().get("back") if sent else click.view.get("callback_id")
    view_id = click.view.get("previous_view_id" if sent else "id")
    if behind != ids.DETAILS_VIEW or not view_id:
        return

    async def again() -> None:
        case, happened = await click.read(handed.with_history, review_id, click.who.id)
        await click.edge.screens.update(str(view_id), await drawn(click, case, happened))

    click.after("refresh the details", again)
