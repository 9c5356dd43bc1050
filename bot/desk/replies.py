"""What people write in the thread of a disagreement: recorded, changed and emptied as it is in Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.disagreement import Reply, asked_of
from bot.core.types import UserId
from bot.desk.desk import Desk
from db import people, replies, search, threads
from db.store import Unit


@dataclass(frozen=True, slots=True)
class Written:
    """One message of a thread, as Slack has it now."""

    channel: str
    thread_ts: str
    ts: str
    author: UserId
    text: str
    at: datetime
    edited_at: datetime | None = None


def concerns(desk: Desk, channel: str, thread_ts: str, ts: str) -> bool:
    """Whether anything is worked out in this thread, or we have this very message: of all others nothing is kept."""
    with desk.store.reading() as unit:
        return bool(threads.of_thread(unit, channel, thread_ts)) or replies.get(unit, channel, ts) is not None


def open_threads(desk: Desk) -> tuple[tuple[str, str], ...]:
    """(channel, first message) of every thread in which something is still open."""
    with desk.store.reading() as unit:
        return threads.open_ones(unit)


def names(desk: Desk, ids: frozenset[UserId]) -> Mapping[UserId, str]:
    """Display names of those whom we know."""
    with desk.store.reading() as unit:
        return people.names(unit, ids)


def keep(desk: Desk, *said: Written) -> None:
    """Record these, or what they say now; each message once, whichever news of it comes first."""
    with desk.store.unit() as unit:
        changed = {about for one in said if (about := _kept(unit, one))}
        search.index(unit, *sorted(changed))


def drop(desk: Desk, said: Written) -> None:
    """It was deleted in Slack: its words go, and do not come back by older news of it that is still on its way."""
    with desk.store.unit() as unit:
        about = None
        if replies.get(unit, said.channel, said.ts) is None:
            about = asked_of(threads.of_thread(unit, said.channel, said.thread_ts))
        if about is not None:
            replies.add(unit, Reply(about.id, said.channel, said.ts, said.author, "", said.at))
        _drop(unit, desk, said.channel, [said.ts])


def on_record(desk: Desk, channel: str, thread_ts: str) -> frozenset[str]:
    """What we have of a thread, by Slack's names, without what was deleted."""
    with desk.store.reading() as unit:
        known = replies.of_many(unit, [one.id for one in threads.of_thread(unit, channel, thread_ts)])
        return frozenset(reply.ts for listed in known.values() for reply in listed if reply.channel == channel)


def reconcile(desk: Desk, channel: str, said: tuple[Written, ...], before: frozenset[str]) -> None:
    """Catch up with a thread as it stands in Slack.

    `before` is what we had of it when Slack was asked and must have told of: what is missing of that was deleted. What
    came in meanwhile was not.
    """
    keep(desk, *said)
    with desk.store.unit() as unit:
        _drop(unit, desk, channel, sorted(before - {one.ts for one in said}))


def _kept(unit: Unit, said: Written) -> str | None:
    """The disagreement whose replies this changed, None when nothing is new."""
    before = replies.get(unit, said.channel, said.ts)
    if before is not None:
        newer = said.edited_at is not None and said.text != before.text
        if newer and replies.edit(unit, said.channel, said.ts, said.text, said.edited_at or said.at):
            return before.disagreement_id
        return None
    about = asked_of(threads.of_thread(unit, said.channel, said.thread_ts))
    if about is None or not said.text:
        return None
    fresh = Reply(about.id, said.channel, said.ts, said.author, said.text, said.at, said.edited_at)
    return about.id if replies.add(unit, fresh) else None


def _drop(unit: Unit, desk: Desk, channel: str, gone: list[str]) -> None:
    changed = set()
    for ts in gone:
        before = replies.get(unit, channel, ts)
        if before is not None and replies.delete(unit, channel, ts, desk.clock()):
            changed.add(before.disagreement_id)
    search.index(unit, *sorted(changed))
