"""A store per test, on both databases, and the desk's worlds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.store import Store
from tests.database import Database
from tests.desk.worlds import database, kind, new_world, world

__all__ = ["database", "kind", "new_world", "world"]


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """At the level of this code, otherwise empty."""
    made = Store(database.url)
    yield made
    made.close()
