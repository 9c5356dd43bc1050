"""Every surface in both languages, as it is: read the files of golden/ when one of these fails, then decide.

Regenerate with UPDATE_GOLDEN=1, and read what changed.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bot.cards import ids
from bot.cards.blocks import Message
from tests.cards.gallery import LANGUAGES, Made, gallery
from tests.cards.rules import findings, texts

#: Where `primary` may stand: on what only goes on.
GOING_ON = {ids.ONE_BY_ONE, ids.PING_ALL}
GOLDEN = Path(__file__).with_name("golden")
_MADE = {language: gallery(language) for language in LANGUAGES}
NAMES = [(name, language) for language in LANGUAGES for name in _MADE[language]]


def _plain(made: Made) -> Any:
    return asdict(made) if isinstance(made, Message) else made


@pytest.mark.parametrize(("name", "language"), NAMES)
def test_surface_is_as_it_was_read(name: str, language: str) -> None:
    path = GOLDEN / f"{name}.{language}.json"
    now = json.dumps(_plain(_MADE[language][name]), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == now


# The others look at all surfaces in one test each: hundreds cost more to announce than to look at.


def test_slack_takes_them_without_a_warning() -> None:
    found = {(name, language): findings(_MADE[language][name]) for name, language in NAMES}
    assert {where: said for where, said in found.items() if said} == {}


def test_no_golden_file_is_left_over() -> None:
    assert {p.name for p in GOLDEN.glob("*.json")} == {f"{name}.{language}.json" for name, language in NAMES}


def test_nothing_is_left_unfilled_and_nothing_shouts() -> None:
    for name, language in NAMES:
        for text in texts(_plain(_MADE[language][name])):
            shown = text.replace("{date_short_pretty}", "").replace("{time}", "").replace("<!date", "")
            odd = [part for part in ("{", "None", "!", "  ", "..") if part in shown]
            assert odd == [], (name, language, text)


def test_primary_is_never_a_verdict() -> None:
    for name, language in NAMES:
        drawn = json.dumps(_plain(_MADE[language][name]))
        styled = re.findall(r'"action_id": "([^"]+)", [^{}]*"style": "(\w+)"', drawn)
        assert drawn.count('"style"') == len(styled), (name, language)
        assert {style for _, style in styled} <= {"primary"}, (name, language)
        assert {action for action, _ in styled} <= GOING_ON, (name, language)
