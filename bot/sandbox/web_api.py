"""The Web API over HTTP: who is calling, with which scopes and arguments, and the answer in Slack's envelope."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from . import files, strict, uploads
from .methods import METHODS, need
from .model import Json, ResponseUrl, SlackError
from .socket_mode import SocketMode
from .workspace import Workspace

JSON_ARGUMENTS = {"blocks", "view", "metadata", "attachments", "files"}
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebApi:
    """The routes that an app calls: /api/<method> and /response/<token>."""

    def __init__(self, workspace: Workspace, sockets: SocketMode) -> None:
        self.workspace = workspace
        self.sockets = sockets

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/api/{method}", self.call),
            web.post("/api/{method}", self.call),
            web.post("/response/{token}", self.respond),
            web.get("/link/", self.sockets.connect),
            web.get("/files-pri/{file}/download/{name}", self.file),
            web.post("/upload/v1/{place}", self.fill),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        ws, name = self.workspace, request.match_info["method"]
        try:
            args = await _arguments(request)
        except SlackError as refusal:
            ws.record(name, {}, refusal.error)
            return self._answer(refusal.body(), name)
        token = str(args.pop("token", "")) or request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        # The one place where slowness, 429, 500 or a cut line can be put between an app and the workspace.
        if ws.fault and (broken := await ws.fault(name, args)) is not None:
            return broken  # type: ignore[no-any-return]
        error: str | None = None
        try:
            body: Json = {"ok": True, **self._run(name, token, args)}
        except SlackError as refusal:
            body, error = refusal.body(), refusal.error
        ws.record(name, args, error)
        return self._answer(body, name)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """What an app downloads; recorded without its bytes, and as breakable as a method."""
        if self.workspace.fault and (broken := await self.workspace.fault("file", {})) is not None:
            return broken  # type: ignore[no-any-return]
        return files.serve(self.workspace, request)

    async def fill(self, request: web.Request) -> web.StreamResponse:
        """What an app brings to a place that it has asked for; as breakable as a method."""
        if self.workspace.fault and (broken := await self.workspace.fault("upload", {})) is not None:
            return broken  # type: ignore[no-any-return]
        return await uploads.fill(self.workspace, request)

    def _run(self, name: str, token: str, args: Json) -> Json:
        ws = self.workspace
        if name == "apps.connections.open":
            _check_token(ws, token, wanted=ws.app_token, other=ws.bot_token)
            if "connections:write" not in ws.app_scopes:
                raise SlackError("missing_scope", needed="connections:write", provided=",".join(sorted(ws.app_scopes)))
            return {"url": self.sockets.ticket(ws.base_url)}
        if name not in METHODS:
            raise SlackError("unknown_method", req_method=name)
        method = METHODS[name]
        if name != "api.test":
            _check_token(ws, token, wanted=ws.bot_token, other=ws.app_token)
        need(ws, method.scope)
        unknown, absent = args.keys() - method.known, method.required - args.keys()
        if unknown or absent:
            said = [f"[ERROR] unknown argument: {a}" for a in sorted(unknown)]
            raise SlackError(
                "invalid_arguments", *said, *(f"[ERROR] missing required field: {a}" for a in sorted(absent))
            )
        _check_types(args)
        return method.run(ws, args)

    def _answer(self, body: Json, name: str = "") -> web.Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self.workspace.scopes))}
        if name in METHODS and METHODS[name].scope:
            headers["x-accepted-oauth-scopes"] = METHODS[name].scope
        return web.json_response(body, headers=headers)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """POST to a response_url: 200 and `ok`, or a 4xx with the reason, as Slack does it."""
        ws = self.workspace
        try:
            args = _object(await request.text())
        except SlackError as refusal:
            ws.record("response_url", {}, "invalid_payload")
            return web.json_response(refusal.body() | {"error": "invalid_payload"}, status=400)
        if ws.fault and (broken := await ws.fault("response_url", args)) is not None:
            return broken  # type: ignore[no-any-return]
        error: SlackError | None = None
        try:
            answer(ws, ws.use_response_url(request.match_info["token"]), args)
        except SlackError as refusal:
            error = refusal
        ws.record("response_url", args, error.error if error else None)
        if error:
            return web.json_response(error.body(), status=404 if error.error.endswith("_url") else 400)
        return web.Response(text="ok")


RESPONSE_ARGUMENTS = {
    "text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts", "metadata", "attachments",
    "unfurl_links", "unfurl_media",
}  # fmt: skip


def answer(ws: Workspace, url: ResponseUrl, args: Json) -> None:
    """What a post to a response_url, or the answer to a slash command, does: ephemeral unless it says otherwise."""
    if unknown := args.keys() - RESPONSE_ARGUMENTS:
        raise SlackError("invalid_arguments", *(f"[ERROR] unknown argument: {a}" for a in sorted(unknown)))
    original = ws.message(url.channel, url.message_ts)
    if args.get("delete_original") or args.get("replace_original"):
        if original is None:
            raise SlackError("message_not_found")
        if original.user != ws.bot_user_id:
            raise SlackError("cant_update_message")
    if args.get("delete_original") and original:
        return ws.delete(original)
    strict.message(args)
    if args.get("replace_original") and original:
        return ws.edit(original, args["text"], args.get("blocks"), args.get("metadata"))
    kind = args.get("response_type", "ephemeral")
    if kind not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_arguments", "[ERROR] response_type is ephemeral or in_channel")
    seen_by = url.user if kind == "ephemeral" else None
    thread = args.get("thread_ts") or url.thread_ts
    ws.post(
        url.channel, ws.bot_user_id, args["text"], blocks=args.get("blocks"), ephemeral_to=seen_by, thread_ts=thread
    )
    return None


def _check_token(ws: Workspace, token: str, *, wanted: str, other: str) -> None:
    if not token:
        raise SlackError("not_authed")
    if token == other:
        raise SlackError("not_allowed_token_type")
    if token != wanted:
        raise SlackError("invalid_auth")
    if ws.token_error:
        raise SlackError(ws.token_error)


async def _arguments(request: web.Request) -> Json:
    """Arguments from the query, a form or a JSON body, with those that are JSON in a form decoded."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= _object(await request.text() or "{}")
    elif request.method == "POST":
        args |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    for name in JSON_ARGUMENTS & args.keys():
        if isinstance(args[name], str):
            try:
                args[name] = json.loads(args[name])
            except ValueError as why:
                raise SlackError(f"invalid_{name}_format") from why
    return {k: v for k, v in args.items() if v is not None}


def _object(text: str) -> Json:
    try:
        found = json.loads(text)
    except ValueError as why:
        raise SlackError("invalid_json") from why
    if not isinstance(found, dict):
        raise SlackError("json_not_object")
    return found


def _check_types(args: Json) -> None:
    """Everything but blocks, views and lists of people is one word or number; what is not would confuse the methods."""
    for name, value in args.items():
        plain = [value] if not isinstance(value, list) or name != "users" else value
        if name not in JSON_ARGUMENTS and not all(isinstance(v, str | int | float) for v in plain):
            raise SlackError("invalid_arguments", f"[ERROR] {name} must not be a {type(value).__name__}")
