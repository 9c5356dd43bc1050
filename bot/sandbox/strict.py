"""What Slack refuses in messages and views, and some of what it only cuts or ignores: stricter, never laxer.

Built on the few block types that every Slack client shows alike; the others are refused here.
"""

from __future__ import annotations

import json
from typing import Any

from . import state
from .checks import (
    ByType,
    Check,
    Findings,
    Shape,
    boolean,
    complain,
    integer,
    listing,
    one_of,
    string,
    text,
    unique,
)  # fmt: skip
from .model import Json, SlackError

MESSAGE_TEXT = 4000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"

ID = string(255)


def ANY(_value: Any, _path: str, _found: Findings) -> None:  # noqa: N802 - reads as one of the constants
    """No rule here: what this field may hold is checked where more is known."""


CONFIRM = Shape({
    "title!": text(100, plain=True), "text!": text(300), "confirm!": text(30, plain=True),
    "deny!": text(30, plain=True), "style": one_of("primary", "danger"),
})  # fmt: skip


def _option(*, rich: bool) -> Check:
    label = text(75, plain=not rich)
    return Shape({"text!": label, "value!": string(75), "description": text(75, plain=not rich)})


def _with_options(kind: str, most: int, *, least: int = 1, **more: Check) -> Check:
    """A list of options whose values differ, and initial ones that are exactly among them."""
    rich = kind in ("radio_buttons", "checkboxes")
    options = listing(_option(rich=rich), least, most, "options")
    groups = listing(Shape({"label!": text(75, plain=True), "options!": options}), 1, 100, "option groups")
    fields: dict[str, Check] = {"type!": ANY, "action_id!": ID, "options": options, "confirm": CONFIRM, **more}
    if "select" in kind:
        fields["option_groups"] = groups
    shape = Shape(fields)

    def check(value: Any, path: str, found: Findings) -> None:
        before = len(found)
        shape(value, path, found)
        if ("options" in value) == ("option_groups" in value):
            return complain(found, path, "needs either options or option_groups")
        if len(found) > before:
            return None
        everything = state.options_of(value)
        unique(everything, "value", f"{path}/options", found)
        started = value.get("initial_options", [value["initial_option"]] if "initial_option" in value else None)
        if started is not None and (not started or any(one not in everything for one in started)):
            complain(found, path, "initial options must be exactly among the options, and not empty")
        return None

    return check


def _select(*more_required: str, **more: Check) -> Shape:
    fields: dict[str, Check] = {
        "type!": ANY,
        "action_id!": ID,
        "confirm": CONFIRM,
        "placeholder": text(150, plain=True),
    }
    fields |= {"focus_on_load": boolean, **more}
    return Shape({(f"{k}!" if k in more_required else k): v for k, v in fields.items()})


PLACEHOLDER = text(150, plain=True)
MANY = integer(1, 100)
USERS = listing(string(30), 1, 100, "users")
BUTTON = Shape({
    "type!": ANY, "action_id!": ID, "text!": text(75, plain=True), "value": string(2000), "url": string(3000),
    "style": one_of("primary", "danger"), "confirm": CONFIRM, "accessibility_label": string(75),
})  # fmt: skip
IMAGE = {"type!": ANY, "image_url!": string(3000, pattern=r"https?://\S+"), "alt_text!": string(2000)}

