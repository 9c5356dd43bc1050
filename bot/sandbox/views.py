"""The views.* methods: modals and Home tabs."""

from __future__ import annotations

from . import strict
from .model import Json, SlackError, View
from .registry import method
from .workspace import Workspace


@method("views.open", "", "trigger_id! view!")
def views_open(ws: Workspace, args: Json) -> Json:
    strict.view(args["view"], "modal")
    trigger = ws.use_trigger(str(args["trigger_id"]))
    # From inside a modal Slack puts the new one on top of it.
    inside = trigger.view_id and any(v.id == trigger.view_id for v in ws.stacks.get(trigger.user, []))
    made = ws.push_modal(trigger.user, args["view"]) if inside else ws.open_modal(trigger.user, args["view"])
    return {"view": made.body()}


@method("views.push", "", "trigger_id! view!")
def views_push(ws: Workspace, args: Json) -> Json:
    strict.view(args["view"], "modal")
    trigger = ws.use_trigger(str(args["trigger_id"]))
    return {"view": ws.push_modal(trigger.user, args["view"]).body()}


def _fresh(view: View, args: Json) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise SlackError("hash_conflict")


@method("views.update", "", "view! view_id external_id hash")
def views_update(ws: Workspace, args: Json) -> Json:
    wanted, external = args.get("view_id"), args.get("external_id")
    if not wanted and not external:
        raise SlackError("invalid_arguments", "[ERROR] needs view_id or external_id")
    found = next(
        (v for v in ws.open_views() if v.id == wanted or (external and v.source.get("external_id") == external)), None
    )
    if found is None:
        raise SlackError("not_found")
    strict.view(args["view"], found.source["type"])
    _fresh(found, args)
    ws.fill(found, args["view"])
    return {"view": found.body()}


@method("views.publish", "", "user_id! view! hash")
def views_publish(ws: Workspace, args: Json) -> Json:
    strict.view(args["view"], "home")
    user = ws.user(args["user_id"])
    if user.is_stranger or user.is_bot or user.deleted:
        raise SlackError("not_enabled")
    view = ws.homes.get(user.id)
    if view is None:
        view = ws.homes[user.id] = ws.new_view(user.id, args["view"])
    else:
        _fresh(view, args)
        ws.fill(view, args["view"])
    return {"view": view.body()}
