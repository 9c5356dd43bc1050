"""Socket Mode: a connection that is kept alive, can stop taking work, and finishes what is in hand first."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

log = logging.getLogger(__name__)

_LOOK = 2.0
_PATIENCE = 10.0
"""Seconds without a connection after which the handler is thrown away: slack_sdk can get stuck on a used-up ticket."""
_CLOSING = 2.0


class Socket:
    """Wraps Bolt's handler, which knows neither how many payloads it is working on nor how to stop in order."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app = app
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    async def run(self) -> None:
        """Connect and stay connected. Until cancelled."""
        while True:
            self._handler = self._made()
            # Tries for ever by itself, and says nothing: that is what the watch below is for.
            connecting = asyncio.create_task(self._handler.connect_async(), name="connect")  # type: ignore[no-untyped-call]
            try:
                await self._watch(self._handler)
            finally:
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)
            log.warning("no connection for %s seconds: starting over with a new one", _PATIENCE)
            await self._drop()

    async def close(self, seconds: float) -> None:
        """Take nothing new (Slack offers it again), finish what is in hand, close."""
        self._closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            log.warning("%s payloads were still in hand when the time was up", self._in_hand)
        await self._drop()

    def _made(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(self._app, self._app_token)

        async def take(client: Any, request: Any) -> None:
            if not self._closing:
                await self._take(handler, client, request)

        listeners: list[Any] = handler.client.socket_mode_request_listeners
        listeners[:] = [take]
        return handler

    async def _take(self, handler: AsyncSocketModeHandler, client: Any, request: Any) -> None:
        self._in_hand += 1
        self._idle.clear()
        try:
            await handler.handle(client, request)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

    @staticmethod
    async def _watch(handler: AsyncSocketModeHandler) -> None:
        """Return when there has been no connection for too long."""
        alive = time.monotonic()
        while time.monotonic() - alive < _PATIENCE:
            await asyncio.sleep(_LOOK)
            if await handler.client.is_connected():
                alive = time.monotonic()

    async def _drop(self) -> None:
        handler, self._handler = self._handler, None
        if handler is None:
            return
        try:
            await asyncio.wait_for(handler.close_async(), _CLOSING)  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - it is thrown away in any case
            log.info("a connection did not close in order: %s", type(error).__name__)
