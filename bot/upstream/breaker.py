"""A source that fails again and again is left alone for a while, so that nobody waits for it each time."""

from __future__ import annotations

import time


class Breaker:
    """Closed until so many failures in a row; then closed to all but one, who tries after a while.

    >>> at = Breaker(2, 60)
    >>> at.failed(); at.failed(); at.lets_in()
    False
    """

    def __init__(self, after: int, seconds: float) -> None:
        self._after, self._seconds = after, seconds
        self._failures = 0
        self._until = 0.0

    def lets_in(self) -> bool:
        """Whether to ask now; who is let in after a rest is the only one until it is known how that went."""
        if self._failures < self._after:
            return True
        if time.monotonic() < self._until:
            return False
        self._until = time.monotonic() + self._seconds
        return True

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self._after:
            self._until = time.monotonic() + self._seconds

    def worked(self) -> None:
        self._failures = 0
