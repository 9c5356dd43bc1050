"""PostgreSQL goes away while people click, and comes back: a clear answer to each, nothing lost, no restart of ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from bot.core.errors import Busy, TooLate
from bot.core.types import Review
from bot.desk import decide, see
from bot.desk.desk import Limits
from db.migrate import migrate
from db.store import Store
from tests.database import PostgresDatabase
from tests.desk.world import OLEG, World, row
from tests.postgres import Server, server

pytestmark = pytest.mark.postgres


@pytest.fixture
def own() -> Iterator[Server]:
    """It keeps what it has committed, however it ends: the other tests' server does not."""
    with server(durable=True) as made:
        yield made


@pytest.fixture
def world(own: Server) -> Iterator[World]:
    database = PostgresDatabase(None, own)
    store = Store(database.url)
    migrate(store)
    store.close()
    made = World(database, limits=Limits(open_per_expert=500))
    made.staff()
    yield made
    made.close()


async def click(world: World, review_id: str) -> str:
    """What the person was told."""
    try:
        done = await world.desk.run(decide.approve, review_id, OLEG)
    except (Busy, TooLate) as error:
        return error.reason
    assert isinstance(done, Review)
    return "done"


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what is waited for is in a database, which sets no event
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_a_restart_under_load_loses_no_answer_and_needs_no_restart_of_ours(world: World, how: str) -> None:
    world.take_in(*(row(f"creator{n:03}", "Russia") for n in range(300)))
    ids = [line.review_id for line in world.lines().values()]
    told: dict[str, str] = {}
    server = world.database.server  # type: ignore[attr-defined]
    world.database.let_go()

    async def clicks(mine: list[str]) -> None:
        for review_id in mine:
            told[review_id] = await click(world, review_id)

    working = asyncio.gather(*(clicks(ids[n::8]) for n in range(8)))
    await until(lambda: list(told.values()).count("done") >= 40)
    await asyncio.to_thread(server.stop, how)
    await until(lambda: set(told.values()) != {"done"})
    await asyncio.to_thread(server.start)
    await working

    assert set(told.values()) <= {"done", "unreachable", "doubtful"}, told
    decided = {i for (i,) in world.sql("SELECT review_id FROM decisions")}
    assert {i for i, what in told.items() if what == "done"} <= decided, "told that it was saved, and it was not"
    assert not decided & {i for i, what in told.items() if what == "unreachable"}, "told that nothing was saved"
    assert world.sql("SELECT COUNT(*) FROM events WHERE what = 'answered'") == [(len(decided),)]
    # The same desk goes on, and whoever was in doubt hears what is true.
    for review_id, what in told.items():
        if what != "done":
            wanted = "already_yours" if review_id in decided else "done"
            assert await click(world, review_id) == wanted
    assert world.sql("SELECT COUNT(*) FROM decisions") == [(300,)]


async def test_while_it_is_away_everybody_is_told_so_at_once(world: World) -> None:
    review_id = world.one(country="Russia")
    server = world.database.server  # type: ignore[attr-defined]
    world.database.let_go()
    await asyncio.gather(*(world.desk.read(see.everybody) for _ in range(4)))
    server.stop()
    began = time.perf_counter()
    assert {await click(world, review_id) for _ in range(10)} == {"unreachable"}
    with pytest.raises(Busy, match="unreachable"):
        await world.desk.read(see.case, review_id)
    assert time.perf_counter() - began < 2
    server.start()
    # Each pooled connection died; none of them reaches anybody.
    cases = await asyncio.gather(*(world.desk.read(see.case, review_id) for _ in range(8)))
    assert {case.review.id for case in cases} == {review_id}
    assert await click(world, review_id) == "done"


async def test_a_pool_that_died_unnoticed_costs_nobody_a_click(world: World) -> None:
    """Restarted between two clicks: the beginning of a unit finds out, and nothing was done yet."""
    world.take_in(*(row(f"creator{n:03}", "Russia") for n in range(40)))
    ids = [line.review_id for line in world.lines().values()]
    server = world.database.server  # type: ignore[attr-defined]
    assert await asyncio.gather(*(click(world, i) for i in ids[:20])) == ["done"] * 20
    world.database.let_go()
    server.stop("immediate")
    server.start()
    assert await asyncio.gather(*(click(world, i) for i in ids[20:])) == ["done"] * 20
