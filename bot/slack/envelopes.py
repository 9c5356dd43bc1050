"""How Socket Mode wraps what Slack has to say, and how it wants to hear that it was heard."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


def unwrapped(envelope: Mapping[str, Any]) -> AsyncBoltRequest:
    """What Bolt works with."""
    payload = envelope.get("payload")
    body = payload if isinstance(payload, dict) else {}
    return AsyncBoltRequest(mode="socket_mode", body=body, headers=_retried(envelope))


def _retried(envelope: Mapping[str, Any]) -> dict[str, str | Sequence[str]] | None:
    """What HTTP says in headers when an event is sent again."""
    told = {"x-slack-retry-num": envelope.get("retry_attempt"), "x-slack-retry-reason": envelope.get("retry_reason")}
    return {key: str(value) for key, value in told.items() if value is not None} or None


def acknowledgement(name: str, response: BoltResponse) -> str | None:
    """As it goes down the wire; None when there is none to give, so that Slack asks again."""
    if response.status != 200:
        return None
    head = f'{{"envelope_id": {json.dumps(name)}'
    if not response.body:
        return head + "}"
    kind = response.headers.get("content-type", ("",))[0]
    # JSON is handed on as it is; a plain text becomes what a slash command answers.
    body = response.body if kind.startswith("application/json") else json.dumps({"text": response.body})
    return f'{head}, "payload": {body}}}'
