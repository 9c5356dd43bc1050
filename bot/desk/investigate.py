"""Who was right: people end an investigation with a lesson, a lead corrects it, and a ruling between two is one too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.core import disagreement as rules
from bot.core.access import require_resolver
from bot.core.case import Investigation, Thread
from bot.core.disagreement import Disagreement, Kind, Standing, Winner, winners
from bot.core.errors import Invalid, TooLate
from bot.core.types import UserId
from bot.desk import see
from bot.desk.announce import say
from bot.desk.change import File, Lost, attempt, load
from bot.desk.desk import Desk
from bot.desk.late import keep_words, refresh
from db import disagreements, events, search
from db.store import Unit

LESSON = 300
"""Characters: a sentence, which others will read beside similar creators."""


def resolving(desk: Desk, disagreement_id: str, person: UserId) -> Thread:
    """May this person say who was right, and is it still to be said? Raises NotAllowed, TooLate, NotFound.

    What is resolved opens again for a lead, who may correct it.
    """
    with desk.store.reading() as unit:
        found = see.thread_of(unit, desk, disagreement_id)
        file = load(unit, found.case.review.id, person)
        _require(file, found, person, desk.clock())
        return found


def resolve(
    desk: Desk,
    disagreement_id: str,
    person: UserId,
    winner: Winner | None,
    lesson: str,
    *,
    seen: datetime | None = None,
) -> Thread:
    """End an investigation, or correct how it ended. `seen` is when the one that the form showed was resolved.

    Raises Invalid naming the field, NotAllowed, or TooLate saying who was faster; the same said twice is once. What
    came too late is no lesson and is not lost: it stays as a note on the card.
    """
    said = " ".join(lesson.split())[:LESSON]
    review_id = ""

    def work(unit: Unit, now: datetime) -> Thread:
        nonlocal review_id
        found = see.thread_of(unit, desk, disagreement_id)
        before = found.investigation.disagreement
        review_id = before.review_id
        file = load(unit, review_id, person)
        _require(file, found, person, now, seen=seen, same=(winner, said))
        if winner not in winners(before.kind):
            raise Invalid("winner_needed", field="resolution")
        if not said:
            raise Invalid("lesson_needed", field="lesson")
        _settle(unit, file, found.investigation, winner, said, person, now)
        search.index(unit, disagreement_id)
        return see.thread_of(unit, desk, disagreement_id)

    try:
        return attempt(desk, work)
    except TooLate as told:
        if told.reason != "resolved" or not said:
            raise
        raise keep_words(desk, review_id, person, said, told) from told


def adjudicate(desk: Desk, disagreement_id: str, person: UserId, winner: Winner) -> Thread:
    """A lead says which of two people was right, in one tap; a lesson can follow. Raises as `resolve` does."""

    def work(unit: Unit, now: datetime) -> Thread:
        found = see.thread_of(unit, desk, disagreement_id)
        before = found.investigation.disagreement
        file = load(unit, before.review_id, person)
        _require(file, found, person, now, same=(winner, before.lesson))
        if before.kind is not Kind.EXPERTS or winner not in winners(before.kind):
            raise Invalid("winner_needed", field="resolution")
        _settle(unit, file, found.investigation, winner, before.lesson, person, now)
        search.index(unit, disagreement_id)
        return see.thread_of(unit, desk, disagreement_id)

    return attempt(desk, work)


def ruled(
    unit: Unit, desk: Desk, file: File, judgements: Collection[str], winner: Winner, person: UserId, now: datetime
) -> None:
    """A lead has followed these objections, or let stand what they objected to: between people that says who was right.

    Not where the lead is one of the two, nor where it had been said before.
    """
    settled = []
    for before in disagreements.of_review(unit, file.review.id):
        ours = before.judgement_id in judgements and before.kind is Kind.EXPERTS
        if not ours or before.standing not in (Standing.OPEN, Standing.CLOSED):
            continue
        found = see.thread_of(unit, desk, before.id).investigation
        if person not in found.parties:
            _settle(unit, file, found, winner, before.lesson, person, now)
            settled.append(before.id)
    # All at once: whoever holds the index must not wait for a row of somebody who waits for the index.
    search.index(unit, *settled)


def changed(unit: Unit, file: File, before: Disagreement, after: Disagreement, now: datetime) -> None:
    """Write it, and let the thread and the card say so. Raises Lost when somebody was faster."""
    if not disagreements.settle(unit, before, after):
        raise Lost
    say(unit, "investigation", before.id, before.channel, now)
    refresh(unit, file, now)


def told(investigation: Investigation, found: Disagreement) -> dict[str, object]:
    """How it ended, or as yet has not, for the audit: with the name of whoever was right."""
    person = {Winner.EXPERT: investigation.said, Winner.OTHER: investigation.other}.get(found.winner or Winner.UNCLEAR)
    return {
        "disagreement": found.id, "winner": found.winner.value if found.winner else None, "lesson": found.lesson,
        "right": person.expert if person else None,
    }  # fmt: skip


def _settle(
    unit: Unit, file: File, found: Investigation, winner: Winner, lesson: str, person: UserId, now: datetime
) -> None:
    before = found.disagreement
    after = rules.resolved(before, winner, lesson, person, now)
    changed(unit, file, before, after, now)
    what = "resolution_corrected" if before.standing is Standing.RESOLVED else "resolved"
    events.record(unit, file.review.id, person, what, now, told(found, before), told(found, after))


def _require(
    file: File,
    found: Thread,
    person: UserId,
    now: datetime,
    *,
    seen: datetime | None = None,
    same: tuple[Winner | None, str] | None = None,
) -> None:
    """Raises NotAllowed for who may not, TooLate for what is over.

    `same` is what is being said: by whoever said it before, it is a double tap.
    """
    before = found.investigation.disagreement
    common = {"candidate": file.candidate.name, "lead": file.lead, "now": now}
    if before.standing is Standing.VOID:
        raise TooLate("investigation_void", **common)
    member = require_resolver(
        file.person(person), found.investigation.parties, file.review, file.campaign, file.candidate, file.lead,
        ruling=before.kind is Kind.EXPERTS,
    )  # fmt: skip
    if before.standing is not Standing.RESOLVED:
        return
    mine = before.resolved_by == person and same == (before.winner, before.lesson)
    corrects = member.is_lead and (same is None or seen == before.resolved_at)
    if mine or not corrects:
        reason = "already_yours" if mine else "resolved"
        raise TooLate(reason, by=before.resolved_by, at=before.resolved_at, **_ended(found.investigation), **common)


def _ended(investigation: Investigation) -> dict[str, object]:
    said = told(investigation, investigation.disagreement)
    return {name: said[name] for name in ("winner", "right")}
