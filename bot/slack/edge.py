"""What every listener needs: the desk, the screens, background work, and where the app is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.fresh import Answer
from bot.desk.desk import Desk
from bot.desk.intake import NumbersOf
from bot.slack.access import Team
from bot.slack.directory import Directory
from bot.slack.screens import Screens
from bot.slack.spawn import Spawn


class Source(Protocol):
    """Who knows creators' numbers."""

    @property
    def name(self) -> str:
        """What people call it."""

    async def look_up(self, handle: str, platform: str, market: str) -> Answer:
        """What it says of a creator. Raises nothing."""


@dataclass
class Edge:
    """One per process; `team` is known once Slack has told us at the start."""

    desk: Desk
    screens: Screens
    wake: Callable[[], None]
    """Tells the outbox that something may have been enqueued."""
    source: Source | None = None
    """Where fresh numbers come from, if anywhere."""
    numbers: Callable[[], NumbersOf | None] = lambda: None
    """The same for a list that comes in."""
    spawn: Spawn = field(default_factory=Spawn)
    team: Team | None = None
    bot: str | None = None
    """Our own user there."""
    directory: Directory = field(default_factory=Directory)
    """People with a role, as of the last sweep."""
    missed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when events may have passed us by: profiles are then asked for anew."""
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when what people wrote in threads may have passed us by: they are read once."""
    asked: set[str] = field(default_factory=set)
    """People whose profile is being fetched right now."""
    looking: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """Channels of which Slack is being asked right now."""
    homes: set[str] = field(default_factory=set)
    """People who have looked at their Home tab since the start: it is kept fresh for them, and drawn anew whenever
    it is opened, so that nothing is lost when this is."""
    lists: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One list is read or imported at a time: a second one would only make both slower."""
    list_bytes: int = 20_000_000
    """How large a list may be."""
    ticks: dict[str, str] = field(default_factory=dict)
    """View id -> when its last box was ticked, while an update of it is under way; only saves a needless redraw."""
