"""Slack's rate limits, counted as Slack counts them: per method and minute, and one message a second per channel."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from .model import Json

MINUTE = 60.0
#: Calls a minute of the methods that an app of ours uses: tiers 2, 3 and 4.
TIERS = {
    "users.list": 20, "chat.update": 50, "chat.delete": 50, "conversations.open": 50, "conversations.info": 50,
    "conversations.history": 50, "conversations.replies": 50, "dnd.info": 50, "chat.postEphemeral": 100,
    "users.info": 100, "views.open": 100, "views.push": 100, "views.update": 100, "views.publish": 100,
    "files.getUploadURLExternal": 100, "files.completeUploadExternal": 100,
}  # fmt: skip
POST = "chat.postMessage"
#: Messages a second into one channel. Slack bears short bursts; what relies on that would break one day.
POSTS = 1.0
#: What two calls a second apart may lose on the way.
_JITTER = 0.05


class Limits:
    """`speed` 1 is Slack's; 20 lets twenty times as many calls through, for tests that have no minute."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._posted: dict[str, float] = {}

    def wait(self, method: str, args: Json, now: float) -> int:
        """Whole seconds that this call must wait (Retry-After), 0 when it may pass; what passes is counted."""
        if method == POST:
            return self._post(str(args.get("channel")), now)
        most = TIERS.get(method)
        if most is None:
            return 0
        window, calls = MINUTE / self.speed, self._calls[method]
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + window - now))
        calls.append(now)
        return 0

    def _post(self, channel: str, now: float) -> int:
        gap = 1 / (POSTS * self.speed)
        free = self._posted.get(channel, -math.inf) + gap - min(_JITTER, gap / 4)
        if now < free:
            return max(1, math.ceil(free - now))
        self._posted[channel] = now
        return 0
