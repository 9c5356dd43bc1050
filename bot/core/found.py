"""What search shows one asker: a page of what was found, with whatever its sentences need. The desk fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.search import Found
from bot.core.search_query import Query
from bot.core.types import UserId

PAGE = 3
"""Cases on a page of a phone."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the cases that a query finds, from `start` on."""

    query: Query
    found: Found
    start: int = 0
    links: Mapping[str, str] = field(default_factory=dict)
    """Of a disagreement to its thread, or to its card."""
    names: Mapping[UserId, str] = field(default_factory=dict)
    campaigns: Mapping[str, str] = field(default_factory=dict)
    """Names by key, of those that the asker can see."""
    complete: bool = True
    """Whether Slack has told of every channel who sees it."""

    @property
    def left(self) -> int:
        """How many come after this page."""
        return max(self.found.total - self.start - len(self.found.hits), 0)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers: only what the asker may know of."""

    markets: tuple[str, ...] = ()
    experts: tuple[tuple[UserId, str], ...] = ()
