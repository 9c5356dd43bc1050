"""The source at work: who asks for a creator gets numbers that are not old, and never has to wait for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from typing import Any, Final

import httpx
import jmespath

from bot import metrics
from bot.clock import Clock
from bot.core.errors import Invalid
from bot.core.follower_objects import MOST
from bot.core.fresh import Answer, Asked, Why
from bot.core.fresh_reading import read_answer
from bot.upstream.breaker import Breaker
from bot.upstream.config import Config
from bot.upstream.fetching import Failed, fetch

log = logging.getLogger(__name__)

_MOST_KNOWN: Final = 10_000
#: What says that the source is in trouble, and not that this one creator is.
_TROUBLE: Final = frozenset({Why.UNREACHABLE, Why.SLOW, Why.REFUSED, Why.FAILED, Why.UNREADABLE, Why.ELSEWHERE})
_LONGEST_HANDLE: Final = 200


class Source:
    """One per process and event loop. `close` at the end."""

    def __init__(self, config: Config, clock: Clock, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.config = config
        self._clock = clock
        self._transport = transport
        self._paths = {name: jmespath.compile(path) for name, path in config.fields.items()}
        sample = config.followers
        self._rows = jmespath.compile(sample.rows) if sample is not None else None
        self._columns = {n: jmespath.compile(path) for n, path in sample.columns.items()} if sample is not None else {}
        self._breaker = Breaker(config.limits.rest_after, config.limits.rest_seconds)
        self._gate = asyncio.Semaphore(config.limits.at_once)
        self._known: OrderedDict[tuple[str, str], tuple[float, Answer]] = OrderedDict()
        self._client: httpx.AsyncClient | None = None

    @property
    def name(self) -> str:
        return self.config.name

    async def look_up(self, handle: str, platform: str, market: str) -> Answer:
        """What it says of a creator, and when. Raises nothing: a failure is an answer without numbers."""
        key = (platform, handle.casefold())
        if (known := self._cached(key)) is not None:
            return known
        if not self.config.knows(platform) or not handle.strip(".") or len(handle) > _LONGEST_HANDLE:
            return self._told(Why.UNKNOWN)
        async with self._gate:
            if (known := self._cached(key)) is not None:  # somebody else has asked meanwhile
                return known
            if not self._breaker.lets_in():
                return self._told(Why.RESTING)
            answer = await self._asked(handle, platform, market)
        if answer.asked.why in (None, Why.UNKNOWN, Why.NOTHING):
            self._known[key] = (time.monotonic(), answer)
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return answer

    async def ask(self, handle: str, platform: str, market: str) -> Any:
        """The answer as it came, for whoever sets the source up. Raises Invalid('upstream_failed')."""
        try:
            return await fetch(self._http(), self.config, self.config.address(handle, platform, market))
        except Failed as failed:
            raise Invalid("upstream_failed", source=self.name, why=failed.why.value) from None

    def read(self, said: Any, platform: str) -> Answer:
        """Its numbers, each from its place; a sample of followers takes a while and is best read on a thread."""
        values = {name: _found(path, said) for name, path in self._paths.items()}
        return read_answer(values, platform, self.name, self._clock(), self._followers(said))

    def _followers(self, said: Any) -> object:
        """What it shows of some followers, by our columns; None where it has no list of them."""
        if self._rows is None:
            return None
        rows = _found(self._rows, said)
        if not isinstance(rows, list) or len(rows) > MOST:
            return rows
        return [
            {name: _found(path, row, odd=None) for name, path in self._columns.items()}
            if isinstance(row, dict)
            else None
            for row in rows
        ]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _asked(self, handle: str, platform: str, market: str) -> Answer:
        try:
            said = await fetch(self._http(), self.config, self.config.address(handle, platform, market))
        except Failed as failed:
            metrics.upstream.labels(failed.why.value).inc()
            if failed.why in _TROUBLE:
                self._breaker.failed()
                log.warning("%s gave no numbers: %s", self.name, failed.why.value)
            else:
                self._breaker.worked()
            return self._told(failed.why)
        self._breaker.worked()
        answer = self.read(said, platform) if self._rows is None else await asyncio.to_thread(self.read, said, platform)
        metrics.upstream.labels(answer.asked.why.value if answer.asked.why else "fresh").inc()
        return answer

    def _cached(self, key: tuple[str, str]) -> Answer | None:
        known = self._known.get(key)
        if known is None:
            return None
        if time.monotonic() - known[0] >= 60 * self.config.limits.cache_minutes:
            del self._known[key]
            return None
        return known[1]

    def _told(self, why: Why) -> Answer:
        return Answer(Asked(self.name, self._clock(), why))

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # Its own timeouts are a net below ours: a connection that hangs is given back.
            seconds = self.config.limits.seconds
            self._client = httpx.AsyncClient(timeout=seconds, follow_redirects=False, transport=self._transport)
        return self._client


_ODD: Final = object()
"""What no cell can hold."""


def _found(path: Any, said: Any, *, odd: object = _ODD) -> Any:
    """What stands at a place; `odd` where a function of the path did not like what it saw, as length(bio) without one.

    Of one number of a creator that is news and is named; of one follower among hundreds it is a cell that is missing.
    """
    try:
        return path.search(said)
    except (jmespath.exceptions.JMESPathError, TypeError, ValueError, RecursionError):
        return odd
