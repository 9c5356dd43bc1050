"""The local workspace as a process of its own, with its crowd: `python -m tests.faults.workspace SEED`.

Says in one line of JSON where it listens, and ends when its standard input does: nobody is left behind.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.clock import system_clock
from bot.sandbox.control import record
from bot.sandbox.server import start
from bot.sandbox.workspace import Workspace
from tests.faults import town
from tests.faults.books import Json, Record
from tests.faults.crowd import Crowd


async def serve(seed: int) -> None:
    workspace = Workspace(system_clock)
    town.furnish(workspace)
    server = await start(workspace, control=True)
    crowd = Crowd(server.people, town.EXPERTS, town.CHANNELS, seed)
    runner = web.AppRunner(_desk(crowd, workspace), access_log=None)
    await runner.setup()
    # The crowd is told through a door of its own, which stays open while the workspace is away.
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    beside = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    told = {"api": server.api_url, "control": f"{server.page_url}control/", "crowd": beside, "team": workspace.team_id,
            "bot_token": workspace.bot_token, "app_token": workspace.app_token}  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await crowd.aclose()
    await runner.cleanup()
    await server.aclose()


def _desk(crowd: Crowd, workspace: Workspace) -> web.Application:
    async def go(request: web.Request) -> web.Response:
        told = await request.json()
        crowd.pause = float(told.get("pause", crowd.pause))
        crowd.go(on=bool(told["on"]))
        return web.json_response({"ok": True})

    async def seen(_request: web.Request) -> web.Response:
        return web.json_response(record(workspace) | {"deeds": [asdict(d) for d in crowd.deeds]})

    async def now(_request: web.Request) -> web.Response:
        acked = sum(d.acked for d in crowd.deeds)
        return web.json_response({"connected": len(crowd.people.sockets.connections), "acked": acked})

    app = web.Application()
    app.add_routes([web.get("/now", now), web.post("/go", go), web.get("/record", seen)])
    return app


# From the test's side


class Beside:
    """A workspace in another process, as a test sees it."""

    def __init__(self, said: Json) -> None:
        self.said = said

    @property
    def environment(self) -> dict[str, str]:
        """What the bot must know of it."""
        return {
            "SLACK_API_URL": self.said["api"], "SLACK_BOT_TOKEN": self.said["bot_token"],
            "SLACK_APP_TOKEN": self.said["app_token"],
        }  # fmt: skip

    def crowd(self, *, on: bool, **more: float) -> None:
        _call(f"{self.said['crowd']}go", {"on": on, **more})

    def record(self) -> Record:
        return Record.of(_call(f"{self.said['crowd']}record"))

    def wait(self, seconds: float = 20) -> None:
        """Until the bot is connected."""
        until = time.monotonic() + seconds
        while not self._now()["connected"]:
            assert time.monotonic() < until, "the bot did not connect"
            time.sleep(0.02)

    def wait_for_answers(self, more: int, seconds: float) -> None:
        """Until so many more answers were acknowledged, or so long."""
        until, wanted = time.monotonic() + seconds, self._now()["acked"] + more
        while self._now()["acked"] < wanted and time.monotonic() < until:
            time.sleep(0.01)

    def _now(self) -> Json:
        found: Json = _call(f"{self.said['crowd']}now")
        return found

    def calls(self) -> list[Json]:
        found: list[Json] = _call(f"{self.said['crowd']}record")["calls"]
        return found

    def faults(self, **weather: Any) -> None:
        _call(f"{self.said['control']}faults", weather)

    def sockets(self, how: str) -> None:
        _call(f"{self.said['control']}sockets", {"how": how})

    def down(self, seconds: float) -> None:
        _call(f"{self.said['control']}down", {"seconds": seconds})


def _call(url: str, body: Json | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return json.load(answer)


@contextmanager
def beside(seed: int = 1) -> Iterator[Beside]:
    """A workspace in a process of its own, for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.faults.workspace", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Beside(json.loads(process.stdout.readline()))
        finally:
            process.communicate("", timeout=20)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
