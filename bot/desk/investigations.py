"""What is being worked out, and where: disagreements with both sides' words, their threads, who is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.case import Case, Investigation, Thread
from bot.core.disagreement import Disagreement
from bot.core.errors import NotFound
from bot.core.links import permalink
from bot.core.market_norm import Norm
from bot.core.types import How, Judgement, Member, UserId
from bot.desk.desk import Desk
from db import disagreements, threads
from db.outbox import Place
from db.store import Unit
from scoring.types import Verdict


def differing(judged: Sequence[Judgement], ai: Verdict) -> bool:
    """Whether anybody has disagreed: of most reviews there is nothing to look up."""
    return any(j.how is How.DISSENT or j.verdict is not ai or j.rationale.disputed for j in judged)


def of_reviews(
    unit: Unit, desk: Desk, judged: Mapping[str, Sequence[Judgement]]
) -> dict[str, tuple[Investigation, ...]]:
    """Those of each review in which somebody disagreed, given its judgements; what was undone is left out."""
    if not judged:
        return {}
    found = disagreements.of_reviews(unit, list(judged))
    places = threads.places(unit, [one.id for listed in found.values() for one in listed])
    return {
        review_id: tuple(_seen(desk, one, judged[review_id], places.get(one.id, {})) for one in listed)
        for review_id, listed in found.items()
    }


def one(unit: Unit, desk: Desk, disagreement_id: str, judged: Sequence[Judgement]) -> Investigation:
    """One with everything about it, also when it was undone. Raises NotFound('review')."""
    return _seen(
        desk, get(unit, disagreement_id), judged, threads.places(unit, [disagreement_id]).get(disagreement_id, {})
    )


def get(unit: Unit, disagreement_id: str) -> Disagreement:
    found = disagreements.get(unit, disagreement_id)
    if found is None:
        raise NotFound("review", review=disagreement_id)
    return found


def _seen(desk: Desk, found: Disagreement, judged: Sequence[Judgement], places: Mapping[str, Place]) -> Investigation:
    by_id = {j.id: j for j in judged}
    place = places.get(found.channel) or next(iter(places.values()), None)
    link = permalink(desk.site, place.channel, place.ts, place.thread_ts) if place else None
    return Investigation(found, by_id[found.judgement_id], by_id.get(found.against or ""), link)


def thread(case: Case, investigation: Investigation, members: Iterable[Member], norms: tuple[Norm, ...] = ()) -> Thread:
    """The same with whom it asks: the campaign's owner, and a second expert of that market, if there is one."""
    second = _second(case, investigation, [m for m in members if m.active])
    people = (case.campaign.owner, second.id if second else None)
    asked = tuple(dict.fromkeys(p for p in people if p and p not in investigation.parties))
    return Thread(case, investigation, asked, norms)


def _second(case: Case, investigation: Investigation, members: Sequence[Member]) -> Member | None:
    """Who knows the market and has not spoken: whose name is on the review, then the backup, then anybody."""
    market, named = case.review.market, (case.review.expert, case.review.backup)
    others = [m for m in members if m.is_expert_of(market) and m.id not in investigation.parties]
    return min(others, key=lambda m: (named.index(m.id) if m.id in named else len(named), m.id), default=None)


def people(found: Iterable[Investigation]) -> set[UserId]:
    """Everybody whose name is needed."""
    return {p for i in found for p in (*i.parties, i.disagreement.resolved_by) if p}
