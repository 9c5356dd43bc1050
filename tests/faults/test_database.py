"""The database fails under the bot's hands: full, unwritable, locked, restarted.

Who clicked is told, nothing typed is lost, and it goes on without a restart of the bot.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.cards import ids
from bot.core.types import State
from tests import postgres as embedded
from tests.faults import town
from tests.faults.crowd import Crowd
from tests.faults.rig import BIA, CAIO, Living, living, until

#: Longer than a page of SQLite: it cannot slip into what is left of one.
WORDS = "Каждое слово набрано одним пальцем в лифте. " * 60
#: Slack gives up after three seconds.
SLACK_WAITS = 3.0

_HOLDER = """
import sqlite3, sys, time
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("PRAGMA busy_timeout=10000")
other.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
other.execute("ROLLBACK")
"""


@pytest.fixture
async def up(tmp_path: Path) -> AsyncIterator[Living]:
    async with living(tmp_path, undo_minutes=60) as made:
        made.feeder.feed(14, "calm")
        made.feeder.feed(4, "stern")
        made.handoff.ticker.wake()
        await made.card(number=13)
        yield made


async def _refused_and_kept(up: Living, said: str) -> None:
    """A tap and a form while it is broken: both are told, in time, and the form keeps its words."""
    message, review = await up.card(number=1)
    began = time.monotonic()
    reply = await up.submit(CAIO, review, WORDS)
    assert reply.acked, reply.problem
    assert time.monotonic() - began < SLACK_WAITS
    assert reply.payload["response_action"] == "errors"
    assert said in str(reply.payload["errors"])
    assert WORDS in str(up.workspace.top_view(CAIO).values), "what was typed stands where it was typed"
    # An answer of one tap may still fit into the last pages: those that are not refused count.
    for message, tapped in up.cards(ids.APPROVE)[2:]:
        assert (await up.tap(BIA, message, ids.APPROVE, tapped)).acked
        if up.books().reviews[tapped].state is State.PENDING:
            break
    else:
        pytest.fail("there was room for every answer")
    await until(lambda: any(said in one for one in up.whispers(BIA)))


async def _and_on_it_goes(up: Living, review: str) -> None:
    """The same form, sent again; the same button; the deadlines that fell meanwhile; no restart."""
    assert (await up.submit(CAIO, review, WORDS)).payload == {}
    assert CAIO not in up.workspace.stacks or not up.workspace.stacks[CAIO]
    message, tapped = await up.card(number=1)
    assert (await up.tap(BIA, message, ids.APPROVE, tapped)).acked
    up.jump(seconds=20)
    await until(lambda: not up.cards(ids.APPROVE, town.STERN), 20)
    await up.delivered()
    assert up.wrong() == []
    kept = up.books()
    assert {kept.reviews[review].state, kept.reviews[tapped].state} == {State.DECIDED}
    assert [j.rationale.narrative for j in kept.judgements.values() if j.review_id == review] == [WORDS]


@contextmanager
def disk_full(up: Living) -> Iterator[None]:
    """The database may not grow by a page, and no page of it is free: SQLite itself says SQLITE_FULL."""
    engine, full = up.handoff.desk.store.engine, [True]

    @sa.event.listens_for(engine, "checkout")
    def _limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={1 if full[0] else 1 << 30}").close()  # not below what there is

    path = str(up.handoff.desk.store.url.database)
    fill = "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\nc.execute(sys.argv[2])"
    subprocess.run([sys.executable, "-c", fill, path, "CREATE TABLE filler AS SELECT zeroblob(9000) AS x"], check=True)
    try:
        yield
    finally:
        full[0] = False


@contextmanager
def cannot_write(_up: Living) -> Iterator[None]:
    """No file of this process may be written beyond its first 64 KB: each commit fails in the middle of its writing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


Broken = Callable[[Living], Any]


@pytest.mark.parametrize(
    ("broken", "said"),
    [(disk_full, "The disk is full"), (cannot_write, "nothing was saved")],
    ids=["full", "unwritable"],
)
async def test_a_disk_that_takes_nothing(up: Living, broken: Broken, said: str) -> None:
    message, review = await up.card(number=1)
    await up.form(CAIO, message, WORDS)
    with broken(up):
        await _refused_and_kept(up, said)
        up.jump(seconds=10)
        await asyncio.sleep(1)
    await _and_on_it_goes(up, review)


@contextmanager
def locked(up: Living, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the database for so long."""
    command = [sys.executable, "-c", _HOLDER, str(up.handoff.desk.store.url.database), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other


@pytest.mark.parametrize("seconds", [8, 30])
async def test_another_process_holds_the_database(up: Living, seconds: float) -> None:
    message, review = await up.card(number=1)
    await up.form(CAIO, message, WORDS)
    with locked(up, seconds) as other:
        await _refused_and_kept(up, "nothing was saved")
        up.jump(seconds=10)
        # A later click is answered in time, too, whatever patient work stands in front of it.
        if seconds > 20:
            await asyncio.sleep(12)
            assert other.poll() is None
            began = time.monotonic()
            assert (await up.submit(CAIO, review, WORDS)).payload["response_action"] == "errors"
            assert time.monotonic() - began < SLACK_WAITS
        await asyncio.to_thread(other.wait)
    await _and_on_it_goes(up, review)


async def test_a_lock_shorter_than_a_click_waits_costs_nothing(up: Living) -> None:
    message, review = await up.card(number=1)
    await up.form(CAIO, message, WORDS)
    with locked(up, 1.0):
        assert (await up.submit(CAIO, review, WORDS)).payload == {}
    await up.delivered()
    assert up.wrong() == []


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_postgresql_is_restarted_under_load(tmp_path: Path, how: str) -> None:
    # A server that keeps what it has committed, as in production.
    with embedded.server(durable=True) as server:
        async with living(tmp_path, url=server.url(server.create()), undo_minutes=60) as up:
            up.feeder.feed(70, "calm")
            up.feeder.feed(4, "stern")
            up.handoff.ticker.wake()
            message, review = await up.card(number=1)
            await up.form(CAIO, message, WORDS)
            # The crowd looks at the newest forty cards, and this one is to be left to Caio.
            await up.card(number=45)
            crowd = Crowd(up.server.people, tuple(town.EXPERTS[2:]), (town.CALM,), seed=1)
            crowd.go(on=True)
            await asyncio.sleep(0.7)
            await asyncio.to_thread(server.stop, how)
            began = time.monotonic()
            reply = await up.submit(CAIO, review, WORDS)
            assert reply.acked, reply.problem
            assert time.monotonic() - began < SLACK_WAITS
            assert reply.payload.get("response_action") == "errors"
            assert WORDS in str(up.workspace.top_view(CAIO).values)
            await asyncio.sleep(1)
            await asyncio.to_thread(server.start)
            await asyncio.sleep(1)
            crowd.go(on=False)
            await asyncio.sleep(0.5)
            await crowd.aclose()
            assert (await up.submit(CAIO, review, WORDS)).payload == {}
            up.jump(seconds=20)
            await until(lambda: not up.cards(ids.APPROVE, town.STERN), 20)
            await up.delivered()
            up.deeds.extend(crowd.deeds)
            assert up.wrong(skew=1.0) == []
            assert sum(d.acked for d in crowd.deeds) > 5
