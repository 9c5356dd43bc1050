"""Methods about people, the team and the app itself: users.*, dnd.*, team.info, auth.test."""

from __future__ import annotations

from . import payloads
from .conversations import page
from .model import Json, SlackError
from .registry import flag, method
from .workspace import Workspace


@method("users.info", "users:read", "user! include_locale")
def user_info(ws: Workspace, args: Json) -> Json:
    return {"user": ws.user(args["user"]).body(ws.now(), include_locale=flag(args, "include_locale"))}


@method("users.list", "users:read", "limit cursor include_locale")
def user_list(ws: Workspace, args: Json) -> Json:
    people = [u.body(ws.now(), include_locale=flag(args, "include_locale")) for u in ws.users.values()]
    return page(args, people, "members")


def _dnd(ws: Workspace, user_id: str) -> Json:
    return payloads.dnd_status(ws.user(user_id))


@method("dnd.info", "dnd:read", "user")
def dnd_info(ws: Workspace, args: Json) -> Json:
    return _dnd(ws, args.get("user") or ws.bot_user_id)


@method("dnd.teamInfo", "dnd:read", "users!")
def dnd_team_info(ws: Workspace, args: Json) -> Json:
    wanted = args["users"].split(",") if isinstance(args["users"], str) else args["users"]
    if len(wanted) > 50:
        raise SlackError("too_many_users")
    return {"users": {u: _dnd(ws, u) for u in wanted if u in ws.users}}


@method("team.info", "team:read", "team")
def team_info(ws: Workspace, _args: Json) -> Json:
    return {"team": {"id": ws.team_id, "name": ws.team_name, "domain": ws.team_name.lower(), "email_domain": ""}}


@method("auth.test")
def auth_test(ws: Workspace, _args: Json) -> Json:
    return {
        "url": f"{ws.base_url}/", "team": ws.team_name, "user": ws.users[ws.bot_user_id].name, "team_id": ws.team_id,
        "user_id": ws.bot_user_id, "bot_id": ws.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


@method("api.test", "", "error foo")
def api_test(_ws: Workspace, args: Json) -> Json:
    if args.get("error"):
        raise SlackError(str(args["error"]), args=args)
    return {"args": args}
