"""Refusals as problem documents (RFC 9457): a status, a stable code, and a sentence that says what to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot import metrics
from bot.api.body import Refused
from bot.core.errors import Busy, HandoffError, Invalid, NotAllowed, NotFound
from bot.i18n.catalog import error_text, voice_for

log = logging.getLogger(__name__)

KIND = "application/problem+json"
_TITLES: Mapping[int, str] = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    408: "Request timeout", 413: "Content too large", 415: "Unsupported media type", 422: "Unprocessable content",
    429: "Too many requests", 500: "Internal error", 503: "Service unavailable",
}  # fmt: skip
#: Errors that have a status of their own; all others have the one of their kind.
_STATUS: Mapping[str, int] = {
    "api_key": 401, "api_json": 400, "api_too_large": 413, "api_unsupported_type": 415, "api_too_slow": 408,
    "api_often": 429, "api_method": 405,
}  # fmt: skip
_KINDS: tuple[tuple[type[HandoffError], int], ...] = ((NotAllowed, 403), (NotFound, 404), (Busy, 503), (Invalid, 422))


def status_of(error: HandoffError) -> int:
    own = _STATUS.get(error.reason)
    return own or next((status for kind, status in _KINDS if isinstance(error, kind)), 422)


def problem(error: HandoffError, status: int | None = None) -> Response:
    """What somebody's program gets, in English: its log is read by whoever wrote it."""
    status = status or status_of(error)
    detail = error_text(voice_for("en", "UTC", None, personal=True), error).replace("\n", " ")
    said = {"type": "about:blank", "title": _TITLES[status], "status": status, "code": error.reason, "detail": detail}
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["Retry-After"] = str(error.params.get("seconds", 5))
    if status in (408, 413, 415):
        headers["Connection"] = "close"  # nobody reads on through what was refused
    metrics.api_requests.labels(str(status)).inc()
    return Response(json.dumps(said, ensure_ascii=False), status, headers, KIND)


def register(api: FastAPI) -> None:
    """Whatever goes wrong below is told in one form, and never by a library's own words."""

    async def ours(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HandoffError)  # noqa: S101 - what it is registered for
        return problem(error)

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101 - what it is registered for
        return problem(Invalid(f"api_{error.why}", **error.params), error.status)

    async def theirs(_request: Request, error: Exception) -> Response:
        wrong_method = isinstance(error, HTTPException) and error.status_code == 405
        return problem(Invalid("api_method") if wrong_method else NotFound("api_path"))

    async def broken(_request: Request, error: Exception) -> Response:
        log.error("a request could not be answered", exc_info=error)
        return problem(HandoffError("api_broken"), 500)

    api.add_exception_handler(HandoffError, ours)
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(HTTPException, theirs)
    api.add_exception_handler(Exception, broken)
