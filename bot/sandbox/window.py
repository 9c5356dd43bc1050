"""The page's own endpoints under /sandbox/: what a person sees, and the gestures that the page sends back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from . import files
from .model import Channel, Json, Refused, User
from .people import People
from .screen import messages, screen
from .socket_mode import Reply
from .workspace import Workspace

Jump = Callable[[float], Awaitable[None]]
LONGEST_JUMP = 366 * 24 * 3600.0
KEEP_ALIVE_SECONDS = 15.0


class Window:
    """What the page in the browser asks for; an app never calls it."""

    def __init__(self, people: People, tour: Mapping[str, Sequence[str]], on_jump: Jump | None) -> None:
        self.people = people
        self.workspace: Workspace = people.workspace
        self.tour = tour
        self.on_jump = on_jump
        self._watching: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/sandbox/state", self.state),
            web.get("/sandbox/messages", self.messages),
            web.get("/sandbox/events", self.events),
            web.post("/sandbox/act", self.act),
            web.post("/sandbox/clock", self.clock),
            web.post("/sandbox/upload", self.upload),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """GET /sandbox/state?as=U…: that person's screen; without `as`, the first person's."""
        viewer = self._viewer(request)
        seen = screen(self.workspace, self.people.sockets, viewer)
        tour = self.tour.get(viewer.locale.partition("-")[0], self.tour.get("en", ()))
        return web.json_response(seen | {"tour": list(tour), "jumps": self.on_jump is not None})

    async def messages(self, request: web.Request) -> web.Response:
        """GET /sandbox/messages?as=U…&channel=C…[&thread_ts=…]: looking at a channel is reading it."""
        user = self._viewer(request)
        channel = self._channel(user, request.query.get("channel", ""))
        thread = request.query.get("thread_ts")
        if not thread:
            self.people.read(user.id, channel.id)
        return web.json_response({"messages": messages(self.workspace, user, channel, thread)})

    def _viewer(self, request: web.Request) -> User:
        wanted = request.query.get("as")
        for user in self.workspace.users.values():
            if not user.is_bot and not user.deleted and wanted in (None, "", user.id):
                return user
        raise _problem(web.HTTPNotFound, "There is no such person here.")

    def _channel(self, user: User, channel_id: str) -> Channel:
        channel = self.workspace.channels.get(channel_id)
        if channel is None or not self.workspace.sees(user.id, channel):
            raise _problem(web.HTTPNotFound, "This person does not see that channel.")
        return channel

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /sandbox/events: one server-sent event at the start and after every change."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        if task := asyncio.current_task():
            self._watching.add(task)
            task.add_done_callback(self._watching.discard)
        with self.workspace.subscribed() as queue:
            revision = self.workspace.revision
            while True:
                try:
                    await response.write(f'data: {{"revision":{revision}}}\n\n'.encode())
                    revision = await self._next(queue, response)
                except ConnectionError:  # the reader has gone
                    return response

    async def _next(self, queue: asyncio.Queue[int], response: web.StreamResponse) -> int:
        """The next revision; a comment now and then finds out whether anybody still listens."""
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    return await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")

    async def clock(self, request: web.Request) -> web.Response:
        """POST /sandbox/clock {"seconds": 3600}: only where the clock can be moved, and only forward."""
        seconds = (await _json(request)).get("seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise _problem(web.HTTPBadRequest, "Say how many seconds.")
        if self.on_jump is None or not 0 < seconds <= LONGEST_JUMP:
            raise _problem(web.HTTPBadRequest, "This clock cannot be moved like that.")
        await self.on_jump(float(seconds))
        self.workspace.changed()
        return web.json_response({"ok": True, "now": self.workspace.now().timestamp()})

    async def act(self, request: web.Request) -> web.Response:
        """POST /sandbox/act: one gesture; 200 with what became of it, also where a person could not have done it."""
        body = await _json(request)
        gesture = GESTURES.get(str(body.get("do")))
        if gesture is None:
            raise _problem(web.HTTPBadRequest, f"No such gesture: {body.get('do')!r}.")
        try:
            reply = await gesture(self.people, body["as"], body)
        except Refused as why:
            return _outcome(why.reason, why.errors)
        except (KeyError, TypeError, AttributeError) as why:
            raise _problem(web.HTTPBadRequest, f"Not a complete gesture: {why!r}.") from why
        if not isinstance(reply, Reply):
            return _outcome()
        if not reply.acked:
            return _outcome(f"{self.workspace.app_name} did not answer: {reply.problem}.")
        if reply.payload.get("response_action") == "errors":
            return _outcome("Some fields need your attention.", reply.payload["errors"])
        return _outcome()

    async def upload(self, request: web.Request) -> web.Response:
        """POST /sandbox/upload?as=U…&name=list.csv with the bytes: the file's id, to be chosen or sent."""
        user = self._viewer(request)
        if request.content_type != "application/octet-stream":  # as in _json: no other page can send that unasked
            raise _problem(web.HTTPUnsupportedMediaType, "Send application/octet-stream.")
        try:
            file = files.keep(self.workspace, user, request.query.get("name", ""), await request.read())
        except Refused as why:
            return _outcome(why.reason)
        return web.json_response({"ok": True, "id": file.id, "name": file.name})

    async def aclose(self) -> None:
        """End every stream of events: a browser would keep it open for ever."""
        for task in list(self._watching):
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)


