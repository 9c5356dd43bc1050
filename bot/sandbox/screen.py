"""What one person's screen shows, as JSON for the page."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Channel, Json, Message, User, View
from .socket_mode import SocketMode
from .workspace import Workspace

FAILURES_SHOWN = 20


def screen(ws: Workspace, sockets: SocketMode, user: User) -> Json:
    """Everything but the messages: people, places, and what this person has open."""
    home = ws.homes.get(user.id)
    return {
        "team": {"id": ws.team_id, "name": ws.team_name},
        "now": ws.now().timestamp(),
        "app": {
            "id": ws.app_id,
            "user_id": ws.bot_user_id,
            "name": ws.app_name,
            "connected": len(sockets.connections),
        },
        "me": person(user) | {"locale": user.locale},
        "users": [person(u) for u in ws.users.values()],
        "channels": [_place(ws, user, c) for c in _places(ws, user)],
        "home": _view(home) if home else None,
        "modals": [_view(v) for v in ws.stacks.get(user.id, [])],
        "failures": [{"what": f"{f['kind']} {f['what']}", "why": f["why"]} for f in ws.failures[-FAILURES_SHOWN:]],
        "commands": ws.commands,
        "shortcuts": ws.shortcuts,
        "revision": ws.revision,
    }


def person(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "tz": user.tz,
        "is_bot": user.is_bot,
        "guest": user.is_restricted,
        "stranger": user.is_stranger,
        "deleted": user.deleted,
        "title": user.title,
    }


def _places(ws: Workspace, user: User) -> Iterator[Channel]:
    """The channels this person can read, and the app's direct message even before anything stands in it."""
    if not user.is_stranger and not user.is_bot and not user.deleted:
        ws.im(user.id)
    return (c for c in ws.channels.values() if ws.sees(user.id, c))


def _place(ws: Workspace, user: User, channel: Channel) -> Json:
    seen = float(ws.last_read.get((user.id, channel.id), "0"))
    news = [m for m in ws.visible(user.id, channel.id) if m.user != user.id and float(m.ts) > seen]
    return {
        "id": channel.id,
        "name": ws.app_name if channel.im_user else channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "member": user.id in channel.members,
        "members": len(channel.members),
        # Replies do not make a channel unread, as in Slack.
        "unread": sum(_top_level(m) for m in news),
        "archived": channel.is_archived,
    }


def _top_level(message: Message) -> bool:
    return message.thread_ts in (None, message.ts)


def messages(ws: Workspace, user: User, channel: Channel, thread_ts: str | None) -> list[Json]:
    """One channel, or one thread of it with its first message, oldest first."""
    seen = ws.visible(user.id, channel.id)
    if thread_ts:
        return [_message(ws, user, m) for m in seen if thread_ts in (m.ts, m.thread_ts)]
    return [_message(ws, user, m) for m in seen if _top_level(m)]


def _message(ws: Workspace, user: User, message: Message) -> Json:
    replies = [m for m in ws.replies(message.channel, message.ts) if m.ephemeral_to in (None, user.id)]
    return {
        "ts": message.ts,
        "revision": message.revision,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(m.user for m in replies)),
        "latest_reply": replies[-1].ts if replies else None,
        "edited": message.edited_ts is not None,
        "ephemeral": message.ephemeral_to is not None,
        "files": [{"name": file["name"]} for file in message.files],
    }


def _view(view: View) -> Json:
    source = view.source
    return {
        "id": view.id,
        "hash": view.hash,
        "title": source.get("title"),
        "submit": source.get("submit"),
        "close": source.get("close"),
        "blocks": source["blocks"],
        "values": view.values,
        "errors": view.errors,
    }
