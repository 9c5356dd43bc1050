"""Block Kit's stateful elements: what a chosen or typed value looks like in `actions` and in `state.values`."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from typing import Any

from .model import Json, Refused

# Element type -> (key in its state, key of its initial value).
STATEFUL = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
PLURAL = {t for t, (key, _) in STATEFUL.items() if key.endswith("s")}


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, interactive element) pair, in reading order."""
    for block in blocks:
        found = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            found += block["elements"]
        for element in found:
            if element and element["type"] != "image":
                yield block, element


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which every block has a block_id: like Slack, those not given are made up anew each time."""
    out = copy.deepcopy(blocks)
    for block in out:
        block.setdefault("block_id", secrets.token_urlsafe(4))
    return out


def find(blocks: list[Json], action_id: str, block_id: str | None, value: str | None = None) -> tuple[Json, Json]:
    """The one element with these ids, or Refused: a person can only press what is on the screen.

    A screen may be a moment behind and name a block whose made-up id has been made anew since: then it is the element
    with this action and value.
    """
    named = [(b, e) for b, e in elements(blocks) if e.get("action_id") == action_id]
    hits = [(b, e) for b, e in named if b["block_id"] == block_id]
    if not hits:
        hits = [(b, e) for b, e in named if block_id is None or e.get("value") == value]
    if not hits:
        raise Refused(f"There is nothing here with action_id {action_id!r}.")
    if len(hits) > 1:
        raise Refused(f"{len(hits)} elements have action_id {action_id!r}: say which block_id.")
    return hits[0]


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for g in groups for o in g["options"])]


def option(element: Json, value: object) -> Json:
    """The full option object with this value, as Slack sends it."""
    for one in options_of(element):
        if one["value"] == value:
            return copy.deepcopy(one)
    raise Refused(f"{value!r} is not one of the options.")


def chosen(element: Json, choice: Any) -> Json:
    """The state of an element after this choice: option values, ids, dates or text, by the element's type."""
    kind = element["type"]
    key, _ = STATEFUL[kind]
    if kind in PLURAL:
        picked = [] if choice is None else list(choice)
        most = element.get("max_selected_items")
        if most is not None and len(picked) > most:
            raise Refused(f"At most {most} can be chosen.")
        return {"type": kind, key: [option(element, v) for v in picked] if key == "selected_options" else picked}
    if choice is None or choice == "":
        return {"type": kind, key: None}
    return {"type": kind, key: option(element, choice) if key == "selected_option" else choice}


def initial(element: Json) -> Json:
    """The state of an element that nobody has touched."""
    kind = element["type"]
    key, start = STATEFUL[kind]
    return {"type": kind, key: copy.deepcopy(element.get(start, [] if kind in PLURAL else None))}


def values(blocks: list[Json], kept: Json | None = None) -> Json:
    """state.values of these blocks; what was typed survives where block_id, action_id and type stay the same."""
    out: Json = {}
    for block, element in elements(blocks):
        if element["type"] not in STATEFUL:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        old = (kept or {}).get(block_id, {}).get(action_id)
        keep = old is not None and old["type"] == element["type"]
        out.setdefault(block_id, {})[action_id] = old if keep else initial(element)
    return out


def is_empty(state: Json) -> bool:
    key, _ = STATEFUL[state["type"]]
    return state[key] in (None, "", [])


def missing(blocks: list[Json], typed: Json) -> dict[str, str]:
    """What Slack's client itself complains about before it sends a form, by block_id."""
    out: dict[str, str] = {}
    for block, element in elements(blocks):
        if block["type"] != "input" or element["type"] not in STATEFUL:
            continue
        state = typed[block["block_id"]][element["action_id"]]
        if is_empty(state):
            if not block.get("optional"):
                out[block["block_id"]] = "Please complete this required field."
        elif complaint := _out_of_bounds(element, state):
            out[block["block_id"]] = complaint
    return out


def _out_of_bounds(element: Json, state: Json) -> str | None:
    kind, text = element["type"], str(state.get("value"))
    if kind == "plain_text_input":
        if len(text) > element.get("max_length", 3000):
            return f"Please use {element.get('max_length', 3000)} characters or fewer."
        if len(text) < element.get("min_length", 0):
            return f"Please use {element['min_length']} characters or more."
    if kind == "number_input":
        try:
            number = float(text)
        except ValueError:
            return "Please enter a number."
        if not element["is_decimal_allowed"] and not number.is_integer():
            return "Please enter a whole number."
        if number < float(element.get("min_value", "-inf")):
            return f"Please enter a number of at least {element['min_value']}."
        if number > float(element.get("max_value", "inf")):
            return f"Please enter a number of at most {element['max_value']}."
    return None
