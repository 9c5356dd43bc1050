"""What stands in place of a form that can no longer count: the objection with what was typed, or why not."""

from __future__ import annotations

from typing import Any

from bot.cards import rationale
from bot.cards.blocks import Block, Message
from bot.cards.refusal import refusal
from bot.core.case import Case
from bot.core.errors import HandoffError, TooLate
from bot.desk import object as objections
from bot.i18n.catalog import Voice
from bot.slack.click import Click


async def instead(click: Click, error: HandoffError, case: Case | None) -> Block:
    """The view that answers a refused form. A kept draft becomes a prefilled objection where one can still object."""
    draft = error.params.get("draft_id") if isinstance(error, TooLate) else None
    if draft and case is not None and case.decision is not None and not case.review.executed:
        return await objection(click, case.review.id, str(draft), late=True)
    title_key = "saved.late" if isinstance(error, TooLate) else "saved.refused"
    return closing(click.who.voice, refusal(error, click.who.voice, case, now=click.now), title_key)


async def objection(click: Click, review_id: str, draft: str | None, *, late: bool) -> Block:
    """The form for objecting, with what was typed before; closing it asks what shall become of those words."""
    case, verdict, typed = await click.read(objections.objecting, review_id, click.who.id, draft)
    form = rationale.dissent_form(case, click.who.voice, draft=typed, verdict=verdict, late=late, draft_id=draft)
    words: dict[str, Any] = {"notify_on_close": True} if draft else {}
    return {**form, **words}


def closing(voice: Voice, message: Message, title_key: str = "saved.refused") -> Block:
    """A message as a view of its own: the same words and buttons."""
    return {**rationale.saved(voice, title_key, message.text), "blocks": message.blocks}
