"""Files that people share: kept in memory, told of by files.info, given out only to whoever has the app's token."""

from __future__ import annotations

from aiohttp import web

from .model import File, Json, Refused, SlackError, User
from .registry import method
from .workspace import Workspace

LARGEST = 30 * 1024 * 1024
#: What Slack answers somebody who is not signed in: a page, and no error.
SIGN_IN = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Sign in to see this file.</body></html>"


def keep(ws: Workspace, user: User, name: str, data: bytes) -> File:
    """A file that somebody has chosen; the app knows of it once it is shared with it."""
    if not name.strip() or not data:
        raise Refused("There is nothing in this file.")
    if len(data) > LARGEST:
        raise Refused("This file is too large.")
    made = File(ws.new_id("F"), user.id, name.strip()[:255], data, int(ws.now().timestamp()))
    ws.files[made.id] = made
    return made


def chosen(ws: Workspace, user: User, element: Json, ids: list[str]) -> list[Json]:
    """The state of a file_input: one's own files of the right kind, not more than it takes."""
    found = [ws.files.get(str(one)) for one in ids]
    if len(ids) > element.get("max_files", 10):
        raise Refused(f"At most {element.get('max_files', 10)} files can be chosen.")
    kinds = element.get("filetypes")
    for file in found:
        if file is None or file.user != user.id:
            raise Refused("There is no such file of this person.")
        if kinds and file.kind not in kinds:
            raise Refused(f"Only {', '.join(kinds)} can be chosen here.")
    return [file.body(ws.base_url, ws.team_id) for file in found if file is not None]


def share(ws: Workspace, bodies: list[Json]) -> None:
    """From here on the app may look at these."""
    for body in bodies:
        if body["id"] in ws.files:
            ws.files[body["id"]].shared = True


@method("files.info", "files:read", "file! cursor limit page count")
def info(ws: Workspace, args: Json) -> Json:
    file = ws.files.get(str(args["file"]))
    if file is None or not file.shared:
        raise SlackError("file_not_found")
    return {"file": file.body(ws.base_url, ws.team_id), "comments": [], "response_metadata": {"next_cursor": ""}}


def serve(ws: Workspace, request: web.Request) -> web.StreamResponse:
    """url_private_download: the bytes for the app's token, a page for everybody else."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    file = ws.files.get(request.match_info["file"].partition("-")[2])
    if token != ws.bot_token or ws.token_error or "files:read" not in ws.scopes:
        return web.Response(text=SIGN_IN, content_type="text/html")
    if file is None or not file.shared:
        return web.Response(status=404, text="not found")
    headers = {"Content-Disposition": "attachment"}
    return web.Response(body=file.data, content_type=file.mimetype, headers=headers)
