"""One Socket Mode connection: reads envelopes, answers on itself, and says when its end is near."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

Json = dict[str, Any]

log = logging.getLogger(__name__)

_HEARTBEAT = 5.0
"""Seconds of silence after which the other end is pinged; half of it later without an answer it counts as gone."""
_CLOSING = 1.0


class Link:
    """Between two events: `hello`, from when on envelopes come, and `ending`, when another one is needed.

    A connection that Slack is about to end still brings envelopes until it closes; they are taken like all others.
    """

    def __init__(self, socket: ClientWebSocketResponse, take: Callable[[Link, Json], None]) -> None:
        self._socket = socket
        self._take = take
        self.hello = asyncio.Event()
        self.ending = asyncio.Event()
        self.reason = "closed"
        """Why it ends, in Slack's words where Slack has said so."""

    @classmethod
    async def to(cls, url: str, session: ClientSession, take: Callable[[Link, Json], None], **how: Any) -> Link:
        """A connection to Slack's address with its ticket, which lets one in, once. Raises what aiohttp raises."""
        timeout = ClientWSTimeout(ws_close=_CLOSING)
        return cls(await session.ws_connect(url, heartbeat=_HEARTBEAT, timeout=timeout, **how), take)

    @property
    def open(self) -> bool:
        return not self._socket.closed

    async def read(self) -> None:
        """Until it is closed, by whomever. Never raises."""
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._understand(message.data)
        except (ClientError, OSError) as error:
            log.info("a connection broke: %s", type(error).__name__)
        finally:
            self.ending.set()

    def _understand(self, data: str) -> None:
        try:
            said = json.loads(data)
        except ValueError:
            return
        if not isinstance(said, dict):
            return
        if "envelope_id" in said:
            self._take(self, said)
        elif said.get("type") == "hello":
            self.hello.set()
        elif said.get("type") == "disconnect":
            self.reason = str(said.get("reason") or "disconnect")
            self.ending.set()

    async def say(self, text: str) -> bool:
        """Whether it went out."""
        if self._socket.closed:
            return False
        try:
            await self._socket.send_str(text)
        except (ClientError, OSError):
            return False
        return True

    async def close(self) -> None:
        await self._socket.close()
