"""Over HTTP: posts each payload, signed by the workspace's clock, to the app's request URL and waits for its answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from .model import Json
from .workspace import Workspace

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


class RequestUrl:
    """What Slack does for an app that has no Socket Mode: one URL for events, interactivity and commands."""

    def __init__(self, workspace: Workspace, url: str, signing_secret: str) -> None:
        self._workspace = workspace
        self.url = url
        self._secret = signing_secret.encode()

    async def post(self, kind: str, payload: Json, seconds: float, retry: tuple[int, str] | None = None) -> Json:
        """What the app answers with its 200. Raises ConnectionError for anything else, TimeoutError for nothing."""
        body, content_type = self._body(kind, payload)
        stamp = f"{self._workspace.now().timestamp():.0f}"
        signature = hmac.new(self._secret, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}",
        }  # fmt: skip
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        try:
            async with (
                asyncio.timeout(seconds),
                aiohttp.ClientSession() as session,
                session.post(self.url, data=body.encode(), headers=headers) as said,
            ):
                text = await said.text()
                if said.status != 200:
                    raise ConnectionError(f"the app answered {said.status}")
        except aiohttp.ClientError as error:
            raise ConnectionError(f"the app cannot be reached: {type(error).__name__}") from error
        if not text:
            return {}
        answer = json.loads(text) if text.startswith("{") else {"text": text}
        return answer if isinstance(answer, dict) else {}

    @staticmethod
    def _body(kind: str, payload: Json) -> tuple[str, str]:
        if kind == "events_api":
            return json.dumps(payload), _JSON
        if kind == "slash_commands":
            return urlencode({key: value for key, value in payload.items() if value is not None}), _FORM
        return urlencode({"payload": json.dumps(payload)}), _FORM
