"""Delivery: claim a row, load the state, render, send, mark; one ordered lane per channel or person.

Claiming commits before the request leaves, so that a row found `sending` or `unknown` is looked up by its metadata
before it is sent again. Renders nothing itself (letters.py) and decides nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import blocks
from bot.cards.blocks import Message
from bot.desk.desk import Desk
from bot.outbox import faults, rows
from bot.outbox.faults import Fault, Kind, Phase
from bot.outbox.letters import compose, is_person
from db.outbox import Errand, Place

log = logging.getLogger(__name__)

EVENT_TYPE = "handoff_card"
_AT_ONCE = 16
"""Requests in flight over all lanes."""
_PAGES = 10
_SKEW = 120.0
"""Seconds by which our clock and Slack's may differ in a look-up."""
_UNDERSTOOD = 4
"""Tries for what Slack or our own code refuses: it will not get better, and the lane waits behind it."""
_AMBIGUOUS = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there, or there is nothing left to say (`place` None)."""

    place: Place | None


class Outbox:
    """One per process; `pace` is the least time in seconds between two messages to the same channel."""

    def __init__(self, desk: Desk, client: AsyncWebClient, *, pace: float = 1.0, rng: Random | None = None) -> None:
        self._desk = desk
        self._client = client
        self._pace = pace
        self._rng = rng or Random()  # noqa: S311 - spreads retries, guards nothing
        self._event = asyncio.Event()
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._rooms: dict[str, str] = {}
        self._free_at: dict[str, float] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def wake(self) -> None:
        """Look at once: something may have been enqueued."""
        self._event.set()

    async def run(self) -> None:
        """Until cancelled."""
        self._event.set()
        while True:
            await self._event.wait()
            self._event.clear()
            await self._start_lanes()

    async def flush(self) -> None:
        """Deliver what is due now and wait for it: for tests and for one-shot commands."""
        while True:
            await self._start_lanes()
            if not self._lanes:
                return
            await asyncio.wait(list(self._lanes.values()))
            await asyncio.sleep(0)

    async def stop(self, seconds: float) -> None:
        """Let requests in flight end; what is cut off is looked up at the next start."""
        running = list(self._lanes.values())
        if running:
            await asyncio.wait(running, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _start_lanes(self) -> None:
        try:
            due = await self._desk.read(rows.due)
        except Exception:
            log.exception("the outbox could not be read; the next sweep tries again")
            return
        for lane in due:
            if lane not in self._lanes:
                task = asyncio.create_task(self._serve(lane), name=f"lane {lane}")
                self._lanes[lane] = task
                task.add_done_callback(lambda _, lane=lane: self._ended(lane))  # type: ignore[misc]

    def _ended(self, lane: str) -> None:
        self._lanes.pop(lane, None)
        # Something may have been enqueued between the last look and this end.
        self._event.set()

    async def _serve(self, lane: str) -> None:
        try:
            while errand := await self._next(lane):
                async with self._slots:
                    outcome = await self._deliver(errand)
                await self._mark(errand, outcome)
        except Exception:
            log.exception("lane %s stopped; it starts again", lane)
            await asyncio.sleep(1)

    async def _next(self, lane: str) -> Errand | None:
        wait = self._free_at.get(lane, 0.0) - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        return await self._desk.chore(rows.claim, lane)

    # One errand

    async def _deliver(self, errand: Errand) -> Sent | Fault:
        """What became of it. Raises nothing that Slack or a card could cause."""
        try:
            letter = await self._desk.read(compose, errand)
        except Exception as error:
            log.exception("errand %s (%s %s) could not be written", errand.id, errand.kind, errand.ref)
            return Fault(Kind.ODD, type(error).__name__)
        if letter.message is None:
            return Sent(None)
        phase = Phase.OPENING
        try:
            channel = await self._room(errand.lane)
            if letter.place is not None:
                phase = Phase.SENDING
                if there := await self._update(errand, letter.message, letter.place):
                    return Sent(there)
            # Whatever is posted may have been posted before: also the new card in place of one that is gone.
            phase = Phase.LOOKING
            if errand.state != "ready" and (found := await self._look_up(errand, channel)):
                return Sent(found)
            phase = Phase.SENDING
            return Sent(await self._post(errand, letter.message, channel))
        except Exception as error:  # noqa: BLE001 - whatever it is, the lane goes on and the row says why
            fault = faults.judge(error, phase)
            log.warning("errand %s (%s %s): %s", errand.id, errand.kind, errand.ref, fault.said)
            return fault

    async def _room(self, lane: str) -> str:
        """The channel to post to: a person's direct message is opened once."""
        if not is_person(lane):
            return lane
        if lane not in self._rooms:
            opened = await self._client.conversations_open(users=lane)
            self._rooms[lane] = str(opened["channel"]["id"])
        return self._rooms[lane]

    async def _update(self, errand: Errand, message: Message, place: Place) -> Place | None:
        """Change it where it stands; None when it stands there no more. Saying it twice changes nothing."""
        self._free_at[errand.lane] = time.monotonic() + self._pace
        try:
            return await self._say("chat.update", message, channel=place.channel, ts=place.ts)
        except SlackApiError as error:
            if faults.code_of(error) not in faults.MESSAGE_LOST:
                raise
            return None

    async def _post(self, errand: Errand, message: Message, channel: str) -> Place:
        self._free_at[errand.lane] = time.monotonic() + self._pace
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": errand.id}}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return await self._say("chat.postMessage", message, channel=channel, metadata=metadata, **quiet)

    async def _say(self, method: str, message: Message, **where: Any) -> Place:
        """Blocks that Slack refuses are said once more as plain text: an ugly card is better than none."""
        try:
            said = await self._client.api_call(method, json={**where, "text": message.text, "blocks": message.blocks})
        except SlackApiError as error:
            if faults.code_of(error) not in faults.BAD_BLOCKS:
                raise
            log.warning("%s refused the blocks of a message: %s", method, faults.code_of(error))
            plain = [blocks.section(message.text)]
            said = await self._client.api_call(method, json={**where, "text": message.text, "blocks": plain})
        return Place(str(said["channel"]), str(said["ts"]))

    async def _look_up(self, errand: Errand, channel: str) -> Place | None:
        """Where an earlier attempt arrived after all."""
        oldest, cursor = f"{errand.created_at.timestamp() - _SKEW:.6f}", ""
        for _ in range(_PAGES):
            page = await self._client.conversations_history(
                channel=channel, oldest=oldest, limit=100, include_all_metadata=True, cursor=cursor or None
            )
            for message in page.get("messages") or ():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("id") == errand.id:
                    return Place(channel, str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return None

    # What follows

    async def _mark(self, errand: Errand, outcome: Sent | Fault) -> None:
        if isinstance(outcome, Sent):
            await self._desk.chore(rows.sent, errand, outcome.place)
            return
        tries = errand.tries + 1
        match outcome.kind:
            case Kind.CHANNEL:
                self._rooms.pop(errand.lane, None)
                await self._desk.chore(rows.redirect, errand, outcome.said)
                self.wake()
            case Kind.ODD if tries >= _UNDERSTOOD:
                await self._give_up(errand, outcome)
            case Kind.AMBIGUOUS if tries >= _AMBIGUOUS:
                await self._give_up(errand, outcome)
            case _:
                # What was found in doubt stays in doubt: its earlier attempt may not have been looked up.
                doubt = outcome.kind is Kind.AMBIGUOUS or errand.state != "ready"
                state = "unknown" if doubt else "ready"
                delay = outcome.wait or faults.backoff(tries, self._rng)
                await self._desk.chore(rows.later, errand, delay, state, outcome.said)
                asyncio.get_running_loop().call_later(delay + 0.01, self.wake)

    async def _give_up(self, errand: Errand, fault: Fault) -> None:
        log.error("errand %s (%s %s) given up: %s", errand.id, errand.kind, errand.ref, fault.said)
        await self._desk.chore(rows.dead, errand, fault.said)
