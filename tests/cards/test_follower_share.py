"""A share that our own model measured stands on the card with its interval; one that came with the list without."""

from __future__ import annotations

import pytest

from bot.cards.evidence import label_of, value_of
from bot.cards.words import Pen
from bot.i18n.catalog import voice_for
from scoring.types import FlagCode, Metrics
from tests.factories import candidate, case, flag


@pytest.mark.parametrize(
    ("language", "measured", "given"),
    [
        ("en", "Bots 24% (18–31%) in a sample of 800", "Bots 24% in a sample of 800"),
        ("ru", "Боты 24 % (18–31 %) в выборке из 800", "Боты 24 % в выборке из 800"),
    ],
)
def test_the_interval_is_said_where_it_is_known(language: str, measured: str, given: str) -> None:
    voice = voice_for(language, "UTC", "BR", personal=True)
    item = flag(FlagCode.FAKE_FOLLOWER_SHARE, value=0.24, sample=800)
    known = Metrics(fake_follower_share=0.24, fake_share_low=0.18, fake_share_high=0.31, fake_sample=800)
    for metrics, said in ((known, measured), (Metrics(fake_follower_share=0.24, fake_sample=800), given)):
        pen = Pen(case(candidate=candidate(metrics=metrics)), voice)
        label = label_of(item, pen, value=value_of(item, voice)).replace("\u2060", "").replace("\u00a0", " ")
        assert label == said
