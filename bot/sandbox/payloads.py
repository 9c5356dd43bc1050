"""The bodies of interactions and events, field by field as Slack sends them."""

from __future__ import annotations

import copy
import uuid

from . import state
from .conversations import HISTORY
from .model import Json, Message, User, View
from .workspace import Workspace


def person(user: User) -> Json:
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def _base(ws: Workspace, kind: str, user: User) -> Json:
    return {
        "type": kind, "team": {"id": ws.team_id, "domain": ws.team_name.lower()}, "user": person(user),
        "api_app_id": ws.app_id, "token": ws.verification_token, "is_enterprise_install": False, "enterprise": None,
    }  # fmt: skip


def channel(ws: Workspace, channel_id: str) -> Json:
    found = ws.channels[channel_id]
    name = {"im": "directmessage", "private_channel": "privategroup"}.get(found.kind, found.name)
    return {"id": found.id, "name": name}


def action(ws: Workspace, block: Json, element: Json, selected: Json) -> Json:
    """One entry of `actions`; `selected` is the element's new state, or the option of an overflow menu."""
    out: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    for key in ("text", "value", "style", "placeholder", "confirm"):
        if key in element and (key != "confirm" or element["type"] != "button"):
            out[key] = copy.deepcopy(element[key])
    out |= {k: v for k, v in selected.items() if k != "type"}
    if (start := state.STATEFUL.get(element["type"], ("", ""))[1]) in element:
        out[start] = copy.deepcopy(element[start])
    return out | {"action_ts": ws.next_ts()}


def on_message(ws: Workspace, user: User, message: Message, act: Json, typed: Json) -> Json:
    """block_actions on a message; an ephemeral one is not sent along, as in Slack."""
    container: Json = {
        "type": "message", "message_ts": message.ts, "channel_id": message.channel,
        "is_ephemeral": bool(message.ephemeral_to),
    }  # fmt: skip
    thread = message.thread_ts if message.thread_ts != message.ts else None
    if thread:
        container["thread_ts"] = thread
    out = _base(ws, "block_actions", user) | {
        "container": container, "trigger_id": ws.trigger(user.id), "channel": channel(ws, message.channel),
        "state": {"values": typed}, "response_url": ws.response_url(message.channel, user.id, message.ts, thread),
        "actions": [act],
    }  # fmt: skip
    if not message.ephemeral_to:
        out["message"] = message.body()
    return out


def on_view(ws: Workspace, user: User, view: View, act: Json) -> Json:
    """block_actions in a modal or on the Home tab: no channel, no response_url."""
    inside = view.id if view.source["type"] == "modal" else None
    return _base(ws, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id}, "trigger_id": ws.trigger(user.id, inside),
        "view": view.body(), "actions": [act],
    }  # fmt: skip


def submission(ws: Workspace, user: User, view: View) -> Json:
    return _base(ws, "view_submission", user) | {
        "trigger_id": ws.trigger(user.id, view.id), "view": view.body(), "response_urls": []
    }  # fmt: skip


def closed(ws: Workspace, user: User, view: View, *, cleared: bool) -> Json:
    return _base(ws, "view_closed", user) | {"view": view.body(), "is_cleared": cleared}


def slash(ws: Workspace, user: User, channel_id: str, command: str, text: str) -> Json:
    place = channel(ws, channel_id)
    return {
        "token": ws.verification_token, "team_id": ws.team_id, "team_domain": ws.team_name.lower(),
        "channel_id": place["id"], "channel_name": place["name"], "user_id": user.id, "user_name": user.name,
        "command": command, "text": text, "api_app_id": ws.app_id, "is_enterprise_install": "false",
        "response_url": ws.response_url(channel_id, user.id), "trigger_id": ws.trigger(user.id),
    }  # fmt: skip


def tell(ws: Workspace, message: Message, before: Json | None = None, *, gone: bool = False) -> None:
    """Let the app hear of a message, of its change or its end, where it is a member and may read; its own ones too."""
    place = ws.channels[message.channel]
    if message.ephemeral_to or ws.bot_user_id not in place.members or HISTORY[place.kind] not in ws.scopes:
        return
    if before is None:
        ws.tell(message_event(ws, message))
    else:
        ws.tell(_message_deleted(ws, message, before) if gone else _message_changed(ws, message, before))


def _where(ws: Workspace, message: Message) -> Json:
    kind = {"public_channel": "channel", "private_channel": "group", "im": "im"}[ws.channels[message.channel].kind]
    return {"channel": message.channel, "channel_type": kind}


def _shown(ws: Workspace, message: Message) -> Json:
    """A message as events carry it."""
    out = message.body()
    if not message.bot_id:
        out["client_msg_id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, message.ts))
    if message.thread_ts and message.thread_ts != message.ts:
        parent = ws.message(message.channel, message.thread_ts)
        out["parent_user_id"] = parent.user if parent else None
    return out


def shortcut(ws: Workspace, user: User, message: Message, callback_id: str) -> Json:
    """A shortcut chosen in the menu of somebody's message."""
    return _base(ws, "message_action", user) | {
        "callback_id": callback_id, "trigger_id": ws.trigger(user.id), "message_ts": message.ts,
        "action_ts": ws.next_ts(), "channel": channel(ws, message.channel), "message": message.body(),
        "response_url": ws.response_url(message.channel, user.id),
    }  # fmt: skip


def membership(ws: Workspace, kind: str, user: User, channel_id: str) -> Json:
    """`member_joined_channel` or `member_left_channel`."""
    letter = "G" if ws.channels[channel_id].is_private else "C"
    return {
        "type": kind, "user": user.id, "channel": channel_id, "channel_type": letter, "team": ws.team_id,
        "event_ts": ws.next_ts(),
    }  # fmt: skip


def dnd_status(user: User) -> Json:
    """When somebody is shown nothing next; ones for never, as in Slack."""
    start, end = user.dnd or (1, 1)
    return {"dnd_enabled": user.dnd is not None, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


def dnd(ws: Workspace, user: User) -> Json:
    """`dnd_updated_user`."""
    return {"type": "dnd_updated_user", "user": user.id, "dnd_status": dnd_status(user), "event_ts": ws.next_ts()}


def message_event(ws: Workspace, message: Message) -> Json:
    return {**_shown(ws, message), **_where(ws, message), "event_ts": message.ts}


def _message_changed(ws: Workspace, message: Message, before: Json) -> Json:
    at = message.edited_ts or ws.next_ts()
    return {
        "type": "message", "subtype": "message_changed", "hidden": True, "message": _shown(ws, message),
        "previous_message": before, "ts": at, "event_ts": at, **_where(ws, message),
    }  # fmt: skip


def _message_deleted(ws: Workspace, message: Message, before: Json) -> Json:
    at = ws.next_ts()
    return {
        "type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts,
        "previous_message": before, "ts": at, "event_ts": at, **_where(ws, message),
    }  # fmt: skip


def home_opened(ws: Workspace, user: User, tab: str = "home") -> Json:
    out: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": ws.im(user.id).id,
        "tab": tab,
        "event_ts": ws.next_ts(),
    }
    if user.id in ws.homes and tab == "home":
        out["view"] = ws.homes[user.id].body()
    return out
