"""An app's uploads in three steps, as files_upload_v2 takes them: a place is asked for, filled, the file is shared."""

from __future__ import annotations

from aiohttp import web

from .chat import thread_of, writable
from .files import LARGEST, share
from .model import File, Json, SlackError
from .registry import method
from .workspace import Workspace


@method("files.getUploadURLExternal", "files:write", "filename! length! alt_txt snippet_type")
def place(ws: Workspace, args: Json) -> Json:
    """Where to bring so many bytes; nobody sees the file before it is shared."""
    length = str(args["length"])
    if not length.isdigit() or not 0 < int(length) <= LARGEST:
        raise SlackError("invalid_arguments", "[ERROR] length must be the number of bytes")
    name = str(args["filename"]).strip()[:255]
    made = File(ws.new_id("F"), ws.bot_user_id, name, b"", int(ws.now().timestamp()), alt=str(args.get("alt_txt", "")))
    ws.files[made.id] = made
    return {"upload_url": f"{ws.base_url}/upload/v1/{made.id}-{length}", "file_id": made.id}


async def fill(ws: Workspace, request: web.Request) -> web.StreamResponse:
    """The bytes themselves, once, and as many as were announced."""
    file_id, _, length = request.match_info["place"].partition("-")
    file, data = ws.files.get(file_id), await request.read()
    if file is None or file.user != ws.bot_user_id or file.data or str(len(data)) != length:
        return web.Response(status=400, text="not what was announced")
    file.data = data
    return web.Response(text=f"OK - {len(data)}")


@method("files.completeUploadExternal", "files:write", "files! channel_id channels thread_ts initial_comment blocks")
def complete(ws: Workspace, args: Json) -> Json:
    """Show them: as a message of the app with the files, where it may write; without a channel nowhere yet."""
    found: list[tuple[File, str]] = []
    for one in args["files"] if isinstance(args["files"], list) else ():
        if not isinstance(one, dict):
            raise SlackError("invalid_arguments", "[ERROR] files are objects with an id")
        file = ws.files.get(str(one.get("id")))
        if file is None or file.user != ws.bot_user_id or not file.data:
            raise SlackError("file_not_found")
        found.append((file, str(one.get("title") or file.name)))
    bodies = [file.body(ws.base_url, ws.team_id) | {"title": title} for file, title in found]
    if args.get("channel_id"):
        where = {"channel": args["channel_id"], "thread_ts": args.get("thread_ts")}
        channel = writable(ws, where)
        thread = thread_of(ws, channel, where)
        share(ws, bodies)
        ws.post(channel.id, ws.bot_user_id, args.get("initial_comment", ""), files=bodies, thread_ts=thread)
    return {"files": bodies}
