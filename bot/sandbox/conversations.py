"""The conversations.* methods: which channels there are, who is in them, what was said."""

from __future__ import annotations

from .model import Channel, Json, Message, SlackError
from .registry import flag, known_channel, method, need
from .workspace import Workspace

HISTORY = {"public_channel": "channels:history", "private_channel": "groups:history", "im": "im:history"}
READ = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}
DEFAULT_PAGE, MOST = 100, 999


def page(args: Json, items: list[Json], key: str) -> Json:
    """One page of a list, with Slack's cursor to the next."""
    try:
        start, size = int(args.get("cursor") or 0), int(args.get("limit") or DEFAULT_PAGE)
    except ValueError as why:
        raise SlackError("invalid_arguments", f"[ERROR] {why}") from why
    if start < 0 or not 1 <= size <= MOST:
        raise SlackError("invalid_limit" if start >= 0 else "invalid_cursor")
    end = start + size
    following = str(end) if end < len(items) else ""
    return {key: items[start:end], "response_metadata": {"next_cursor": following}, "has_more": bool(following)}


@method("conversations.open", "im:write", "users channel return_im prevent_creation")
def open_conversation(ws: Workspace, args: Json) -> Json:
    ids = args.get("users") or ""
    wanted = ids.split(",") if isinstance(ids, str) else ids
    if len(wanted) != 1 or not wanted[0]:
        raise SlackError("invalid_arguments", "[ERROR] users must name one person here")
    user = ws.user(wanted[0])
    if user.deleted:
        raise SlackError("user_disabled")
    if user.is_stranger:
        raise SlackError("user_not_visible")
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    channel = ws.im(user.id)
    return {"channel": channel.body(ws.bot_user_id) if flag(args, "return_im") else {"id": channel.id}}


@method("conversations.info", "", "channel! include_locale include_num_members")
def conversation_info(ws: Workspace, args: Json) -> Json:
    channel = known_channel(ws, args)
    need(ws, READ[channel.kind])
    return {"channel": channel.body(ws.bot_user_id)}


def _kinds(ws: Workspace, args: Json) -> list[str]:
    kinds = str(args.get("types") or "public_channel").split(",")
    for kind in kinds:
        if kind not in READ:
            raise SlackError("invalid_types")
        need(ws, READ[kind])
    return kinds


@method("conversations.list", "", "types limit cursor exclude_archived")
def conversation_list(ws: Workspace, args: Json) -> Json:
    kinds, hide = _kinds(ws, args), flag(args, "exclude_archived")
    known = [c for c in ws.channels.values() if c.kind in kinds and not (hide and c.is_archived)]
    seen = [c for c in known if c.kind == "public_channel" or ws.bot_user_id in c.members]
    return page(args, [c.body(ws.bot_user_id) for c in seen], "channels")


@method("users.conversations", "", "user types limit cursor exclude_archived")
def user_conversations(ws: Workspace, args: Json) -> Json:
    kinds, user = _kinds(ws, args), args.get("user") or ws.bot_user_id
    ws.user(user)
    mine = [c for c in ws.channels.values() if c.kind in kinds and {user, ws.bot_user_id} <= set(c.members)]
    return page(args, [c.body(ws.bot_user_id) for c in mine], "channels")


@method("conversations.members", "", "channel! limit cursor")
def members(ws: Workspace, args: Json) -> Json:
    channel = known_channel(ws, args)
    need(ws, READ[channel.kind])
    found = page(args, [{"id": m} for m in channel.members], "members")
    return {**found, "members": [m["id"] for m in found["members"]]}


def _readable(ws: Workspace, args: Json) -> Channel:
    channel = known_channel(ws, args)
    need(ws, HISTORY[channel.kind])
    if ws.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _between(args: Json, messages: list[Message]) -> list[Json]:
    """These messages within oldest..latest; both ends are left out unless `inclusive`."""
    try:
        low, high = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    except ValueError as why:
        raise SlackError("invalid_ts_oldest") from why
    closed = flag(args, "inclusive")
    inside = [m for m in messages if low < float(m.ts) < high or (closed and float(m.ts) in (low, high))]
    return [m.body(include_metadata=flag(args, "include_all_metadata")) for m in inside]


RANGE = "channel! oldest latest inclusive limit cursor include_all_metadata"


@method("conversations.history", "", RANGE)
def history(ws: Workspace, args: Json) -> Json:
    channel = _readable(ws, args)
    public = [m for m in ws.messages.get(channel.id, []) if not m.ephemeral_to and m.thread_ts in (None, m.ts)]
    return page(args, _between(args, public)[::-1], "messages")


@method("conversations.replies", "", f"{RANGE} ts!")
def replies(ws: Workspace, args: Json) -> Json:
    channel = _readable(ws, args)
    parent = ws.message(channel.id, str(args["ts"]))
    if parent is None or parent.ephemeral_to:
        raise SlackError("thread_not_found")
    public = [m for m in ws.replies(channel.id, parent.ts) if not m.ephemeral_to]
    return page(args, _between(args, [parent, *public]), "messages")
