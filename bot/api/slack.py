"""Slack's payloads where it sends them to an address instead of down a socket.

Plain ASGI, since a click waits on it: size, signature and reading here, once each, and then Bolt gets what the socket
would have given it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.types import Receive, Scope, Send
from yarl import query_to_pairs

from bot import metrics
from bot.api.body import FORM, JSON, Refused, kind_of, read_body

log = logging.getLogger(__name__)

PATH = "/slack/events"
"""One address for events, interactivity and commands."""
MOST_BYTES = 1_000_000
"""Slack's largest payload, a full form with its state, stays well below."""
_READING = 3.0
"""Seconds for a body to arrive: after that Slack has given up anyway."""
_COMPLAIN = 60.0
_PASSED_ON = ("x-slack-retry-num", "x-slack-retry-reason")


class Dispatch(Protocol):
    """Bolt, and what knows again what has been here before."""

    async def dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Slack's answer; raises nothing."""


class Behind(Protocol):
    """What of the running bot Slack's payloads reach through here."""

    verifier: SignatureVerifier

    @property
    def once(self) -> Dispatch:
        """Where a verified payload goes."""


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
            request = self._read(headers, await _whole(headers, receive))
        except Refused as refused:
            self._complain(refused)
            # Closed, so that nobody has to read on through what was refused.
            told = json.dumps({"error": refused.why}).encode()
            await _send(send, refused.status, told, JSON, (b"connection", b"close"))
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
            body = _parsed(text, kind_of(headers))
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


async def _whole(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    return await read_body(headers, receive, kinds=(FORM, JSON), most=MOST_BYTES, seconds=_READING)


def _parsed(text: str, kind: str) -> dict[str, Any]:
    """A payload from a form or from JSON. Raises ValueError or RecursionError for what is neither."""
    if kind == FORM:
        fields = dict(query_to_pairs(text))  # a fourth of the time that the standard library takes
        if "payload" not in fields:
            return fields  # a command
        body = json.loads(fields["payload"])
    else:
        body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError
    return body


async def _send(send: Send, status: int, body: bytes, kind: str, *more: tuple[bytes, bytes]) -> None:
    size = str(len(body)).encode("ascii")
    headers = [(b"content-type", kind.encode("latin-1")), (b"content-length", size), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
