"""Each warning stands beside what it was held against, and beside how many creators that comes from."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.cards import candidate, details, evidence
from bot.cards.words import Pen
from bot.i18n.catalog import voice_for
from scoring.types import FlagCode
from tests import factories as f
from tests.cards.gallery import voices
from tests.scoring.builders import OFF, judge


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_flag_names_its_norm(language: str) -> None:
    """Of a creator with whom everything is off that a number can say; a hit for brand safety needs no line."""
    raised = [flag for flag in judge(**OFF).flags if flag.disputable]
    assert len(raised) >= 8
    pen = Pen(f.case(), voice_for(language, "UTC", "BR", personal=True))
    for flag in raised:
        usual = evidence.usual_of(flag, pen.voice)
        assert usual, flag.code
        assert usual in evidence.flag_line(flag, pen)
        assert usual in evidence.flag_option(flag, pen)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_and_from_how_many_creators(language: str) -> None:
    channel, person = voices(language)
    case = f.case()
    (norm,) = [c.norm for c in case.recommendation.checks if c.code is FlagCode.ENGAGEMENT_OFF_NORM]
    assert norm is not None and norm.creators == case.recommendation.similar == 412
    now = f.INTAKE + timedelta(hours=1)
    shown = json.dumps(candidate.card(case, channel, now=now).blocks, ensure_ascii=False)
    assert "412" in shown
    assert "412" in json.dumps(details.details(case, person, now=now), ensure_ascii=False)
    none = f.case(f.declines(similar=None))
    assert "412" not in json.dumps(candidate.card(none, channel, now=now).blocks, ensure_ascii=False)