def _outcome(problem: str = "", errors: dict[str, str] | None = None) -> web.Response:
    if not problem:
        return web.json_response({"ok": True})
    return web.json_response({"ok": False, "problem": problem, "errors": errors or {}})


def _problem(kind: type[web.HTTPException], problem: str) -> web.HTTPException:
    body = {"ok": False, "problem": problem, "errors": {}}
    return kind(text=json.dumps(body), content_type="application/json")


async def _json(request: web.Request) -> Json:
    """The body, only as application/json: another site's page cannot send that here without asking first."""
    if request.content_type != "application/json":
        raise _problem(web.HTTPUnsupportedMediaType, "Send application/json.")
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _problem(web.HTTPBadRequest, "Send a JSON object.")
    return body


# -- gestures: what the page's JSON means in terms of People -------------------------------------------------------


async def _click(people: People, user: str, body: Json) -> Reply:
    where, action = body["where"], body["action_id"]
    more: Json = {name: body.get(name) for name in ("block_id", "value", "choice")}
    if where.get("home"):
        return await people.click_home(user, action, **more)
    if "view" in where:
        return await people.click_view(user, action, view_id=where["view"], **more)
    return await people.click(user, where["channel"], where["ts"], action, **more)


async def _type(people: People, user: str, body: Json) -> Reply | None:
    return await people.type(
        user, body["block_id"], body.get("value"), action_id=body.get("action_id"), view_id=body["view"]
    )


async def _slash(people: People, user: str, body: Json) -> Reply:
    """`/handoff inbox`; without its name the text goes to the only command there is."""
    text = str(body["text"]).strip()
    if not text.startswith("/"):
        text = f"{next(iter(people.workspace.commands), '/')} {text}"
    command, _, rest = text.partition(" ")
    return await people.slash(user, body["channel"], command, rest.strip())


async def _post(people: People, user: str, body: Json) -> Reply | None:
    """Slack's client takes a line that starts with a known command as that command, but not in a thread."""
    text, thread = str(body["text"]), body.get("thread_ts")
    if text.split(" ", 1)[0] in people.workspace.commands and not thread:
        return await _slash(people, user, body)
    await people.post(user, body["channel"], text, thread, files=tuple(map(str, body.get("files") or ())))
    return None


async def _move(people: People, user: str, body: Json) -> None:
    (people.join if body["do"] == "join" else people.leave)(user, body["channel"])


Gesture = Callable[[People, str, Json], Awaitable[Any]]
GESTURES: dict[str, Gesture] = {
    "click": _click,
    "type": _type,
    "slash": _slash,
    "post": _post,
    "edit": lambda people, user, body: people.edit(user, body["channel"], body["ts"], str(body["text"])),
    "delete": lambda people, user, body: people.delete(user, body["channel"], body["ts"]),
    "submit": lambda people, user, body: people.submit(user, body["view"]),
    "close": lambda people, user, body: people.close(user, body["view"], everything=bool(body.get("everything"))),
    "home": lambda people, user, _: people.open_home(user),
    "shortcut": lambda people, user, body: people.shortcut(user, body["channel"], body["ts"], body["callback_id"]),
    "join": _move,
    "leave": _move,
    "dismiss": lambda people, user, body: people.dismiss(user, body["channel"], body["ts"]),
}
