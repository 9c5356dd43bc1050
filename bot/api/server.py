"""The server behind a port: listens from the start, ends when the bot ends, and in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

log = logging.getLogger(__name__)

_AT_ONCE = 1000
"""Connections, and requests in hand; one more is told to come again (503)."""
_KEPT = 75
"""Seconds for which an idle connection stays open: longer than proxies keep one, so that they close it and not we."""


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the whole bot's, and `bot.app` has its hand on them."""
        yield


class Server:
    """A door on a port: listens from the start, is let in to by `run`, and finishes what is in hand at `close`."""

    def __init__(self, api: FastAPI, host: str, port: int, what: str = "requests are awaited") -> None:
        """`what` is awaited there, for the log. Raises OSError when the address is taken or not ours."""
        self._what = what
        # Its warnings are a stranger's to cause: a line for every request that is none, or one too many.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=2048)
        self.port = int(self._socket.getsockname()[1])
        self._ended = asyncio.Event()
        self._closing = False
        self._server = _Uvicorn(
            uvicorn.Config(
                api, http="httptools", loop="none", ws="none", lifespan="off", log_config=None, access_log=False,
                proxy_headers=False, server_header=False, date_header=False, limit_concurrency=_AT_ONCE,
                timeout_keep_alive=_KEPT,
            )
        )  # fmt: skip

    async def run(self) -> None:
        """Until closed. A server that ends by itself raises: its silence would look like a quiet day."""
        log.info("%s on port %s", self._what, self.port)
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._ended.set()
            self._socket.close()
        if not self._closing:
            raise RuntimeError("the HTTP server ended by itself")

    async def close(self, seconds: float) -> None:
        """Take nothing new, answer what is in hand, at most so long."""
        self._closing = True
        self._server.config.timeout_graceful_shutdown = seconds  # type: ignore[assignment]  # any number will do
        self._server.should_exit = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds + 0.5)
