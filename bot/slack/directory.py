"""Everybody with a role, as the last sweep read them: letting somebody in asks no database.

What somebody may decide is read again where it is decided, in the same unit of work; here it is about who they are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable

from bot.core.types import Member

_FRESH = 15.0
"""Seconds after which nobody relies on it: three sweeps have failed."""


class Directory:
    """One per process, filled by the sweep of profiles (people.refresh). Empty until then, and so harmless."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._read_at = -math.inf
        self._changed: set[str] = set()

    def find(self, person: str) -> Member | None:
        """The person, None when the database has to be asked: no role, changed since, or the last sweep is too old."""
        return self._members.get(person) if time.monotonic() - self._read_at < _FRESH else None

    def forget(self, person: str) -> None:
        """Their profile has changed, or is about to."""
        self._members.pop(person, None)
        self._changed.add(person)

    def begin(self) -> None:
        """Everybody is about to be read: who changes from here on may be read as they were before."""
        self._changed.clear()

    def fill(self, everybody: Iterable[Member]) -> None:
        self._members = {member.id: member for member in everybody if member.id not in self._changed}
        self._read_at = time.monotonic()
