"""What waits for somebody: the Home tab, /handoff, and one review opened from either."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.cards import candidate, ids
from bot.cards import inbox as cards
from bot.cards.blocks import Block
from bot.desk import newer, precedents, see
from bot.slack import campaigns, own_settings, people, ruling, search, staff, uploads
from bot.slack.access import Body, may_answer, require_active
from bot.slack.answered import publish_home
from bot.slack.arrivals import Reaction
from bot.slack.click import Click
from bot.slack.edge import Edge
from bot.slack.errors import guard, opening
from bot.slack.looked import looked
from bot.slack.precedents import sight

COMMAND = "/handoff"
_INBOX = frozenset({"inbox", "инбокс", "входящие"})
_HELP = frozenset({"", "help", "помощь", "справка"})


async def home(edge: Edge, body: Body) -> None:
    if (body.get("event") or {}).get("tab", "home") != "home":
        return
    who = await people.admit(edge, body, guests=True)
    if not who.known:
        # Somebody's first look: in their own language, and not offered what a guest may not do.
        with suppress(SlackApiError, aiohttp.ClientError, OSError):
            await people.remember(edge, await edge.screens.profile(who.id))
            who = await people.admit(edge, body, guests=True)
    edge.homes.add(who.id)
    await publish_home(edge, who)


async def command(click: Click) -> None:
    text = str(click.body.get("text") or "").strip()
    verb, voice = text.partition(" ")[0].casefold(), click.who.voice
    if verb in search.WORDS:
        await search.command(click, text[len(verb) :])
        return
    require_active(click.who.member)
    if verb in staff.WORDS:
        await staff.roster(click)
        return
    if verb in campaigns.WORDS:
        await campaigns.command(click, text[len(verb) :])
        return
    if verb in own_settings.WORDS:
        await own_settings.ask(click)
        return
    if verb in own_settings.AWAY | own_settings.HERE:
        await own_settings.typed(click, verb, text[len(verb) :])
        return
    if verb in uploads.WORDS:
        await uploads.ask(click)
        return
    found = await click.read(see.inbox, click.who.id)
    if verb in _INBOX or found.setup.claimable:
        # Where nobody leads yet, whatever is typed brings the offer to.
        said = cards.inbox(found, voice, now=click.now)
    else:
        # Help for anything else: nobody should have to guess a word.
        said = cards.help(voice, found.lead, found.setup, unknown="" if verb in _HELP else verb)
    await click.ack(text=said.text, blocks=said.blocks, response_type="ephemeral")


async def open_review(click: Click) -> None:
    case = await click.read(newer.case, click.review(), click.who.id)
    await click.ack()
    looked(click, case)

    async def draw() -> Block:
        whole = await click.read(precedents.before, case, await sight(click.edge, click.who.id), click.who.id)
        return candidate.opened(whole, click.who.voice, now=click.now, may_answer=may_answer(case, click.who))

    opening(click, draw)


async def rule(click: Click) -> None:
    about = click.value
    await click.ack()
    opening(click, lambda: ruling.view(click, about))


async def _to_us(_edge: Edge, body: Body) -> bool:
    """Whether a person has written something to the bot itself, outside a thread."""
    event = body.get("event") or {}
    alone = event.get("channel_type") == "im" and event.get("subtype") is None and not event.get("thread_ts")
    return alone and isinstance(event.get("user"), str) and not event.get("bot_id")


async def written(edge: Edge, body: Body) -> None:
    """Whoever writes to the bot learns what it understands: silence would look like a fault."""
    who = await people.admit(edge, body)
    found = await edge.desk.read(see.inbox, who.id)
    await edge.screens.direct(who.id, cards.help(who.voice, found.lead, found.setup))


WRITTEN = Reaction(written, _to_us)
EVENTS = {"app_home_opened": Reaction(home)}


def register(app: Any, edge: Edge) -> None:
    # Guests may look for what they can read anyway; everything else is for colleagues.
    app.command(COMMAND)(guard(edge, command, guests=True))
    app.action(ids.OPEN)(guard(edge, open_review))
    app.action(ids.RULE)(guard(edge, rule))
