"""Surfaces where the team's own AI has the word: both calls, whose each is, and what a disputed warning changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import candidate, rationale
from bot.cards.blocks import Message
from bot.core.case import Case
from bot.core.theirs import Theirs
from bot.core.types import Whose
from bot.i18n.catalog import Voice
from scoring.recommend import adopted, without
from scoring.types import FlagCode, Verdict
from tests import factories as f

Made = Message | dict[str, Any]


def by_theirs(case: Case, verdict: Verdict) -> Case:
    """The same in a campaign that goes by their AI, which says this."""
    said = Theirs(verdict, 64.0, 0.2, ("pods",))
    return replace(
        case, campaign=replace(case.campaign, recommends=Whose.THEIRS),
        candidate=replace(case.candidate, theirs=said), recommendation=adopted(case.recommendation, verdict),
    )  # fmt: skip


def gallery(case: Case, done: Case, channel: Voice, voice: Voice) -> dict[str, Made]:
    """An open review of whom ours says decline, and one that was overridden."""
    now = f.INTAKE + timedelta(hours=2)
    differs, agrees = by_theirs(case, Verdict.PROCEED), by_theirs(case, Verdict.DECLINE)
    codes = (FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE)
    eased = without(agrees.recommendation, codes)
    return {
        "card_own_ai_differs": candidate.card(differs, channel, now=now),
        "card_own_ai_agrees": candidate.card(agrees, channel, now=now),
        "card_own_ai_decided": candidate.card(by_theirs(done, Verdict.DECLINE), channel, now=now),
        "details_own_ai": rationale.details(differs, voice, now=now),
        "override_own_ai": rationale.override_form(differs, voice),
        "norm_own_ai": rationale.norm_form(agrees, voice, ticked=codes, recomputed=eased),
    }
