"""Delivery: claim a row, load the state, render, send, mark; one ordered lane per channel or person.

Claiming commits before the request leaves, so that a row found `sending` or `unknown` is looked up by its metadata
before it is sent again. Lanes are leased: several replicas share them, and one that dies loses them. Renders nothing
itself (letters.py), calls Slack through calls.py and decides nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import metrics, web_api
from bot.desk.desk import Desk, new_id
from bot.log import about
from bot.outbox import faults, pictures, rows
from bot.outbox.calls import Calls, TooMuch
from bot.outbox.faults import Fault, Kind, Phase
from bot.outbox.letters import THREADED, compose
from bot.outbox.reminding import KINDS as REMINDERS
from bot.outbox.rows import Hold, Mark, Next
from db.outbox import Errand, Place

log = logging.getLogger(__name__)

_AT_ONCE = 16
"""Requests in flight over all lanes."""
_LEASE = timedelta(seconds=45)
_RENEW = 10.0
"""Seconds between two renewals of the leases of all lanes that are being served."""
_AHEAD = 0.015
"""Seconds by which a claim is begun before its message may leave: less than rows.EARLY, so that it is given."""
_NEEDED = timedelta(seconds=20)
"""What must be left of a lease when a message leaves: more than the longest request (15 s)."""
_ASTRAY = timedelta(days=1)
"""How far back a message is looked for that was sent before the clock was set back."""
_SKEW = timedelta(seconds=30)
"""By how much the clocks of two replicas may differ."""
_UNDERSTOOD = 4
"""Strikes for what Slack or our own code refuses: it will not get better, and the lane waits behind it."""
_AMBIGUOUS = 30
"""Strikes for what may have arrived each time and never did: half an hour, so that an outage kills nothing."""
_DOUBT = 0.1
"""The least seconds before a doubtful message is looked for."""
_HASTEN = 5.0
"""The least seconds between two times that a success wakes the lanes which wait for Slack to come back."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there, or there is nothing left to say; `place` where it stands, when that is new."""

    place: Place | None
    asked: bool = True
    """Whether Slack answered."""


def _stands(errand: Errand, place: Place) -> Place:
    """Where people answer it: under its card, or under itself where there is none."""
    return replace(place, thread_ts=place.thread_ts or place.ts) if errand.kind == THREADED else place


def _judged(errand: Errand, error: Exception, phase: Phase) -> Fault:
    fault = faults.judge(error, phase)
    trace = error if fault.kind is Kind.ODD and phase is Phase.OPENING else None
    log.warning("errand %s (%s %s): %s", errand.id, errand.kind, errand.ref, fault.said, exc_info=trace)
    return fault


