"""The bot as a process of its own against the local workspace: for what only a real process shows."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.clock import system_clock
from bot.desk.desk import Desk
from bot.desk.opening import norms_of, open_desk
from bot.sandbox import seed
from bot.sandbox.server import Server, start
from bot.sandbox.workspace import Workspace
from bot.settings import Settings
from scoring.norms import merged

ROOT = Path(__file__).parents[2]


@dataclass
class Bot:
    """`handoff run` on a seeded database, and the workspace to which it is connected."""

    server: Server
    folder: Path
    process: Process | None = None

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'handoff.sqlite3'}"

    def desk(self) -> Desk:
        """The database that the process works on, beside it. To be closed."""
        settings = Settings(database_url=self.url)
        return open_desk(settings, rng=Random(7), norms=merged(seed.norms(), norms_of(settings)))

    async def launch(self, sockets: int = 2, *more: str, **others: str) -> Process:
        """`more` are arguments, `others` is more environment."""
        workspace = self.server.workspace
        environment = {
            "SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_API_URL": self.server.api_url, "HANDOFF_DATABASE_URL": self.url, "HANDOFF_SOCKETS": str(sockets),
            "HANDOFF_HEALTH": "", "PYTHONPATH": str(ROOT),
        } | others  # fmt: skip
        command = (sys.executable, "-m", "bot", "run", *more)
        return await asyncio.create_subprocess_exec(*command, env=os.environ | environment, cwd=self.folder,
                                                    stderr=PIPE)  # fmt: skip

    async def up(self, sockets: int = 2) -> None:
        """Start it, until it is connected and has posted what waits."""
        self.process = await self.launch(sockets)
        async with asyncio.timeout(30):
            while len(self.server.socket.connections) < sockets:  # noqa: ASYNC110 - sockets of another process
                await asyncio.sleep(0.02)
            posted = self.server.workspace.messages
            await self.server.workspace.until(lambda: len(posted.get(seed.BRAZIL, [])) >= 5, 30)

    async def down(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Signal it, and its exit code with what it logged."""
        assert self.process is not None
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> tuple[int, str]:
        assert self.process is not None
        async with asyncio.timeout(15):
            _, said = await self.process.communicate()
        code, self.process = self.process.returncode, None
        assert code is not None
        return code, said.decode()


@asynccontextmanager
async def workplace(folder: Path) -> AsyncIterator[Bot]:
    """A furnished workspace and a seeded database; whatever runs at the end is killed."""
    workspace = Workspace(system_clock)
    seed.furnish(workspace)
    bot = Bot(await start(workspace), folder)
    desk = bot.desk()
    seed.hire(desk)
    seed.import_candidates(desk)
    desk.close()
    try:
        yield bot
    finally:
        if bot.process is not None and bot.process.returncode is None:
            bot.process.kill()
            await bot.process.communicate()
        await bot.server.aclose()