# What may stand in an actions block or beside a section.
ACTIONS: dict[str, Check] = {
    "button": BUTTON,
    "overflow": _with_options("overflow", 5),
    "static_select": _with_options(
        "static_select", 100, placeholder=PLACEHOLDER, focus_on_load=boolean, initial_option=ANY
    ),
    "multi_static_select": _with_options(
        "multi_static_select", 100, placeholder=PLACEHOLDER, focus_on_load=boolean, initial_options=ANY,
        max_selected_items=MANY,
    ),
    "radio_buttons": _with_options("radio_buttons", 10, focus_on_load=boolean, initial_option=ANY),
    "checkboxes": _with_options("checkboxes", 10, focus_on_load=boolean, initial_options=ANY),
    "users_select": _select(initial_user=string(30)),
    "multi_users_select": _select(initial_users=USERS, max_selected_items=MANY),
    "conversations_select": _select(
        initial_conversation=string(30), filter=ANY, default_to_current_conversation=boolean
    ),
    "channels_select": _select(initial_channel=string(30)),
    "datepicker": _select(initial_date=string(10, pattern=DATE)),
    "timepicker": _select(initial_time=string(5, pattern=TIME), timezone=string(60)),
    "datetimepicker": Shape({
        "type!": ANY, "action_id!": ID, "initial_date_time": integer(10**9, 10**10 - 1), "confirm": CONFIRM,
        "focus_on_load": boolean,
    }),
}  # fmt: skip
DISPATCH = Shape({"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 1, 2, "triggers")})
LENGTH = integer(0, 3000)
NUMBER = string(40, pattern=r"-?\d+(\.\d+)?")
INPUTS: dict[str, Check] = {k: v for k, v in ACTIONS.items() if k not in ("button", "overflow")} | {
    "plain_text_input": _select(
        initial_value=string(3000, least=0), multiline=boolean, min_length=LENGTH, max_length=integer(1, 3000),
        dispatch_action_config=DISPATCH,
    ),
    "number_input": _select(
        "is_decimal_allowed", is_decimal_allowed=boolean, initial_value=NUMBER, min_value=NUMBER, max_value=NUMBER,
        dispatch_action_config=DISPATCH,
    ),
    "email_text_input": _select(initial_value=string(3000), dispatch_action_config=DISPATCH),
    "url_text_input": _select(initial_value=string(3000), dispatch_action_config=DISPATCH),
    "file_input": Shape({
        "type!": ANY, "action_id!": ID, "max_files": integer(1, 10),
        "filetypes": listing(string(20, pattern=r"[a-z0-9]+"), 1, 50, "file types"),
    }),
}  # fmt: skip

BASE: dict[str, Check] = {"type!": ANY, "block_id": ID}
BLOCKS: dict[str, Check] = {
    "header": Shape(BASE | {"text!": text(150, plain=True)}),
    "divider": Shape(BASE),
    "section": Shape(BASE | {
        "text": text(3000), "fields": listing(text(2000), 1, 10, "fields"), "expand": boolean,
        "accessory": ByType(ACTIONS | {"image": Shape(IMAGE)}),
    }),
    "context": Shape(BASE | {
        "elements!": listing(
            ByType({"image": Shape(IMAGE), "mrkdwn": text(3000), "plain_text": text(3000)}), 1, 10, "elements"
        ),
    }),
    "actions": Shape(BASE | {"elements!": listing(ByType(ACTIONS), 1, 25, "elements")}),
    "image": Shape(BASE | IMAGE | {"title": text(2000, plain=True)}),
}  # fmt: skip
# Slack takes inputs elsewhere too, but their initial values show blank on iOS and an update resets them on Android.
INPUT = Shape(BASE | {
    "label!": text(2000, plain=True), "hint": text(2000, plain=True), "optional": boolean, "dispatch_action": boolean,
    "element!": ByType(INPUTS),
})  # fmt: skip
SURFACES: dict[str, Check] = {
    "message": ByType(BLOCKS),
    "home": ByType(BLOCKS),
    "modal": ByType(BLOCKS | {"input": INPUT}),
}

TITLE = text(24, plain=True)
VIEW: dict[str, Check] = {
    "type!": ANY, "blocks!": ANY, "private_metadata": string(3000, least=0), "callback_id": ID,
    "external_id": string(255),
}  # fmt: skip
VIEWS = {
    "home": Shape(VIEW),
    "modal": Shape(VIEW | {
        "title!": TITLE, "submit": TITLE, "close": TITLE, "clear_on_close": boolean, "notify_on_close": boolean,
        "submit_disabled": boolean,
    }),
}  # fmt: skip


def blocks(value: Any, surface: str, path: str = "/blocks") -> Findings:
    """Everything that is wrong with these blocks on this surface (message, modal, home)."""
    found: Findings = []
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    listing(SURFACES[surface], 0, most, "blocks")(value, path, found)
    if found:
        return found
    unique(value, "block_id", path, found)
    for i, block in enumerate(value):
        if block["type"] == "section" and "text" not in block and "fields" not in block:
            complain(found, f"{path}/{i}", "needs text or fields")
        unique([e for _, e in state.elements([block])], "action_id", f"{path}/{i}", found)
    if sum(bool(e.get("focus_on_load")) for _, e in state.elements(value)) > 1:
        complain(found, path, "focus_on_load more than once")
    return found


def message(args: Json) -> None:
    """Refuse a message that Slack would refuse, cut, or show as an empty notification."""
    words, parts = args.get("text"), args.get("blocks")
    if args.get("attachments"):
        raise SlackError("invalid_attachments", "[ERROR] attachments are a legacy of Slack's: use blocks")
    if words is not None and not isinstance(words, str):
        raise SlackError("invalid_arguments", "[ERROR] text must be a string [json-pointer:/text]")
    if parts is not None and (found := blocks(parts, "message")):
        raise SlackError("invalid_blocks", *found)
    if not (words or "").strip():
        why = "[ERROR] blocks without a top-level text: the notification would say nothing [json-pointer:/text]"
        raise SlackError("no_text", *([why] if parts else []))
    if len(words or "") > MESSAGE_TEXT:
        raise SlackError("msg_too_long", f"[ERROR] text is {len(words or '')} characters, limit {MESSAGE_TEXT}")
    if args.get("metadata") is not None:
        _metadata(args["metadata"])


METADATA = Shape({"event_type!": string(255), "event_payload!": ANY})


def _metadata(value: Any) -> None:
    found: Findings = []
    METADATA(value, "/metadata", found)
    if found or not isinstance(value["event_payload"], dict):
        raise SlackError("invalid_metadata_format", *found)


def view(value: Any, kind: str) -> None:
    """Refuse a view that Slack would refuse; `kind` is what this method takes: modal or home."""
    if not isinstance(value, dict) or value.get("type") != kind:
        raise SlackError(
            "invalid_arguments", f"[ERROR] view must be an object of type {kind} [json-pointer:/view/type]"
        )
    if len(json.dumps(value, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    found: Findings = []
    VIEWS[kind](value, "/view", found)
    found += blocks(value.get("blocks"), kind, "/view/blocks")
    if not found and "submit" not in value and any(b["type"] == "input" for b in value["blocks"]):
        complain(found, "/view/submit", "a view with input blocks needs submit")
    if not found and "submit" in value and "callback_id" not in value:
        complain(found, "/view/callback_id", "submit without callback_id: nobody can listen for it")
    if found:
        raise SlackError("invalid_arguments", *found)


def ack(payload: Json, current: Json) -> None:
    """Refuse an answer to view_submission that Slack's client could not use; `current` is the view it answers."""
    action = payload.get("response_action")
    if action in ("update", "push"):
        view(payload.get("view"), "modal")
    elif action == "errors":
        fields = {b["block_id"] for b in current["blocks"] if b["type"] == "input"}
        errors = payload.get("errors")
        if not isinstance(errors, dict) or not errors or not errors.keys() <= fields:
            raise SlackError(
                "invalid_arguments", f"[ERROR] errors must name input blocks of the view: {sorted(fields)}"
            )
        if not all(isinstance(e, str) and e.strip() for e in errors.values()):
            raise SlackError("invalid_arguments", "[ERROR] errors must say something")
    elif action not in (None, "clear"):
        raise SlackError("invalid_arguments", f"[ERROR] unknown response_action {action!r}")
