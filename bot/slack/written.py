"""What somebody wrote in Slack, as people read it: mentions and links by name, entities as characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.cards import blocks

LONGEST = 40_000
"""Characters: Slack itself cuts off there."""
_MARKED = re.compile(r"<([^<>\n]{1,4000})>")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


def mentioned(text: str) -> frozenset[str]:
    """Ids of the people whom a text names."""
    return frozenset(_PERSON.findall(text))


def plain(text: str, names: Mapping[str, str]) -> str:
    """Without Slack's markup; emphasis stays as it was typed.

    >>> plain("ask <@U1>: <https://e.com/a?b=1&amp;c|this> &lt;b&gt;", {"U1": "Bia"})
    'ask @Bia: this (https://e.com/a?b=1&c) <b>'
    """
    said = _MARKED.sub(lambda found: _said(found[1], names), text)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        said = said.replace(entity, character)
    return blocks.clean(said).strip()[:LONGEST]


def _said(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    mark, rest = target[:1], target[1:]
    if mark == "@":
        return f"@{names.get(rest) or label or rest}"
    if mark == "#":
        return f"#{label or rest}"
    if mark == "!":
        # <!here>, <!subteam^S1|@team>, <!date^…|Tuesday>
        return label or f"@{rest.partition('^')[0]}"
    return f"{label} ({target})" if label and label != target else target


def of_message(message: Mapping[str, Any]) -> str:
    """The text of a message, with the names of its files: a picture alone says something, too."""
    files = message.get("files")
    listed = files if isinstance(files, list) else []
    names = [str(f.get("title") or f.get("name")) for f in listed if isinstance(f, Mapping)]
    return "\n".join(part for part in (str(message.get("text") or ""), *(f"[{name}]" for name in names)) if part)
