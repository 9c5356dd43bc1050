"""What the local workspace is made of: people, channels, messages and views, in Slack's own words and shapes."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

Json = dict[str, Any]


class SlackError(Exception):
    """What the Web API answers instead of doing it; `error` is Slack's own code."""

    def __init__(self, error: str, *messages: str, **extra: object) -> None:
        super().__init__(f"{error}: {'; '.join(messages)}" if messages else error)
        self.error = error
        self.messages = list(messages)
        self.extra = extra

    def body(self) -> Json:
        out: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            out["response_metadata"] = {"messages": self.messages}
        return out


class Refused(Exception):
    """What Slack's own client would not let a person do; `errors` maps block_id to the text under that field."""

    def __init__(self, reason: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.errors = errors or {}


@dataclass
class User:
    """A person or a bot; `team_id` differs from the workspace's for people who come in through a shared channel."""

    id: str
    name: str
    real_name: str
    team_id: str
    tz: str = "UTC"
    locale: str = "en-US"
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    title: str = ""
    dnd: tuple[int, int] | None = None
    status: tuple[str, str, int] = ("", "", 0)
    """Emoji, text, and when it expires: 0 for never."""

    def body(self, now: datetime, *, include_locale: bool = False) -> Json:
        """The user object of users.info; people from outside have no locale, as in Slack."""
        zone = now.astimezone(ZoneInfo(self.tz))
        offset = zone.utcoffset()
        out: Json = {
            "id": self.id, "team_id": self.team_id, "name": self.name, "deleted": self.deleted,
            "real_name": self.real_name, "tz": self.tz, "tz_label": zone.tzname(),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": {
                "real_name": self.real_name, "display_name": self.name, "title": self.title, "team": self.team_id,
                "status_emoji": self.status[0], "status_text": self.status[1], "status_expiration": self.status[2],
            },
            "is_admin": False, "is_owner": False, "is_bot": self.is_bot, "is_app_user": False,
            "is_restricted": self.is_restricted, "is_ultra_restricted": False, "updated": 0,
        }  # fmt: skip
        if self.is_stranger:
            out["is_stranger"] = True
        elif include_locale:
            out["locale"] = self.locale
        return out


@dataclass
class Channel:
    """A channel or, when `im_user` is set, that person's direct message with the app."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    im_user: str | None = None
    topic: str = ""
    members: list[str] = field(default_factory=list)
    created: int = 0

    @property
    def kind(self) -> str:
        if self.im_user:
            return "im"
        return "private_channel" if self.is_private else "public_channel"

    def body(self, bot_user_id: str) -> Json:
        common: Json = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_im": bool(self.im_user),
        }
        if self.im_user:
            return {**common, "is_org_shared": False, "user": self.im_user, "is_user_deleted": False}
        return {
            **common, "name": self.name, "name_normalized": self.name, "is_channel": not self.is_private,
            "is_group": self.is_private, "is_mpim": False, "is_private": self.is_private, "is_general": False,
            "is_shared": False, "is_member": bot_user_id in self.members, "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }  # fmt: skip


@dataclass
class Message:
    """One message; `ephemeral_to` names the only person who sees it."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    edited_ts: str | None = None
    ephemeral_to: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    team: str = ""
    revision: int = 0
    subtype: str | None = None
    files: list[Json] = field(default_factory=list)

    def body(self, *, include_metadata: bool = False) -> Json:
        out: Json = {"type": "message", "user": self.user, "ts": self.ts, "team": self.team, "text": self.text}
        if self.subtype:
            out["subtype"] = self.subtype
        if self.files:
            out["files"] = copy.deepcopy(self.files)
        if self.bot_id:
            out.update(bot_id=self.bot_id, app_id=self.app_id)
        if self.blocks:
            out["blocks"] = copy.deepcopy(self.blocks)
        if self.thread_ts:
            out["thread_ts"] = self.thread_ts
        if self.edited_ts:
            out["edited"] = {"user": self.user, "ts": self.edited_ts}
        if include_metadata and self.metadata:
            out["metadata"] = copy.deepcopy(self.metadata)
        return out


@dataclass
class File:
    """What somebody uploaded; `shared` once it was sent where the app can see it."""

    id: str
    user: str
    name: str
    data: bytes
    created: int
    shared: bool = False
    alt: str = ""
    """What it shows, in words, for those who cannot see it."""

    @property
    def kind(self) -> str:
        """The ending of its name, which is what Slack goes by."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else "binary"

    @property
    def mimetype(self) -> str:
        kinds = {"csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "png": "image/png"}
        return kinds.get(self.kind, "application/octet-stream")

    def body(self, base_url: str, team_id: str) -> Json:
        where = f"{base_url}/files-pri/{team_id}-{self.id}"
        return {
            "id": self.id, "created": self.created, "timestamp": self.created, "name": self.name, "title": self.name,
            "mimetype": self.mimetype, "filetype": self.kind, "pretty_type": self.kind.upper(), "user": self.user,
            "user_team": team_id, "editable": False, "size": len(self.data), "mode": "hosted", "is_external": False,
            "external_type": "", "is_public": False, "public_url_shared": False, "display_as_bot": False,
            "username": "", "url_private": f"{where}/{quote(self.name)}",
            "url_private_download": f"{where}/download/{quote(self.name)}", "has_rich_preview": False,
            "file_access": "visible", **({"alt_txt": self.alt} if self.alt else {}),
        }  # fmt: skip


@dataclass
class View:
    """A modal or a Home tab; `values` is what the person has typed or chosen so far, shaped like state.values."""

    id: str
    user: str
    source: Json
    hash: str
    team_id: str
    app_id: str
    bot_id: str
    root_view_id: str
    previous_view_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        found: list[Json] = self.source["blocks"]
        return found

    def body(self) -> Json:
        src = self.source
        return {
            "id": self.id, "team_id": self.team_id, "type": src["type"], "blocks": copy.deepcopy(src["blocks"]),
            "private_metadata": src.get("private_metadata", ""), "callback_id": src.get("callback_id", ""),
            "state": {"values": copy.deepcopy(self.values)}, "hash": self.hash, "title": src.get("title"),
            "clear_on_close": src.get("clear_on_close", False), "notify_on_close": src.get("notify_on_close", False),
            "close": src.get("close"), "submit": src.get("submit"), "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id, "app_id": self.app_id, "external_id": src.get("external_id", ""),
            "app_installed_team_id": self.team_id, "bot_id": self.bot_id,
        }  # fmt: skip


@dataclass
class Trigger:
    """Permission to open one view, for three real seconds, once."""

    user: str
    born: float
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """Where an app may answer an interaction: five times within thirty minutes."""

    channel: str
    user: str
    born: datetime
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0
