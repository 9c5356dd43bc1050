"""What arrives over Socket Mode: each envelope is handled once, and answered wherever it was delivered."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import metrics

Json = dict[str, Any]

_MOST = 2_000
"""Answers that are kept for an envelope that comes again: at a hundred clicks a second, those of the last 20 s."""
_MOST_CHARACTERS = 4_000_000
"""All of them together: an answer that carries a form may have 250 KB."""


class Envelopes:
    """Slack gives an envelope to any one connection; who gives it to several must get one deed and as many answers."""

    def __init__(self, app: AsyncApp, *, most: int = _MOST, most_characters: int = _MOST_CHARACTERS) -> None:
        self._app = app
        self._most, self._most_characters = most, most_characters
        self._known: OrderedDict[str, asyncio.Future[str | None]] = OrderedDict()
        self._characters = 0

    async def answer(self, envelope: Mapping[str, Any]) -> str | None:
        """The acknowledgement as it goes down the wire; None when there is none to give, so that Slack asks again.

        The same envelope again gets the same answer, also while it is still being worked out.
        """
        name = str(envelope["envelope_id"])
        known = self._known.get(name)
        if known is not None:
            return await asyncio.shield(known)
        outcome = self._known[name] = asyncio.get_running_loop().create_future()
        said: str | None = None
        try:
            said = await self._handled(name, envelope)
        finally:
            outcome.set_result(said)
            if said is None:
                # Nothing came of it: the next delivery is a new chance.
                del self._known[name]
            else:
                self._keep(said)
        return said

    async def _handled(self, name: str, envelope: Mapping[str, Any]) -> str | None:
        began = time.perf_counter()
        payload = envelope.get("payload")
        request = AsyncBoltRequest(
            mode="socket_mode", body=payload if isinstance(payload, dict) else {}, headers=_retried(envelope)
        )
        said = _acknowledgement(name, await self._app.async_dispatch(request))
        if said is not None:
            metrics.ack_seconds.labels(metrics.kind_of(request.body), "socket").observe(time.perf_counter() - began)
        return said

    def _keep(self, said: str) -> None:
        """Make room by forgetting the oldest answers; what is still being worked out stays."""
        self._characters += len(said)
        for name, outcome in list(self._oldest()):
            self._characters -= len(outcome.result() or "")
            del self._known[name]

    def _oldest(self) -> Any:
        surplus = len(self._known) - self._most
        characters = self._characters - self._most_characters
        for name, outcome in self._known.items():
            if surplus <= 0 and characters <= 0:
                return
            if outcome.done():
                surplus, characters = surplus - 1, characters - len(outcome.result() or "")
                yield name, outcome


def _retried(envelope: Mapping[str, Any]) -> dict[str, str | Sequence[str]] | None:
    """What HTTP says in headers when an event is sent again."""
    told = {"x-slack-retry-num": envelope.get("retry_attempt"), "x-slack-retry-reason": envelope.get("retry_reason")}
    return {key: str(value) for key, value in told.items() if value is not None} or None


def _acknowledgement(name: str, response: BoltResponse) -> str | None:
    if response.status != 200:
        return None
    head = f'{{"envelope_id": {json.dumps(name)}'
    if not response.body:
        return head + "}"
    kind = response.headers.get("content-type", ("",))[0]
    # JSON is handed on as it is; a plain text becomes what a slash command answers.
    body = response.body if kind.startswith("application/json") else json.dumps({"text": response.body})
    return f'{head}, "payload": {body}}}'
