"""Block Kit builders: every limit of Slack in one place, and text that came from outside made harmless.

Shortens with an ellipsis, never inside an escape or a link. Knows nothing of reviews.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Block = dict[str, Any]

BLOCKS = 50
VIEW_BLOCKS = 100
TEXT = 3000
FIELD_TEXT = 2000
HEADER = 150
NOTIFICATION = 3000
TITLE = 24
BUTTON = 75
VALUE = 2000
ACCESSIBLE = 75
OPTION = 75
OPTION_VALUE = 150
RADIO = 10
SELECT = 100
OVERFLOW = 5
CONTEXT = 10
LABEL = 60
"""Slack takes 2000; more than this wraps badly on a phone."""
PLACEHOLDER = 150
META = 3000
TYPED = 3000
BLOCK_ID = 255
_PER_BLOCK = 25
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_HALF_ENTITY = re.compile(r"&[a-z]{0,4}$")
ELLIPSIS = "…"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage and chat.update take: `text` says the whole in one sentence."""

    text: str
    blocks: list[Block]


def clean(text: str) -> str:
    """Without control characters, marks that turn the direction of writing, and halves of characters."""
    return "".join(c for c in text if c == "\n" or (c not in _BIDI and unicodedata.category(c) not in ("Cc", "Cs")))


def shorten(text: str, limit: int) -> str:
    """Plain text, at most `limit` characters, with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def one_line(text: str, limit: int) -> str:
    """Plain text from outside, on one line, not longer than `limit`; never empty."""
    return shorten(" ".join(clean(text.replace("\t", " ")).split()), limit) or NOTHING


def esc(text: str) -> str:
    """Text from outside for mrkdwn: `<!channel>` shows as text."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def said(text: str, limit: int) -> str:
    """Text from outside on one line, shortened, then escaped."""
    return esc(one_line(text, limit))


def quote(text: str, limit: int) -> str:
    """Somebody's words as a quote: escaped, shortened, each line prefixed."""
    lines = [" ".join(line.split()) for line in clean(text).splitlines()]
    kept = shorten("\n".join(line for line in lines if line), limit)
    return "\n".join(f">{esc(line)}" for line in kept.splitlines())


