"""Which warnings and reasons a question names, as people call them in either language."""

from __future__ import annotations

import pytest

from bot.core.search_names import named
from bot.core.types import Reason
from bot.i18n import messages
from bot.i18n.labels import labels
from scoring.types import FlagCode


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("engagement", {"engagement_off_norm"}),
        ("вовлечённость", {"engagement_off_norm"}),
        ("Вовлеченности", {"engagement_off_norm"}),
        ("боты", {"fake_follower_share"}),
        ("growth", {"growth_spike"}),
        ("the price is too high", {"price"}),
        ("сроки", {"timing"}),
        ("brand safety", {"brand_safety"}),
        ("sudden growth after a giveaway", {"growth_spike"}),
        ("growth after a giveaway", set()),
        ("followers bought at night", set()),
        ("something other", set()),
        ("the", set()),
        ("", set()),
    ],
)
def test_what_a_question_names(question: str, codes: set[str]) -> None:
    assert {one.code for one in named(question, labels().names)} == codes


def test_every_warning_and_reason_has_a_name_that_finds_it() -> None:
    """All but the reason that says nothing."""
    for locale in messages.locales():
        for key in (*(f"flag_name.{code}" for code in FlagCode), *(f"reason_name.{code}" for code in Reason)):
            found = {one.code for one in named(messages.text(locale, key, {}), labels().names)}
            assert key.rpartition(".")[2] in found or key == "reason_name.other", key
