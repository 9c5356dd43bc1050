"""When people do not want to be disturbed: asked of Slack in the background, fifty at a time, and heard from events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.core.working_time import Span
from bot.desk import see, settings
from bot.slack.access import Body
from bot.slack.arrivals import Reaction
from bot.slack.edge import Edge

log = logging.getLogger(__name__)

_MOST = 50
"""People in one question: dnd.teamInfo takes no more."""
_PACE = 6.0
"""Seconds between two questions: twenty a minute are allowed."""
_SWEEP = 60.0
_NEVER = 1
"""What Slack gives for the beginning and the end of a Do Not Disturb that nobody has set."""


async def refresh(edge: Edge, *, pace: float = _PACE, sweep: float = _SWEEP) -> None:
    """Keep what is known fresh, so that no reminder waits for Slack. Until cancelled.

    Without the scope dnd:read nobody counts as undisturbed, and reminders keep to working hours alone.
    """
    while True:
        pause = sweep
        try:
            people = await edge.desk.read(settings.quiet_due, _MOST)
            if people:
                pause = pace
                told = await edge.screens.quiet(people)
                # Of whom Slack tells nothing there is nothing to know, until they are asked for again.
                await edge.desk.chore(settings.quiet, {p: span_of(told.get(p) or {}) for p in people})
        except Exception as error:  # noqa: BLE001 - neither a busy database nor Slack may end it
            log.info("nobody's Do Not Disturb was read: %s", type(error).__name__)
            pause = sweep
        await asyncio.sleep(pause)


def span_of(status: Mapping[str, Any]) -> Span | None:
    """The next Do Not Disturb of Slack's dnd_status, a snooze included; None for none.

    >>> span_of({"dnd_enabled": True, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}) is None
    True
    """
    times = [status.get(f"next_dnd_{end}_ts") for end in ("start", "end")]
    since, until = (t if isinstance(t, int) else _NEVER for t in times)
    if not status.get("dnd_enabled") or until <= max(since, _NEVER):
        return None
    return datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)


def _user(body: Body) -> str:
    return str((body.get("event") or {}).get("user") or "")


async def _ours(edge: Edge, body: Body) -> bool:
    member = await edge.desk.read(see.person, _user(body))
    return member is not None and bool(member.roles)


async def changed(edge: Edge, body: Body) -> None:
    status = body["event"].get("dnd_status")
    await edge.desk.chore(settings.quiet, {_user(body): span_of(status if isinstance(status, dict) else {})})


EVENTS = {"dnd_updated_user": Reaction(changed, _ours)}
