"""The chat.* methods: what the app posts, changes and takes back."""

from __future__ import annotations

from . import payloads, strict
from .model import Channel, Json, Message, SlackError
from .registry import known_channel, method
from .workspace import Workspace


def writable(ws: Workspace, args: Json) -> Channel:
    """A channel where the app may write; a person's id stands for the direct message with them."""
    user = ws.users.get(str(args["channel"]))
    if user is not None:
        if user.deleted or user.is_bot or user.is_stranger:
            raise SlackError("channel_not_found")
        return ws.im(user.id)
    channel = known_channel(ws, args)
    if channel.is_archived:
        raise SlackError("is_archived")
    if ws.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    if channel.im_user and ws.users[channel.im_user].deleted:
        raise SlackError("user_disabled")
    return channel


def thread_of(ws: Workspace, channel: Channel, args: Json) -> str | None:
    """The thread that is meant, if any; one that is not there is refused."""
    ts: str | None = args.get("thread_ts")
    parent = ws.message(channel.id, ts) if ts else None
    if ts and (parent is None or parent.ephemeral_to or parent.thread_ts not in (None, ts)):
        raise SlackError("thread_not_found")
    return ts


def _own(ws: Workspace, args: Json, error: str) -> Message:
    channel = writable(ws, args)
    found = ws.message(channel.id, str(args["ts"]))
    if found is None or found.ephemeral_to:
        raise SlackError("message_not_found")
    if found.user != ws.bot_user_id:
        raise SlackError(error)
    return found


UNFURL = "unfurl_links unfurl_media link_names mrkdwn parse"


@method(
    "chat.postMessage", "chat:write", f"channel! text blocks metadata thread_ts reply_broadcast attachments {UNFURL}"
)
def post_message(ws: Workspace, args: Json) -> Json:
    strict.message(args)
    channel = writable(ws, args)
    thread = thread_of(ws, channel, args)
    made = ws.post(
        channel.id,
        ws.bot_user_id,
        args["text"],
        blocks=args.get("blocks"),
        metadata=args.get("metadata"),
        thread_ts=thread,
    )
    payloads.tell(ws, made)
    return {"channel": channel.id, "ts": made.ts, "message": made.body(include_metadata=True)}


@method("chat.update", "chat:write", "channel! ts! text blocks metadata attachments link_names parse reply_broadcast")
def update(ws: Workspace, args: Json) -> Json:
    strict.message(args)
    message = _own(ws, args, "cant_update_message")
    before = message.body()
    ws.edit(message, args["text"], args.get("blocks"), args.get("metadata"))
    payloads.tell(ws, message, before)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.body()}


@method("chat.delete", "chat:write", "channel! ts!")
def delete(ws: Workspace, args: Json) -> Json:
    message = _own(ws, args, "cant_delete_message")
    before = message.body()
    ws.delete(message)
    payloads.tell(ws, message, before, gone=True)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.postEphemeral", "chat:write", "channel! user! text blocks thread_ts attachments link_names parse")
def post_ephemeral(ws: Workspace, args: Json) -> Json:
    strict.message(args)
    channel = writable(ws, args)
    if args["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    thread = thread_of(ws, channel, args)
    made = ws.post(
        channel.id, ws.bot_user_id, args["text"], blocks=args.get("blocks"), thread_ts=thread, ephemeral_to=args["user"]
    )
    return {"message_ts": made.ts}


@method("chat.getPermalink", "", "channel! message_ts!")
def permalink(ws: Workspace, args: Json) -> Json:
    channel = known_channel(ws, args)
    message = ws.message(channel.id, str(args["message_ts"]))
    if message is None:
        raise SlackError("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    where = f"{ws.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": where}
