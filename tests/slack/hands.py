"""A person's hands: signed payloads as Slack sends them, through the real app."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.app import Handoff
from bot.cards import ids
from bot.core.case import Case
from bot.desk import see
from tests.slack.fake_slack import TEAM, FakeSlack

SECRET = "a-secret-of-the-tests"
Json = dict[str, Any]
_count = itertools.count(1)


def signed(payload: Json, secret: str = SECRET, at: float | None = None) -> tuple[str, dict[str, str]]:
    """The body and the headers that Slack would send for this."""
    raw = payload["type"] not in ("command", "event_callback", "url_verification")
    if payload["type"] in ("event_callback", "url_verification"):
        body, kind = json.dumps(payload), "application/json"
    else:
        body = urlencode({"payload": json.dumps(payload)} if raw else payload)
        kind = "application/x-www-form-urlencoded"
    stamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or ""
    return body, {"content-type": kind, "x-slack-signature": signature, "x-slack-request-timestamp": stamp}


@dataclass
class Answer:
    """What the app said at once, and how long that took in seconds."""

    status: int
    body: Json
    seconds: float

    @property
    def errors(self) -> dict[str, str]:
        return dict(self.body.get("errors") or {})


@dataclass
class House:
    handoff: Handoff
    slack: FakeSlack
    clock: Any
    ids: dict[str, str] = field(default_factory=dict)
    acks: list[Json] = field(default_factory=list)

    @property
    def desk(self) -> Any:
        return self.handoff.desk

    def case(self, who: str) -> Case:
        return see.case(self.desk, self.ids[who])

    def value(self, who: str) -> str:
        return ids.value(self.case(who).review)

    # What a person does

    async def send(self, payload: Json, *, settle: bool = True) -> Answer:
        """One signed request; then everything that it started in the background."""
        body, stamped = signed(payload)
        headers: dict[str, Any] = {name: [value] for name, value in stamped.items()}
        started = time.perf_counter()
        said = await self.handoff.app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
        spent = time.perf_counter() - started
        answer = Answer(said.status, json.loads(said.body) if said.body.startswith("{") else {}, spent)
        if answer.body:
            self.acks.append(answer.body)
        if settle:
            await self.handoff.settled()
        return answer

    def base(self, kind: str, user: str, team: str = TEAM) -> Json:
        return {
            "type": kind, "team": {"id": TEAM, "domain": "home"},
            "user": {"id": user, "name": user, "team_id": team},
            "api_app_id": "A0APP", "token": "t", "trigger_id": f"{next(_count)}.1.x", "enterprise": None,
            "is_enterprise_install": False,
        }  # fmt: skip

    def action(self, action: str, value: str, *, choice: bool = False, block: str = "b1") -> Json:
        said: Json = {"action_id": action, "block_id": block, "action_ts": f"{next(_count)}.0", "type": "button"}
        if choice:
            option = {"text": {"type": "plain_text", "text": "x"}, "value": value}
            return {**said, "type": "overflow", "selected_option": option}
        return {**said, "value": value}

    async def tap(
        self, user: str, action: str, value: str, *, view: Json | None = None, home: bool = False, settle: bool = True,
        team: str = TEAM, choice: bool = False, at: str | None = None,
    ) -> Answer:  # fmt: skip
        """Press a button on a message, in a modal (`view`) or on the Home tab; `at` is when, in Slack's eyes."""
        tapped = self.action(action, value, choice=choice) | ({"action_ts": at} if at else {})
        payload = self.base("block_actions", user, team) | {"actions": [tapped]}
        if view is not None or home:
            shown = view or {"id": "V0HOME", "type": "home", "hash": "h", "blocks": [], "private_metadata": ""}
            payload |= {
                "view": {"state": {"values": {}}, **shown},
                "container": {"type": "view", "view_id": shown["id"]},
            }
        else:
            payload |= {
                "response_url": f"{self.slack.base}/response/{next(_count)}",
                "channel": {"id": "C0BRAZIL", "name": "br"},
                "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0BRAZIL", "is_ephemeral": False},
                "message": {"ts": "1.0", "text": "x"},
            }  # fmt: skip
        return await self.send(payload, settle=settle)

    async def submit(
        self, user: str, view: Json, values: Json, *, behind: str | None = None, kind: str = "view_submission"
    ) -> Answer:
        payload = self.base(kind, user) | {"response_urls": [], "view": self.filled(view, values, behind)}
        return await self.send(payload)

    async def tick(self, user: str, view: Json, flags: list[str]) -> Answer:
        """Tick boxes in the form for what is normal."""
        payload = self.base("block_actions", user) | {
            "actions": [self.action(ids.NORM_FLAGS, "", block=ids.FLAGS) | {"type": "checkboxes"}],
            "view": self.filled(view, {"flags": flags}), "container": {"type": "view", "view_id": view["id"]},
        }  # fmt: skip
        return await self.send(payload)

    @staticmethod
    def filled(view: Json, values: Json, behind: str | None = None) -> Json:
        """The view with its state: initial values unless something was typed or chosen."""
        state: Json = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                name = block["block_id"].split(".")[0]
                state[block["block_id"]] = {element["action_id"]: _state(element, values.get(name))}
        return {"previous_view_id": behind, **view, "state": {"values": state}}

    async def command(self, user: str, text: str, team: str = TEAM) -> Answer:
        return await self.send({
            "type": "command", "command": "/handoff", "text": text, "user_id": user, "team_id": team,
            "response_url": f"{self.slack.base}/response/c", "trigger_id": "1.1.c", "channel_id": "C0BRAZIL",
        })  # fmt: skip

    async def shortcut(self, user: str, name: str, text: str, channel: str = "C0BRAZIL", team: str = TEAM) -> Answer:
        """Choose one of the bot's shortcuts in the menu of somebody's message."""
        return await self.send(self.base("message_action", user, team) | {
            "callback_id": name, "message_ts": "1.0", "action_ts": f"{next(_count)}.0",
            "message": {"type": "message", "user": "U0MAYA", "ts": "1.0", "text": text},
            "channel": {"id": channel, "name": "br"}, "response_url": f"{self.slack.base}/response/{next(_count)}",
        })  # fmt: skip

    async def event(self, event: Json) -> Answer:
        return await self.send({
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A0APP", "event": event,
            "event_id": f"Ev{next(_count)}", "event_time": 1, "authorizations": [],
        })  # fmt: skip

    # What they see

    @property
    def whispers(self) -> list[str]:
        return [said["text"] for said in self.slack.to("response_url") if "text" in said]

    async def deliver(self) -> None:
        await self.handoff.outbox.flush()


