"""Standing trouble between an app and the workspace: what share of calls fails and how, until told otherwise.

faults.py deals out single troubles in order instead.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from . import faults
from .faults import Answer
from .limits import Limits
from .model import Json
from .workspace import Workspace

#: What can happen to a call, by the name that `tell` takes.
KINDS = ("ratelimited", "broken", "unavailable", "plain", "torn", "nonsense", "slow", "cut_before", "cut_after")


@dataclass
class Weather:
    """Shares are between 0 and 1; "*" speaks for methods not named. `twice` and `late` are about envelopes."""

    methods: dict[str, dict[str, float]] = field(default_factory=dict)
    slow_seconds: float = 3.0
    retry_after: int = 1
    limits: Limits | None = None
    twice: float = 0.0
    """The share of envelopes that come a second time, through another connection where there is one."""
    late: float = 0.0
    """Envelopes leave up to so many seconds late, each by its own draw: they overtake each other."""
    rng: Random = field(default_factory=Random)

    def tell(self, body: Mapping[str, Any]) -> None:
        """Take new weather from JSON; what is not named is fair. Raises ValueError naming what is not understood."""
        known = {"methods", "slow_seconds", "retry_after", "limits", "twice", "late", "seed"}
        if strange := body.keys() - known:
            raise ValueError(f"no such weather: {', '.join(sorted(strange))}; there is {', '.join(sorted(known))}")
        methods = {str(name): _shares(name, shares) for name, shares in dict(body.get("methods") or {}).items()}
        self.methods = methods
        self.slow_seconds, self.retry_after = float(body.get("slow_seconds", 3.0)), int(body.get("retry_after", 1))
        self.twice, self.late = float(body.get("twice", 0.0)), float(body.get("late", 0.0))
        self.limits = Limits(float(body["limits"])) if body.get("limits") else None
        if "seed" in body:
            self.rng.seed(int(body["seed"]))

    async def meet(self, workspace: Workspace, method: str, args: Json) -> Answer:
        """What this call meets; a `workspace.fault`."""
        if self.limits and (seconds := self.limits.wait(method, args, time.monotonic())):
            workspace.record(method, args, "ratelimited")
            return faults.ratelimited(seconds)
        kind = self._draw(method)
        if kind is None:
            return None
        answer = self._troubles()[kind]()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer is not None:
            workspace.record(method, args, "fault")
        return answer

    def _draw(self, method: str) -> str | None:
        left = self.rng.random()
        for kind, share in self.methods.get(method, self.methods.get("*", {})).items():
            left -= share
            if left < 0:
                return kind
        return None

    def _troubles(self) -> Mapping[str, Callable[[], Answer | Awaitable[Answer]]]:
        return {
            "ratelimited": partial(faults.ratelimited, self.retry_after),
            "broken": faults.broken,
            "unavailable": partial(faults.broken, 503),
            "plain": faults.plain,
            "torn": faults.torn,
            "nonsense": faults.nonsense,
            "slow": partial(faults.slow, self.slow_seconds),
            "cut_before": faults.cut_before,
            "cut_after": faults.cut_after,
        }


def _shares(name: object, shares: Any) -> dict[str, float]:
    if not isinstance(shares, Mapping) or (strange := shares.keys() - set(KINDS)):
        raise ValueError(f"{name}: {shares if not isinstance(shares, Mapping) else ', '.join(map(str, strange))}")
    found = {str(kind): float(share) for kind, share in shares.items()}
    if any(share < 0 for share in found.values()) or sum(found.values()) > 1:
        raise ValueError(f"{name}: the shares are between 0 and 1, together at most 1")
    return found
