"""The whole product in one process without a Slack account: the local workspace, the bot, and a clock that can jump."""

from __future__ import annotations

import asyncio
import signal
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bot import app as product
from bot.clock import ShiftedClock
from bot.core.errors import Invalid
from bot.desk.desk import Desk
from bot.desk.opening import norms_of, open_desk
from bot.sandbox import seed
from bot.sandbox.server import Server, start
from bot.sandbox.workspace import Workspace
from bot.settings import Settings
from scoring.norms import merged

#: The same draws each time, so that the tour tells the truth.
_SEED = 7
#: Nothing limits a local workspace, and nobody wants to wait for a card.
_PACE = 0.02


@dataclass
class Demo:
    """What runs: for the command line, and for tests that want to look inside."""

    workspace: Workspace
    server: Server
    handoff: product.Handoff
    clock: ShiftedClock

    async def jump(self, by: timedelta) -> None:
        """Move the clock forward, and let everything happen that falls due."""
        self.clock.jump(by)
        self.handoff.ticker.wake()

    @property
    def url(self) -> str:
        """The page, as Bia in Brazil's channel."""
        return f"{self.server.page_url}#as={seed.BIA}&channel={seed.BRAZIL}"


@asynccontextmanager
async def running(folder: Path, *, port: int = 0, seeded: bool = True) -> AsyncIterator[Demo]:
    """Everything up and connected, with people and candidates in the database unless it is not `seeded`.

    Raises Invalid('port') when the port is taken.
    """
    clock = ShiftedClock()
    workspace = Workspace(clock)
    seed.furnish(workspace)
    demo: Demo | None = None

    async def jumped(seconds: float) -> None:
        if demo is not None:
            await demo.jump(timedelta(seconds=seconds))

    try:
        server = await start(workspace, port=port, on_jump=jumped, tour=seed.tour() if seeded else {})
    except OSError as error:
        raise Invalid("port", value=port) from error
    settings = Settings(
        SLACK_BOT_TOKEN=SecretStr(workspace.bot_token),
        SLACK_APP_TOKEN=SecretStr(workspace.app_token),
        SLACK_API_URL=server.api_url,
        database_url=f"sqlite:///{folder / 'handoff.sqlite3'}",
        norms_file=None,
        upstream=None,  # a source that costs money is not asked about people who are invented
        health="",  # nobody watches a demo, and a second one should not have to ask for another port
    )
    norms = merged(seed.norms(), norms_of(settings))
    desk = open_desk(settings, clock=clock, rng=Random(_SEED), norms=norms)  # noqa: S311 - draws samples only
    await asyncio.to_thread(_seeded if seeded else Desk.close, desk)
    handoff = product.build(settings, clock=clock, norms=norms, pace=_PACE)
    demo = Demo(workspace, server, handoff, clock)
    stop = asyncio.Event()
    bot = asyncio.create_task(product.run(handoff, stop), name="bot")
    try:
        await _connected(server, bot)
        yield demo
    finally:
        stop.set()
        await asyncio.gather(bot, return_exceptions=True)
        await server.aclose()


def _seeded(desk: Desk) -> None:
    seed.hire(desk)
    seed.import_candidates(desk)
    desk.close()


async def _connected(server: Server, bot: asyncio.Task[None]) -> None:
    """Until the socket is up: a click before that would find nobody."""
    while not server.socket.connections:
        if bot.done():
            bot.result()
        await asyncio.sleep(0.02)


async def _interrupted() -> None:
    """Until somebody ends the process: by Ctrl-C, which cancels us, or as services do, by SIGTERM."""
    ended = asyncio.Event()
    with suppress(NotImplementedError):  # Windows has no such handlers
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


async def serve(*, port: int, browser: bool, say: Callable[[str], None]) -> None:
    """Run until interrupted, and say where to look."""
    say("Furnishing a local workspace …")
    with TemporaryDirectory(prefix="handoff-demo-") as folder:
        async with running(Path(folder), port=port) as demo:
            say(f"The local workspace is at {demo.url}")
            say("You are Bia. Switch people at the top; Ctrl-C ends the demo and forgets everything.")
            if browser:
                await asyncio.to_thread(webbrowser.open, demo.url)
            await _interrupted()
