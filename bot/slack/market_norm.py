"""Normal for this market: which flags are normal here, what the AI says without them, and the expert's verdict."""

from __future__ import annotations

import logging
from typing import Any

from bot.cards import ids, rationale
from bot.cards.blocks import Block
from bot.core.case import Case
from bot.core.rationale import disputable
from bot.core.types import Rationale
from bot.desk import decide, see
from bot.i18n.catalog import Voice
from bot.slack.answered import answered
from bot.slack.click import Click, remembering
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening

log = logging.getLogger(__name__)


def form(case: Case, voice: Voice, typed: Rationale) -> Block:
    """The form as these ticks make it."""
    recomputed = see.recompute(case, typed.disputed) if typed.disputed else None
    return rationale.norm_form(case, voice, ticked=typed.disputed, recomputed=recomputed, draft=typed)


async def ask(click: Click) -> None:
    review = await click.run(decide.form_opened, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        case = await click.read(see.case, review.id)
        flags = disputable(case.recommendation)
        ticked = Rationale(disputed=flags) if len(flags) == 1 else Rationale()
        return form(case, click.who.voice, ticked)

    opening(click, draw)


async def tick(click: Click) -> None:
    """A box was ticked or unticked: show what the AI would say now."""
    typed = rationale.read_form(click.view).rationale
    case = await click.read(see.case, click.meta().review_id)
    await click.ack()
    view = redrawn(click, form(case, click.who.voice, typed))
    view_id, seen = str(click.view.get("id")), str(click.view.get("hash") or "")
    moment = str(click.action.get("action_ts") or "")
    newest = click.edge.ticks
    newest[view_id] = max(newest.get(view_id, ""), moment)

    async def work() -> None:
        try:
            fresh = await click.edge.screens.update(view_id, view, seen=seen or None)
            # Somebody quick has ticked twice: the update of the first tick changed the hash that the second one saw.
            if not fresh and newest.get(view_id) == moment:
                await click.edge.screens.update(view_id, view)
        finally:
            if newest.get(view_id) == moment:
                newest.pop(view_id, None)

    click.after("recompute", work)


def redrawn(click: Click, view: Block) -> Block:
    """The same form again keeps what it remembered of the modal behind it."""
    kept = {k: str(v) for k, v in click.recalled().items() if k in ("back", "page")}
    return remembering(view, **kept) if kept else view


async def redraw(click: Click) -> Block:
    """With the field for the verdict, if the form on the screen has none yet."""
    typed = rationale.read_form(click.view).rationale
    case = await click.read(see.case, click.meta().review_id)
    return redrawn(click, form(case, click.who.voice, typed))


async def submit(click: Click) -> None:
    meta, answer = click.meta(), rationale.read_form(click.view)
    review = await click.run(
        decide.normal, meta.review_id, click.who.id, answer.rationale, answer.verdict, seen=meta.version
    )
    await click.ack()
    answered(click, review.id)


def register(app: Any, edge: Edge) -> None:
    app.view(ids.NORM_FORM)(guard(edge, submit, redraw=redraw))
    app.action(ids.NORM)(guard(edge, ask))
    app.action({"action_id": ids.NORM_FLAGS, "block_id": ids.FLAGS})(guard(edge, tick))
