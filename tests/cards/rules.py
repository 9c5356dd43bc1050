"""Slack's rules as a check: the validator of tests/slack_rules applied to messages and views."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.cards.blocks import Message

with warnings.catch_warnings():
    # The validator is a copied script that leaves its schema file to the garbage collector.
    warnings.simplefilter("ignore")
    from tests.slack_rules import validate_blocks

_check: Callable[[Mapping[str, Any]], Any] = validate_blocks.check
_against_schema = validate_blocks.schema_errors
_right: set[tuple[str, str, tuple[str, ...]]] = set()


def _schema_errors(name: str, part: Any, path: str, report: Any, skip: tuple[str, ...] = ()) -> None:
    """The validator's own, which takes milliseconds: what was right once is right wherever else it stands."""
    key = (name, repr(part), skip)
    if key in _right:
        return
    found = len(report.rows)
    _against_schema(name, part, path, report, skip)
    if len(report.rows) == found:
        _right.add(key)


validate_blocks.schema_errors = _schema_errors


def call_of(made: Message | dict[str, Any]) -> dict[str, Any]:
    """The Web API call that would carry this message or view."""
    if isinstance(made, Message):
        args = {"channel": "C0BRAZIL01", "text": made.text, "blocks": made.blocks}
        return {"method": "chat.postMessage", "args": args}
    if made["type"] == "home":
        return {"method": "views.publish", "args": {"user_id": "U0BIA00001", "view": made}}
    return {"method": "views.open", "args": {"trigger_id": "1.2.abc", "view": made}}


def findings(made: Message | dict[str, Any]) -> list[str]:
    """Everything that the validator says, errors and warnings alike."""
    return [f"{level} {path}: {text}" for level, path, text in _check(call_of(made)).rows]


def complaints(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """What Slack would refuse of the calls that a bot made: every ERROR, with the method and the place."""
    return [
        f"{call['method']} {path}: {text}"
        for call in calls
        for level, path, text in _check(call).rows
        if level == "ERROR"
    ]


def texts(made: object) -> list[str]:
    """Every text in a payload, in order."""
    if isinstance(made, Message):
        return [made.text, *texts(made.blocks)]
    if isinstance(made, dict):
        own = [made["text"]] if isinstance(made.get("text"), str) else []
        return own + [t for key, part in made.items() if key != "text" or not own for t in texts(part)]
    return [t for part in made for t in texts(part)] if isinstance(made, list) else []
