"""A server that speaks as much of Slack's Web API as the bot uses: records every call, and fails as it is told to."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]
#: Answers instead of the method: a body, (status, body, headers), a response, "drop" to cut the line after accepting.
Fault = Callable[[Json], Awaitable[Any]]

TEAM, BOT = "T0HOME", "U0BOT"


class FakeSlack:
    def __init__(self, port: int | None = None) -> None:
        self.calls: list[Json] = []
        self.messages: dict[str, list[Json]] = defaultdict(list)
        self.views: dict[str, Json] = {}
        self.users: dict[str, Json] = {}
        self.quiet: dict[str, Json] = {}
        """People's dnd_status."""
        self.channels: dict[str, Json] = {}
        """What a channel is other than a public one of our own team."""
        self.inside: dict[str, list[str]] = {}
        """Who is in a channel; anybody else is not."""
        self.files: dict[str, tuple[str, bytes]] = {}
        """Name and bytes of what people have shared, by its id."""
        self.file_is: Json = {}
        """What files are other than CSV files on our own host."""
        self.download: Callable[[], web.StreamResponse] | None = None
        """Somebody else's answer in place of a file."""
        self.faults: dict[str, Fault] = {}
        self.uploads: dict[str, bytes] = {}
        """What was brought to the places that were asked for, by file."""
        self.names: dict[str, str] = {}
        self.upload_answer: web.Response | None = None
        """Instead of taking it."""
        self.base = ""
        self._count = 0
        self.sockets: list[web.WebSocketResponse] = []
        self.first_words: list[Json | None] = []
        """What connections hear in place of hello before they are cut off, oldest first; None: nothing, for ever."""
        self.mute = False
        """Connections made now answer no ping, as if their machine had gone."""
        self.acks: list[tuple[web.WebSocketResponse, Json]] = []
        self._linked = asyncio.Event()
        self._acked: dict[str, asyncio.Future[Json]] = {}
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{token}", self._response_url)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/link", self._link)
        app.router.add_get("/files/{file}", self._file)
        self.server = TestServer(app, port=port)

    async def start(self) -> None:
        await self.server.start_server()
        self.base = str(self.server.make_url("/")).rstrip("/")

    def to(self, method: str) -> list[Json]:
        """The arguments of every call of one method, oldest first."""
        return [c["args"] for c in self.calls if c["method"] == method]

    def cards(self, channel: str) -> list[Json]:
        return self.messages[channel]

    def next(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:04d}"

    def fail(self, method: str, error: str, times: int = 10**9) -> None:
        """Let a method answer with Slack's error code, so many times."""
        left = [times]

        async def fault(_args: Json) -> Any:
            left[0] -= 1
            return {"ok": False, "error": error} if left[0] >= 0 else None

        self.faults[method] = fault

    def strange(self, method: str, answer: Callable[[], web.Response], times: int = 10**9) -> None:
        """Let somebody else answer in Slack's place, so many times."""
        left = [times]

        async def fault(_args: Json) -> Any:
            left[0] -= 1
            return answer() if left[0] >= 0 else None

        self.faults[method] = fault

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, args = request.match_info["method"], await _arguments(request)
        self.calls.append({"method": method, "args": args})
        answer = None
        if method in self.faults:
            answer = await self.faults[method](args)
        if answer == "drop":
            getattr(self, "_" + method.replace(".", "_"))(args)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(answer, web.Response):
            return answer
        if isinstance(answer, tuple):
            status, body, headers = answer
            return web.json_response(body, status=status, headers=headers)
        if answer is None:
            answer = getattr(self, "_" + method.replace(".", "_"))(args)
        return web.json_response(answer if "ok" in answer else {"ok": True, **answer})

    async def _response_url(self, request: web.Request) -> web.Response:
        self.calls.append({"method": "response_url", "args": await request.json()})
        return web.Response(text="ok")

    def _files_info(self, args: Json) -> Json:
        if args["file"] not in self.files:
            return {"ok": False, "error": "file_not_found"}
        name, data = self.files[args["file"]]
        url = f"{self.base}/files/{args['file']}"
        plain = {"id": args["file"], "name": name, "size": len(data), "mode": "hosted", "url_private_download": url}
        return {"file": {**plain, **self.file_is}}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self.calls.append({"method": "download", "args": None, "token": request.headers.get("Authorization")})
        if self.download is not None:
            return self.download()
        return web.Response(body=self.files[request.match_info["file"]][1], content_type="text/csv")

    def _apps_connections_open(self, _args: Json) -> Json:
        return {"url": self.base.replace("http", "ws", 1) + "/link"}

    async def _link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=not self.mute)
        await socket.prepare(request)
        hello: Json = {"type": "hello", "num_connections": 1, "debug_info": {}, "connection_info": {}}
        words = self.first_words.pop(0) if self.first_words else hello
        if words is not None:
            await socket.send_json(words)
        if words is not hello:
            await (socket.receive() if words is None else socket.close())
            return socket
        self.sockets.append(socket)
        self._linked.set()
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            self.acks.append((socket, said))
            waiting = self._acked.get(said["envelope_id"])
            if waiting is not None and not waiting.done():
                waiting.set_result(said.get("payload") or {})
        self.sockets.remove(socket)
        if not self.sockets:
            self._linked.clear()
        return socket

    async def envelope(
        self, kind: str, payload: Json, *, socket: int = -1, name: str | None = None
    ) -> asyncio.Future[Json]:
        """Send one envelope down the newest socket, or another; the future is its first acknowledgement."""
        await self._linked.wait()
        name = name or self.next("E")
        acked = self._acked.setdefault(name, asyncio.get_running_loop().create_future())
        await self.sockets[socket].send_json(
            {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": True}
        )
        return acked

    def _auth_test(self, _args: Json) -> Json:
        return {"team_id": TEAM, "team": "Home", "user": "handoff", "user_id": BOT, "bot_id": "B0BOT", "url": self.base}

    def _files_getUploadURLExternal(self, args: Json) -> Json:  # noqa: N802 - Slack's name
        assert int(args["length"]) > 0 and args["filename"]
        file = self.next("F")
        self.names[file] = args["filename"]
        return {"file_id": file, "upload_url": f"{self.base}/upload/{file}"}

    async def _upload(self, request: web.Request) -> web.Response:
        if self.upload_answer is not None:
            return self.upload_answer
        self.uploads[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    def _files_completeUploadExternal(self, args: Json) -> Json:  # noqa: N802 - Slack's name
        shared = json.loads(args["files"]) if isinstance(args["files"], str) else args["files"]
        files = [{**file, "name": self.names[file["id"]]} for file in shared if file["id"] in self.uploads]
        ts = f"1764000000.{len(self.messages[args['channel_id']]):06d}"
        said = {"ts": ts, "text": "", "files": files} | (
            {"thread_ts": args["thread_ts"]} if "thread_ts" in args else {}
        )
        self.messages[args["channel_id"]].append(said)
        return {"files": files}

    def _conversations_open(self, args: Json) -> Json:
        return {"channel": {"id": "D" + args["users"][1:]}}

    def _conversations_info(self, args: Json) -> Json:
        common = {"name": args["channel"].lower(), "is_channel": True, "is_private": False, "is_shared": False}
        return {"channel": {"id": args["channel"], **common, **self.channels.get(args["channel"], {})}}

    def _conversations_members(self, args: Json) -> Json:
        """Two on a page, so that nobody forgets the next one."""
        start, everybody = int(args.get("cursor") or 0), self.inside.get(args["channel"], [])
        following = str(start + 2) if start + 2 < len(everybody) else ""
        return {"members": everybody[start : start + 2], "response_metadata": {"next_cursor": following}}

    def _chat_postMessage(self, args: Json) -> Json:  # noqa: N802 - Slack's name
        ts = f"1764000000.{len(self.messages[args['channel']]):06d}"
        self.messages[args["channel"]].append({**args, "ts": ts})
        return {"channel": args["channel"], "ts": ts}

    def _chat_update(self, args: Json) -> Json:
        for message in self.messages[args["channel"]]:
            if message["ts"] == args["ts"]:
                message.update(args)
                return {"channel": args["channel"], "ts": args["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _conversations_history(self, args: Json) -> Json:
        found = [m for m in self.messages[args["channel"]] if args.get("include_all_metadata")]
        return {"messages": [m for m in found[::-1] if not m.get("thread_ts")], "has_more": False}

    def _conversations_replies(self, args: Json) -> Json:
        """A thread with its first message, oldest first; what people wrote is put into `messages` by the tests."""
        found = [m for m in self.messages[args["channel"]] if args["ts"] in (m["ts"], m.get("thread_ts"))]
        return {"messages": found, "has_more": False} if found else {"ok": False, "error": "thread_not_found"}

    def _open(self, args: Json) -> Json:
        view_id = self.next("V")
        self.views[view_id] = {**args["view"], "id": view_id, "hash": self.next("h")}
        return {"view": self.views[view_id]}

    _views_open = _views_push = _open

    def _views_update(self, args: Json) -> Json:
        view = self.views.get(args["view_id"])
        if view is None:
            return {"ok": False, "error": "not_found"}
        if args.get("hash") and args["hash"] != view["hash"]:
            return {"ok": False, "error": "hash_conflict"}
        self.views[view["id"]] = {**args["view"], "id": view["id"], "hash": self.next("h")}
        return {"view": self.views[view["id"]]}

    def _views_publish(self, _args: Json) -> Json:
        return {"view": {"id": self.next("V")}}

    def _dnd_teamInfo(self, args: Json) -> Json:  # noqa: N802 - the method's own name
        wanted = str(args["users"]).split(",")
        assert len(wanted) <= 50, "too_many_users"
        return {"users": {user: self.quiet[user] for user in wanted if user in self.quiet}}

    def _users_info(self, args: Json) -> Json:
        known = self.users.get(args["user"], {"real_name": args["user"], "tz": "America/Sao_Paulo", "locale": "en-US"})
        return {"user": {"id": args["user"], "team_id": TEAM, **known}}

    @property
    def last_view(self) -> Json:
        return list(self.views.values())[-1]


async def _arguments(request: web.Request) -> Json:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= await request.json()
    else:
        args |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    for key in ("view", "blocks", "metadata"):
        if isinstance(args.get(key), str):
            args[key] = json.loads(args[key])
    return args


def slow(seconds: float) -> Fault:
    async def fault(_args: Json) -> None:
        await asyncio.sleep(seconds)

    return fault
