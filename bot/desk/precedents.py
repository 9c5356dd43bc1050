"""What a case resembles: past disagreements as one reader may see them. Asked when a card is drawn, kept nowhere.

A decision draws nothing, and a decided card does not ask: only open cards, Details and investigations do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.core.case import Case, Thread
from bot.core.disagreement import Disagreement, Winner
from bot.core.links import permalink
from bot.core.precedents import MOST, Precedent, Question, SeenBefore, hidden, missing_side, one_each, towards
from bot.core.types import Candidate, Member, UserId
from bot.desk import channels, see
from bot.desk.desk import Desk
from db import blinding, candidates, people, precedents, reviews
from db.precedents import Channels, Comparable
from db.store import Unit
from scoring.similarity import Likeness, nearest, numbers, weighed
from scoring.text import LANGUAGE_OF_MARKET, tokens
from scoring.types import RiskFlag

#: Most stems of a case that are compared: a text that goes on says little more.
_WORDS = 150


def likeness(candidate: Candidate, flags: Iterable[RiskFlag], *texts: str) -> Likeness:
    """What a candidate is compared by: the warnings, its numbers, and what it and others say of it."""
    language = LANGUAGE_OF_MARKET.get(candidate.market)
    said = (*texts, candidate.text, " ".join(candidate.categories))
    words = dict.fromkeys(token for text in said for token in tokens(text, language))
    metrics = numbers(candidate.metrics, candidate.fee, candidate.currency)
    return Likeness(weighed(flags), frozenset(list(words)[:_WORDS]), metrics)


def of_case(unit: Unit, case: Case, channels: Channels, reader: UserId | None = None) -> SeenBefore | None:
    """What an open or decided review resembles, of these channels; None for a blind one that nobody has answered.

    `reader` sees nothing of creators on whom they are to answer blind; None, a channel, of those on whom anybody is.
    """
    if hidden(case.review):
        return None
    against = case.recommendation.verdict.opposite
    alike = likeness(case.candidate, case.recommendation.flags)
    asked = Question(case.review.id, case.review.market, case.candidate.creator_id, against, alike)
    return seen(unit, asked, channels, people.member(unit, reader) if reader else None)


def of_disagreement(unit: Unit, found: Disagreement, said: str, channels: Channels) -> SeenBefore:
    """What a disagreement resembles, and what was written in it: for its own thread."""
    review = reviews.get(unit, found.review_id)
    candidate = candidates.get(unit, review.candidate_id) if review is not None else None
    recommended = candidates.recommendation(unit, review.candidate_id) if review is not None else None
    if candidate is None or recommended is None:
        raise LookupError(found.review_id)
    alike = likeness(candidate, recommended.flags, said)
    asked = Question(found.review_id, found.market, found.creator_id, towards(found), alike)
    return seen(unit, asked, channels)


def seen(unit: Unit, asked: Question, channels: Channels, reader: Member | None = None) -> SeenBefore:
    known = precedents.pool(unit, asked, channels)
    unseen = blinding.creators(unit, reader) if known else frozenset()
    known = tuple(one for one in known if one.creator_id not in unseen)
    own = [one.id for one in known if one.creator_id == asked.creator_id]
    alike = _nearest(asked, [one for one in known if one.creator_id != asked.creator_id], MOST)
    read = precedents.many(unit, [*own, *alike])
    creator = one_each(read[i] for i in own if i in read)
    similar = one_each(read[i] for i in alike if i in read)
    turned = [one for one in creator if towards(one) is asked.against]
    side = missing_side([*turned, *similar])
    other = _other_way(unit, asked, side, channels, unseen) if side is not None and similar else None
    return SeenBefore(asked.against, creator, similar, other)


def _nearest(asked: Question, known: Sequence[Comparable], most: int) -> list[str]:
    """The disagreements of the most similar reviews, nearest first."""
    order = [known[place] for place in nearest(asked.likeness, [one.likeness for one in known])]
    reviews_of = list(dict.fromkeys(one.review_id for one in order))[:most]
    return [one.id for one in order if one.review_id in reviews_of]


def _other_way(
    unit: Unit, asked: Question, side: Winner, channels: Channels, unseen: frozenset[str]
) -> Disagreement | None:
    """The nearest of all in which the other side was right, however far back."""
    known = precedents.ended_so(unit, asked, side, channels)
    ids = _nearest(asked, [one for one in known if one.creator_id not in {asked.creator_id, *unseen}], 1)
    return precedents.many(unit, ids).get(ids[0]) if ids else None


def told(unit: Unit, desk: Desk, found: Collection[Disagreement]) -> tuple[Precedent, ...]:
    """As they are told of, in the order given; each with a link where its message stands."""
    known = precedents.told(unit, [one.id for one in found])
    return tuple(
        replace(one, link=permalink(desk.site, *one.place)) if one.place else one
        for one in (known[d.id] for d in found if d.id in known)
    )


# For those who draw


def drawn_in(desk: Desk, case: Case, channel: UserId | str) -> Case:
    """An open card's case with what it resembles, of what everybody in this channel may see: else as it is."""
    if not case.review.state.awaits:
        return case
    with desk.store.reading() as unit:
        return replace(case, before=of_case(unit, case, channels.shown_in(unit, channel, desk.clock())))


def before(desk: Desk, case: Case, sight: Collection[str], reader: UserId) -> Case:
    """The same for one person, who can see these channels; also of a review that is decided."""
    with desk.store.reading() as unit:
        return replace(case, before=of_case(unit, case, sight, reader))


def listed(desk: Desk, review_id: str, sight: Collection[str], reader: UserId) -> tuple[Case, tuple[Precedent, ...]]:
    """What a review resembles, and each of those cases as it is told of. Raises NotFound('review')."""
    with desk.store.reading() as unit:
        case = see.whole(unit, desk, review_id)
        found = of_case(unit, case, sight, reader)
        return replace(case, before=found), told(unit, desk, found.cases) if found is not None else ()


def beside(desk: Desk, thread: Thread, channel: str) -> Thread:
    """An investigation with the closest case for each side, of what everybody in its channel may see."""
    found = thread.investigation.disagreement
    if thread.investigation.void or hidden(thread.case.review):
        return thread
    with desk.store.reading() as unit:
        sight = channels.shown_in(unit, channel, desk.clock())
        resembles = of_disagreement(unit, found, thread.investigation.said.rationale.narrative, sight)
        closest = [(side, resembles.nearest(side)) for side in (Winner.EXPERT, Winner.AI)]
        known = {one.found.id: one for one in told(unit, desk, [one for _, one in closest if one is not None])}
    return replace(thread, similar=tuple((side, known[one.id]) for side, one in closest if one and one.id in known))
