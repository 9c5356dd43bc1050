"""Slack's Web API as it really answers: also with a proxy's words, with half an answer, or with none at all.

slack_sdk takes any answer for one of Slack's and stumbles over the others, here and there in its own way. Its errors
are read here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

BAD_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
)
"""Codes that only another token turns round."""
#: Slack failed halfway: "some aspect of the operation may have succeeded".
_HALFWAY = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
_LONGEST_WAIT = 3600.0
"""Seconds; whoever asks for more is asked again all the same."""


class Client(AsyncWebClient):
    """slack_sdk's client, for which whatever is no answer of Slack's is a SlackApiError, too."""

    async def api_call(self, *args: Any, **kwargs: Any) -> AsyncSlackResponse:
        """Raises SlackApiError, and what aiohttp raises when there is no answer."""
        try:
            answer = await super().api_call(*args, **kwargs)
        except (AttributeError, LookupError, UnicodeDecodeError, RecursionError):
            # 200 with a list, with words, with letters that are none: without the cause, which may quote it.
            raise _not_slacks() from None
        if not isinstance(answer.data, dict):
            raise _not_slacks()
        return answer


def _not_slacks() -> SlackApiError:
    return SlackApiError("this was no answer of Slack's", None)  # type: ignore[no-untyped-call]


def not_uploaded() -> SlackApiError:
    """The place that was given for a file did not take it: nobody has seen it."""
    return SlackApiError("not uploaded", {"ok": False, "error": "upload_failed"})  # type: ignore[no-untyped-call]


def code_of(error: SlackApiError) -> str:
    """Slack's code, '' when the answer was not one of Slack's."""
    data = getattr(error.response, "data", error.response)
    code = data.get("error") if isinstance(data, Mapping) else None
    return code if isinstance(code, str) else ""


def status_of(error: SlackApiError) -> int:
    """The HTTP status, 0 when nobody knows."""
    for name in ("status_code", "status"):
        if isinstance(status := getattr(error.response, name, None), int):
            return status
    return 0


def said(error: SlackApiError) -> str:
    """In a word: Slack's code, 'http_503', or 'unreadable'. Never what a stranger wrote."""
    status = status_of(error)
    return code_of(error) or (f"http_{status}" if status >= 300 else "unreadable")


def in_trouble(error: SlackApiError) -> bool:
    """Whether something on the way failed, or Slack did; otherwise Slack has refused, and says why."""
    code = code_of(error)
    return status_of(error) >= 500 or not code or code in _HALFWAY


def retry_after(error: SlackApiError) -> float | None:
    """Seconds for which we are told to wait; None without a number of them, such as a proxy's date."""
    headers = getattr(error.response, "headers", None) or {}
    value = headers.get("Retry-After") or headers.get("retry-after") or ""
    try:
        seconds = float(value)
    except ValueError:
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if math.isfinite(seconds) else None
