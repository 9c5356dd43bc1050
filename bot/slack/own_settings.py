"""One's own settings: the form, "I'm back", and what of it can be typed."""

from __future__ import annotations

from typing import Any

from bot.cards import ids
from bot.cards import own_settings as cards
from bot.cards.blocks import Block
from bot.core import own_settings as rules
from bot.core.types import Member
from bot.desk import settings
from bot.i18n.catalog import voice_of
from bot.slack.access import Visitor
from bot.slack.answered import publish_home
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening, showing

WORDS = frozenset({"settings", "настройки"})
AWAY = frozenset({"away", "отпуск"})
HERE = frozenset({"back", "вернуться"})
"""What /handoff may begin with."""


async def ask(click: Click) -> None:
    mine = await click.read(settings.mine, click.who.id)
    await click.ack()

    async def draw() -> Block:
        return cards.form(mine.member, mine.stand_ins, click.who.voice, now=click.now)

    opening(click, draw)


async def submit(click: Click) -> None:
    member = await click.run(settings.keep, click.who.id, cards.read(click.view))
    await click.ack()
    _changed(click, member)


async def back(click: Click) -> None:
    """[I'm back], in the form, in the Home tab and under an answer."""
    member = await click.run(settings.away_until, click.who.id, None)
    await click.ack()
    _changed(click, member)

    async def show() -> None:
        voice, screens = voice_of(member), click.edge.screens
        if click.view.get("type") == "modal":
            mine = await click.read(settings.mine, click.who.id)
            form = cards.form(mine.member, mine.stand_ins, voice, now=click.now)
            await screens.update(str(click.view.get("id")), form)
        elif click.response_url:
            await screens.replace(click.response_url, cards.told(member, voice, now=click.now))

    showing(click, "show that they are back", show)


async def typed(click: Click, verb: str, rest: str) -> None:
    """`/handoff away until friday`, `/handoff back`."""
    voice = click.who.voice
    day = rules.day_named(rest, click.now.astimezone(voice.zone).date()) if verb in AWAY else None
    if verb in AWAY and day is None:
        said = cards.which_day(voice)
    else:
        member = await click.run(settings.away_until, click.who.id, day)
        said = cards.told(member, voice, now=click.now)
        _changed(click, member)
    await click.ack(text=said.text, blocks=said.blocks, response_type="ephemeral")


def _changed(click: Click, member: Member) -> None:
    """From now on they are spoken to as they have set it, in the Home tab first."""
    click.edge.directory.forget(member.id)
    if member.id in click.edge.homes:
        seen = Visitor(member.id, member, voice_of(member))
        click.after("refresh the Home tab", lambda: publish_home(click.edge, seen))


def register(app: Any, edge: Edge) -> None:
    app.action(ids.SETTINGS)(guard(edge, ask))
    app.view(ids.SETTINGS_FORM)(guard(edge, submit))
    app.action(ids.BACK)(guard(edge, back))
