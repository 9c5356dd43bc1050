"""Events from Slack on both databases: each once, in one process's hands at a time, done or given up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.desk import arrivals, tick
from bot.desk.desk import Desk
from db.migrate import migrate
from db.store import Store
from scoring.norms import shipped_norms
from tests.desk.world import Clock

BODY = {"team_id": "T1", "event": {"type": "user_change", "user": {"id": "U1", "real_name": "Ана"}}}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("pg_url"))
    return f"sqlite:///{tmp_path / 'handoff.sqlite3'}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desks(url: str, clock: Clock) -> Iterator[tuple[Desk, Desk]]:
    """Two processes on one database."""
    first, second = (Desk(Store(url), clock, shipped_norms()) for _ in range(2))
    migrate(first.store)
    yield first, second
    first.close()
    second.close()


def rows(desk: Desk) -> list[tuple[str, dict[str, object], bool]]:
    with desk.store.reading() as unit:
        found = unit.execute(sa.text("SELECT event_id, body, done_at FROM arrivals ORDER BY event_id")).all()
    return [(r[0], json.loads(r[1]) if isinstance(r[1], str) else r[1], r[2] is not None) for r in found]


def test_an_event_is_taken_in_once_whoever_brings_it(desks: tuple[Desk, Desk]) -> None:
    first, second = desks
    assert arrivals.take_in(first, "Ev1", BODY) is not None
    assert arrivals.take_in(second, "Ev1", BODY) is None
    assert rows(first) == [("Ev1", BODY, False)]


def test_two_who_bring_it_at_one_moment_keep_it_once(desks: tuple[Desk, Desk]) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: arrivals.take_in(desks[n % 2], f"Ev{n // 8}", BODY), range(80)))
    assert sum(k is not None for k in kept) == 10


def test_what_is_done_keeps_its_id_and_loses_its_words(desks: tuple[Desk, Desk], clock: Clock) -> None:
    first, second = desks
    arrival = arrivals.take_in(first, "Ev1", BODY)
    assert arrival is not None
    arrivals.done(first, arrival)
    assert rows(first) == [("Ev1", {}, True)]
    assert arrivals.take_in(second, "Ev1", BODY) is None
    clock.move(hours=3)
    assert arrivals.claim(second) == ()


def test_what_is_in_hand_is_nobody_elses_until_the_claim_ends(desks: tuple[Desk, Desk], clock: Clock) -> None:
    first, second = desks
    arrivals.take_in(first, "Ev1", BODY)
    assert arrivals.claim(second) == ()
    clock.move(seconds=61)
    (taken,) = arrivals.claim(second)
    assert (taken.event_id, dict(taken.body), taken.tries) == ("Ev1", BODY, 2)
    assert arrivals.claim(first) == ()


def test_of_two_who_look_at_once_each_event_is_one_ones(desks: tuple[Desk, Desk], clock: Clock) -> None:
    for n in range(60):
        arrivals.take_in(desks[0], f"Ev{n:02d}", BODY)
    clock.move(seconds=61)
    with ThreadPoolExecutor(6) as pool:
        taken = [a.event_id for some in pool.map(lambda n: arrivals.claim(desks[n % 2]), range(12)) for a in some]
    assert sorted(taken) == [f"Ev{n:02d}" for n in range(60)]


def test_one_that_fails_is_tried_again_with_pauses_and_given_up(desks: tuple[Desk, Desk], clock: Clock) -> None:
    first, second = desks
    arrival = arrivals.take_in(first, "Ev1", BODY)
    tried = 0
    while arrival is not None:
        tried += 1
        over = arrivals.failed(first, arrival)
        assert arrivals.claim(second) == ()  # never again at once
        clock.move(seconds=5 * 3 ** (tried - 1))
        arrival = next(iter(arrivals.claim(second)), None)
        assert over is (arrival is None)
    assert tried == 5
    assert rows(first) == [("Ev1", {}, True)]


def test_a_failure_that_comes_late_does_not_touch_who_took_over(desks: tuple[Desk, Desk], clock: Clock) -> None:
    first, second = desks
    slow = arrivals.take_in(first, "Ev1", BODY)
    assert slow is not None
    clock.move(seconds=61)
    arrivals.claim(second)
    arrivals.failed(first, slow)
    clock.move(seconds=30)
    assert arrivals.claim(first) == ()


def test_at_the_start_only_a_database_of_ones_own_is_taken_back_at_once(desks: tuple[Desk, Desk], clock: Clock) -> None:
    first, second = desks
    arrivals.take_in(first, "Ev1", BODY)
    expected = 1 if first.store.sqlite else 0
    assert arrivals.recover(second) == expected
    assert len(arrivals.claim(second)) == expected
    clock.move(seconds=61)
    assert len(arrivals.claim(second)) == 1


def test_ids_are_forgotten_when_slack_cannot_repeat_them_any_more(desks: tuple[Desk, Desk], clock: Clock) -> None:
    first, _ = desks
    done = arrivals.take_in(first, "Ev1", BODY)
    assert done is not None
    arrivals.done(first, done)
    arrivals.take_in(first, "Ev2", BODY)
    clock.move(hours=25)
    tick.tick(first)
    assert [r[0] for r in rows(first)] == ["Ev1", "Ev2"]
    clock.move(hours=24)
    tick.tick(first)
    assert [r[0] for r in rows(first)] == ["Ev2"]  # what is undone is not forgotten
    assert timedelta(hours=24) < tick._KEEP_ARRIVED