class Outbox:
    """One per process.

    `pace` is the least time in seconds between two messages to the same channel. `settle` is for how many seconds after
    an attempt a message may still turn up: one that is not found is sent again only then.
    """

    def __init__(
        self, desk: Desk, client: AsyncWebClient, *, pace: float = 1.0, settle: float = 5.0, rng: Random | None = None
    ) -> None:
        self._desk = desk
        self._calls = Calls(client, pace)
        self._pace = pace
        self._settle = timedelta(seconds=settle)
        self._hold = Hold(new_id("bot"), _LEASE, timedelta(seconds=pace))
        self._rng = rng or Random()  # noqa: S311 - spreads retries, guards nothing
        self._event = asyncio.Event()
        self._stopping = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()
        self._begun = False
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._leases: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._offline: set[str] = set()
        self._hastened = -_HASTEN
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def wake(self) -> None:
        """Look at once: something may have been enqueued."""
        self._event.set()

    def pause(self) -> None:
        """Begin nothing until `resume`: what is rendered takes the processor from deadlines that are being decided."""
        self._free.clear()

    def resume(self) -> None:
        """Go on, and look at once."""
        self._free.set()
        self.wake()

    async def run(self) -> None:
        """Until cancelled."""
        self._event.set()
        renewing = asyncio.create_task(self._renew_all(), name="leases")
        try:
            while True:
                await self._event.wait()
                self._event.clear()
                await self._start_lanes()
        finally:
            renewing.cancel()

    async def flush(self) -> None:
        """Deliver what is due now and wait for it: for tests and for one-shot commands."""
        while True:
            await self._start_lanes()
            if not self._lanes:
                return
            await asyncio.wait(list(self._lanes.values()))
            await asyncio.sleep(0)

    async def stop(self, seconds: float) -> None:
        """Let requests in flight end and give every lane back; what is cut off is looked up by whoever takes it."""
        self._stopping.set()
        running = list(self._lanes.values())
        if running:
            await asyncio.wait(running, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._begun:
            try:
                await self._desk.chore(rows.let_go, self._hold.owner)
            except Exception:
                log.exception("the lanes could not be given back; others take them over in %s", _LEASE)

    # Lanes

    async def _start_lanes(self) -> None:
        try:
            if not self._begun:
                await self._desk.chore(rows.begin)
                self._begun = True
            due = await self._desk.read(rows.due, self._hold.owner)
        except Exception:
            log.exception("the outbox could not be read; the next sweep tries again")
            return
        for lane in due:
            if lane not in self._lanes and not self._stopping.is_set():
                task = asyncio.create_task(self._serve(lane), name=f"lane {lane}")
                self._lanes[lane] = task
                task.add_done_callback(lambda _, lane=lane: self._ended(lane))  # type: ignore[misc]

    def _ended(self, lane: str) -> None:
        self._lanes.pop(lane, None)
        # Something may have been enqueued between the last look and this end.
        self._event.set()

    async def _serve(self, lane: str) -> None:
        """One message after the other, for as long as the lane is ours and has any."""
        errand: Errand | None = None
        try:
            while errand is not None or not self._stopping.is_set():
                await self._free.wait()
                async with self._slots:
                    errand = errand or await self._claim(lane)
                    if errand is None:
                        break
                    with about(errand=errand.id):
                        deliver = self._show if errand.kind in pictures.KINDS else self._deliver
                        after = await self._close(errand, await deliver(errand))
                errand = after.errand
                if after.still_ours:
                    await self._pause(self._calls.wait(lane) - _AHEAD)
                elif errand is None:
                    self._leases.pop(lane, None)
                    return
            if self._leases.pop(lane, None):
                await self._desk.chore(rows.release, lane, self._hold)
        except Exception:
            log.exception("lane %s stopped; it starts again", lane)
            await self._pause(1.0)

    async def _pause(self, seconds: float) -> None:
        """Until then, or until we are asked to stop."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _claim(self, lane: str) -> Errand | None:
        until = self._desk.clock() + _LEASE
        errand = await self._desk.chore(rows.claim, lane, self._hold)
        if errand is not None:
            self._leases[lane] = until
        return errand

    async def _renew_all(self) -> None:
        while True:
            await asyncio.sleep(_RENEW)
            if self._leases:
                try:
                    await self._renew(list(self._leases))
                except Exception:
                    log.exception("the leases of %d lanes could not be renewed", len(self._leases))

    async def _renew(self, mine: list[str]) -> None:
        until = self._desk.clock() + _LEASE
        ours = await self._desk.chore(rows.renew, mine, self._hold)
        for lane in mine:
            if lane in self._leases:
                self._leases[lane] = until if lane in ours else self._desk.clock()

    async def _still_ours(self, lane: str) -> bool:
        """Whether nobody can take the lane over before a message that leaves now has been answered."""
        # More than a whole lease is left when the clock was set back: then nobody believes it.
        if not _NEEDED <= self._leases[lane] - self._desk.clock() <= _LEASE:
            await self._renew([lane])
        return self._leases[lane] - self._desk.clock() >= _NEEDED

    # One errand

    async def _deliver(self, errand: Errand) -> Sent | Fault:
        """What became of it. Raises nothing that Slack or a card could cause."""
        phase = Phase.OPENING
        try:
            letter = await self._desk.read(compose, errand)
            if (message := letter.message) is None:
                return Sent(None, asked=False)
            if letter.place is not None:
                phase = Phase.SENDING
                if await self._calls.update(errand.lane, message, letter.place) or errand.kind in REMINDERS:
                    return Sent(None)
            # Whatever is posted may have been posted before: also the new card in place of one that is gone.
            phase = Phase.OPENING
            channel = await self._calls.room(errand.lane)
            if errand.in_doubt:
                phase = Phase.LOOKING
                if found := await self._calls.look_up(errand, channel, self._since(errand), letter.thread_ts):
                    return Sent(_stands(errand, found))
                if fault := await self._not_there(errand):
                    return fault
            if not await self._still_ours(errand.lane):
                return Fault(Kind.OFFLINE, "lease_lost")
            phase = Phase.SENDING
            return Sent(_stands(errand, await self._calls.post(errand, message, channel, letter.thread_ts)))
        except TooMuch:
            return Fault(Kind.BLIND, "too_much_since")
        except Exception as error:  # noqa: BLE001 - judged, logged, and tried again or given up
            return _judged(errand, error, phase)

    async def _show(self, errand: Errand) -> Sent | Fault:
        """A picture beneath its message, once; one that Slack does not take is left out, and the message stands."""
        try:
            picture = await self._desk.read(pictures.drawn, errand)
            if picture is None:
                return Sent(None, asked=False)
            if errand.in_doubt:
                if await self._calls.shows(errand.lane, picture):
                    return Sent(None)
                if fault := await self._not_there(errand):
                    return fault
            if not await self._still_ours(errand.lane):
                return Fault(Kind.OFFLINE, "lease_lost")
            await self._calls.upload(errand.lane, picture)
        except SlackApiError as error:
            if web_api.in_trouble(error) or faults.asked_to_wait(error) is not None:
                return _judged(errand, error, Phase.SENDING)
            log.warning("the picture of errand %s is left out: %s", errand.id, web_api.said(error))
        except Exception as error:  # noqa: BLE001 - as above
            return _judged(errand, error, Phase.SENDING)
        return Sent(None)

    def _since(self, errand: Errand) -> datetime:
        """When it may have been sent at the earliest: a time that is still to come was another clock's."""
        now = self._desk.clock()
        return errand.tried_at if errand.tried_at < now + _SKEW else now - _ASTRAY

    async def _not_there(self, errand: Errand) -> Fault | None:
        """A new attempt begins, unless the last one is so young that it may still arrive."""
        gone = self._desk.clock() - errand.tried_at
        if gone < timedelta():
            # The clock was set back, and nobody knows when that was: its age counts from here.
            await self._desk.chore(rows.again, errand)
        if gone < self._settle:
            young = min(self._settle - gone, self._settle)
            return Fault(Kind.OFFLINE, "not_there_yet", young.total_seconds())
        if not await self._desk.chore(rows.again, errand):
            return Fault(Kind.OFFLINE, "lease_lost")
        return None

    # What follows

    async def _close(self, errand: Errand, outcome: Sent | Fault) -> Next:
        lane = errand.lane
        mark: Mark
        if isinstance(outcome, Sent):
            mark, wait = partial(rows.sent, place=outcome.place), self._calls.wait(lane)
            self._failures.pop(lane, None)
            self._offline.discard(lane)
        else:
            mark, wait = self._answer(errand, outcome)
        go_on = not (self._stopping.is_set() or self._slots.locked()) and not isinstance(outcome, Fault)
        now, free = self._desk.clock(), time.monotonic() + wait
        after = await self._desk.chore(rows.close, errand, self._hold, mark, free, go_on=go_on)
        if after.errand or after.still_ours:
            self._leases[lane] = now + _LEASE
        else:
            asyncio.get_running_loop().call_later(wait + 0.01, self.wake)
        if isinstance(outcome, Sent) and outcome.asked:
            await self._back_again()
        return after

    def _answer(self, errand: Errand, fault: Fault) -> tuple[Mark, float]:
        """What to write of an errand that did not arrive, and for how many seconds its lane waits."""
        lane, pause = errand.lane, self._calls.wait(errand.lane)
        strikes = errand.strikes + (fault.kind in {Kind.ODD, Kind.AMBIGUOUS})
        match fault.kind:
            case Kind.CHANNEL:
                self._calls.forget_room(lane)
                return partial(rows.redirect, said=fault.said), pause
            case Kind.BLIND:
                return self._give_up(errand, fault), pause
            case Kind.ODD if strikes >= _UNDERSTOOD:
                return self._give_up(errand, fault), pause
            case Kind.AMBIGUOUS if strikes >= _AMBIGUOUS:
                return self._give_up(errand, fault), pause
        doubt = fault.kind is Kind.AMBIGUOUS or errand.in_doubt
        # What was found in doubt stays in doubt: its earlier attempt may not have been looked up.
        mark = partial(rows.later, state="unknown" if doubt else "ready", said=fault.said, strikes=strikes)
        return mark, max(self._delay(lane, fault, strikes), pause)

    def _give_up(self, errand: Errand, fault: Fault) -> Mark:
        log.error("errand %s (%s %s) given up: %s", errand.id, errand.kind, errand.ref, fault.said)
        metrics.dead_letters.inc()
        doubt = errand.in_doubt or fault.kind is not Kind.ODD
        return partial(rows.lay_aside, state="stuck" if doubt else "dead", said=fault.said)

    def _delay(self, lane: str, fault: Fault, strikes: int) -> float:
        if fault.wait is not None:
            # A little later than Slack asks, and not all lanes at once.
            return fault.wait * 1.01 + self._rng.random() / 10 if fault.kind is Kind.LIMITED else fault.wait
        failures = self._failures[lane] = self._failures.get(lane, 0) + 1
        if fault.kind is Kind.OFFLINE:
            self._offline.add(lane)
        if fault.kind is Kind.AMBIGUOUS and strikes == 1:
            return self._settle.total_seconds() if fault.said == "TimeoutError" else max(self._pace, _DOUBT)
        return faults.backoff(failures, self._rng)

    async def _back_again(self) -> None:
        """Slack answers: whoever waits for that goes on at once."""
        now = time.monotonic()
        if not self._offline or now - self._hastened < _HASTEN:
            return
        waiting, self._offline, self._hastened = self._offline, set(), now
        await self._desk.chore(rows.hasten, sorted(waiting))
        self.wake()