def _options(element: Json) -> list[Json]:
    return [*element.get("options", ()), *(o for group in element.get("option_groups", ()) for o in group["options"])]


def _state(element: Json, given: Any) -> Json:
    kind = element["type"]
    if kind in ("plain_text_input", "number_input"):
        return {"type": kind, "value": given if given is not None else element.get("initial_value")}
    if kind == "checkboxes":
        start = [o["value"] for o in element.get("initial_options", [])]
        chosen = given if given is not None else start
        return {"type": kind, "selected_options": [o for o in element["options"] if o["value"] in chosen]}
    if kind == "file_input":
        return {"type": kind, "files": given or []}
    if kind == "conversations_select":
        start = element.get("initial_conversation")
        return {"type": kind, "selected_conversation": given if given is not None else start}
    if kind == "users_select":
        return {"type": kind, "selected_user": given if given is not None else element.get("initial_user")}
    if kind == "multi_static_select":
        start = [o["value"] for o in element.get("initial_options", [])]
        chosen = given if given is not None else start
        return {"type": kind, "selected_options": [o for o in _options(element) if o["value"] in chosen]}
    start = element.get("initial_option", {}).get("value")
    wanted = given if given is not None else start
    return {"type": kind, "selected_option": next((o for o in _options(element) if o["value"] == wanted), None)}
