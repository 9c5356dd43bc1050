"""The calls by which a message reaches Slack or is found there; each waits for its lane's pace and its method's gate.

Decides nothing: what an error means is judged in faults.py, what follows from it in delivery.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics, web_api
from bot.cards import blocks
from bot.cards.blocks import Message
from bot.outbox import faults
from bot.outbox.gates import POST, Gates
from bot.outbox.letters import is_person
from bot.outbox.pictures import Picture
from db.outbox import Errand, Place

log = logging.getLogger(__name__)

EVENT_TYPE = "handoff_card"
_TRANSIT = 0.05
"""The share of its pace that a request may spend on its way: the next one leaves that much later."""
_PAGES = 20
_SKEW = 120.0
"""Seconds by which our clock and Slack's may differ in a look-up."""


class TooMuch(Exception):
    """So much has been written since that a look-up does not get to its beginning."""


class Calls:
    """One per process; `pace` is the least time in seconds between two messages to the same lane."""

    def __init__(self, client: AsyncWebClient, pace: float) -> None:
        self._client = client
        self._pace = pace
        self._gates = Gates(pace)
        self._rooms: dict[str, str] = {}
        self._free_at: dict[str, float] = {}

    def wait(self, lane: str) -> float:
        """Seconds until the next message to this lane may leave."""
        return max(self._free_at.get(lane, 0.0) - time.monotonic(), 0.0)

    async def room(self, lane: str) -> str:
        """The channel to post to: a person's direct message is opened once."""
        if not is_person(lane):
            return lane
        if lane not in self._rooms:
            opened = await self._call("conversations.open", lane, lambda: self._client.conversations_open(users=lane))
            self._rooms[lane] = str(opened["channel"]["id"])
        return self._rooms[lane]

    def forget_room(self, lane: str) -> None:
        self._rooms.pop(lane, None)

    async def update(self, lane: str, message: Message, place: Place) -> bool:
        """Change it where it stands; False when it stands there no more. Saying it twice changes nothing."""
        try:
            await self._say("chat.update", lane, message, channel=place.channel, ts=place.ts)
        except SlackApiError as error:
            if web_api.code_of(error) not in faults.MESSAGE_LOST:
                raise
            return False
        return True

    async def post(self, errand: Errand, message: Message, channel: str, thread_ts: str | None = None) -> Place:
        """As a message of its own, or under `thread_ts`; where that is gone, by itself after all."""
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": errand.id}}
        where: dict[str, Any] = {"channel": channel, "metadata": metadata, "unfurl_links": False, "unfurl_media": False}
        if thread_ts is None:
            return await self._say(POST, errand.lane, message, **where)
        try:
            said = await self._say(POST, errand.lane, message, **where, thread_ts=thread_ts)
        except SlackApiError as error:
            if web_api.code_of(error) not in faults.THREAD_LOST:
                raise
            return await self._say(POST, errand.lane, message, **where)
        return replace(said, thread_ts=thread_ts)

    async def upload(self, lane: str, picture: Picture) -> None:
        """Into the thread beneath its message: asked for a place, brought there, shared."""

        async def send() -> Any:
            try:
                return await self._client.files_upload_v2(
                    channel=picture.beneath.channel, thread_ts=picture.beneath.thread_ts or picture.beneath.ts,
                    content=picture.png, filename=picture.name, title=picture.title, alt_txt=picture.alt,
                )  # fmt: skip
            except SlackRequestError:
                # The place did not take it, so nobody has seen it; what it said may quote an address of ours.
                raise web_api.not_uploaded() from None

        await self._call("files.completeUploadExternal", lane, send)

    async def shows(self, lane: str, picture: Picture) -> bool:
        """Whether an earlier attempt arrived after all: the file's name carries its errand."""
        above = picture.beneath.thread_ts or picture.beneath.ts
        page = await self._call("conversations.replies", lane, self._page(picture.beneath.channel, "0", "", above))
        files = [file for message in page.get("messages") or () for file in message.get("files") or ()]
        return any(file.get("name") == picture.name for file in files)

    async def _say(self, method: str, lane: str, message: Message, **where: Any) -> Place:
        """Blocks that Slack refuses are said once more as plain text: an ugly card is better than none."""
        try:
            said = await self._send(method, lane, {**where, "text": message.text, "blocks": message.blocks})
        except SlackApiError as error:
            if web_api.code_of(error) not in faults.BAD_BLOCKS:
                raise
            log.warning("%s refused the blocks of a message: %s", method, web_api.code_of(error))
            plain = [blocks.section(message.text)]
            said = await self._send(method, lane, {**where, "text": message.text, "blocks": plain})
        return Place(str(said["channel"]), str(said["ts"]))

    async def _send(self, method: str, lane: str, body: dict[str, Any]) -> Any:
        async def paced() -> Any:
            if (wait := self.wait(lane)) > 0:
                await asyncio.sleep(wait)
            left = time.monotonic()
            self._free_at[lane] = left + self._pace
            try:
                return await self._client.api_call(method, json=body)
            finally:
                self._free_at[lane] += min(time.monotonic() - left, _TRANSIT * self._pace)

        return await self._call(method, lane, paced)

    async def look_up(
        self, errand: Errand, channel: str, since: datetime, thread_ts: str | None = None
    ) -> Place | None:
        """Where an attempt of that time or later arrived after all, in the channel or in that thread of it.

        Raises TooMuch.
        """
        if thread_ts is not None and (found := await self._look_into(errand, channel, since, thread_ts)):
            return replace(found, thread_ts=thread_ts)
        return await self._look_into(errand, channel, since, None)

    async def _look_into(self, errand: Errand, channel: str, since: datetime, thread_ts: str | None) -> Place | None:
        oldest, cursor = f"{since.timestamp() - _SKEW:.6f}", ""
        method = "conversations.history" if thread_ts is None else "conversations.replies"
        for _ in range(_PAGES):
            try:
                page = await self._call(method, errand.lane, self._page(channel, oldest, cursor, thread_ts))
            except SlackApiError as error:
                if thread_ts is None or web_api.code_of(error) not in faults.THREAD_LOST:
                    raise
                return None
            for message in page.get("messages") or ():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("id") == errand.id:
                    return Place(channel, str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        raise TooMuch

    def _page(self, channel: str, oldest: str, cursor: str, thread_ts: str | None) -> Callable[[], Awaitable[Any]]:
        wanted: dict[str, Any] = {
            "channel": channel, "oldest": oldest, "limit": 200, "include_all_metadata": True, "cursor": cursor or None,
        }  # fmt: skip
        if thread_ts is None:
            return lambda: self._client.conversations_history(**wanted)
        return lambda: self._client.conversations_replies(ts=thread_ts, **wanted)

    async def _call(self, method: str, lane: str, call: Callable[[], Awaitable[Any]]) -> Any:
        await self._gates.enter(method)
        try:
            return await call()
        except SlackApiError as error:
            if (seconds := faults.asked_to_wait(error)) is not None:
                metrics.limited.labels(method).inc()
                self._gates.refused(method, lane, seconds)
            raise
