"""What somebody wrote for a review that had moved on: never lost, a comment or a draft to object with."""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import TooLate
from bot.core.types import Comment, Rationale, State, UserId
from bot.desk.announce import say
from bot.desk.change import File, load
from bot.desk.desk import Desk, new_id
from db import disagreements, events, notes, reviews, search
from db.store import Unit
from scoring.types import Verdict


def keep(
    desk: Desk,
    review_id: str,
    person: UserId,
    typed: Rationale,
    wanted: Verdict | None,
    late: TooLate,
    draft_id: str | None = None,
) -> TooLate:
    """Keep an answer that came too late and say where: the refusal, with `kept`, `typed` and the draft's id.

    The verdict of the decision becomes a comment; another one a draft, in place of `draft_id` that it began from.
    """
    words = typed.narrative.strip()
    kept: dict[str, object] = {"typed": bool(words)}
    with desk.store.unit() as unit:
        now = desk.clock()
        file = load(unit, review_id, person)
        began = notes.draft(unit, draft_id) if draft_id else None
        if began is not None and began[1] == person:
            notes.drop_draft(unit, str(draft_id))
            wanted = wanted or began[2]
        told = late.params.get("verdict")
        if file.review.state is State.WITHDRAWN or (told is not None and told is wanted):
            if _say(unit, file, person, words, now):
                kept |= {"kept": "comment"}
        else:
            kept |= {"kept": "draft", "draft_id": _draft(unit, review_id, person, wanted, typed, now)}
    return TooLate(late.reason, **{**late.params, **kept})


def _draft(unit: Unit, review_id: str, person: UserId, wanted: Verdict | None, typed: Rationale, now: datetime) -> str:
    """The draft's id; the same form brought again, to whatever process, is the draft that is there."""
    there = notes.draft_like(unit, review_id, person, wanted, typed)
    if there is not None:
        return there
    fresh = new_id("dr")
    notes.keep_draft(unit, fresh, review_id, person, wanted, typed, now)
    about = {"draft": fresh} | ({"wanted": wanted.value} if wanted else {})
    events.record(unit, review_id, person, "came_late", now, {}, about)
    return fresh


def keep_words(desk: Desk, review_id: str, person: UserId, words: str, late: TooLate) -> TooLate:
    """The same for words that go with no verdict: a comment."""
    kept: dict[str, object] = {"typed": bool(words)}
    with desk.store.unit() as unit:
        if _say(unit, load(unit, review_id, person), person, words, desk.clock()):
            kept |= {"kept": "comment"}
    return TooLate(late.reason, **{**late.params, **kept})


def _say(unit: Unit, file: File, person: UserId, words: str, now: datetime) -> bool:
    if not words or said_already(unit, file.review.id, person, words):
        return False
    comment(unit, file, person, words, now)
    return True


def said_already(unit: Unit, review_id: str, person: UserId, words: str) -> bool:
    """Whether this person's words are on record: the same form, sent twice."""
    judged = any(
        j.expert == person and j.rationale.narrative.strip() == words for j in reviews.judgements(unit, review_id)
    )
    return judged or any(c.author == person and c.text == words for c in notes.comments(unit, review_id))


def comment(unit: Unit, file: File, person: UserId, text: str, now: datetime) -> None:
    """Put a note on a card."""
    said = Comment(new_id("cm"), file.review.id, person, text, now)
    notes.add_comment(unit, said)
    events.record(unit, file.review.id, person, "noted", now, {}, {"comment": said.id})
    refresh(unit, file, now)
    search.index(unit, *(found.id for found in disagreements.of_review(unit, file.review.id)))


def refresh(unit: Unit, file: File, now: datetime) -> None:
    """The card, if there is one, shows what is new."""
    if file.review.opened_at is not None:
        say(unit, "card", file.review.id, file.campaign.channel, now)
