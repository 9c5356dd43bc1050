"""What an owner does about time: ping, hot deal, Monday, withdraw; what they ask the lead, and what that answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.cards import fields, ids, rationale
from bot.cards import hurry as cards
from bot.cards.blocks import Block
from bot.core.errors import Invalid, NotFound
from bot.core.hurry import Asked
from bot.desk import decide, hurry, more_time
from bot.desk.hurry import Pinged
from bot.slack import details, hand_over
from bot.slack.click import Click, picked
from bot.slack.detailed import changed
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening, showing
from bot.slack.late import closing


async def ping(click: Click) -> None:
    review_id = click.review()
    done = await click.run(hurry.ping, review_id, click.who.id)
    await click.ack()
    _say(click, [done])
    changed(click, review_id)


async def ping_all(click: Click) -> None:
    done = await click.run(hurry.ping_all, _message_of(click), click.who.id)
    await click.ack()
    _say(click, done)


def _say(click: Click, done: Sequence[Pinged]) -> None:
    """Who was reminded, beside the message; on top of what is open where there is none."""
    voice = click.who.voice
    said = cards.pinged([cards.ping_said(p.candidate, p.expert, p.ping, p.again_at, voice) for p in done], voice)

    async def say() -> None:
        if click.response_url:
            await click.edge.screens.whisper(click.response_url, said)
        else:
            await click.show(closing(voice, said, "ping.title"))

    showing(click, "say who was reminded", say)


async def monday(click: Click) -> None:
    await click.run(hurry.to_monday, _message_of(click), click.who.id)
    await click.ack()


async def ask_until(click: Click) -> None:
    case = await click.read(hurry.asking, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return cards.hot_form(case, click.who.voice, click.now)

    opening(click, draw)


async def mark_hot(click: Click) -> None:
    until = cards.read_until(click.view, click.now)
    if until is None:
        raise Invalid("expiry_needed", field=ids.UNTIL)
    review = await click.run(hurry.mark_hot, click.meta().review_id, click.who.id, until)
    await click.ack()
    changed(click, review.id)


async def ask_what(click: Click) -> None:
    case, possible = await click.read(more_time.possible, click.review(), click.who.id)
    await click.ack()
    leads = click.who.member is not None and click.who.member.is_lead

    async def draw() -> Block:
        return cards.ask_form(case, click.who.voice, possible, leads=leads)

    opening(click, draw)


async def ask(click: Click) -> None:
    chosen = fields.picked_one(click.view, ids.CHOICE)
    what = Asked(chosen) if chosen in set(Asked) else None
    note = rationale.read_form(click.view).rationale.narrative
    review = await click.run(more_time.ask, click.meta().review_id, click.who.id, what, note)
    await click.ack()
    changed(click, review.id)


async def give_time(click: Click) -> None:
    review = await click.run(more_time.give, click.review(), click.who.id)
    await click.ack()
    changed(click, review.id)


async def leave(click: Click) -> None:
    review = await click.run(more_time.leave, click.review(), click.who.id)
    await click.ack()
    changed(click, review.id)


async def ask_withdraw(click: Click) -> None:
    case = await click.read(hurry.asking, click.review(), click.who.id)
    await click.ack()

    async def draw() -> Block:
        return cards.withdraw_form(case, click.who.voice)

    opening(click, draw)


async def withdraw(click: Click) -> None:
    review = await click.run(decide.withdraw, click.meta().review_id, click.who.id)
    await click.ack()
    changed(click, review.id)


def _message_of(click: Click) -> str:
    """The message whose button it is. Raises NotFound for a value that is not ours."""
    if not click.value.startswith("nd_"):
        raise NotFound("review")
    return click.value


def register(app: Any, edge: Edge) -> None:
    app.action(ids.PING)(guard(edge, ping))
    app.action(ids.PING_ALL)(guard(edge, ping_all))
    app.action(ids.MONDAY)(guard(edge, monday))
    app.action(ids.HOT)(guard(edge, ask_until))
    app.view(ids.HOT_FORM)(guard(edge, mark_hot))
    app.action(ids.OWNER_MORE, matchers=[picked("hand")])(guard(edge, hand_over.ask))
    app.action(ids.OWNER_MORE, matchers=[picked("ask")])(guard(edge, ask_what))
    app.view(ids.ASK_FORM)(guard(edge, ask))
    app.action(ids.OWNER_MORE, matchers=[picked("withdraw")])(guard(edge, ask_withdraw))
    app.view(ids.WITHDRAW_FORM)(guard(edge, withdraw))
    app.action(ids.OWNER_MORE, matchers=[picked("details")])(guard(edge, details.details))
    app.action(ids.GIVE_TIME)(guard(edge, give_time))
    app.action(ids.LEAVE)(guard(edge, leave))
