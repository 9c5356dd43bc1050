"""Socket Mode: hands envelopes to the app's websockets in turn and waits three seconds for each acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from .model import Json
from .request_url import RequestUrl
from .weather import Weather
from .workspace import Workspace

ACK_SECONDS = 3.0
MOST_CONNECTIONS = 10
EVENT_RETRIES = (0.0, 60.0, 300.0)


@dataclass(frozen=True)
class Reply:
    """What came back for one envelope: whether it was acknowledged, and with what."""

    acked: bool
    payload: Json = field(default_factory=dict)
    envelope_id: str = ""
    problem: str = ""


class SocketMode:
    """The app's side of the workspace: its open websockets and what waits for an answer."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        workspace.tell = self.event
        self.ack_seconds = ACK_SECONDS
        self.event_retries = EVENT_RETRIES
        self.weather = Weather()
        self.request_url: RequestUrl | None = None
        """Where payloads go instead, for an app that takes them over HTTP."""
        self.tickets: set[str] = set()
        self.connections: list[web.WebSocketResponse] = []
        self._lines: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._turn = itertools.count()
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Json]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ticket(self, base_url: str) -> str:
        """A websocket URL that lets one connection in, once."""
        made = uuid.uuid4().hex
        self.tickets.add(made)
        return f"{base_url.replace('http', 'ws', 1)}/link/?ticket={made}&app_id={self.workspace.app_id}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """GET /link/: one websocket for as long as it lasts."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPUnauthorized(text="This ticket is unknown or used up: call apps.connections.open again.")
        self.tickets.discard(ticket)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await ws.send_json(
                {"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "sandbox"}}
            )
            await ws.close()
            return ws
        self.connections.append(ws)
        if request.transport is not None:
            self._lines[ws] = request.transport
        try:
            await ws.send_json(self._hello())
            self.workspace.changed()
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self._gone(ws)
        return ws

    def _hello(self) -> Json:
        return {
            "type": "hello", "num_connections": len(self.connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.workspace.app_id},
        }  # fmt: skip

    def _take(self, data: str) -> None:
        try:
            answer = json.loads(data)
        except ValueError:
            return
        waiting = self._waiting.pop(answer.get("envelope_id", ""), None) if isinstance(answer, dict) else None
        if waiting and not waiting[1].done():
            payload = answer.get("payload")
            waiting[1].set_result(payload if isinstance(payload, dict) else {})

    def _gone(self, ws: web.WebSocketResponse) -> None:
        self.connections.remove(ws)
        self._lines.pop(ws, None)
        for envelope_id, (owner, future) in list(self._waiting.items()):
            if owner is ws and not future.done():
                future.set_exception(ConnectionResetError("the app's connection closed"))
                self._waiting.pop(envelope_id, None)
        self.workspace.changed()

    async def send(
        self, kind: str, payload: Json, *, answers: bool = False, retry: tuple[int, str] | None = None
    ) -> Reply:
        """Deliver one envelope to the next connection; `answers` says that the acknowledgement may carry a payload."""
        if self.weather.late:
            await asyncio.sleep(self.weather.rng.uniform(0, self.weather.late))
        if self.request_url is not None:
            return await self._post(self.request_url, kind, payload, retry)
        if not self.connections:
            return self._failed(kind, payload, "", "the app is not connected")
        ws = self.connections[next(self._turn) % len(self.connections)]
        envelope_id = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": answers,
        }
        if retry:
            envelope.update(retry_attempt=retry[0], retry_reason=retry[1])
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (ws, future)
        try:
            async with asyncio.timeout(self.ack_seconds):
                await ws.send_json(envelope)
                await self._again(ws, envelope)
                answer = await future
        except TimeoutError:
            return self._failed(kind, payload, envelope_id, f"no answer within {self.ack_seconds:g} seconds")
        except ConnectionError as why:
            return self._failed(kind, payload, envelope_id, str(why))
        finally:
            self._waiting.pop(envelope_id, None)
        if answer:
            self.workspace.record("ack", answer)
        return Reply(acked=True, payload=answer, envelope_id=envelope_id)

    async def _post(self, url: RequestUrl, kind: str, payload: Json, retry: tuple[int, str] | None) -> Reply:
        try:
            answer = await url.post(kind, payload, self.ack_seconds, retry)
        except TimeoutError:
            return self._failed(kind, payload, "", f"no answer within {self.ack_seconds:g} seconds")
        except ConnectionError as why:
            return self._failed(kind, payload, "", str(why))
        if answer:
            self.workspace.record("ack", answer)
        return Reply(acked=True, payload=answer)

    async def _again(self, ws: web.WebSocketResponse, envelope: Json) -> None:
        """Some envelopes come twice: through another connection where there is one."""
        if self.weather.rng.random() < self.weather.twice:
            others = [other for other in self.connections if other is not ws] or [ws]
            with contextlib.suppress(ConnectionError):
                await self.weather.rng.choice(others).send_json(envelope)

    def _failed(self, kind: str, payload: Json, envelope_id: str, why: str) -> Reply:
        what = payload.get("type") or payload.get("command")
        self.workspace.failures.append({"kind": kind, "what": what, "why": why, "envelope_id": envelope_id})
        self.workspace.changed()
        return Reply(acked=False, envelope_id=envelope_id, problem=why)

    def event(self, event: Json, event_id: str | None = None) -> None:
        """Send an event in the background, and again at once, after one and after five minutes if nobody answers."""
        ws = self.workspace
        payload: Json = {
            "token": ws.verification_token, "team_id": ws.team_id, "api_app_id": ws.app_id, "event": event,
            "type": "event_callback", "event_id": event_id or f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(ws.now().timestamp()), "is_ext_shared_channel": False,
            "event_context": secrets.token_hex(8),
            "authorizations": [{
                "enterprise_id": None, "team_id": ws.team_id, "user_id": ws.bot_user_id, "is_bot": True,
                "is_enterprise_install": False,
            }],
        }  # fmt: skip
        task = asyncio.create_task(self._deliver(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, payload: Json) -> None:
        reply = await self.send("events_api", payload)
        for attempt, pause in enumerate(self.event_retries, start=1):
            if reply.acked:
                return
            await asyncio.sleep(pause)
            reply = await self.send("events_api", payload, retry=(attempt, "timeout"))

    async def settled(self) -> None:
        """Wait until every event sent so far has been answered or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to come back, as Slack does every few hours."""
        for ws in list(self.connections):
            await ws.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})

    async def drop(self) -> None:
        """Close every connection without a word."""
        for ws in list(self.connections):
            await ws.close()

    async def cut(self) -> None:
        """Break every connection without a closing frame, as when a cable is pulled."""
        for transport in list(self._lines.values()):
            transport.abort()

    async def aclose(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.drop()
