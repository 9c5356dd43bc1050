"""Slack's limits per method, as this process has used them: waits rather than being told to.

Slack counts per method and workspace, and messages per channel besides; the pace of a channel is its lane's.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque

POST = "chat.postMessage"
#: Calls a minute that Slack promises at least (tier 3); each replica keeps to it by itself.
_TIERS = {"chat.update": 50, "conversations.open": 50, "conversations.history": 50, "conversations.replies": 50}
_MINUTE = 60.0 * 1.02
"""A little longer than Slack's, for what requests lose on the way."""
_PATIENT = 1.0
"""A call that has to wait longer comes back later, and leaves its place to others."""


class Closed(Exception):
    """Slack would refuse this call now: come back in `wait` seconds."""

    def __init__(self, wait: float) -> None:
        self.wait = wait
        super().__init__(f"{wait:.1f} s")


class Gates:
    """`pace` is seconds between two messages to one channel: 1 for Slack, less where a minute is less, 0 for none."""

    def __init__(self, pace: float) -> None:
        self._minute = _MINUTE * pace
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._closed: dict[str, float] = {}
        self._posts: dict[str, float] = {}

    async def enter(self, method: str) -> None:
        """Wait for this method's turn. Raises Closed when that takes long."""
        while (wait := self._wait(method, time.monotonic())) > 0:
            if wait > _PATIENT:
                raise Closed(wait)
            await asyncio.sleep(wait)
        if method in _TIERS and self._minute:
            self._calls[method].append(time.monotonic())

    def _wait(self, method: str, now: float) -> float:
        calls, most = self._calls[method], _TIERS.get(method)
        while calls and calls[0] <= now - self._minute:
            calls.popleft()
        full = calls[0] + self._minute if most is not None and len(calls) >= most else now
        return max(self._closed.get(method, now), full) - now

    def refused(self, method: str, lane: str, seconds: float) -> None:
        """Slack has said 429. Messages may be too many for one channel only: two channels mean the workspace."""
        now = time.monotonic()
        if method == POST:
            self._posts = {other: until for other, until in self._posts.items() if until > now}
            alone = not self._posts.keys() - {lane}
            self._posts[lane] = now + seconds
            if alone:
                return
        self._closed[method] = max(self._closed.get(method, now), now + seconds)
