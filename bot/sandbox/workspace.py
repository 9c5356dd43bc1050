"""The state of a small local Slack: people, channels, messages, views, and the permissions that run out."""

from __future__ import annotations

import asyncio
import copy
import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from . import state
from .model import Channel, File, Json, Message, Refused, ResponseUrl, SlackError, Trigger, User, View

TRIGGER_SECONDS = 3.0
MODAL_STACK = 3
RESPONSE_URL_USES = 5
RESPONSE_URL_LIFE = timedelta(minutes=30)

# What the app's manifest asks for; tests take some away.
DEFAULT_SCOPES = (
    "chat:write", "commands", "im:write", "users:read", "channels:read", "groups:read", "dnd:read",
    "channels:history", "groups:history", "im:history", "files:read", "files:write",
)  # fmt: skip

T = TypeVar("T")


class Workspace:
    """One team with one installed app."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        team_id: str = "T0AURORA01",
        team_name: str = "Aurora",
        app_name: str = "Handoff",
    ) -> None:
        self.clock = clock
        self.team_id, self.team_name, self.app_name = team_id, team_name, app_name
        self.app_id, self.bot_id, self.bot_user_id = "A0HANDOFF1", "B0HANDOFF1", "U0HANDOFF1"
        self.bot_token, self.app_token, self.verification_token = (
            "xoxb-local-sandbox",
            "xapp-local-sandbox",
            "local-sandbox",
        )
        self.token_error: str | None = (
            None  # "token_revoked", "account_inactive": what every call answers while it is set
        )
        self.scopes: set[str] = set(DEFAULT_SCOPES)
        self.app_scopes: set[str] = {"connections:write"}
        self.commands: dict[str, str] = {"/handoff": "[inbox | search giveaway | import | campaign | people | help]"}
        self.shortcuts: dict[str, str] = {"search.similar.v1": "Find similar cases"}  # callback_id -> name, on messages
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self.files: dict[str, File] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.last_read: dict[tuple[str, str], str] = {}
        self.calls: list[Json] = []  # {"method", "args", "ok", "error"}: what the app sent, in order
        self.failures: list[Json] = []  # interactions that the app did not answer in time
        self.tell: Callable[[Json], None] = lambda _event: None  # how the app hears of a message: see socket_mode.py
        self.fault: Callable[[str, Json], Awaitable[Any]] | None = None  # see faults.py
        self.base_url = ""  # http://host:port, known once the server listens
        self.revision = 0
        self._listeners: set[asyncio.Queue[int]] = set()
        self._last_ts = 0
        self._ids = itertools.count(1)
        self.add_user(self.bot_user_id, app_name.lower(), app_name, is_bot=True)

    # -- ids and times -------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock()

    def next_ts(self) -> str:
        """A timestamp like Slack's: unique and growing, even if the clock stands still or runs back."""
        micros = int(self.now().timestamp() * 1_000_000)
        self._last_ts = max(self._last_ts + 1, micros)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        return f"{prefix}0{next(self._ids):04d}{secrets.token_hex(2).upper()}"

    # -- people and places ---------------------------------------------------------------------------------------

    def add_user(self, user_id: str, name: str, real_name: str, *, team_id: str | None = None, **more: Any) -> User:
        """A new person; one of another `team_id` is a stranger, as people from shared channels are."""
        home = team_id or self.team_id
        self.users[user_id] = User(user_id, name, real_name, home, is_stranger=home != self.team_id, **more)
        self.changed()
        return self.users[user_id]

    def add_channel(self, channel_id: str, name: str, members: list[str], *, bot: bool = True, **more: Any) -> Channel:
        """A new channel; `bot` says whether the app is invited."""
        inside = [*members, *([self.bot_user_id] if bot else [])]
        self.channels[channel_id] = Channel(
            channel_id, name, members=inside, created=int(self.now().timestamp()), **more
        )
        self.changed()
        return self.channels[channel_id]

    def user(self, user_id: str) -> User:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def im(self, user_id: str) -> Channel:
        """The direct message between the app and this person, opened when it is first needed."""
        for channel in self.channels.values():
            if channel.im_user == user_id:
                return channel
        created = int(self.now().timestamp())
        made = Channel(self.new_id("D"), "", im_user=user_id, members=[user_id, self.bot_user_id], created=created)
        self.channels[made.id] = made
        self.changed()
        return made

    def sees(self, user_id: str, channel: Channel) -> bool:
        """May this person read the channel? Guests and outsiders only where they are members."""
        user = self.users[user_id]
        if user_id in channel.members:
            return True
        return channel.kind == "public_channel" and not user.is_restricted and not user.is_stranger

    # -- messages ------------------------------------------------------------------------------------------------

    def post(self, channel: str, user: str, text: str, *, blocks: list[Json] | None = None, **more: Any) -> Message:
        """Put a message into a channel, without any question of who may: web_api and people ask first."""
        from_bot: Json = {"bot_id": self.bot_id, "app_id": self.app_id} if user == self.bot_user_id else {}
        made = Message(
            channel,
            self.next_ts(),
            user,
            text,
            state.with_ids(blocks or []),
            team=self.users[user].team_id,
            **from_bot,
            **more,
        )
        self.messages.setdefault(channel, []).append(made)
        parent = self.message(channel, made.thread_ts) if made.thread_ts else None
        if parent and not made.ephemeral_to:
            parent.thread_ts = parent.ts
            parent.revision += 1
        self.changed()
        return made

    def edit(self, message: Message, text: str, blocks: list[Json] | None, metadata: Json | None = None) -> None:
        """Replace text and blocks together: text alone drops the blocks, as in Slack."""
        message.text, message.blocks = text, state.with_ids(blocks or [])
        if metadata is not None:
            message.metadata = metadata
        message.edited_ts = self.next_ts()
        message.revision += 1
        self.changed()

    def delete(self, message: Message) -> None:
        self.messages[message.channel].remove(message)
        self.changed()

    def message(self, channel: str, ts: str | None) -> Message | None:
        return next((m for m in self.messages.get(channel, []) if m.ts == ts), None)

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        return [m for m in self.messages.get(channel, []) if m.thread_ts == thread_ts and m.ts != thread_ts]

    def visible(self, user: str, channel: str) -> Iterator[Message]:
        """What this person sees in a channel, threads included, oldest first."""
        return (m for m in self.messages.get(channel, []) if m.ephemeral_to in (None, user))

    # -- views ---------------------------------------------------------------------------------------------------

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """A fresh trigger_id: three seconds by the real clock, since it measures the app and not the story."""
        made = f"{int(self.now().timestamp() * 1000)}.{next(self._ids)}.{secrets.token_hex(8)}"
        self.triggers[made] = Trigger(user, time.monotonic(), view_id)
        return made

    def use_trigger(self, trigger_id: str) -> Trigger:
        found = self.triggers.get(trigger_id)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - found.born > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found

    def new_view(self, user: str, source: Json, previous: View | None = None) -> View:
        external = source.get("external_id")
        if external and any(v.source.get("external_id") == external for v in self.open_views()):
            raise SlackError("duplicate_external_id")
        view_id = self.new_id("V")
        root = previous.root_view_id if previous else view_id
        view = View(
            view_id, user, {}, "", self.team_id, self.app_id, self.bot_id, root, previous.id if previous else None
        )
        self.fill(view, source)
        return view

    def fill(self, view: View, source: Json) -> None:
        """Give a view its content; what the person typed stays in fields whose ids stay."""
        view.source = {**copy.deepcopy(source), "blocks": state.with_ids(source["blocks"])}
        view.values = state.values(view.blocks, view.values)
        view.hash = f"{int(self.now().timestamp())}.{secrets.token_hex(4)}"
        view.errors = {}
        self.changed()

    def open_modal(self, user: str, source: Json) -> View:
        """A new stack of one view: whatever this person had open is gone."""
        view = self.new_view(user, source)
        self.stacks[user] = [view]
        self.changed()
        return view

    def push_modal(self, user: str, source: Json) -> View:
        stack = self.stacks.get(user) or []
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MODAL_STACK:
            raise SlackError("push_limit_reached")
        stack.append(self.new_view(user, source, stack[-1]))
        self.changed()
        return stack[-1]

    def close_modal(self, view: View, *, everything: bool = False) -> None:
        stack = self.stacks.get(view.user, [])
        self.stacks[view.user] = [] if everything or view not in stack else stack[: stack.index(view)]
        self.changed()

    def open_views(self) -> Iterator[View]:
        return itertools.chain(*self.stacks.values(), self.homes.values())

    def view(self, view_id: str) -> View | None:
        return next((v for v in self.open_views() if v.id == view_id), None)

    def top_view(self, user: str) -> View:
        """The modal in front of this person."""
        if not self.stacks.get(user):
            raise Refused("No form is open.")
        return self.stacks[user][-1]

    # -- response_urls -------------------------------------------------------------------------------------------

    def response_url(self, channel: str, user: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        token = secrets.token_urlsafe(16)
        self.response_urls[token] = ResponseUrl(channel, user, self.now(), message_ts, thread_ts)
        return f"{self.base_url}/response/{token}"

    def use_response_url(self, token: str) -> ResponseUrl:
        found = self.response_urls.get(token)
        if found is None:
            raise SlackError("invalid_url")
        if self.now() - found.born > RESPONSE_URL_LIFE:
            raise SlackError("expired_url")
        if found.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        found.uses += 1
        return found

    # -- what happened -------------------------------------------------------------------------------------------

    def record(self, method: str, args: Json, error: str | None = None) -> None:
        self.calls.append({"method": method, "args": copy.deepcopy(args), "ok": error is None, "error": error})
        self.changed()

    def calls_to(self, method: str) -> list[Json]:
        """The arguments of every call of one method, oldest first; also "response_url" and "ack"."""
        return [c["args"] for c in self.calls if c["method"] == method]

    def changed(self) -> None:
        self.revision += 1
        for queue in self._listeners:
            if queue.empty():  # one waiting number is enough: whoever reads it looks at everything
                queue.put_nowait(self.revision)

    @contextmanager
    def subscribed(self) -> Iterator[asyncio.Queue[int]]:
        """A queue that holds the newest revision whenever something changed since it was last read."""
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def until(self, found: Callable[[], T], seconds: float = 5.0) -> T:
        """Wait until `found()` is truthy and return it; TimeoutError after so many real seconds."""
        async with asyncio.timeout(seconds):
            with self.subscribed() as queue:
                while not (result := found()):
                    await queue.get()
                return result
