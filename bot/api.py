"""HTTP in: Slack's payloads where it sends them to an address instead of down a socket.

FastAPI around the same Bolt app, ready for the routes to come. Slack's route is plain ASGI, since a click waits on it:
size, signature and reading here, once each, and then Bolt gets what the socket would have given it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from yarl import query_to_pairs

from bot import metrics

log = logging.getLogger(__name__)

PATH = "/slack/events"
"""One address for events, interactivity and commands."""
MOST_BYTES = 1_000_000
"""Slack's largest payload, a full form with its state, stays well below."""
_READING = 3.0
"""Seconds for a body to arrive: after that Slack has given up anyway."""
_COMPLAIN = 60.0
_AT_ONCE = 1000
"""Connections, and requests in hand; one more is told to come again (503)."""
_KEPT = 75
"""Seconds for which an idle connection stays open: longer than proxies keep one, so that they close it and not we."""
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_PASSED_ON = ("x-slack-retry-num", "x-slack-retry-reason")


class Dispatch(Protocol):
    """Bolt, and what knows again what has been here before."""

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Slack's answer; raises nothing."""


class Behind(Protocol):
    """What of the running bot is reached through here."""

    verifier: SignatureVerifier

    @property
    def once(self) -> Dispatch:
        """Where a verified payload goes."""


class Refused(Exception):
    """A request that is not answered by the bot: its HTTP status and, in a word, why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def build_api(handoff: Behind) -> FastAPI:
    """The HTTP side of this bot. Its own documentation is off until there is something in it for people."""
    api = FastAPI(title="Handoff", openapi_url=None, docs_url=None, redoc_url=None)
    # An object and not a function: Starlette then hands it the bare request.
    api.router.routes.append(Route(PATH, SlackRoute(handoff), methods=["POST"]))
    api.add_route("/healthz", _alive, methods=["GET"])
    return api


async def _alive(_request: Request) -> JSONResponse:
    """The process is there and its loop turns, or nobody would answer; whether it can work is `bot.health`'s to say."""
    return JSONResponse({"ok": True})


class SlackRoute:
    """ASGI: what Slack sends, verified, through Bolt, and its answer; anything else is refused in a word."""

    def __init__(self, handoff: Behind) -> None:
        self._once = handoff.once
        self._verifier = handoff.verifier
        self._complained = -_COMPLAIN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived = time.monotonic()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            request = self._read(headers, await _body(headers, receive))
        except Refused as refused:
            self._complain(refused)
            # Closed, so that nobody has to read on through what was refused.
            told = json.dumps({"error": refused.why}).encode()
            await _send(send, refused.status, told, _JSON, (b"connection", b"close"))
            return
        said = await self._once.dispatch(request)
        await _send(send, said.status, said.body.encode(), said.headers["content-type"][0])
        if said.status == 200:
            spent = time.monotonic() - arrived
            metrics.ack_seconds.labels(metrics.kind_of(request.body), "http").observe(spent)

    def _read(self, headers: Mapping[bytes, bytes], raw: bytes) -> AsyncBoltRequest:
        """What Bolt works with. Verified before it is looked into: nobody unsigned gets a parser to work for them."""
        try:
            text = raw.decode()
            stamp = headers.get(b"x-slack-request-timestamp", b"").decode("ascii")
            signature = headers.get(b"x-slack-signature", b"").decode("ascii")
            signed = self._verifier.is_valid(text, stamp, signature)
        except (ValueError, OverflowError) as error:  # a stamp that is no number or no time, bytes that are no text
            raise Refused(401, "invalid_signature") from error
        if not signed:
            raise Refused(401, "invalid_signature")
        try:
            body = _parsed(text, _kind(headers))
            more: dict[str, Any] = {
                name: [headers[name.encode()].decode("ascii")] for name in _PASSED_ON if name.encode() in headers
            }
            # As from the socket: read and verified. Bolt would do both a second time, and slower.
            return AsyncBoltRequest(mode="socket_mode", body=body, headers=more)
        except Refused:
            raise
        except Exception as error:  # signed, so Slack's, and yet nothing that Bolt can read
            raise Refused(400, "unreadable") from error

    def _complain(self, refused: Refused) -> None:
        """A wrong signing secret must be seen, and a stranger must not be able to fill the log."""
        metrics.refused.labels(refused.why).inc()
        now = time.monotonic()
        if now - self._complained >= _COMPLAIN:
            self._complained = now
            log.warning("refused a request to %s: %s (said at most once a minute)", PATH, refused.why)


def _kind(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("ascii", "replace")


def _parsed(text: str, kind: str) -> dict[str, Any]:
    """A payload from a form or from JSON. Raises ValueError or RecursionError for what is neither."""
    if kind == _FORM:
        fields = dict(query_to_pairs(text))  # a fourth of the time that the standard library takes
        if "payload" not in fields:
            return fields  # a command
        body = json.loads(fields["payload"])
    else:
        body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError
    return body


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """All of it, of bounded size and in bounded time. Raises Refused."""
    if _kind(headers) not in (_FORM, _JSON):
        raise Refused(415, "unsupported_type")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise Refused(413, "too_large")
    whole, more = bytearray(), True
    try:
        # From the first byte on: headers alone hold a place just as well.
        async with asyncio.timeout(_READING):
            while more:
                event = await receive()
                whole += event.get("body", b"")
                more = bool(event.get("more_body"))
                if len(whole) > MOST_BYTES:
                    raise Refused(413, "too_large")
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    return bytes(whole)


async def _send(send: Send, status: int, body: bytes, kind: str, *more: tuple[bytes, bytes]) -> None:
    size = str(len(body)).encode("ascii")
    headers = [(b"content-type", kind.encode("latin-1")), (b"content-length", size), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the whole bot's, and `bot.app` has its hand on them."""
        yield


class Server:
    """The door in HTTP mode: listens from the start, is let in to by `run`, and finishes what is in hand at `close`."""

    def __init__(self, api: FastAPI, host: str, port: int) -> None:
        """Raises OSError when the address is taken or not ours."""
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
        log.info("Slack's payloads are awaited on port %s, path %s", self.port, PATH)
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
