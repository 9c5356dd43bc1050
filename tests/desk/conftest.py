"""A world per test, on both databases, closed at its end."""

from __future__ import annotations

from tests.desk.worlds import kind, new_world, world

__all__ = ["kind", "new_world", "world"]
