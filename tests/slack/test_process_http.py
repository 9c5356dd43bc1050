"""The real process in HTTP mode, from the card to the decision: against a workspace that posts to its address."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.cards import ids
from bot.core.types import State
from bot.desk import see
from bot.sandbox import seed
from bot.sandbox.request_url import RequestUrl
from tests.slack.process import ROOT, Bot, workplace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")

SECRET = "hush-hush-hush"


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Web:
    """`handoff run --http` on a seeded database; the workspace delivers to it."""

    bot: Bot
    port: int
    health: int

    async def up(self) -> None:
        self.bot.process = await self.bot.launch(
            2, "--http", str(self.port), SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=SECRET,
            HANDOFF_HEALTH=f"127.0.0.1:{self.health}",
        )  # fmt: skip
        workspace = self.bot.server.workspace
        self.bot.server.socket.request_url = RequestUrl(workspace, f"{self.url}/slack/events", SECRET)
        await workspace.until(lambda: len(workspace.messages.get(seed.BRAZIL, [])) >= 5, 30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def card(self) -> tuple[str, str]:
        """A review that waits, and where its card stands."""
        for message in self.bot.server.workspace.messages[seed.BRAZIL]:
            value = re.search(rf"'action_id': '{re.escape(ids.APPROVE)}'.*?'value': '([^']+)'", str(message.blocks))
            if value:
                return ids.parse_value(value[1])[0], message.ts
        raise AssertionError("no card can be approved")

    def state(self, review: str) -> State:
        desk = self.bot.desk()
        try:
            return see.case(desk, review).review.state
        finally:
            desk.close()

    async def ask(self, path: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.health}{path}") as said,
        ):
            return said.status, await said.text()


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    async with workplace(tmp_path) as bot:
        yield Web(bot, free(), free())


async def test_from_the_card_to_the_decision_and_back_on_the_card(web: Web) -> None:
    await web.up()
    workspace, people = web.bot.server.workspace, web.bot.server.people
    review, ts = web.card()
    assert (await people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE)).acked
    assert web.state(review) is State.DECIDED
    await workspace.until(lambda: ids.UNDO in str(workspace.message(seed.BRAZIL, ts).blocks), 10)
    assert (await people.click(seed.BIA, seed.BRAZIL, ts, ids.UNDO)).acked
    assert web.state(review) is State.REOPENED
    told = await people.slash(seed.BIA, seed.BRAZIL, "/handoff", "help")
    assert told.acked
    assert told.payload["response_type"] == "ephemeral"
    await people.open_home(seed.BIA)
    await web.bot.server.socket.settled()
    assert workspace.failures == []
    status, ready = await web.ask("/readyz")
    assert (status, json.loads(ready)["ready"]) == (200, True)
    assert "sockets" not in json.loads(ready)["checks"]
    _, numbers = await web.ask("/metrics")
    assert 'handoff_decisions_total{by="expert"} 1.0' in numbers
    assert 'handoff_ack_seconds_count{kind="action",transport="http"} 2.0' in numbers
    assert 'handoff_ack_seconds_count{kind="command",transport="http"} 1.0' in numbers
    # Home, and every message that the bot has posted: of those Slack tells as well.
    events = re.search(r'handoff_ack_seconds_count\{kind="event",transport="http"\} (\d+)', numbers)
    assert events is not None
    assert int(events[1]) > len(workspace.messages[seed.BRAZIL])
    assert web.bot.server.socket.connections == [], "no socket beside it"
    code, said = await web.bot.down()
    assert code == 0, said
    assert SECRET not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_waits_for_the_click_in_hand_and_its_answer(web: Web, number: signal.Signals) -> None:
    await web.up()
    review, ts = web.card()
    blocker = sqlite3.connect(web.bot.folder / "handoff.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    click = asyncio.create_task(web.bot.server.people.click(seed.BIA, seed.BRAZIL, ts, ids.APPROVE))
    await asyncio.sleep(0.3)
    ending = asyncio.create_task(web.bot.down(number))
    await asyncio.sleep(0.5)
    assert not click.done()
    blocker.execute("ROLLBACK")
    blocker.close()
    assert (await click).acked
    code, said = await ending
    assert code == 0, said
    assert web.state(review) is State.DECIDED


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET is not set"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"HANDOFF_HEALTH": "nowhere"}, "HANDOFF_HEALTH"),
    ],
)
async def test_what_is_missing_is_said_before_anything_begins(web: Web, changed: dict[str, str], said: str) -> None:
    environment = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET} | changed
    web.bot.process = await web.bot.launch(2, "--http", str(web.port), **environment)
    code, told = await web.bot.ended()
    assert code == 1
    assert said in told
    assert "Traceback" not in told


async def test_a_port_that_is_taken_ends_it_with_a_word(web: Web) -> None:
    with socket.create_server(("127.0.0.1", web.port)):
        web.bot.process = await web.bot.launch(2, "--http", str(web.port), SLACK_SIGNING_SECRET=SECRET)
        code, told = await web.bot.ended()
    assert code == 1
    assert f"port {web.port}" in told
    assert "Traceback" not in told


async def test_socket_mode_pays_for_none_of_it(tmp_path: Path) -> None:
    script = "import sys, bot.app; print([m for m in ('fastapi', 'uvicorn', 'starlette') if m in sys.modules])"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    shown, _ = await asyncio.wait_for(process.communicate(), 20)
    assert shown.strip() == b"[]"
