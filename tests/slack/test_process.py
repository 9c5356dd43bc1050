"""The real process: what a signal ends and what it does not, and that nobody works twice on one file."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cards import ids
from bot.core.types import State
from bot.desk import see
from bot.sandbox import seed
from bot.sandbox.socket_mode import Reply
from tests.slack.process import ROOT, Bot, workplace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    async with workplace(tmp_path) as made:
        yield made


def waiting(bot: Bot) -> dict[str, str]:
    """Cards in Brazil that can be approved: review -> where it stands."""
    found = {}
    for message in bot.server.workspace.messages.get(seed.BRAZIL, []):
        button = re.search(rf"'action_id': '{re.escape(ids.APPROVE)}'.*?'value': '([^']+)'", str(message.blocks))
        if button:
            found[ids.parse_value(button[1])[0]] = message.ts
    return found


async def test_every_click_that_is_answered_is_committed_and_the_other_way_round(bot: Bot) -> None:
    await bot.up()
    cards = waiting(bot)
    assert len(cards) >= 4
    people = bot.server.people

    async def click(at: float, ts: str) -> Reply:
        await asyncio.sleep(at)
        return await people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE)

    bot.server.socket.ack_seconds = 1.0
    clicks = [asyncio.create_task(click(0.02 * n, ts)) for n, ts in enumerate(cards.values())]
    await asyncio.sleep(0.03)
    code, said = await bot.down()
    assert code == 0, said
    answered = {review for review, reply in zip(cards, await asyncio.gather(*clicks), strict=True) if reply.acked}
    desk = bot.desk()
    decided = {review for review in cards if see.case(desk, review).review.state is State.DECIDED}
    desk.close()
    assert answered == decided
    assert answered


async def test_sigterm_while_the_database_is_locked_waits_for_the_click_and_its_answer(bot: Bot) -> None:
    await bot.up()
    review, ts = next(iter(waiting(bot).items()))
    blocker = sqlite3.connect(bot.folder / "handoff.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    click = asyncio.create_task(bot.server.people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE))
    await asyncio.sleep(0.3)
    ending = asyncio.create_task(bot.down())
    await asyncio.sleep(0.5)
    assert not click.done()
    blocker.execute("ROLLBACK")
    blocker.close()
    assert (await click).acked
    code, said = await ending
    assert code == 0, said
    desk = bot.desk()
    assert see.case(desk, review).review.state is State.DECIDED
    desk.close()


async def test_a_hanging_slack_does_not_hold_the_end_beyond_ten_seconds(bot: Bot) -> None:
    await bot.up()
    ts = next(iter(waiting(bot).values()))

    async def hang(method: str, _args: object) -> None:
        if method in ("chat.update", "chat.postMessage"):
            await asyncio.sleep(30)

    bot.server.workspace.fault = hang
    assert (await bot.server.people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE)).acked
    await asyncio.sleep(0.2)
    began = time.monotonic()
    code, said = await bot.down()
    assert code == 0, said
    assert time.monotonic() - began < 10


async def test_a_second_sigterm_ends_it_at_once(bot: Bot) -> None:
    await bot.up()
    review, ts = next(iter(waiting(bot).items()))
    blocker = sqlite3.connect(bot.folder / "handoff.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    click = asyncio.create_task(bot.server.people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE))
    await asyncio.sleep(0.3)
    assert bot.process is not None
    bot.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.3)
    began = time.monotonic()
    code, _ = await bot.down()
    assert time.monotonic() - began < 0.5
    assert code == -signal.SIGTERM
    blocker.close()
    assert not (await click).acked
    desk = bot.desk()
    assert see.case(desk, review).review.state is State.PENDING
    desk.close()


async def test_closed_connections_come_back_and_no_answered_click_is_lost(bot: Bot) -> None:
    await bot.up()
    bot.server.socket.ack_seconds = 1.0
    approved = set()
    for review, ts in list(waiting(bot).items())[:3]:
        await bot.server.socket.drop()
        async with asyncio.timeout(10):
            while not (await bot.server.people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE)).acked:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        approved.add(review)
    desk = bot.desk()
    assert {r for r in approved if see.case(desk, r).review.state is State.DECIDED} == approved
    assert all(see.case(desk, r).review.round == 1 for r in approved)
    desk.close()


async def test_an_event_whose_process_was_killed_is_acted_on_by_the_next(bot: Bot) -> None:
    await bot.up()
    workspace = bot.server.workspace
    held = asyncio.Event()

    async def hang(method: str, _args: object) -> None:
        if method == "views.publish":
            held.set()
            await asyncio.sleep(30)

    workspace.fault = hang
    await bot.server.people.open_home(seed.BIA)
    await asyncio.wait_for(held.wait(), 5)
    await bot.server.socket.settled()  # acknowledged: Slack will not bring it again
    assert workspace.failures == []
    code, _ = await bot.down(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert seed.BIA not in workspace.homes
    workspace.fault = None
    bot.process = await bot.launch()
    async with asyncio.timeout(20):
        await workspace.until(lambda: seed.BIA in workspace.homes, 20)


async def test_a_second_bot_on_the_same_file_is_told_and_other_commands_are_not_kept_out(bot: Bot) -> None:
    await bot.up()
    assert bot.process is not None
    second = await bot.launch()
    _, said = await asyncio.wait_for(second.communicate(), 20)
    assert second.returncode == 1
    assert "Another “handoff run”" in said.decode()
    assert str(bot.process.pid) in said.decode()
    assert "PostgreSQL" in said.decode()
    status = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "status",
        env=os.environ | {"HANDOFF_DATABASE_URL": bot.url, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    shown, _ = await asyncio.wait_for(status.communicate(), 20)
    assert (status.returncode, b"Reviews" in shown) == (0, True)
    # The lock goes with the process, however it ends.
    bot.process.kill()
    await bot.ended()
    bot.server.workspace.messages.clear()
    bot.process = await bot.launch()
    async with asyncio.timeout(20):
        while not bot.server.socket.connections:  # noqa: ASYNC110 - sockets of another process
            await asyncio.sleep(0.02)
    assert (await bot.down())[0] == 0


async def test_until_it_is_connected_it_loads_nothing_that_can_wait(bot: Bot) -> None:
    """Each of these is a fiftieth of the start or more, and nobody who is connected by a socket needs it yet."""
    bot.process = await bot.launch(2, PYTHONPROFILEIMPORTTIME="1")
    async with asyncio.timeout(30):
        while len(bot.server.socket.connections) < 2:  # noqa: ASYNC110 - sockets of another process
            await asyncio.sleep(0.02)
    code, said = await bot.down()
    assert code == 0, said[-2000:]
    loaded = {line.rpartition("|")[2].strip() for line in said.splitlines() if line.startswith("import time:")}
    assert {"bot.app", "bot.slack.features", "slack_bolt.async_app"} <= loaded
    can_wait = (
        "alembic fastapi httpx jmespath matplotlib numpy psycopg scipy sklearn starlette "
        "tenacity uvicorn bot.api bot.doctor bot.importing bot.sandbox bot.upstream db.backup"
    )
    assert sorted(loaded & set(can_wait.split())) == []
