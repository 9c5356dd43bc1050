"""One question to a source: within its limits, tried again where that can help, and every way to fail by its name."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any, Final

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.core.fresh import Why
from bot.upstream.config import Config

_REDIRECTS: Final = 3
_FIRST_PAUSE: Final = 0.3
_LONGEST_PAUSE: Final = 4.0
_BACKOFF: Final = wait_random_exponential(multiplier=_FIRST_PAUSE, max=_LONGEST_PAUSE)


class Failed(Exception):
    """No numbers: why, whether another try may help, and for how long the source wants to be left alone."""

    def __init__(self, why: Why, *, passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(why.value)
        self.why, self.passing, self.wait = why, passing, wait


async def fetch(client: httpx.AsyncClient, config: Config, address: str) -> Mapping[str, Any]:
    """The JSON object that stands there. Raises Failed, and nothing else."""
    try:
        async with asyncio.timeout(config.limits.seconds):
            return await _tried(client, config, address)
    except TimeoutError:
        raise Failed(Why.SLOW) from None


async def _tried(client: httpx.AsyncClient, config: Config, address: str) -> Mapping[str, Any]:
    tries = AsyncRetrying(
        stop=stop_after_attempt(config.limits.tries),
        retry=retry_if_exception(lambda error: isinstance(error, Failed) and error.passing),
        wait=_pause,
        reraise=True,
    )
    said: Mapping[str, Any] = await tries(_followed, client, config, address)
    return said


def _pause(state: RetryCallState) -> float:
    """At random, longer each time; no shorter than the source asks for."""
    error = state.outcome.exception() if state.outcome is not None else None
    return max(_BACKOFF(state), error.wait if isinstance(error, Failed) else 0.0)


async def _followed(client: httpx.AsyncClient, config: Config, address: str) -> Mapping[str, Any]:
    """Redirects within the host are followed, a few; to another one never: it would be handed our secret."""
    at = httpx.URL(address)
    for _ in range(_REDIRECTS + 1):
        found = await _asked(client, config, at)
        if not isinstance(found, httpx.URL):
            return found
        if (found.scheme, found.host, found.port) != (at.scheme, at.host, at.port):
            raise Failed(Why.ELSEWHERE)
        at = found
    raise Failed(Why.ELSEWHERE)


async def _asked(client: httpx.AsyncClient, config: Config, at: httpx.URL) -> Mapping[str, Any] | httpx.URL:
    most = config.limits.kilobytes * 1000
    try:
        async with client.stream("GET", at, headers=config.headers()) as answer:
            if answer.has_redirect_location:
                return at.join(answer.headers["location"])
            _require_good(answer)
            return _object(await _body(answer, most))
    except httpx.TimeoutException:
        raise Failed(Why.SLOW, passing=True) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        # Without the cause: it may quote an address, and a header with what should stay secret.
        raise Failed(Why.UNREACHABLE, passing=True) from None


def _require_good(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == httpx.codes.OK:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise Failed(Why.UNREADABLE)  # not asked for; a small body could unpack into any size
        return
    if status in (401, 403, 407):
        raise Failed(Why.REFUSED)
    if status in (404, 410):
        raise Failed(Why.UNKNOWN)
    if status in (408, 425, 429) or status >= 500:
        raise Failed(Why.FAILED, passing=True, wait=_wait(answer))
    raise Failed(Why.UNREADABLE)


def _wait(answer: httpx.Response) -> float:
    try:
        seconds = float(answer.headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    return max(seconds, 0.0) if math.isfinite(seconds) else 0.0


async def _body(answer: httpx.Response, most: int) -> bytes:
    length = answer.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise Failed(Why.TOO_LARGE)
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > most:
            raise Failed(Why.TOO_LARGE)
    return bytes(body)


def _object(body: bytes) -> Mapping[str, Any]:
    """Raises Failed for HTML, half an answer, a bare number. NaN is let through: its field becomes a gap."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Failed(Why.UNREADABLE) from None
    if isinstance(said, list):
        said = {"list": said}
    if not isinstance(said, dict):
        raise Failed(Why.UNREADABLE)
    return said
