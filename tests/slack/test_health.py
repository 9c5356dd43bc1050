"""What a watcher is told: alive, ready or why not, and numbers that follow what really happened."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics
from bot.cards import ids
from bot.desk.desk import Desk
from bot.health import Health
from bot.settings import Settings
from db.migrate import HEAD
from db.store import Store
from tests.slack.hands import House

Json = dict[str, Any]


@dataclass
class Watcher:
    house: House
    health: Health
    session: aiohttp.ClientSession

    async def ask(self, path: str) -> tuple[int, Any]:
        async with self.session.get(f"http://127.0.0.1:{self.health.port}{path}") as said:
            text = await said.text()
            return said.status, await said.json() if said.content_type == "application/json" else text

    async def numbers(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        status, text = await self.ask("/metrics")
        assert status == 200
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
async def watcher(house: House) -> AsyncIterator[Watcher]:
    metrics.sockets_connected.set(1)
    health = Health(house.desk, "127.0.0.1", 0, sockets=True, oldest=timedelta(minutes=10))
    await health.run()
    async with aiohttp.ClientSession() as session:
        yield Watcher(house, health, session)
    await health.close(1)
    metrics.sockets_connected.set(0)


async def test_a_process_that_answers_is_alive(watcher: Watcher) -> None:
    assert await watcher.ask("/healthz") == (200, {"ok": True})


async def test_ready_says_what_was_looked_at(watcher: Watcher) -> None:
    status, said = await watcher.ask("/readyz")
    assert status == 200
    assert said["ready"] is True
    assert {name: check["ok"] for name, check in said["checks"].items()} == {
        "database": True, "migration": True, "outbox": True, "writer": True, "sockets": True,
    }  # fmt: skip
    assert said["checks"]["migration"] == {"ok": True, "level": HEAD, "needs": HEAD}
    assert said["checks"]["sockets"]["connected"] == 1


async def test_no_connection_is_not_ready_and_over_http_none_is_needed(watcher: Watcher) -> None:
    metrics.sockets_connected.set(0)
    status, said = await watcher.ask("/readyz")
    assert (status, said["checks"]["sockets"]) == (503, {"ok": False, "connected": 0})
    watcher.health._sockets = False
    status, said = await watcher.ask("/readyz")
    assert status == 200
    assert "sockets" not in said["checks"]


async def test_an_errand_that_waits_too_long_is_not_ready(watcher: Watcher) -> None:
    watcher.house.clock.move(minutes=9)
    assert (await watcher.ask("/readyz"))[0] == 200
    watcher.house.clock.move(minutes=2)
    status, said = await watcher.ask("/readyz")
    assert status == 503
    assert said["checks"]["outbox"] == {"ok": False, "oldest_due_seconds": 660.0, "at_most": 600.0}
    await watcher.house.deliver()
    assert (await watcher.ask("/readyz"))[0] == 200


@pytest.mark.parametrize("found", ["0000", "9999"])
async def test_a_database_of_another_version_is_not_ready(watcher: Watcher, found: str) -> None:
    path = watcher.house.desk.store.url.database
    with sqlite3.connect(path) as beside:
        beside.execute("UPDATE alembic_version SET version_num = ?", (found,))
    beside.close()
    status, said = await watcher.ask("/readyz")
    assert status == 503
    assert said["checks"]["migration"] == {"ok": False, "level": found, "needs": HEAD}
    assert said["checks"]["database"]["ok"] is True


async def test_a_database_that_is_gone_is_not_ready_and_the_rest_is_still_counted(watcher: Watcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = Store(f"postgresql+psycopg://secretive:hush@127.0.0.1:{port}/handoff")
    house = watcher.house.desk
    watcher.health._desk = Desk(gone, house.clock, house.norms)
    status, said = await watcher.ask("/readyz")
    assert status == 503
    assert said["checks"] == {
        "database": {"ok": False, "error": "Busy"}, "writer": {"ok": True}, "sockets": {"ok": True, "connected": 1},
    }  # fmt: skip
    numbers = await watcher.numbers()
    assert math.isnan(numbers["handoff_outbox_age_seconds", ()])
    assert not [name for name, _ in numbers if name == "handoff_outbox_depth"]
    assert numbers["handoff_sockets_connected", ()] == 1
    watcher.health._desk.close()


async def test_a_writer_who_hangs_is_not_ready_although_reading_goes_on(watcher: Watcher) -> None:
    begun, go = threading.Event(), threading.Event()

    def hang(_desk: Desk) -> bool:
        begun.set()
        return go.wait(10)

    hanging = asyncio.create_task(watcher.house.desk.chore(hang))
    await asyncio.to_thread(begun.wait, 10)
    status, said = await watcher.ask("/readyz")
    go.set()
    assert (status, said["checks"]["writer"], said["checks"]["database"]) == (503, {"ok": False}, {"ok": True})
    assert await hanging
    assert (await watcher.ask("/readyz"))[0] == 200


async def test_a_database_that_hangs_is_asked_once_however_many_ask(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def hanging(verb: Any) -> Any:
        asked.append(verb)
        await asyncio.sleep(30)

    monkeypatch.setattr("bot.health._PATIENCE", 0.2)
    monkeypatch.setattr(watcher.house.desk, "read", hanging)
    said = await asyncio.gather(*(watcher.ask("/readyz") for _ in range(5)))
    assert [status for status, _ in said] == [503] * 5
    assert said[0][1]["checks"]["database"] == {"ok": False, "error": "TimeoutError"}
    assert len(asked) == 1
    assert await watcher.ask("/healthz") == (200, {"ok": True})


async def test_numbers_follow_real_clicks(watcher: Watcher) -> None:
    house = watcher.house
    before = await watcher.numbers()
    ready = ("handoff_outbox_depth", (("state", "ready"),))
    assert before[ready] > 0
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    await house.tap("U0CAIO", ids.APPROVE, house.value("bruno"))
    house.clock.move(hours=48)
    await house.handoff.ticker.once()
    await house.deliver()
    after = await watcher.numbers()

    def more(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after[key] - before.get(key, 0.0)

    assert more("handoff_decisions_total", by="expert") == 1
    assert more("handoff_decisions_total", by="deadline") == 2
    assert more("handoff_deadline_lateness_seconds_count") == 2
    assert after[ready] == 0
    assert after["handoff_outbox_age_seconds", ()] == 0


async def test_nothing_that_is_said_names_anybody(watcher: Watcher) -> None:
    house = watcher.house
    await house.tap("U0BIA", ids.APPROVE, house.value("bruno"))
    everything = "".join([str(await watcher.ask(path)) for path in ("/healthz", "/readyz", "/metrics")])
    case = house.case("bruno")
    names = [case.candidate.name, case.campaign.name, case.campaign.key, case.review.id, "U0BIA", "C0BRAZIL", "Bia"]
    names += ["xoxb", "xapp", str(house.desk.store.url.database)]
    assert not [name for name in names if name in everything]


async def test_a_port_that_is_taken_is_said_and_the_bot_works_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.WARNING):
        health = Health(house.desk, *taken.getsockname(), sockets=False, oldest=timedelta(minutes=10))
        await health.run()
        await health.close(1)
    (said,) = [r.getMessage() for r in caplog.records if r.name == "bot.health"]
    assert "HANDOFF_HEALTH" in said
    assert "works on" in said
    assert health.port is None


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("127.0.0.1:8401", ("127.0.0.1", 8401)), ("[::1]:8401", ("::1", 8401)), ("", None),
        ("0.0.0.0:80", ("0.0.0.0", 80)), ("localhost:1", ("localhost", 1)),  # noqa: S104 - what a container says
    ],
)  # fmt: skip
def test_the_address_of_health(said: str, at: tuple[str, int] | None) -> None:
    assert Settings(health=said).health_at == at


@pytest.mark.parametrize("said", ["8401", ":8401", "localhost", "localhost:", "a b:1", "::1:8401", "x:123456"])
def test_an_address_that_is_none(said: str) -> None:
    with pytest.raises(ValueError, match="health"):
        Settings(health=said)
