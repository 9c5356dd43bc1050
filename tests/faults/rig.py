"""The town in one process: a workspace that can misbehave, the real bot connected to it, and a clock that can jump."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr

from bot import app as product
from bot.cards import ids
from bot.clock import ShiftedClock
from bot.sandbox import state
from bot.sandbox.control import record
from bot.sandbox.model import Json, Message, View
from bot.sandbox.server import Server, start
from bot.sandbox.socket_mode import Reply
from bot.sandbox.workspace import Workspace
from bot.settings import Settings
from db import outbox
from tests.faults import books, town
from tests.faults.books import Books, Deed, Record
from tests.faults.invariants import Rules, violations

BIA, CAIO = town.EXPERTS[0], town.EXPERTS[1]


@dataclass
class Living:
    workspace: Workspace
    server: Server
    handoff: product.Handoff
    clock: ShiftedClock
    feeder: town.Feeder
    deeds: list[Deed] = field(default_factory=list)

    # What people do

    def cards(self, action: str, channel: str = town.CALM) -> list[tuple[Message, str]]:
        """(card, review) of every card of a channel that has such a button, oldest first."""
        return [
            (message, ids.parse_value(element["value"])[0])
            for message in self.workspace.messages.get(channel, [])
            for _, element in state.elements(message.blocks)
            if element.get("action_id") == action
        ]

    async def card(self, action: str = ids.APPROVE, channel: str = town.CALM, number: int = 0) -> tuple[Message, str]:
        """The same for one of them, as soon as it is there."""
        await self.workspace.until(lambda: len(self.cards(action, channel)) > number, 10)
        return self.cards(action, channel)[number]

    async def tap(self, who: str, message: Message, action: str, review: str) -> Reply:
        what = {ids.APPROVE: "approve", ids.UNDO: "undo"}[action]
        return await self._noted(who, what, review, self.server.people.click(who, message.channel, message.ts, action))

    async def form(self, who: str, message: Message, words: str) -> View:
        """Open the form that overrides, and fill it in."""
        people, stacks = self.server.people, self.workspace.stacks
        await people.click(who, message.channel, message.ts, ids.OVERRIDE)
        await self.workspace.until(lambda: stacks.get(who))
        await people.type(who, ids.REASONS, ["price"])
        await people.type(who, ids.CONFIDENCE, "sure")
        await people.type(who, ids.NARRATIVE, words)
        return stacks[who][-1]

    async def submit(self, who: str, review: str, words: str) -> Reply:
        return await self._noted(who, "override", review, self.server.people.submit(who), words)

    async def _noted(self, who: str, what: str, review: str, gesture: Any, words: str = "") -> Reply:
        sent = self.clock().timestamp()
        reply: Reply = await gesture
        heard = self.clock().timestamp()
        self.deeds.append(Deed(who, what, review, sent, heard, reply.acked, reply.payload, words))
        return reply

    def whispers(self, who: str, channel: str = town.CALM) -> list[str]:
        """What only this person sees in a channel."""
        return [m.text for m in self.workspace.messages.get(channel, []) if m.ephemeral_to == who]

    # What time does

    def jump(self, **by: float) -> None:
        self.clock.jump(timedelta(**by))
        self.handoff.ticker.wake()

    def met(self, method: str) -> int:
        """How many calls of a method the weather has answered."""
        return sum(c["method"] == method and c["error"] == "fault" for c in self.workspace.calls)

    def depth(self) -> dict[str, int]:
        with self.handoff.desk.store.reading() as unit:
            return outbox.depth(unit)

    async def delivered(self, seconds: float = 30) -> None:
        """Until there is nothing to send."""
        await until(lambda: not self.depth().keys() - {"dead"}, seconds)

    # What is left

    def books(self) -> Books:
        return books.read(self.handoff.desk.store)

    def record(self) -> Record:
        told: Json = record(self.workspace)
        return Record(told["messages"], told["direct"], tuple(self.deeds))

    def wrong(self, skew: float = 0.0) -> list[str]:
        return violations(self.books(), self.record(), Rules(skew=skew))


async def until(found: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for something that has no event."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, f"not within {seconds} s: {found}"
        await asyncio.sleep(0.02)


def tell(server: Server, **weather: Any) -> None:
    """The weather from now on; what is not named is fair."""
    server.socket.weather.tell(weather)
    server.workspace.fault = lambda method, args: server.socket.weather.meet(server.workspace, method, args)


@asynccontextmanager
async def living(
    folder: Path, *, url: str | None = None, pace: float = 0.0, sweep: float = 0.2, seed: int = 1,
    foul: Mapping[str, Mapping[str, float]] | None = None, **more: Any,
) -> AsyncIterator[Living]:  # fmt: skip
    """Everything up and connected, with nobody to review yet; started in `foul` weather; `more` are settings."""
    clock = ShiftedClock()
    workspace = Workspace(clock)
    town.furnish(workspace)
    server = await start(workspace, control=True)
    settings = Settings(
        SLACK_BOT_TOKEN=SecretStr(workspace.bot_token), SLACK_APP_TOKEN=SecretStr(workspace.app_token),
        SLACK_API_URL=server.api_url, database_url=url or f"sqlite:///{folder / 'handoff.sqlite3'}",
        **{"health": "", **more},
    )  # fmt: skip
    handoff = product.build(settings, clock=clock, rng=Random(seed), pace=pace, sweep=sweep)
    await asyncio.to_thread(town.hire, handoff.desk, workspace.team_id)
    stop = asyncio.Event()
    tell(server, methods=foul or {})
    bot = asyncio.create_task(product.run(handoff, stop), name="bot")
    try:
        if foul:
            await until(lambda: bot.done() or workspace.calls)
            tell(server)
        await until(lambda: bot.done() or server.socket.connections)
        if bot.done():
            bot.result()
        yield Living(workspace, server, handoff, clock, town.Feeder(handoff.desk, Random(seed)))
    finally:
        stop.set()
        await asyncio.gather(bot, return_exceptions=True)
        await server.aclose()
