"""A judgement that differs is a disagreement: opened with it, and void when it is undone."""

from __future__ import annotations

from datetime import datetime

from bot.core.disagreement import PATIENCE, Disagreement, Kind, kind_of
from bot.core.types import Judgement
from bot.desk import norms
from bot.desk.announce import say
from bot.desk.change import File
from bot.desk.desk import new_id
from bot.desk.precedents import likeness
from db import candidates, channels, disagreements, precedents, search
from db.store import Unit
from scoring.lines import DEFAULT_LINES


def opened(
    unit: Unit, file: File, judgement: Judgement, now: datetime, standing: Judgement | None = None
) -> str | None:
    """Record that this judgement differs from the AI's call, a warning, or `standing`; the id, None if it agrees."""
    norms.heard(unit, file, judgement, now)
    kind = kind_of(judgement, file.ai, standing)
    if kind is None:
        return None
    review = file.review
    candidate, said = candidates.get(unit, review.candidate_id), candidates.recommendation(unit, review.candidate_id)
    if candidate is None or said is None:
        raise LookupError(review.candidate_id)
    why = judgement.rationale
    tier = DEFAULT_LINES.for_(candidate.platform, review.market).tier_of(candidate.metrics.followers)
    found = Disagreement(
        id=new_id("dg"),
        review_id=review.id,
        round=judgement.round,
        judgement_id=judgement.id,
        kind=kind,
        campaign=review.campaign,
        channel=file.campaign.channel,
        platform=candidate.platform,
        market=review.market,
        tier=tier.value if tier else None,
        creator_id=candidate.creator_id,
        expert=judgement.expert,
        ai_verdict=file.ai,
        verdict=judgement.verdict,
        flags=tuple(flag.code for flag in said.flags),
        disputed=why.disputed,
        reasons=why.reasons,
        ai_visible=judgement.ai_visible,
        opened_at=now,
        against=standing.id if standing is not None and kind is Kind.EXPERTS else None,
        remind_at=now + PATIENCE,
    )
    disagreements.add(unit, found)
    channels.note(unit, found.channel)
    precedents.keep(unit, found, likeness(candidate, said.flags, why.narrative))
    say(unit, "investigation", found.id, found.channel, now)
    search.index(unit, found.id)
    return found.id


def void(unit: Unit, file: File, now: datetime) -> None:
    """What was opened in this round is undone with it, and its threads say so."""
    gone = disagreements.void(unit, file.review.id, file.review.round)
    for disagreement_id, channel in gone:
        say(unit, "investigation", disagreement_id, channel, now)
    if gone:
        # Norms before words, as whoever answers does: of two, neither holds what the other waits for.
        norms.taken_back(unit, file.review.id, file.review.round, now)
    search.index(unit, *(disagreement_id for disagreement_id, _ in gone))
