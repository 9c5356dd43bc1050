"""What somebody may be shown of what was said in channels: Slack is asked, at most five minutes ago.

Never within a unit of work, and never between a click and its decision: this is for searching and for looking.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot import web_api
from bot.core import visibility
from bot.core.types import UserId
from bot.core.visibility import Place
from bot.desk import campaigns, channels, see
from bot.desk.channels import Known
from bot.slack import people
from bot.slack.access import Body
from bot.slack.arrivals import Reaction
from bot.slack.edge import Edge

log = logging.getLogger(__name__)

_PATIENCE = 8.0
"""Seconds for which somebody who searches waits for Slack; what it has not told by then is hidden."""
_SWEEP = 15.0
_PACE = 1.3
"""Seconds between two channels in a refresh: conversations.info allows fifty a minute."""
#: What Slack says of a channel that is no longer there for us: hidden, and asked again as any other.
_GONE = frozenset({"channel_not_found", "not_in_channel", "method_not_supported_for_channel_type"})


@dataclass(frozen=True, slots=True)
class Sight:
    """The channels of which somebody may be shown something."""

    channels: frozenset[str]
    complete: bool = True
    """False when Slack has not told of some of them: those are left out."""


async def visible_channels(edge: Edge, person: UserId) -> frozenset[str]:
    """The channels with disagreements that this person can see in Slack right now. Never raises for want of Slack.

    Unknown is hidden: also everything, when nobody can tell who this person is.
    """
    return (await sight(edge, person)).channels


async def sight(edge: Edge, person: UserId) -> Sight:
    """The same, and whether it is all: Slack is asked of what is not known, or not known lately."""
    known = await edge.desk.read(channels.known, person)
    if not known.recently:
        await _profile(edge, person)
        known = await edge.desk.read(channels.known, person)
    if known.person is not None:
        asked = visibility.unsure(known.person, known.places, edge.desk.clock())
        if asked:
            await _look(edge, asked)
            known = await edge.desk.read(channels.known, person)
    return _seen(edge, known)


async def at_hand(edge: Edge, person: UserId) -> Sight | None:
    """The same without asking Slack; None when it would have to be."""
    known = await edge.desk.read(channels.known, person)
    seen = _seen(edge, known)
    return seen if known.recently and seen.complete else None


def _seen(edge: Edge, known: Known) -> Sight:
    if edge.team is None or known.person is None:
        return Sight(frozenset(), complete=False)
    now = edge.desk.clock()
    found = visibility.in_sight(known.person, edge.team.id, known.places, now)
    return Sight(found, complete=not visibility.unsure(known.person, known.places, now))


async def _profile(edge: Edge, person: UserId) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            await people.remember(edge, await edge.screens.profile(person))
    except (SlackApiError, aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        log.info("a profile was not read: %s", type(error).__name__)


async def _look(edge: Edge, asked: dict[str, bool]) -> None:
    """Ask Slack of these channels (True: also who is in them), each once however many want to know."""
    begun = {_begin(edge, channel, members=members) for channel, members in asked.items()}
    tasks = {task for task in begun if task is not None}
    if tasks:
        await asyncio.wait(tasks, timeout=_PATIENCE)


def _begin(edge: Edge, channel: str, *, members: bool) -> asyncio.Task[None] | None:
    key = f"{channel} {'members' if members else 'kind'}"
    running = edge.looking.get(key)
    if running is not None:
        return running
    task = edge.spawn.start("conversations.info", lambda: ask(edge, channel, members=members))
    if task is not None:
        edge.looking[key] = task
        task.add_done_callback(lambda _: edge.looking.pop(key, None))
    return task


async def ask(edge: Edge, channel: str, *, members: bool) -> None:
    """Ask Slack what a channel is and, if it is private or `members`, who is in it; all that is said is kept.

    Raises SlackApiError and what aiohttp raises when Slack does not tell: then what is known grows old.
    """
    at = edge.desk.clock()
    try:
        said = await edge.screens.channel(channel)
        private = not (said.get("is_channel") is True and said.get("is_private") is False)
        shared = said.get("is_shared") is not False or bool(said.get("is_pending_ext_shared"))
        place = Place(channel, private, shared, at)
        await edge.desk.chore(channels.remember, place, str(said.get("name") or "") or None)
        if private or members:
            inside = [member async for page in edge.screens.members(channel) for member in page]
            await edge.desk.chore(channels.remember_members, channel, inside, at)
    except SlackApiError as error:
        if web_api.code_of(error) not in _GONE:
            raise
        log.info("channel %s is not there for us: %s", channel, web_api.code_of(error))
        await edge.desk.chore(channels.remember, Place(channel, None, checked_at=at), None)


async def refresh(edge: Edge, *, pace: float = _PACE, sweep: float = _SWEEP) -> None:
    """Keep what is known of every channel fresh, so that nobody who searches waits for Slack. Until cancelled."""
    while True:
        try:
            for place in await edge.desk.read(channels.due):
                await asyncio.sleep(pace + await _again(edge, place.id))
        except Exception as error:  # noqa: BLE001 - a busy database must not end it
            log.info("channels were not looked at: %s", type(error).__name__)
        await asyncio.sleep(sweep)


async def _again(edge: Edge, channel: str) -> float:
    """Ask about one of them; the seconds for which Slack wants to be left alone."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await ask(edge, channel, members=False)
    except SlackApiError as error:
        log.info("channel %s was not read: %s", channel, web_api.said(error))
        return web_api.retry_after(error) or 0.0
    except (aiohttp.ClientError, OSError) as error:
        log.info("channel %s was not read: %s", channel, type(error).__name__)
    return 0.0


# What Slack tells by itself


async def _ours(edge: Edge, body: Body) -> bool:
    channel = (body.get("event") or {}).get("channel")
    return isinstance(channel, str) and await edge.desk.read(channels.is_known, channel)


async def gone(edge: Edge, body: Body) -> None:
    """Somebody has left a channel: they see nothing more of it from now on."""
    event = body["event"]
    await edge.desk.run(channels.left, str(event["channel"]), str(event["user"]))


async def came(edge: Edge, body: Body) -> None:
    """The bot was invited: what waits appears there, and what stands there changes."""
    await edge.desk.run(campaigns.back, str(body["event"]["channel"]))
    edge.wake()


async def _invited(edge: Edge, body: Body) -> bool:
    event = body.get("event") or {}
    if edge.bot is None or event.get("user") != edge.bot:
        return False
    return any(campaign.channel == event.get("channel") for campaign in await edge.desk.read(see.every_campaign))


EVENTS = {
    "member_left_channel": Reaction(gone, _ours),
    "member_joined_channel": Reaction(came, _invited),
}
