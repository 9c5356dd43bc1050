"""What people write under a card where a disagreement is open: heard by events, caught up with after a silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot import web_api
from bot.desk import replies
from bot.desk.replies import Written
from bot.slack import people, written
from bot.slack.access import Body
from bot.slack.arrivals import Reaction
from bot.slack.edge import Edge

log = logging.getLogger(__name__)

_SAID = frozenset({None, "file_share", "thread_broadcast", "me_message"})
_ATTEMPTS = 3
"""Times that a thread is asked for, when Slack is in haste or out of reach."""
_PACE = 1.2
"""Seconds between two threads that are caught up with: conversations.replies allows fifty a minute."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """An event about one message in a thread; `message` is as it is now, None once it is deleted."""

    channel: str
    thread_ts: str
    ts: str
    author: str
    message: Json | None
    at: str
    """When the event happened."""


def heard(event: Json) -> Heard | None:
    """What an event says of a person's message in a thread; None for everything else, such as what apps write."""
    kind, channel = event.get("subtype"), str(event.get("channel") or "")
    changed, before = event.get("message"), event.get("previous_message")
    if kind == "message_deleted" and isinstance(before, Mapping):
        about, now = before, None
    elif kind == "message_changed" and isinstance(changed, Mapping):
        about, now = changed, changed
    elif kind in _SAID:
        about, now = event, event
    else:
        return None
    ts, thread = str(about.get("ts") or ""), str(about.get("thread_ts") or "")
    by_person = about.get("subtype") in _SAID and not about.get("bot_id") and isinstance(about.get("user"), str)
    if not (channel and by_person and _moment(ts) and _moment(thread)) or thread == ts:
        return None
    return Heard(channel, thread, ts, str(about["user"]), now, str(event.get("event_ts") or ""))


def _moment(ts: object) -> datetime | None:
    """The time in Slack's name of a message."""
    try:
        return datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


async def _ours(edge: Edge, body: Body) -> bool:
    """Most of what is written anywhere is no business of ours: it is not kept for a moment."""
    found = heard(body.get("event") or {})
    return found is not None and await edge.desk.read(replies.concerns, found.channel, found.thread_ts, found.ts)


async def take_in(edge: Edge, body: Body) -> None:
    found = heard(body["event"])
    if found is None:
        return
    if found.message is None:
        at = _moment(found.ts)
        if at is not None:
            gone = Written(found.channel, found.thread_ts, found.ts, found.author, "", at)
            await edge.desk.chore(replies.drop, gone)
        return
    said = await _written(edge, found.channel, found.thread_ts, found.message, found.at)
    if said is not None:
        await edge.desk.chore(replies.keep, said)
        if not await edge.desk.read(replies.names, frozenset({said.author})):
            people.ask(edge, said.author)


async def _written(edge: Edge, channel: str, thread_ts: str, message: Json, changed_at: str = "") -> Written | None:
    at, text = _moment(message.get("ts")), written.of_message(message)
    if at is None:
        return None
    edited = message.get("edited")
    edited_at = _moment(edited.get("ts")) if isinstance(edited, Mapping) else None
    if edited_at is None and changed_at != message.get("ts"):
        edited_at = _moment(changed_at)
    names = await edge.desk.read(replies.names, written.mentioned(text))
    ts, author = str(message["ts"]), str(message["user"])
    return Written(channel, thread_ts, ts, author, written.plain(text, names), at, edited_at)


async def catch_up(edge: Edge, *, pace: float = _PACE) -> None:
    """Whatever was written while nobody listened: every thread in which something is open is read once.

    At the start and whenever there was no connection for a while, until cancelled.
    """
    while True:
        await edge.silent.wait()
        edge.silent.clear()
        try:
            for channel, thread_ts in await edge.desk.read(replies.open_threads):
                await _patiently(edge, channel, thread_ts, pace)
                await asyncio.sleep(pace)
        except Exception as error:  # noqa: BLE001 - a busy database must not end it
            log.warning("threads were not caught up with: %s", type(error).__name__)


async def _patiently(edge: Edge, channel: str, thread_ts: str, pace: float) -> None:
    """Again when Slack was in haste or out of reach: a thread that is not read now is not read at all."""
    for _ in range(_ATTEMPTS):
        try:
            await _catch_up_with(edge, channel, thread_ts)
        except SlackApiError as error:
            log.info("a thread was not read: %s", web_api.code_of(error))
            wait = web_api.retry_after(error)
            if wait is None:
                return
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            log.info("a thread was not read: %s", type(error).__name__)
            wait = pace
        else:
            return
        await asyncio.sleep(wait)


async def _catch_up_with(edge: Edge, channel: str, thread_ts: str) -> None:
    before = await edge.desk.read(replies.on_record, channel, thread_ts)
    messages, whole = await edge.screens.thread(channel, thread_ts)
    by_people = [message for message in messages if heard({**message, "channel": channel}) is not None]
    said = [await _written(edge, channel, thread_ts, message) for message in by_people]
    kept = tuple(one for one in said if one is not None)
    await edge.desk.chore(replies.reconcile, channel, kept, before if whole else frozenset())


REACTION = Reaction(take_in, _ours)
