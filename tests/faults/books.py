"""What a campaign of faults left behind: the books (the database) and the record (what people did and Slack showed)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from bot.core.disagreement import Disagreement
from bot.core.types import Campaign, Decision, Judgement, Review
from db import campaigns, instants, outbox, tables
from db.disagreements import disagreement_from
from db.knowledge_tables import DISAGREEMENTS
from db.norm_tables import NORM_VOTES
from db.precedent_tables import PRECEDENTS
from db.reviews import decision_from, judgement_from, review_from
from db.search_tables import DOCUMENTS, TEXTS, VECTORS
from db.store import Store, Unit
from db.tables import CommentRow, DecisionRow, DraftRow, EventRow, JudgementRow, OutboxRow, PostRow

Json = dict[str, Any]


@dataclass(frozen=True)
class Learned:
    """What is made of people's answers: each part as often as it is there."""

    disagreements: tuple[Disagreement, ...]
    ai: Mapping[str, str]
    """Review -> what the AI recommends."""
    found: tuple[str, ...]
    """The disagreement of each document that search finds whole."""
    precedents: tuple[str, ...]
    """The disagreement of each."""
    votes: Mapping[str, frozenset[bool]]
    """Judgement -> whether what it said of norms is void."""


@dataclass(frozen=True)
class Books:
    """Everything that the database holds of the reviews, read in one consistent view."""

    reviews: Mapping[str, Review]
    campaigns: Mapping[str, Campaign]
    decisions: tuple[tuple[Decision, str | None], ...]
    judgements: Mapping[str, Judgement]
    events: Mapping[str, tuple[EventRow, ...]]
    """Per review, in the order in which they were written."""
    errands: Mapping[str, OutboxRow]
    """By the id that their message carries."""
    posts: tuple[PostRow, ...]
    kept: frozenset[tuple[str, str]]
    """(review, words) of every comment and draft."""
    learned: Learned


def read(store: Store) -> Books:
    with store.reading() as unit:
        events: dict[str, list[EventRow]] = defaultdict(list)
        for row in unit.exec(select(EventRow).where(sa.column("review_id").is_not(None)).order_by(sa.text("seq"))):
            events[str(row.review_id)].append(row)
        rows = unit.execute(sa.select(*(tables.REVIEWS.c[name] for name in Review.__dataclass_fields__)))
        words = {(c.review_id, c.text) for c in unit.exec(select(CommentRow))}
        words |= {(d.review_id, str(d.rationale.get("narrative", ""))) for d in unit.exec(select(DraftRow))}
        found = Books(
            {row.id: review_from(row) for row in rows},
            {c.key: c for c in campaigns.every(unit)},
            tuple((decision_from(d), d.judgement_id) for d in unit.exec(select(DecisionRow))),
            {j.id: judgement_from(j) for j in unit.exec(select(JudgementRow))},
            {review: tuple(said) for review, said in events.items()},
            _errands(unit),
            tuple(unit.exec(select(PostRow))),
            frozenset(words),
            _learned(unit),
        )
        unit.expunge_all()  # rows are read on after the unit has ended
        return found


def _errands(unit: Unit) -> dict[str, OutboxRow]:
    """Each with its whole details."""
    added = set(unit.execute(sa.select(tables.ADDED.c.seq)).scalars())
    found = {row.id: row for row in unit.exec(select(OutboxRow))}
    for row in found.values():
        if row.seq in added:
            row.detail = outbox.whole(unit, row.seq, row.detail)
    return found


def _learned(unit: Unit) -> Learned:
    recommended = sa.select(tables.REVIEWS.c.id, tables.RECOMMENDATIONS.c.verdict).join(
        tables.RECOMMENDATIONS, tables.RECOMMENDATIONS.c.candidate_id == tables.REVIEWS.c.candidate_id
    )
    whole = sa.select(DOCUMENTS.c.disagreement_id).join(TEXTS).join(VECTORS, VECTORS.c.seq == DOCUMENTS.c.seq)
    said = sa.select(NORM_VOTES.c.judgement_id, NORM_VOTES.c.void).where(NORM_VOTES.c.judgement_id.is_not(None))
    votes: dict[str, set[bool]] = defaultdict(set)
    for judgement_id, void in unit.execute(said):
        votes[judgement_id].add(void)
    return Learned(
        tuple(disagreement_from(row) for row in unit.execute(sa.select(DISAGREEMENTS))),
        {row.id: row.verdict for row in unit.execute(recommended)},
        tuple(unit.execute(whole).scalars()),
        tuple(unit.execute(sa.select(PRECEDENTS.c.disagreement_id)).scalars()),
        {judgement: frozenset(void) for judgement, void in votes.items()},
    )


def counts(store: Store) -> Json:
    """How much is there, for the line that a test prints."""
    with store.reading() as unit:
        due = instants.next_instants(unit).first
        found: Json = {"next": due.isoformat() if due else None}
        for name in ("reviews", "judgements", "decisions", "disagreements", "events", "outbox"):
            found[name] = unit.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - our names
        return found


@dataclass(frozen=True)
class Deed:
    """One gesture of one person and what came back: `sent` and `heard` are seconds since 1970, by one clock."""

    who: str
    what: str
    """approve, undo, or the submission of a form: override."""
    review: str
    sent: float
    heard: float
    acked: bool
    answer: Json = field(default_factory=dict)
    """What the acknowledgement carried: {} took the form away."""
    words: str = ""


@dataclass(frozen=True)
class Record:
    """What the workspace saw."""

    messages: Mapping[str, list[Json]]
    """Channel -> its messages as they stand now, oldest first."""
    direct: Mapping[str, str]
    """Channel of a direct message -> whose it is."""
    deeds: tuple[Deed, ...] = ()

    @classmethod
    def of(cls, told: Json) -> Record:
        """From what /control/record and the crowd say."""
        return cls(told["messages"], told["direct"], tuple(Deed(**deed) for deed in told.get("deeds", ())))

    def posted(self) -> Iterator[tuple[str, Json, str]]:
        """(channel, message, errand id) of every message that carries one."""
        for channel, said in self.messages.items():
            for message in said:
                errand = ((message.get("metadata") or {}).get("event_payload") or {}).get("id")
                if errand:
                    yield channel, message, str(errand)


def stamp(moment: datetime) -> float:
    return moment.timestamp()
