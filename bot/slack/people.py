"""Who people are: let in by what we already know, and asked of Slack in the background only."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.desk import members, see
from bot.slack import access
from bot.slack.access import Body, Visitor, voice_of
from bot.slack.edge import Edge

log = logging.getLogger(__name__)

_PACE = 1.2
"""Seconds between two profiles in a refresh: users.info allows a hundred a minute, and clicks need some of them."""
_REFRESH = 6 * 3600.0


async def admit(edge: Edge, body: Body, *, guests: bool = False) -> Visitor:
    """The acting person, if they are one of us. Raises NotAllowed('outsider'), and 'guest' unless those may come."""
    if edge.team is None:
        raise RuntimeError("a payload arrived before Slack told us where the app is installed")
    actor = access.actor_of(body)
    member = await edge.desk.read(see.person, actor.id)
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
        await edge.desk.run(members.remember, access.profile_of(user, edge.team))


async def refresh(edge: Edge, *, pace: float = _PACE, every: float = _REFRESH) -> None:
    """Keep the profiles of everybody with a role fresh: time zone, language, guest, gone. Until cancelled."""
    while True:
        for member in await edge.desk.read(see.everybody):
            if not member.roles:
                continue
            try:
                await remember(edge, await edge.screens.profile(member.id))
            except Exception as error:  # noqa: BLE001 - one profile that fails must not stop the others
                log.info("the profile of %s was not refreshed: %s", member.id, type(error).__name__)
            await asyncio.sleep(pace)
        await asyncio.sleep(every)


def register(app: Any, edge: Edge) -> None:
    async def changed(ack: Any, event: dict[str, Any]) -> None:
        user = event.get("user")
        if isinstance(user, dict) and await edge.desk.read(see.person, str(user.get("id"))) is not None:
            edge.spawn.start("user_change", lambda: remember(edge, user))
        await ack()

    app.event("user_change")(changed)
