"""What somebody may set up stays within reach, however much else there is to see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards import blocks, ids, setup
from bot.core.case import Inbox
from bot.core.setup import Setup
from bot.core.types import Role
from bot.i18n.catalog import voice_for
from tests import factories as f

VOICE = voice_for("en", "Europe/London", None, True)
SET_UP = Setup(leads=True, opens=True, experts=(f.member(),), campaigns=(f.campaign(),), listed=True)


@pytest.mark.parametrize("most", [blocks.BLOCKS, blocks.VIEW_BLOCKS])
@pytest.mark.parametrize("more", [0, 45, 300])
def test_the_ways_in_are_not_cut_off(most: int, more: int) -> None:
    body = [blocks.header("Much"), *[blocks.divider()] * more, blocks.context("the last line")]
    found = Inbox(f.member(f.ZOE, role=Role.LEAD), (), 0, (), f.ZOE, setup=SET_UP)
    shown = setup.around(found, body, VOICE, most)
    assert len(shown) <= most
    assert shown[-1] == body[-1]
    assert all(way in str(shown[-2]) for way in (ids.PEOPLE, ids.CAMPAIGNS, ids.IMPORT))
    unfinished = replace(found, setup=replace(SET_UP, listed=False))
    first = setup.around(unfinished, body, VOICE, most)
    assert len(first) <= most
    assert ids.SAMPLE in str(first)
