"""After a decision: object to it, reverse it or let it stand, and keep or discard words that came too late."""

from __future__ import annotations

from typing import Any

from bot.cards import ids, notice, rationale
from bot.cards.blocks import Block, Message
from bot.cards.refusal import refusal
from bot.core.errors import TooLate
from bot.desk import object as objections
from bot.slack import late
from bot.slack.answered import answered
from bot.slack.click import Click, picked
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening


async def ask(click: Click) -> None:
    review_id = click.review()
    await click.read(objections.objecting, review_id, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return await late.objection(click, review_id, None, late=False)

    opening(click, draw)


async def submit(click: Click) -> None:
    meta, typed = click.meta(), rationale.read_form(click.view).rationale
    case = await click.run(objections.dissent, meta.review_id, click.who.id, typed, meta.draft, meta.verdict)
    await click.ack()
    answered(click, case.review.id)


async def closed(click: Click) -> None:
    """A late form was closed with words in it: they are kept, and their author says what shall become of them."""
    meta = click.meta()
    await click.ack()
    if meta.draft is None:
        return

    async def work() -> None:
        case, _, typed = await click.read(objections.objecting, meta.review_id, click.who.id, meta.draft)
        if typed is None or not typed.narrative.strip():
            return
        error = TooLate("decided", draft_id=meta.draft, typed=True)
        await click.edge.screens.direct(click.who.id, refusal(error, click.who.voice, case, now=click.now))

    click.after("offer to keep the words", work)


async def reverse(click: Click) -> None:
    case = await click.run(objections.reverse, click.review(), click.who.id, ids.wanted(click.value))
    await click.ack()
    _instead(click, lambda: notice.reversed(case, click.who.voice))
    answered(click, case.review.id)


async def let_stand(click: Click) -> None:
    case = await click.run(objections.let_stand, click.review(), click.who.id)
    await click.ack()
    if case.dissents:
        last = case.dissents[-1]
        _instead(click, lambda: notice.dissent(case, last, click.who.voice, reader_is_lead=False))
    answered(click, case.review.id)


async def keep(click: Click) -> None:
    case = await click.run(objections.keep_comment, click.value, click.who.id)
    await click.ack()
    _gone(click)
    answered(click, case.review.id)


async def drop(click: Click) -> None:
    await click.run(objections.drop_draft, click.value, click.who.id)
    await click.ack()
    _gone(click)


def _instead(click: Click, write: Any) -> None:
    """The message loses its buttons once they have done their work."""

    async def work() -> None:
        message: Message = write()
        if click.response_url:
            await click.edge.screens.replace(click.response_url, message)

    click.after("take the buttons away", work)


def _gone(click: Click) -> None:
    """The offer has been answered: a message goes, a view says so."""

    async def work() -> None:
        if click.response_url:
            await click.edge.screens.remove(click.response_url)
        elif click.view.get("id"):
            kept = click.action.get("action_id") == ids.KEEP_COMMENT
            voice = click.who.voice
            text = voice.t("saved.comment" if kept else "saved.dropped")
            await click.edge.screens.update(str(click.view["id"]), rationale.saved(voice, "saved.title", text))

    click.after("take the offer away", work)


def register(app: Any, edge: Edge) -> None:
    app.action(ids.DISSENT)(guard(edge, ask))
    app.action(ids.MORE_DECIDED, matchers=[picked("object")])(guard(edge, ask))
    app.view(ids.DISSENT_FORM)(guard(edge, submit))
    app.view_closed(ids.DISSENT_FORM)(guard(edge, closed))
    app.action(ids.REVERSE)(guard(edge, reverse))
    app.action(ids.LET_STAND)(guard(edge, let_stand))
    app.action(ids.KEEP_COMMENT)(guard(edge, keep))
    app.action(ids.DROP_COMMENT)(guard(edge, drop))
