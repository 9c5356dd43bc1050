"""The fixtures of tests that need a world: each such test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.database import BOTH, Database, fresh
from tests.desk.world import World, staffed

NewWorld = Callable[..., World]


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: `sqlite` or `postgres`."""
    return str(request.param)


@pytest.fixture
def database(kind: str, tmp_path: Path) -> Iterator[Database]:
    """A database at the level of this code and otherwise empty."""
    made = fresh(kind, tmp_path)
    yield made
    made.close()


@pytest.fixture
def new_world(kind: str, tmp_path: Path) -> Iterator[NewWorld]:
    """Makes worlds: `new_world(limits=..., seed=...)`."""
    made: list[World] = []

    def make(**how: Any) -> World:
        made.append(World(staffed(kind, tmp_path), **how))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(new_world: NewWorld) -> World:
    return new_world()
