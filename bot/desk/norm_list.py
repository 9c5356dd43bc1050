"""What can be told of market norms: the list, one of them, and the cases behind it. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from bot.core.access import require_lead
from bot.core.errors import NotFound
from bot.core.links import permalink
from bot.core.market_norm import Case, Norm, Told, View
from bot.core.types import Judgement, UserId
from bot.desk.announce import current_lead, lead_of
from bot.desk.desk import Desk
from db import blinding, campaigns, candidates, disagreements, market_norms, people, reviews, threads
from db.store import Unit
from scoring.market_norms import State


def every(desk: Desk, market: str | None = None) -> tuple[View, ...]:
    """All norms and what may become one, active ones first."""
    with desk.store.reading() as unit:
        return _views(unit, desk, [n for n in market_norms.every(unit) if market in (None, n.key.market)])


def for_lead(unit: Unit, desk: Desk) -> tuple[View, ...]:
    """Those that a lead can do something about: active ones, and what somebody called normal that is none yet."""
    found = market_norms.every(unit)
    return _views(unit, desk, [n for n in found if n.active or (n.state is State.FORMING and n.tally.cases)])


def one(desk: Desk, norm_id: str) -> View:
    """A norm without its cases. Raises NotFound('norm')."""
    with desk.store.reading() as unit:
        return _view(unit, desk, _get(unit, norm_id))


def ruling(desk: Desk, norm_id: str, person: UserId) -> View:
    """The same for a lead who is about to rule on it. Raises NotAllowed('not_lead') naming whom to ask."""
    with desk.store.reading() as unit:
        members = people.concerned(unit, person)
        require_lead(next((m for m in members if m.id == person), None), lead_of(members))
        norm = _get(unit, norm_id)
        said = market_norms.cases(unit, norm.id)
        return _view(unit, desk, norm, categories=tuple(sorted({c for case in said for c in case.categories})))


def with_cases(desk: Desk, norm_id: str, sight: Collection[str] | None, reader: UserId | None = None) -> View:
    """A norm with the cases of these channels (None: of all), newest first. Raises NotFound('norm').

    `reader` sees nothing of creators on whom they are to answer blind.
    """
    with desk.store.reading() as unit:
        norm = _get(unit, norm_id)
        unseen = blinding.creators(unit, people.member(unit, reader)) if reader else frozenset()
        told = _told(unit, desk, market_norms.cases(unit, norm.id), unseen)
        shown = [t for t in told if sight is None or t.channel is None or t.channel in sight]
        return _view(unit, desk, norm, cases=tuple(reversed(shown)))


def of_judgement(unit: Unit, judgement: Judgement) -> tuple[Norm, ...]:
    """The norms of which this judgement says something, in the order of the warnings."""
    said = market_norms.of_judgements(unit, [judgement.id]).get(judgement.id, ())
    found = market_norms.some(unit, [case.norm_id for case in said])
    return tuple(sorted(found.values(), key=lambda norm: (norm.key.flag, norm.key.measure)))


def _get(unit: Unit, norm_id: str) -> Norm:
    norm = market_norms.get(unit, norm_id)
    if norm is None:
        raise NotFound("norm", norm=norm_id)
    return norm


def _view(unit: Unit, desk: Desk, norm: Norm, **more: Any) -> View:
    (view,) = _views(unit, desk, [norm])
    return replace(view, **more)


def _views(unit: Unit, desk: Desk, found: Sequence[Norm]) -> tuple[View, ...]:
    """The same few statements for one and for all."""
    uses, lead, now = market_norms.uses(unit, [norm.id for norm in found]), current_lead(unit), desk.clock()
    return tuple(View(norm, norm.at(now), uses.get(norm.id, 0), lead) for norm in found)


def _told(unit: Unit, desk: Desk, said: Sequence[Case], unseen: Collection[str]) -> list[Told]:
    """With the names of whom and of what each was about, and the channel in which it was worked out.

    Without those about creators who are `unseen`.
    """
    found = reviews.many(unit, [case.review_id for case in said if case.review_id])
    proposed = candidates.many(unit, [review.candidate_id for review in found.values()])
    running = campaigns.some(unit, [review.campaign for review in found.values()])
    judged = [case.judgement_id for case in said if case.judgement_id]
    opened = {d.judgement_id: d for d in disagreements.of_judgements(unit, judged)}
    places = threads.places(unit, [one.id for one in opened.values()])
    told = []
    for case in said:
        review = found.get(case.review_id or "")
        if review is None:
            told.append(Told(case, "", ""))
            continue
        if proposed[review.candidate_id].creator_id in unseen:
            continue
        campaign, worked_out = running[review.campaign], opened.get(case.judgement_id or "")
        channel = worked_out.channel if worked_out else campaign.channel
        place = places.get(worked_out.id, {}).get(channel) if worked_out else None
        link = permalink(desk.site, place.channel, place.ts, place.thread_ts) if place else None
        told.append(Told(case, proposed[review.candidate_id].name, campaign.name, channel, link))
    return told
