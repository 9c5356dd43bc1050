"""Past disagreements by market, warning and creator: the few hundred newest to compare a case with, never all.

Who may see what is part of every question (`channels`; None sees all) and is compared with the disagreement's own row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.disagreement import Disagreement, Winner
from bot.core.precedents import Precedent, Question, about, towards, won
from db import threads
from db.disagreements import disagreement_from
from db.knowledge_tables import DISAGREEMENTS, VALID
from db.norm_tables import MARKET_NORMS, NORM_VOTES, VALID_VOTE
from db.precedent_tables import BY_FLAG, PRECEDENTS, WON
from db.store import Unit, sliced
from db.tables import CAMPAIGNS, CANDIDATES, JUDGEMENTS, POSTS, REVIEWS
from scoring.market_norms import State, Word
from scoring.similarity import Likeness

Channels = Collection[str] | None

#: How many of the newest with a warning in common are compared, for each warning.
POOL = 64
#: How many of the same creator, and how many that ended the other way where nothing near did.
_FEW = 20


@dataclass(frozen=True, slots=True)
class Comparable:
    """A disagreement as far as comparing needs it."""

    id: str
    review_id: str
    creator_id: str
    likeness: Likeness


def keep(unit: Unit, opened: Disagreement, likeness: Likeness) -> None:
    """From now on it is a precedent for others."""
    values = {"disagreement_id": opened.id, "likeness": plain(likeness)}
    seq = unit.execute(sa.insert(PRECEDENTS).values(**values).returning(PRECEDENTS.c.seq)).scalar_one()
    common = {"market": opened.market, "towards": towards(opened).value, "seq": seq, "channel": opened.channel,
              "won": won(opened)}  # fmt: skip
    if flags := about(opened):
        unit.execute(sa.insert(BY_FLAG), [{**common, "flag": code.value} for code in dict.fromkeys(flags)])


def plain(likeness: Likeness) -> dict[str, Any]:
    """As a row has it."""
    return {"flags": dict(likeness.flags), "numbers": dict(likeness.numbers), "words": " ".join(sorted(likeness.words))}


def pool(unit: Unit, asked: Question, channels: Channels) -> tuple[Comparable, ...]:
    """What the case may be compared with, newest first: of the same creator, or with a warning in common."""
    of_creator = (
        sa.select(PRECEDENTS.c.seq)
        .select_from(DISAGREEMENTS.join(PRECEDENTS, PRECEDENTS.c.disagreement_id == DISAGREEMENTS.c.id))
        .where(DISAGREEMENTS.c.creator_id == asked.creator_id, VALID, _seen(DISAGREEMENTS, channels))
        .order_by(DISAGREEMENTS.c.opened_at.desc())
        .limit(_FEW)
    )
    newest = [_by_flag(asked, code, channels).limit(POOL) for code in _codes(asked)]
    return _comparable(unit, asked, [of_creator, *newest], channels)


def ended_so(unit: Unit, asked: Question, side: Winner, channels: Channels) -> tuple[Comparable, ...]:
    """The newest with a warning in common in which this side was right."""
    ended = sa.and_(WON, BY_FLAG.c.won == side.value)
    newest = [_by_flag(asked, code, channels).where(ended).limit(_FEW) for code in _codes(asked)]
    return _comparable(unit, asked, newest, channels)


def _codes(asked: Question) -> list[str]:
    return sorted(asked.likeness.flags)


def _seen(table: sa.Table, channels: Channels) -> sa.ColumnElement[bool]:
    return sa.true() if channels is None else table.c.channel.in_(sorted(channels))


def _by_flag(asked: Question, code: str, channels: Channels) -> sa.Select[Any]:
    return (
        sa.select(BY_FLAG.c.seq)
        .where(
            BY_FLAG.c.market == asked.market,
            BY_FLAG.c.flag == code,
            BY_FLAG.c.towards == asked.against.value,
            _seen(BY_FLAG, channels),
        )
        .order_by(BY_FLAG.c.seq.desc())
    )


def _comparable(
    unit: Unit, asked: Question, parts: Sequence[sa.Select[Any]], channels: Channels
) -> tuple[Comparable, ...]:
    if not parts or (channels is not None and not channels):
        return ()
    # Each part is limited by itself, which SQLite takes only as a query within.
    chosen = sa.union(*(sa.select(part.subquery()) for part in parts)).cte("chosen")
    wanted = (
        sa.select(DISAGREEMENTS.c.id, DISAGREEMENTS.c.review_id, DISAGREEMENTS.c.creator_id, PRECEDENTS.c.likeness)
        .select_from(chosen)
        .join(PRECEDENTS, PRECEDENTS.c.seq == chosen.c.seq)
        .join(DISAGREEMENTS, DISAGREEMENTS.c.id == PRECEDENTS.c.disagreement_id)
        .where(VALID, _seen(DISAGREEMENTS, channels), DISAGREEMENTS.c.review_id != asked.review_id)
        .order_by(PRECEDENTS.c.seq.desc())
    )
    return tuple(
        Comparable(id_, review, creator, Likeness(has["flags"], frozenset(has["words"].split()), has["numbers"]))
        for id_, review, creator, has in unit.execute(wanted)
    )


def many(unit: Unit, ids: Sequence[str]) -> dict[str, Disagreement]:
    """Disagreements by id, those that count."""
    found: dict[str, Disagreement] = {}
    for part in sliced(ids):
        rows = unit.execute(sa.select(DISAGREEMENTS).where(DISAGREEMENTS.c.id.in_(part), VALID))
        found.update((row.id, disagreement_from(row)) for row in rows)
    return found


_BY_VOTE = NORM_VOTES.c.judgement_id
_TOLD = (
    sa.select(DISAGREEMENTS, CANDIDATES.c.name, CANDIDATES.c.handle, CAMPAIGNS.c.name.label("of"),
              JUDGEMENTS.c.narrative)
    .join(REVIEWS, REVIEWS.c.id == DISAGREEMENTS.c.review_id)
    .join(CANDIDATES, CANDIDATES.c.id == REVIEWS.c.candidate_id)
    .join(CAMPAIGNS, CAMPAIGNS.c.key == DISAGREEMENTS.c.campaign)
    .join(JUDGEMENTS, JUDGEMENTS.c.id == DISAGREEMENTS.c.judgement_id)
)  # fmt: skip


def told(unit: Unit, ids: Sequence[str]) -> dict[str, Precedent]:
    """Each of these as it is told of. What may not be seen must not be asked for."""
    rows = [row for part in sliced(ids) for row in unit.execute(_TOLD.where(DISAGREEMENTS.c.id.in_(part), VALID))]
    cards, talks = _cards(unit, [row.review_id for row in rows]), threads.places(unit, [row.id for row in rows])
    gone = _without_norm(unit, [row.judgement_id for row in rows])
    found = {}
    for row in rows:
        talk = talks.get(row.id, {}).get(row.channel)
        place = (talk.channel, talk.ts, talk.thread_ts) if talk else cards.get((row.review_id, row.channel))
        found[row.id] = Precedent(
            disagreement_from(row), row.name, row.handle, row.of, row.narrative, place,
            norm_gone=row.judgement_id in gone,
        )  # fmt: skip
    return found


def _cards(unit: Unit, reviews: Sequence[str]) -> dict[tuple[str, str], tuple[str, str, str | None]]:
    """Where each review's card stands, by its channel."""
    wanted = sa.select(POSTS.c.ref, POSTS.c.lane, POSTS.c.channel, POSTS.c.ts).where(POSTS.c.kind == "card")
    return {
        (row.ref, row.lane): (row.channel, row.ts, None)
        for part in sliced(reviews)
        for row in unit.execute(wanted.where(POSTS.c.ref.in_(part)))
    }


def _without_norm(unit: Unit, judgements: Sequence[str]) -> set[str]:
    """Those that were evidence for a norm which has ended since."""
    ended = [state.value for state in (State.REJECTED, State.RETIRED)]
    spoke = (
        sa.select(NORM_VOTES.c.judgement_id)
        .join(MARKET_NORMS, MARKET_NORMS.c.id == NORM_VOTES.c.norm_id)
        .where(VALID_VOTE, NORM_VOTES.c.word == Word.NORMAL.value, MARKET_NORMS.c.state.in_(ended))
    )
    return {id_ for part in sliced(judgements) for id_ in unit.execute(spoke.where(_BY_VOTE.in_(part))).scalars()}
