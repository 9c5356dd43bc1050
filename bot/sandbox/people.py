"""What people do: press, choose, type, submit, close, write and command, as far as Slack's own client lets them."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from . import files as shared_files
from . import payloads, state, strict
from .conversations import READ
from .model import Json, Message, Refused, SlackError, User, View
from .socket_mode import Reply, SocketMode
from .web_api import answer
from .workspace import Workspace


def _titled(ws: Workspace, name: str) -> Json:
    return {"id": ws.new_id("F"), "name": name, "title": name}


class People:
    """Every method is one gesture of one person; it waits for the app's acknowledgement and returns it.

    Refused is raised for what the client would not even send. An app that does not answer is no error: `Reply.acked`.
    """

    def __init__(self, workspace: Workspace, sockets: SocketMode) -> None:
        self.workspace = workspace
        self.sockets = sockets

    def _person(self, user_id: str) -> User:
        user = self.workspace.users.get(user_id)
        if user is None or user.deleted:
            raise Refused("This person has no account here.")
        return user

    def _visible(self, user: User, channel_id: str) -> None:
        channel = self.workspace.channels.get(channel_id)
        if channel is None or not self.workspace.sees(user.id, channel):
            raise Refused("This person does not see that channel.")

    # -- messages ------------------------------------------------------------------------------------------------

    async def click(
        self,
        user_id: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | None = None,
        choice: Any = None,
    ) -> Reply:
        """Press a button of a message, ephemeral ones too, or choose from a menu.

        `value` is the button's, `choice` an option's value (a list for several), a user's or channel's id, or a date.
        """
        ws, user = self.workspace, self._person(user_id)
        self._visible(user, channel)
        message = ws.message(channel, ts)
        if message is None or message.ephemeral_to not in (None, user_id):
            raise Refused("There is no such message for this person.")
        block, element = state.find(message.blocks, action_id, block_id, value)
        picked = self._picked(element, choice)
        typed = state.values(message.blocks)
        if element["type"] in state.STATEFUL:
            typed[block["block_id"]][action_id] = picked
        payload = payloads.on_message(ws, user, message, payloads.action(ws, block, element, picked), typed)
        return await self.sockets.send("interactive", payload)

    def _picked(self, element: Json, choice: Any) -> Json:
        if element["type"] == "button":
            return {}
        if element["type"] == "overflow":
            return {"selected_option": state.option(element, choice)}
        return state.chosen(element, choice)

    async def dismiss(self, user_id: str, channel: str, ts: str) -> None:
        """Hide an ephemeral message; the app is not told."""
        message = self.workspace.message(channel, ts)
        if message is None or message.ephemeral_to != user_id:
            raise Refused("Only your own ephemeral messages can be dismissed.")
        self.workspace.delete(message)

    async def post(
        self,
        user_id: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        broadcast: bool = False,
        files: tuple[str, ...] = (),
    ) -> Message:
        """Write into a channel or thread; the app hears of it where it is a member and may read.

        `broadcast` is the box "also send to the channel" of a reply, `files` are uploaded files by id, or just titles.
        """
        ws, user = self.workspace, self._person(user_id)
        place = ws.channels.get(channel)
        if place is None or user_id not in place.members:
            raise Refused("Join this channel to write in it.")
        if place.is_archived:
            raise Refused("This channel is archived.")
        if not text.strip() and not files:
            raise Refused("There is nothing to send.")
        if thread_ts and ws.message(channel, thread_ts) is None:
            raise Refused("This thread is gone.")
        if broadcast and not thread_ts:
            raise Refused("Only a reply can be sent to the channel as well.")
        known = [ws.files[one].body(ws.base_url, ws.team_id) if one in ws.files else _titled(ws, one) for one in files]
        if ws.bot_user_id in place.members:
            shared_files.share(ws, known)
        shared: Json = {"files": known}
        kind = "thread_broadcast" if broadcast else "file_share" if files else None
        message = ws.post(channel, user.id, text, thread_ts=thread_ts, subtype=kind, **shared)
        payloads.tell(ws, message)
        return message

    def _own(self, user_id: str, channel: str, ts: str) -> Message:
        message = self.workspace.message(channel, ts)
        if message is None or message.user != self._person(user_id).id:
            raise Refused("Only your own messages can be changed.")
        return message

    async def edit(self, user_id: str, channel: str, ts: str, text: str) -> None:
        """Change what one wrote."""
        message = self._own(user_id, channel, ts)
        if not text.strip():
            raise Refused("There is nothing to send.")
        before = message.body()
        self.workspace.edit(message, text, None)
        payloads.tell(self.workspace, message, before)

    async def delete(self, user_id: str, channel: str, ts: str) -> None:
        """Delete what one wrote; a message with replies leaves a mark in its place."""
        ws, message = self.workspace, self._own(user_id, channel, ts)
        before = message.body()
        if ws.replies(channel, ts):
            message.subtype = "tombstone"
            ws.edit(message, "This message was deleted.", None)
            payloads.tell(ws, message, before)
        else:
            ws.delete(message)
            payloads.tell(ws, message, before, gone=True)

    async def slash(self, user_id: str, channel: str, command: str, text: str = "") -> Reply:
        """Type a slash command; what the app acknowledges with is shown in the channel, to this person by default."""
        ws, user = self.workspace, self._person(user_id)
        self._visible(user, channel)
        if user.is_stranger:
            raise Refused("Slash commands are not available to people from other workspaces.")
        if command not in ws.commands or "commands" not in ws.scopes:
            raise Refused(f"{command} is not a valid command.")
        body = payloads.slash(ws, user, channel, command, text)
        reply = await self.sockets.send("slash_commands", body, answers=True)
        if reply.payload:
            url = ws.response_urls[body["response_url"].rsplit("/", 1)[-1]]
            try:
                answer(ws, url, reply.payload)
            except SlackError as why:
                return replace(reply, acked=False, problem=str(why))
        return reply

    async def shortcut(self, user_id: str, channel: str, ts: str, callback_id: str) -> Reply:
        """Choose one of the app's shortcuts in the menu of a message: not on what only one person sees, as in Slack."""
        ws, user = self.workspace, self._person(user_id)
        self._visible(user, channel)
        message = ws.message(channel, ts)
        if message is None or message.ephemeral_to:
            raise Refused("There are no shortcuts on this message.")
        if callback_id not in ws.shortcuts or "commands" not in ws.scopes or user.is_stranger:
            raise Refused("There is no such shortcut here.")
        return await self.sockets.send("interactive", payloads.shortcut(ws, user, message, callback_id))

    # -- who is in a channel -------------------------------------------------------------------------------------

    def join(self, user_id: str, channel: str, *, invited_by: str | None = None) -> None:
        """Come into a public channel, or into any on the word of somebody who is in it."""
        ws, user = self.workspace, self._person(user_id)
        place = ws.channels.get(channel)
        if place is None or place.im_user or place.is_archived:
            raise Refused("Nobody can come into this channel.")
        invited = invited_by is not None and invited_by in place.members
        if not invited and (place.is_private or user.is_restricted or user.is_stranger):
            raise Refused("Somebody who is in this channel has to invite this person.")
        if user_id not in place.members:
            place.members.append(user_id)
            self._moved("member_joined_channel", user, channel)

    def leave(self, user_id: str, channel: str) -> None:
        ws, user = self.workspace, self._person(user_id)
        place = ws.channels.get(channel)
        if place is None or user_id not in place.members or place.im_user:
            raise Refused("This person is not in that channel.")
        place.members.remove(user_id)
        self._moved("member_left_channel", user, channel)

    def _moved(self, kind: str, user: User, channel: str) -> None:
        """The app hears of it where it is a member and may know who is in a channel."""
        ws = self.workspace
        place = ws.channels[channel]
        if ws.bot_user_id in place.members and READ[place.kind] in ws.scopes:
            self.sockets.event(payloads.membership(ws, kind, user, channel))
        ws.changed()

    # -- what people say of themselves ---------------------------------------------------------------------------

    def set_status(self, user_id: str, emoji: str = "", text: str = "", expires: int = 0) -> None:
        """Set one's status, or clear it; the app hears of the profile."""
        ws, user = self.workspace, self._person(user_id)
        user.status = (emoji, text, expires)
        self._changed(user)
        ws.changed()

    def move(self, user_id: str, tz: str) -> None:
        """Be in another time zone from now on."""
        user = self._person(user_id)
        user.tz = tz
        self._changed(user)

    def _changed(self, user: User) -> None:
        ws = self.workspace
        if "users:read" in ws.scopes:
            profile = user.body(ws.now(), include_locale=True)
            self.sockets.event({"type": "user_change", "user": profile, "event_ts": ws.next_ts()})

    def do_not_disturb(self, user_id: str, window: tuple[int, int] | None) -> None:
        """Be shown nothing from one second until another, or at any time again; the app hears of it."""
        ws, user = self.workspace, self._person(user_id)
        user.dnd = window
        if "dnd:read" in ws.scopes:
            self.sockets.event(payloads.dnd(ws, user))

    # -- Home and modals -----------------------------------------------------------------------------------------

    async def open_home(self, user_id: str, tab: str = "home") -> None:
        """Look at the app's Home tab (or its `messages`); the app hears of it as an event, see sockets.settled()."""
        user = self._person(user_id)
        if user.is_stranger:
            raise Refused("People from other workspaces do not see this app's Home.")
        self.sockets.event(payloads.home_opened(self.workspace, user, tab))

    def _view(self, user_id: str, view_id: str | None) -> View:
        ws = self.workspace
        if view_id is None:
            return ws.top_view(user_id)
        view = ws.view(view_id)
        if view is None or view.user != user_id:
            raise Refused("This person does not have that view open.")
        if view.source["type"] == "modal" and view is not ws.top_view(user_id):
            raise Refused("Another form lies over this one.")
        return view

    async def click_view(
        self,
        user_id: str,
        action_id: str,
        *,
        view_id: str | None = None,
        block_id: str | None = None,
        value: str | None = None,
        choice: Any = None,
    ) -> Reply:
        """Press or choose in the modal in front (or the view with this id)."""
        user, view = self._person(user_id), self._view(user_id, view_id)
        block, element = state.find(view.blocks, action_id, block_id, value)
        if block["type"] == "input":
            raise Refused("That is a field: type into it.")
        picked = self._picked(element, choice)
        if element["type"] in state.STATEFUL:
            view.values[block["block_id"]][action_id] = picked
        return await self._send_view_action(user, view, block, element, picked)

    async def click_home(self, user_id: str, action_id: str, **more: Any) -> Reply:
        """Press or choose on the person's Home tab, as `click_view` does."""
        if user_id not in self.workspace.homes:
            raise Refused("The app has not published a Home tab for this person.")
        return await self.click_view(user_id, action_id, view_id=self.workspace.homes[user_id].id, **more)

    async def _send_view_action(self, user: User, view: View, block: Json, element: Json, picked: Json) -> Reply:
        ws = self.workspace
        body = payloads.on_view(ws, user, view, payloads.action(ws, block, element, picked))
        return await self.sockets.send("interactive", body)

    async def type(
        self,
        user_id: str,
        block_id: str,
        value: Any,
        *,
        action_id: str | None = None,
        view_id: str | None = None,
        dispatch: bool = True,
    ) -> Reply | None:
        """Fill one field of the modal in front: text, an option's value, a list of values, an id, a date, None.

        Sends block_actions only where the block has dispatch_action, as Slack does; else returns None. `dispatch` false
        is a text field that is still being written.
        """
        user, view = self._person(user_id), self._view(user_id, view_id)
        hits = [
            (b, e) for b, e in state.elements(view.blocks) if b["block_id"] == block_id and e["type"] in state.STATEFUL
        ]
        hits = [(b, e) for b, e in hits if action_id in (None, e["action_id"])]
        if len(hits) != 1:
            raise Refused(f"There is no field {block_id!r} in this form.")
        block, element = hits[0]
        if element["type"] == "file_input":
            value = shared_files.chosen(self.workspace, user, element, list(value or ()))
        picked = state.chosen(element, value)
        view.values[block_id][element["action_id"]] = picked
        view.errors.pop(block_id, None)
        self.workspace.changed()
        if not dispatch or (block["type"] == "input" and not block.get("dispatch_action")):
            return None
        return await self._send_view_action(user, view, block, element, picked)

    async def submit(self, user_id: str, view_id: str | None = None) -> Reply:
        """Send the modal in front; Refused.errors holds what the client itself finds missing."""
        ws, user, view = self.workspace, self._person(user_id), self._view(user_id, view_id)
        if "submit" not in view.source:
            raise Refused("This form has nothing to send.")
        if missing := state.missing(view.blocks, view.values):
            view.errors = missing
            ws.changed()
            raise Refused("Some fields need your attention.", missing)
        view.errors = {}
        for by_action in view.values.values():
            shared_files.share(ws, [file for field in by_action.values() for file in field.get("files") or ()])
        reply = await self.sockets.send("interactive", payloads.submission(ws, user, view), answers=True)
        if not reply.acked or ws.view(view.id) is None:
            return reply
        try:
            strict.ack(reply.payload, {**view.source, "blocks": view.blocks})
            self._respond(view, reply.payload)
        except SlackError as why:
            return replace(reply, acked=False, problem=str(why))
        return reply

    def _respond(self, view: View, payload: Json) -> None:
        ws, action = self.workspace, payload.get("response_action")
        if action == "errors":
            view.errors = copy.deepcopy(payload["errors"])
            ws.changed()
        elif action == "update":
            ws.fill(view, payload["view"])
        elif action == "push":
            ws.push_modal(view.user, payload["view"])
        else:
            ws.close_modal(view, everything=action == "clear")

    async def close(self, user_id: str, view_id: str | None = None, *, everything: bool = False) -> None:
        """Close the modal in front, or all of them with `everything` (the x of the last); told if notify_on_close."""
        ws, user, view = self.workspace, self._person(user_id), self._view(user_id, view_id)
        cleared = everything or bool(view.source.get("clear_on_close"))
        gone = list(reversed(ws.stacks[user_id])) if cleared else [view]
        ws.close_modal(view, everything=cleared)
        for one in gone:
            if one.source.get("notify_on_close"):
                await self.sockets.send("interactive", payloads.closed(ws, user, one, cleared=cleared))

    def read(self, user_id: str, channel: str) -> None:
        """Mark a channel as read up to its newest message."""
        ws = self.workspace
        newest = next(reversed(ws.messages.get(channel, [])), None)
        if newest and ws.last_read.get((user_id, channel)) != newest.ts:
            ws.last_read[user_id, channel] = newest.ts
            ws.changed()
