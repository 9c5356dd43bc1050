"""Surfaces of fresh numbers: asked, answered, changed, down, for who answers blind; a card whose source was down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import candidate, fresh, nudge, rationale
from bot.cards.blocks import Message
from bot.core.case import Case, Told
from bot.core.fresh import Asked, Refresh, Why
from bot.i18n.catalog import Voice
from scoring.types import Band, FlagCode, RiskFlag, Severity
from tests import factories as f

Made = Message | dict[str, Any]
_LATER = f.INTAKE + timedelta(hours=3)


def refreshed(case: Case) -> Case:
    """The same with newer numbers, of which the AI says the opposite."""
    numbers = replace(
        case.candidate.metrics, followers=91_400, engagement_rate=0.041, growth_14d=-0.02, credibility=None,
        avg_views=None, brand_safety=("gambling",), audience={"BR": 0.64, "PT": 0.08}, comments_per_100_likes=2.4,
        fake_follower_share=0.19,
    )  # fmt: skip
    dropped = (("credibility", "out_of_range"), ("avg_views", "negative"))
    asked = Asked("Metrica", _LATER, None, dropped)
    would = f.proceeds(case.review.market)
    now = {FlagCode.ENGAGEMENT_OFF_NORM: 0.041, FlagCode.GROWTH_SPIKE: -0.02, FlagCode.FAKE_FOLLOWER_SHARE: 0.19}
    checks = tuple(replace(c, value=now.get(c.code, c.value), off=False) for c in would.checks)
    would = replace(would, checks=checks)
    return replace(case, refresh=Refresh("rf_1", case.candidate.id, _LATER, f.BIA, asked, numbers, would))


def less_off(case: Case) -> Case:
    """The same with newer numbers, of which the AI says the same: one warning fewer, another one more."""
    made = refreshed(case).refresh
    assert made is not None
    first, *rest = case.recommendation.flags
    more = RiskFlag(FlagCode.SUSPICIOUS_AUDIENCE, 0.31, Band(None, 0.25), Severity.MAJOR, 0.29)
    would = replace(
        case.recommendation, flags=(more, *rest),
        checks=tuple(
            replace(check, off=check.code is not first.code, value=0.041) if check.code is first.code
            else replace(check, off=True, value=0.31) if check.code is more.code else check
            for check in case.recommendation.checks
        ),
        model="handoff-2026.12", match=None,
    )  # fmt: skip
    return replace(case, refresh=replace(made, would=would))


def unchanged(case: Case) -> Case:
    asked = Asked("Metrica", _LATER)
    made = Refresh("rf_1", case.candidate.id, _LATER, f.BIA, asked, case.candidate.metrics, case.recommendation)
    return replace(case, refresh=made)


def gallery(case: Case, channel: Voice, voice: Voice) -> dict[str, Made]:
    """Channel's card and a person's views."""
    now, today = f.INTAKE + timedelta(hours=2), f.INTAKE.date()
    down = replace(case, candidate=replace(case.candidate, asked=Asked("Metrica", f.INTAKE, Why.UNREACHABLE)))
    undated = replace(down.candidate, metrics=replace(down.candidate.metrics, measured_on=None))
    found, same, less = refreshed(case), unchanged(case), less_off(case)
    odd = Asked("Metrica", f.INTAKE, None, (("fake_follower_share", "too_many"),))
    lied = replace(case, candidate=replace(case.candidate, asked=odd))
    made: dict[str, Made] = {
        "card_not_fresh": candidate.card(down, channel, now=now),
        "card_not_fresh_undated": candidate.card(replace(down, candidate=undated), channel, now=now),
        "card_unbelieved": candidate.card(lied, channel, now=now),
        "card_newer": candidate.card(found, channel, now=now),
        "card_newer_same_call": candidate.card(less, channel, now=now),
        "nudge_with_news": nudge.reminder(Told("rm_1", (found, less)), voice, None, apart=4),
        "details_newer": rationale.details(replace(less, refreshable=True), voice, now=now),
        "details_refreshed": rationale.details(replace(found, refreshable=True), voice, now=now),
        "fresh_asking": fresh.asking(case, "Metrica", voice),
        "fresh_changed": fresh.answered(found, Asked("Metrica", _LATER), voice, today),
        "fresh_same": fresh.answered(same, Asked("Metrica", _LATER), voice, today),
        "fresh_blind": fresh.answered(case, Asked("Metrica", _LATER), voice, today),
    }
    return made | {
        f"fresh_{why.value}": fresh.answered(case, Asked("Metrica", _LATER, why), voice, today) for why in Why
    }
