"""outbox: 400 cards to 10 channels, one of them hot, while Slack counts as Slack does and now and then says nothing."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic, perf_counter
from typing import Any

from pydantic import SecretStr

from bot.app import Handoff, build
from bot.clock import system_clock
from bot.desk.desk import new_id
from bot.sandbox import faults
from bot.sandbox.limits import POST, Limits
from bot.sandbox.server import Server, start
from bot.sandbox.workspace import Workspace
from bot.settings import Settings
from db import outbox as rows
from db.outbox import Fresh
from tests.benchmarks.agency import CAMPAIGN, LEAD, Agency, Shape, Stock, channel
from tests.benchmarks.crowd import run
from tests.benchmarks.lines import Goal, Line

CHANNELS, HOT = 10, 0.4
_NONE = Goal("value", 0, 0)


@dataclass
class Weather:
    """Slack's limits, sped up as the pace is, and one message in a hundred accepted without an answer."""

    workspace: Workspace
    limits: Limits
    every: int
    accepted: int = 0
    dropped: int = 0
    limited: int = 0

    async def meet(self, method: str, args: dict[str, Any]) -> Any:
        if seconds := self.limits.wait(method, args, monotonic()):
            self.limited += 1
            return faults.ratelimited(seconds)
        if method == POST:
            self.accepted += 1
            if self.accepted % self.every == self.every // 2:
                self.dropped += 1
                return faults.cut_after()
        return None


@dataclass
class Told:
    seconds: float
    weather: Weather
    posted: list[str] = field(default_factory=list)
    """The errand of every message that stands in the workspace."""


def outbox(stock: Stock, *, quick: bool = False, pace: float | None = None) -> Iterator[Line]:
    """`pace` in seconds; Slack's is 1, and the hot channel alone would take 160 s. Limits are sped up alike."""
    messages = 30 if quick else 400
    pace = pace or (0.05 if quick else 25 / (messages * HOT))
    shape = Shape(messages // 10)
    agency = stock.agency(shape)
    with stock.copy(shape) as url:
        told = run(_deliver(url, agency, messages, pace))
    hot, once = int(messages * HOT), len(set(told.posted))
    assert once == messages, f"{messages - once} of {messages} messages did not arrive"
    parts = {"messages": messages, "pace": pace, "dropped": told.weather.dropped, "accepted": told.weather.accepted}
    goal = Goal("ratio", 1.2, 1.06)
    yield Line("outbox", told.seconds, "s", (hot - 1) * pace, "the hot channel at its pace", goal, parts)
    yield Line("outbox, 429", told.weather.limited, "calls", None, "", _NONE)
    yield Line("outbox, twice", len(told.posted) - once, "messages", None, "", _NONE)


async def _deliver(url: str, agency: Agency, messages: int, pace: float) -> Told:
    workspace = Workspace(system_clock)
    for member in (LEAD, *sorted({campaign.owner for campaign in CAMPAIGN})):
        workspace.add_user(member, member.lower(), member.title())
    for number in range(len(CAMPAIGN)):
        workspace.add_channel(channel(number), f"campaign-{number}", [LEAD])
    server = await start(workspace)
    weather = Weather(workspace, Limits(1 / pace), every=10 if messages < 100 else 100)
    handoff = _bot(url, workspace, server, pace)
    try:
        await handoff.open()
        workspace.fault = weather.meet
        await asyncio.to_thread(_enqueue, handoff, agency, messages)
        began = perf_counter()
        running = asyncio.create_task(handoff.outbox.run())
        await _all_sent(handoff, running)
        told = Told(perf_counter() - began, weather)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    finally:
        await handoff.close(0.3)
        await server.aclose()
    told.posted = [
        m.metadata["event_payload"]["id"] for said in workspace.messages.values() for m in said if m.metadata
    ]
    return told


def _bot(url: str, workspace: Workspace, server: Server, pace: float) -> Handoff:
    token = SecretStr(workspace.bot_token)
    settings = Settings(SLACK_BOT_TOKEN=token, SLACK_API_URL=server.api_url, database_url=url)
    return build(settings, pace=pace)


def _enqueue(handoff: Handoff, agency: Agency, messages: int) -> None:
    """Cards of open reviews; of a hundred, forty go to one channel, the others to nine in turn."""
    now, hot = handoff.desk.clock(), int(messages * HOT)
    letters = [
        Fresh(new_id("ob"), "card", tap.review, channel(0 if n < hot else 1 + n % (CHANNELS - 1)))
        for n, tap in enumerate(agency.taps[:messages])
    ]
    with handoff.desk.store.unit() as unit:
        rows.enqueue(unit, letters, now)


async def _all_sent(handoff: Handoff, running: asyncio.Task[None], seconds: float = math.inf) -> None:
    began = monotonic()
    while monotonic() - began < seconds:
        if running.done():
            running.result()
        with handoff.desk.store.reading() as unit:
            if not rows.depth(unit):
                return
        await asyncio.sleep(0.02)
