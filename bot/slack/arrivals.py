"""Events from Slack: on record before they are acknowledged, acted on afterwards, and again if the process dies.

Clicks do not come this way: what they decide is their record.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.errors import NotAllowed
from bot.desk import arrivals as desk_of
from bot.slack.access import Body
from bot.slack.edge import Edge
from db.arrivals import Arrival

log = logging.getLogger(__name__)

_SWEEP = 5.0
_SECONDS = 30.0
"""For one event: half of the time for which it is ours."""
_KEPT = ("team_id", "enterprise_id", "event")
"""All that is read later; a view that comes along is Slack's copy of what we drew."""


async def _always(_edge: Edge, _body: Body) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one type of event causes, and whether an event of it concerns us at all: what does not is not kept."""

    act: Callable[[Edge, Body], Awaitable[None]]
    concerns: Callable[[Edge, Body], Awaitable[bool]] = _always


def either(*reactions: Reaction) -> Reaction:
    """What an event causes that several wait for: each that it concerns, one after the other."""

    async def concerns(edge: Edge, body: Body) -> bool:
        return any([await one.concerns(edge, body) for one in reactions])

    async def act(edge: Edge, body: Body) -> None:
        for one in reactions:
            if await one.concerns(edge, body):
                await one.act(edge, body)

    return Reaction(act, concerns)


class Arrivals:
    """One per process, with a reaction for every type of event that the manifest asks for."""

    def __init__(self, edge: Edge, reactions: Mapping[str, Reaction]) -> None:
        self._edge = edge
        self._reactions = reactions

    def register(self, app: Any) -> None:
        app.event(re.compile(".*"))(self.arrived)

    async def arrived(self, ack: Any, body: dict[str, Any]) -> None:
        """Keep it, acknowledge it, begin with it. What cannot be kept is not acknowledged: Slack sends it again."""
        event = body.get("event") or {}
        event_id = str(body.get("event_id") or "")
        reaction = self._reactions.get(str(event.get("type")))
        arrival = None
        if reaction is not None and event_id and await reaction.concerns(self._edge, body):
            kept = {key: body[key] for key in _KEPT if key in body}
            kept["event"] = {key: value for key, value in event.items() if key != "view"}
            arrival = await self._edge.desk.run(desk_of.take_in, event_id, kept)
        await ack()
        if arrival is not None:
            self._begin(arrival)

    async def run(self) -> None:
        """Take up what was left undone: at the start, and whenever something is due again. Until cancelled."""
        left = await self._try(self._edge.desk.chore(desk_of.recover))
        if left:
            log.info("%s events had been left undone", left)
        while True:
            for arrival in await self._try(self._edge.desk.chore(desk_of.claim)) or ():
                self._begin(arrival)
            await asyncio.sleep(_SWEEP)

    @staticmethod
    async def _try(work: Awaitable[Any]) -> Any:
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - a busy database must not end the sweep
            log.warning("events were not looked for: %s", type(error).__name__)
            return None

    def _begin(self, arrival: Arrival) -> None:
        self._edge.spawn.start(f"event {arrival.event_id}", lambda: self._work(arrival))

    async def _work(self, arrival: Arrival) -> None:
        kind = str(arrival.body["event"].get("type"))
        reaction, desk = self._reactions.get(kind), self._edge.desk
        try:
            if reaction is not None:
                async with asyncio.timeout(_SECONDS):
                    await reaction.act(self._edge, arrival.body)
        except NotAllowed:
            log.info("event %s (%s) came from somebody who is not one of us", arrival.event_id, kind)
        except Exception as error:  # noqa: BLE001 - whatever it is, the row says that it is undone
            said = (arrival.event_id, kind, type(error).__name__)
            if await desk.chore(desk_of.failed, arrival):
                log.error("event %s (%s) is given up: %s", *said)  # noqa: TRY400 - a trace may hold what it says
            else:
                log.warning("event %s (%s) is tried again: %s", *said)
            return
        await desk.chore(desk_of.done, arrival)
