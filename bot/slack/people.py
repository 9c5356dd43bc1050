"""Who people are: let in by what we already know, and asked of Slack in the background only."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from bot.core.types import Member
from bot.desk import members, see
from bot.i18n.catalog import voice_of
from bot.slack import access
from bot.slack.access import Body, Visitor
from bot.slack.arrivals import Reaction
from bot.slack.edge import Edge

log = logging.getLogger(__name__)

_PACE = 1.2
"""Seconds between two profiles in a refresh: users.info allows a hundred a minute, and clicks need some of them."""
_REFRESH = 6 * 3600.0
_SWEEP = 5.0
"""How soon somebody is asked for to whom another process has given a role: as often as the ticker sweeps."""
_AWAY = 10.0
"""Seconds without a connection after which an event may have passed us by: the first repeats come sooner."""
_RETRY = 60.0
"""Until somebody is asked for again whom Slack did not tell us of."""


async def admit(edge: Edge, body: Body, *, guests: bool = False) -> Visitor:
    """The acting person, if they are one of us. Raises NotAllowed('outsider'), and 'guest' unless those may come."""
    if edge.team is None:
        raise RuntimeError("a payload arrived before Slack told us where the app is installed")
    actor = access.actor_of(body)
    member = edge.directory.find(actor.id) or await edge.desk.read(see.person, actor.id)
    access.require_colleague(actor, member, edge.team, guests=guests)
    visitor = Visitor(actor.id, member, voice_of(member))
    if not visitor.known:
        ask(edge, actor.id)
    return visitor


async def greet(edge: Edge, body: Body) -> Visitor:
    """How to speak to somebody who is refused: as far as we know them, and never an error."""
    try:
        actor = access.actor_of(body)
        member = await edge.desk.read(see.person, actor.id)
    except Exception:  # noqa: BLE001 - a refusal must not fail for want of a voice
        return Visitor("", None, voice_of(None))
    return Visitor(actor.id, member, voice_of(member))


def ask(edge: Edge, user_id: str) -> None:
    """Fetch somebody's profile in the background, once at a time."""
    if user_id in edge.asked:
        return
    edge.asked.add(user_id)

    async def work() -> None:
        try:
            await remember(edge, await edge.screens.profile(user_id))
        finally:
            edge.asked.discard(user_id)

    edge.spawn.start("users.info", work)


async def remember(edge: Edge, user: dict[str, Any]) -> None:
    if edge.team is not None and not user.get("is_bot") and user.get("id"):
        profile = access.profile_of(user, edge.team)
        try:
            await edge.desk.run(members.remember, profile)
        finally:
            edge.directory.forget(profile.id)


async def refresh(edge: Edge, *, pace: float = _PACE, every: float = _REFRESH, sweep: float = _SWEEP) -> None:
    """Keep the profiles of everybody with a role fresh: time zone, language, guest, gone. Until cancelled.

    Whoever was added meanwhile and is not known yet comes first, within a sweep: a guest must not answer for long.
    When events may have been missed, everybody is asked for anew, at the same pace.
    """
    asked_at: dict[str, float] = {}
    while True:
        pause = sweep
        try:
            edge.directory.begin()
            everybody = await edge.desk.read(see.everybody)
            edge.directory.fill(everybody)
            person = _next(everybody, asked_at, every)
            if person is not None:
                pause = pace
                asked_at[person.id] = time.monotonic()
                await remember(edge, await edge.screens.profile(person.id))
        except Exception as error:  # noqa: BLE001 - neither a busy database nor one profile may stop the others
            log.info("a profile was not refreshed: %s", type(error).__name__)
        # Not wait_for: until Python 3.12 that forgets an end which comes in the moment of what it waits for.
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await edge.missed.wait()
            edge.missed.clear()
            asked_at.clear()


def came_back(edge: Edge, seconds: float) -> None:
    """There is a connection again after there was none for so long: Slack may have had things to tell us."""
    if seconds >= _AWAY:
        log.info("no connection for %.0f s: profiles and open threads are read anew", seconds)
        edge.missed.set()
        edge.silent.set()


def _next(everybody: Iterable[Member], asked_at: Mapping[str, float], every: float) -> Member | None:
    """Whose profile is due, unknown people first."""
    now = time.monotonic()

    def due(member: Member) -> bool:
        again = every if member.team is not None else min(every, _RETRY)
        return bool(member.roles) and now - asked_at.get(member.id, -math.inf) >= again

    return min(filter(due, everybody), key=lambda member: member.team is not None, default=None)


async def _known(edge: Edge, body: Body) -> bool:
    """Whether we have this person on record: of most people in a workspace we know nothing, and that stays so."""
    user = (body.get("event") or {}).get("user")
    return isinstance(user, dict) and await edge.desk.read(see.person, str(user.get("id"))) is not None


async def changed(edge: Edge, body: Body) -> None:
    await remember(edge, body["event"]["user"])


EVENTS = {"user_change": Reaction(changed, _known)}
