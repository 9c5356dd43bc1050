"""The one source of time: a Clock gives an aware UTC instant; only the desk and the edges ask it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


class ShiftedClock:
    """The machine's time moved forward by whole jumps: the demo's "+48 h"."""

    def __init__(self, base: Clock = system_clock) -> None:
        self._base = base
        self._shift = timedelta()

    def __call__(self) -> datetime:
        return self._base() + self._shift

    def jump(self, by: timedelta) -> None:
        """Move forward. Backwards is refused: deadlines would fire twice in the reader's eyes."""
        if by < timedelta():
            raise ValueError(f"a clock cannot jump back: {by}")
        self._shift += by
