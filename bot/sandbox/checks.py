"""Small checks that combine into Block Kit's rules: each adds its findings to a list and never stops at the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .model import Json

Findings = list[str]
Check = Callable[[Any, str, Findings], None]


def complain(found: Findings, path: str, what: str) -> None:
    """One finding, written as Slack writes it."""
    found.append(f"[ERROR] {what} [json-pointer:{path}]")


def string(most: int, *, least: int = 1, pattern: str | None = None) -> Check:
    def check(value: Any, path: str, found: Findings) -> None:
        if not isinstance(value, str):
            complain(found, path, f"must be a string, is {type(value).__name__}")
        elif len(value) > most:
            complain(found, path, f"must be less than {most + 1} characters, is {len(value)}")
        elif len(value) < least or (least and not value.strip()):
            complain(found, path, f"must be more than {least - 1} characters")
        elif pattern and not re.fullmatch(pattern, value):
            complain(found, path, f"does not look like {pattern}")

    return check


def boolean(value: Any, path: str, found: Findings) -> None:
    if not isinstance(value, bool):
        complain(found, path, f"must be true or false, is {type(value).__name__}")


def integer(least: int, most: int) -> Check:
    def check(value: Any, path: str, found: Findings) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            complain(found, path, "must be a whole number")
        elif not least <= value <= most:
            complain(found, path, f"must be between {least} and {most}")

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, path: str, found: Findings) -> None:
        if value not in allowed:
            complain(found, path, f"must be one of {', '.join(allowed)}, is {value!r}")

    return check


def text(most: int, *, plain: bool = False, least: int = 1) -> Check:
    """A text object of so many characters; `plain` refuses mrkdwn."""

    def check(value: Any, path: str, found: Findings) -> None:
        if not isinstance(value, dict):
            return complain(found, path, "must be a text object")
        kind = value.get("type")
        if kind not in (["plain_text"] if plain else ["plain_text", "mrkdwn"]):
            return complain(
                found, f"{path}/type", f"must be {'plain_text' if plain else 'plain_text or mrkdwn'}, is {kind!r}"
            )
        string(most, least=least)(value.get("text"), f"{path}/text", found)
        for key in value.keys() - {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}:
            complain(found, f"{path}/{key}", f"no such field in {kind}")
        return None

    return check


def listing(each: Check, least: int, most: int, what: str) -> Check:
    def check(value: Any, path: str, found: Findings) -> None:
        if not isinstance(value, list):
            return complain(found, path, f"must be a list of {what}")
        if len(value) > most:
            complain(found, path, f"no more than {most} {what} allowed, there are {len(value)}")
        if len(value) < least:
            complain(found, path, f"at least {least} {what} needed")
        for i, item in enumerate(value):
            each(item, f"{path}/{i}", found)
        return None

    return check


@dataclass(frozen=True)
class Shape:
    """An object with known fields and no others; names ending in `!` are required."""

    fields: dict[str, Check]

    def __call__(self, value: Any, path: str, found: Findings) -> None:
        if not isinstance(value, dict):
            return complain(found, path, "must be an object")
        known = {name.rstrip("!"): check for name, check in self.fields.items()}
        for name in (n[:-1] for n in self.fields if n.endswith("!")):
            if name not in value:
                complain(found, path, f"missing required field: {name}")
        for name, item in value.items():
            if name not in known:
                complain(found, f"{path}/{name}", "no such field")
            else:
                known[name](item, f"{path}/{name}", found)
        return None


@dataclass(frozen=True)
class ByType:
    """One of several shapes, told apart by `type`."""

    shapes: dict[str, Check]

    def __call__(self, value: Any, path: str, found: Findings) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in self.shapes:
            return complain(found, f"{path}/type", f"unsupported type here: {kind!r}")
        return self.shapes[kind](value, path, found)


def unique(items: list[Json], key: str, path: str, found: Findings) -> None:
    seen: set[Any] = set()
    for i, item in enumerate(items):
        value = item.get(key)
        if value is not None and value in seen:
            complain(found, f"{path}/{i}/{key}", f"{key} {value!r} appears twice")
        seen.add(value)
