"""Clocks that are put forward and back in a zone: an instant is an instant, a window has its hours, shown as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.types import State
from bot.desk import see
from bot.i18n import times
from tests.desk.world import World


@pytest.mark.parametrize(
    ("zone", "change", "shown"),
    [
        ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC), "Mon 5 Nov, 01:00"),  # forward
        ("Europe/Moscow", datetime(2014, 10, 25, 22, tzinfo=UTC), "Mon 27 Oct, 01:00"),  # back, for good
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC), "Mon 2 Nov, 01:00"),  # back
        ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC), "Mon 15 Mar, 03:00"),  # forward
    ],
)
def test_a_deadline_behind_a_change_of_the_clocks_falls_at_its_instant(
    world: World, zone: str, change: datetime, shown: str
) -> None:
    world.clock.now = change - timedelta(hours=24)
    review_id = world.one()
    deadline = see.case(world.desk, review_id).review.deadline_at
    assert deadline == change + timedelta(hours=24), "48 hours, whatever the clock on the wall says"
    local = times.zone_named(zone)
    assert local is not None
    assert times.when("en", deadline, local, named=False) == shown
    world.clock.now = deadline - timedelta(seconds=1)
    world.sweep()
    assert see.case(world.desk, review_id).review.state is State.PENDING
    world.clock.now = deadline
    world.sweep()
    assert see.case(world.desk, review_id).review.state is State.DECIDED