def clip(text: str, limit: int) -> str:
    """Shortened with an ellipsis to `limit` characters, never inside an escape or a <link>."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if cut.rfind("<") > cut.rfind(">"):
        cut = cut[: cut.rfind("<")]
    return _HALF_ENTITY.sub("", cut).rstrip() + ELLIPSIS


def _plain(text: str, limit: int) -> str:
    return shorten(clean(text).strip(), limit) or NOTHING


def plain(text: str, limit: int = TEXT) -> Block:
    # No emoji codes: a name such as :skull: shows as it was written.
    return {"type": "plain_text", "text": _plain(text, limit), "emoji": False}


def mrkdwn(text: str, limit: int = TEXT) -> Block:
    return {"type": "mrkdwn", "text": clip(text.strip(), limit) or NOTHING}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def section(*lines: str, accessory: Block | None = None) -> Block:
    """Lines of mrkdwn, empty ones left out."""
    block: Block = {"type": "section", "text": mrkdwn("\n".join(line for line in lines if line))}
    return block | ({"accessory": accessory} if accessory else {})


def columns(*sides: str) -> Block:
    """Texts side by side; below each other on a phone."""
    return {"type": "section", "fields": [mrkdwn(side, FIELD_TEXT) for side in sides]}


def context(*lines: str) -> Block:
    """Small grey lines, each its own element, empty ones left out."""
    kept = [line for line in lines if line.strip()][:CONTEXT]
    return {"type": "context", "elements": [mrkdwn(line) for line in kept] or [mrkdwn(NOTHING)]}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements[:_PER_BLOCK])}


def button(text: str, action: str, value: str, *, label: str = "", primary: bool = False) -> Block:
    """A button; `label` is what a screen reader says when the text needs context, `primary` is for going on only."""
    block: Block = {"type": "button", "text": plain(text, BUTTON), "action_id": action, "value": value[:VALUE]}
    if primary:
        block["style"] = "primary"
    return block | ({"accessibility_label": _plain(label, ACCESSIBLE)} if label else {})


def option(text: str, value: str) -> Block:
    return {"text": plain(text, OPTION), "value": value[:OPTION_VALUE]}


def _distinct(options: Iterable[Block], limit: int) -> list[Block]:
    """Slack refuses a value that appears twice and a list that is too long."""
    return list({o["value"]: o for o in options}.values())[:limit]


def overflow(action: str, options: Sequence[Block]) -> Block:
    return {"type": "overflow", "action_id": action, "options": _distinct(options, OVERFLOW)}


def checkboxes(action: str, options: Sequence[Block], ticked: Iterable[str] = ()) -> Block:
    kept, wanted = _distinct(options, RADIO), frozenset(ticked)
    initial = [o for o in kept if o["value"] in wanted]
    block: Block = {"type": "checkboxes", "action_id": action, "options": kept}
    return block | ({"initial_options": initial} if initial else {})


def one_of(action: str, options: Sequence[Block], chosen: str | None = None, *, placeholder: str = "") -> Block:
    """Radio buttons while there is room for them, else a list."""
    few = len(_distinct(options, SELECT)) <= RADIO
    kept = _distinct(options, RADIO if few else SELECT)
    block: Block = {"type": "radio_buttons" if few else "static_select", "action_id": action, "options": kept}
    if not few and placeholder:
        block["placeholder"] = plain(placeholder, PLACEHOLDER)
    initial = next((o for o in kept if o["value"] == chosen), None)
    return block | ({"initial_option": initial} if initial else {})


def select(action: str, options: Sequence[Block], chosen: str | None = None) -> Block:
    """A list that opens when it is tapped: for what few people change."""
    kept = _distinct(options, SELECT)
    block: Block = {"type": "static_select", "action_id": action, "options": kept}
    initial = next((o for o in kept if o["value"] == chosen), None)
    return block | ({"initial_option": initial} if initial else {})


def grouped(
    action: str, groups: Sequence[tuple[str, Sequence[Block]]], chosen: Sequence[str] = (), *, many: bool, hint: str
) -> Block:
    """A list too long for one: of several parts, each with a name; `many` lets several be chosen."""
    block: Block = {"type": "multi_static_select" if many else "static_select", "action_id": action}
    block["placeholder"] = plain(hint, PLACEHOLDER)
    parts = [(name, _distinct(options, SELECT)) for name, options in groups if options][:SELECT]
    block["option_groups"] = [{"label": plain(name, OPTION), "options": options} for name, options in parts]
    initial = [o for _, options in parts for o in options if o["value"] in chosen]
    if initial:
        block |= {"initial_options": initial} if many else {"initial_option": initial[0]}
    return block


def person_select(action: str, chosen: str | None = None, *, hint: str) -> Block:
    """Anybody in the workspace."""
    block: Block = {"type": "users_select", "action_id": action, "placeholder": plain(hint, PLACEHOLDER)}
    return block | ({"initial_user": chosen} if chosen else {})


def channel_select(action: str, chosen: str | None = None, *, hint: str) -> Block:
    """A channel, private ones too; no direct message."""
    block: Block = {"type": "conversations_select", "action_id": action, "placeholder": plain(hint, PLACEHOLDER)}
    block["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
    return block | ({"initial_conversation": chosen} if chosen else {})


def number_input(action: str, *, initial: str, least: float, most: float) -> Block:
    """A number within bounds, with a point."""
    block: Block = {"type": "number_input", "action_id": action, "is_decimal_allowed": True}
    block |= {"min_value": f"{least:g}", "max_value": f"{most:g}"}
    return block | ({"initial_value": initial} if initial else {})


def several(action: str, options: Sequence[Block], chosen: Iterable[str], *, placeholder: str) -> Block:
    """A list of which more than one may be chosen, in one row of the form."""
    kept, wanted = _distinct(options, SELECT), frozenset(chosen)
    block: Block = {"type": "multi_static_select", "action_id": action, "options": kept}
    block["placeholder"] = plain(placeholder, PLACEHOLDER)
    initial = [o for o in kept if o["value"] in wanted]
    return block | ({"initial_options": initial} if initial else {})


def time_of_day(action: str, minute: int) -> Block:
    """Minutes after midnight, by the reader's clock."""
    return {"type": "timepicker", "action_id": action, "initial_time": f"{minute // 60 % 24:02}:{minute % 60:02}"}


def day_picker(action: str, chosen: date | None) -> Block:
    block: Block = {"type": "datepicker", "action_id": action}
    return block | ({"initial_date": chosen.isoformat()} if chosen else {})


def line_input(action: str, *, placeholder: str, initial: str, limit: int) -> Block:
    """One line of text."""
    block: Block = {"type": "plain_text_input", "action_id": action, "multiline": False, "max_length": limit}
    block["placeholder"] = plain(placeholder, PLACEHOLDER)
    typed = one_line(initial, limit) if initial.strip() else ""
    return block | ({"initial_value": typed} if typed else {})


def text_input(action: str, *, placeholder: str = "", initial: str = "", longest: int = TYPED) -> Block:
    block: Block = {"type": "plain_text_input", "action_id": action, "multiline": True, "max_length": longest}
    if placeholder:
        block["placeholder"] = plain(placeholder, PLACEHOLDER)
    typed = clean(initial)[:longest]
    return block | ({"initial_value": typed} if typed.strip() else {})


def field(
    block_id: str, label: str, element: Block, *, optional: bool = False, dispatch: bool = False, hint: str = ""
) -> Block:
    """One input of a form."""
    block: Block = {
        "type": "input",
        "block_id": block_id[:BLOCK_ID],
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, TYPED)
    return block | ({"dispatch_action": True} if dispatch else {})


def modal(callback: str, title: str, blocks: Sequence[Block], *, close: str, submit: str = "", meta: str = "") -> Block:
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "close": plain(close, TITLE),
        "private_metadata": meta[:META],
        "blocks": list(blocks[:VIEW_BLOCKS]),
    }
    return view | ({"submit": plain(submit, TITLE)} if submit else {})


def home(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "blocks": list(blocks[:VIEW_BLOCKS])}


def message(text: str, blocks: Sequence[Block]) -> Message:
    return Message(clip(text.strip(), NOTIFICATION) or NOTHING, list(blocks[:BLOCKS]))
