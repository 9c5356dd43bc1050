"""A made-up language, as long as the longest and marked at both ends: what loses its end is cut, and is named here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from playwright.async_api import async_playwright

from bot.cards.blocks import Message
from bot.i18n import messages
from tests.cards.gallery import Made, gallery

_BEGIN, _END = "⟦", "⟧"
_LONGER = 0.3
"""Russian runs about a third longer than English."""
_ACCENTS = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")
#: A hole, a token, code, a link or an emphasis: as it was, or the sentence would mean something else.
_KEPT = re.compile(r"(\{[^}]*\}|<[^>]*>|`[^`]*`)")
#: Keys that are parts of a word or a number, and not sentences.
_PARTS = ("format.", "platform.", "market", "month", "unit.", "weekday", "list.", "error.tail")
_PHONE = 390
_BUTTON = _PHONE - 2 * 18 - 2 * 13
"""Pixels for the words of a button that has a row to itself: the screen less the message's edges and its own."""


def pseudo(text: str) -> str:
    """'Save' -> '⟦Sávé~~⟧'."""
    said = "".join(part if _KEPT.fullmatch(part) else part.translate(_ACCENTS) for part in _KEPT.split(text))
    return f"{_BEGIN}{said}{'~' * max(2, round(len(text) * _LONGER))}{_END}"


@pytest.fixture
def surfaces(monkeypatch: pytest.MonkeyPatch) -> dict[str, Made]:
    """Every surface in that language."""
    real = messages._table("en")
    long = {
        key: forms if key.startswith(_PARTS) else tuple(pseudo(form) for form in forms)
        for key, forms in real.forms.items()
    }
    table = messages._Table(long, real.index)
    monkeypatch.setattr(messages, "_table", lambda _locale: table)
    return gallery("en")


def _texts(thing: Any, kind: str = "") -> Iterator[tuple[str, str]]:
    """(what it is, text) of everything that somebody reads."""
    if isinstance(thing, dict):
        kind = str(thing.get("type", kind)) if "text" not in thing or not isinstance(thing["text"], str) else kind
        for name, value in thing.items():
            if name in ("text", "value", "fallback") and isinstance(value, str):
                yield kind, value
            elif name not in ("type", "action_id", "block_id", "callback_id", "private_metadata"):
                yield from _texts(value, name if name in ("title", "submit", "close") else kind)
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from _texts(one, kind)


def _plain(made: Made) -> Any:
    return asdict(made) if isinstance(made, Message) else made


def test_nothing_but_a_title_loses_its_end(surfaces: dict[str, Made]) -> None:
    """Slack gives a modal's title 24 letters; whatever else a builder shortens, it shortens for people and not for us.

    Names, quotes and lists that are shortened on purpose end inside their own brackets.
    """
    cut = sorted(
        {(kind, text) for made in surfaces.values() for kind, text in _texts(_plain(made)) if _unfinished(text)}
    )
    assert [one for one in cut if one[0] not in ("title", "submit", "close")] == []


def _unfinished(text: str) -> bool:
    return text.count(_BEGIN) > text.count(_END) and text.rstrip().endswith("…")


@pytest.mark.browser
async def test_every_button_fits_into_a_row_of_a_phone(surfaces: dict[str, Made], chromium: dict[str, Any]) -> None:
    """Slack's apps for phones do not break a button's words: what is wider than the screen loses its end."""
    labels = {
        (name, block["text"]["text"])
        for name, made in surfaces.items()
        for block in _buttons(_plain(made))
    }  # fmt: skip
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium)
        page = await browser.new_page()
        widths = await page.evaluate(
            """texts => {
                const pen = document.createElement('canvas').getContext('2d');
                pen.font = '700 15px Lato, sans-serif';
                return texts.map(text => pen.measureText(text).width);
            }""",
            [text for _, text in sorted(labels)],
        )
        await browser.close()
    wide = {where: round(width) for where, width in zip(sorted(labels), widths, strict=True) if width > _BUTTON}
    assert wide == {}


def _buttons(thing: Any) -> Iterator[dict[str, Any]]:
    if isinstance(thing, dict):
        if thing.get("type") == "button":
            yield thing
        for value in thing.values():
            yield from _buttons(value)
    elif isinstance(thing, list | tuple):
        for one in thing:
            yield from _buttons(one)
