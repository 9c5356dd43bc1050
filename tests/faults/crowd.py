"""People who go on clicking whatever happens, and note what they did and what they were told."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from random import Random
from typing import Any

from bot.cards import ids
from bot.sandbox import state
from bot.sandbox.model import Json, Message, Refused
from bot.sandbox.people import People
from bot.sandbox.socket_mode import Reply
from tests.faults.books import Deed

#: What somebody looks at: the newest cards of a channel.
_SCREEN = 40
_DO = {ids.APPROVE: "approve", ids.UNDO: "undo", ids.OVERRIDE: "override"}
_PATIENCE = 0.6
_MEDDLES = 0.03


class Crowd:
    """One loop per person; `pause` is the mean number of seconds between two gestures of one person."""

    def __init__(self, people: People, who: tuple[str, ...], channels: tuple[str, ...], seed: int) -> None:
        self.people = people
        self.workspace = people.workspace
        self.deeds: list[Deed] = []
        self.pause = 0.04
        self._channels = channels
        self._going = asyncio.Event()
        self._loops = [asyncio.create_task(self._live(w, Random(f"{seed} {w}"))) for w in who]
        self._words = 0

    def go(self, *, on: bool) -> None:
        (self._going.set if on else self._going.clear)()

    async def aclose(self) -> None:
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    async def _live(self, who: str, rng: Random) -> None:
        while True:
            await self._going.wait()
            await asyncio.sleep(rng.expovariate(1 / self.pause))
            with suppress(Refused):  # the button has gone meanwhile
                await self._gesture(who, rng)

    async def _gesture(self, who: str, rng: Random) -> None:
        found = self._pick(who, rng)
        if found is None:
            return
        message, action, review = found
        for _ in range(3):
            if action == ids.OVERRIDE:
                acked = await self._override(who, message, review, rng)
            else:
                acked = await self._tap(who, message, action, review)
            if acked or rng.random() < 0.3:
                return
            # What failed is tried again, as people do.
            await asyncio.sleep(rng.uniform(0.02, 0.3))

    def _pick(self, who: str, rng: Random) -> tuple[Message, str, str] | None:
        """A button of ours on one of the newest cards; Undo is for those who have answered, and mostly for them."""
        mine = {d.review for d in self.deeds[-500:] if d.who == who and d.acked and d.what != "undo"}
        found = [
            (message, element["action_id"], ids.parse_value(element["value"])[0])
            for message in self.workspace.messages.get(rng.choice(self._channels), [])[-_SCREEN:]
            for _, element in state.elements(message.blocks)
            if element.get("action_id") in _DO
        ]
        found = [f for f in found if f[1] != ids.UNDO or f[2] in mine or rng.random() < _MEDDLES]
        return rng.choice(found) if found else None

    def _note(self, who: str, what: str, review: str, sent: float, reply: Reply, words: str = "") -> bool:
        self.deeds.append(Deed(who, what, review, sent, time.time(), reply.acked, reply.payload, words))
        return reply.acked

    async def _tap(self, who: str, message: Message, action: str, review: str) -> bool:
        sent = time.time()
        reply = await self.people.click(who, message.channel, message.ts, action)
        return self._note(who, _DO[action], review, sent, reply)

    async def _override(self, who: str, message: Message, review: str, rng: Random) -> bool:
        """Open the form, fill it in, send it, again while nobody says that it arrived."""
        stacks = self.workspace.stacks
        if stacks.get(who):
            await self.people.close(who, everything=True)
        if not (await self.people.click(who, message.channel, message.ts, ids.OVERRIDE)).acked:
            return False
        with suppress(TimeoutError):
            await self.workspace.until(lambda: stacks.get(who), _PATIENCE)
        if not stacks.get(who) or stacks[who][-1].source["callback_id"] != ids.OVERRIDE_FORM:
            return True
        words = await self._fill(who, rng)
        for _ in range(4):
            sent = time.time()
            if self._note(who, "override", review, sent, await self.people.submit(who), words):
                break
            await asyncio.sleep(rng.uniform(0.02, 0.3))
        if stacks.get(who):
            await self.people.close(who, everything=True)
        return True

    async def _fill(self, who: str, rng: Random) -> str:
        self._words += 1
        words = f"Word {self._words} of {who}"
        reasons: list[Any] = self._options(who, ids.REASONS)
        await self.people.type(who, ids.REASONS, [rng.choice([r for r in reasons if r != "market_norm"])])
        await self.people.type(who, ids.CONFIDENCE, "sure")
        await self.people.type(who, ids.NARRATIVE, words)
        return words

    def _options(self, who: str, block_id: str) -> list[str]:
        blocks: list[Json] = self.workspace.top_view(who).blocks
        block = next(b for b in blocks if b.get("block_id") == block_id)
        return [str(o["value"]) for o in block["element"]["options"]]
