"""What an owner asks the lead for, more time or a ruling, and what the lead makes of it."""

from __future__ import annotations

from datetime import datetime

from bot.core import hurry as rules
from bot.core.access import require_judge, require_lead
from bot.core.case import Case, Happened
from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.hurry import GIVEN, LEFT, Asked, Request
from bot.core.types import Review, State, UserId
from bot.desk import deadline, see
from bot.desk.announce import again, say_all
from bot.desk.change import File, apply, load, require_open
from bot.desk.desk import Desk, new_id
from bot.desk.hurry import open_file
from bot.desk.remind import remember
from db import events, outbox
from db.reminders import Said, Shown
from db.store import Unit

_NOTE = 300


def ask(desk: Desk, review_id: str, person: UserId, what: Asked | None, note: str = "") -> Review:
    """Ask for time, once, or for a ruling; a lead who asks for time gives it.

    Raises Invalid('ask_needed') at the field, NotAllowed('not_owner', 'no_lead'), and TooLate when it was asked for
    before, or cannot be given.
    """

    def work(unit: Unit, now: datetime) -> Review:
        file = open_file(unit, review_id, person, now)
        if what is None:
            raise Invalid("ask_needed", field="choice")
        member = file.person(person)
        if what is Asked.TIME and member is not None and member.is_lead:
            return _give(unit, desk, file, person, now)
        _require_new(unit, file, what)
        if file.lead is None:
            raise NotAllowed("no_lead", candidate=file.candidate.name)
        ref = new_id("nd")
        about = {"what": what.value, "to": file.lead, "note": note.strip()[:_NOTE], "ref": ref}
        events.record(unit, review_id, person, "asked_lead", now, {}, about)
        remember(unit, [Said("asked", ref, file.lead, (Shown(review_id),))], now)
        return file.review

    return deadline.answering(desk, review_id, work)


def _require_new(unit: Unit, file: File, what: Asked) -> None:
    review = file.review
    if review.state is State.HELD:
        raise TooLate("held_already", lead=file.lead)
    if what is Asked.TIME:
        rules.require_time(review)
    if any(e.what == "asked_lead" and e.after.get("what") == what.value for e in events.of_review(unit, review.id)):
        raise TooLate("asked_already", lead=file.lead)


def give(desk: Desk, review_id: str, person: UserId) -> Review:
    """A lead gives more time, once; the owner and whoever asked are told. Raises NotAllowed('not_lead'), TooLate."""

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        require_lead(file.person(person), file.lead)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        require_open(unit, file, now)
        return _give(unit, desk, file, person, now)

    return deadline.answering(desk, review_id, work)


def _give(unit: Unit, desk: Desk, file: File, person: UserId, now: datetime) -> Review:
    change = rules.give_time(file.review, now)
    apply(unit, desk, file.review, change, file.campaign, person, now)
    _tell(unit, file, GIVEN, change.review.version, person, now)
    return change.review


def leave(desk: Desk, review_id: str, person: UserId) -> Review:
    """A lead has read the request and leaves everything as it is. Raises TooLate('not_asked') when nothing is asked."""

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        require_lead(file.person(person), file.lead)
        require_open(unit, file, now)
        asked = [r for _, r in requests(events.of_review(unit, review_id)) if r.answer is None]
        if not asked:
            raise TooLate("not_asked")
        events.record(unit, review_id, person, LEFT, now)
        _tell(unit, file, LEFT, file.review.version, person, now)
        outbox.enqueue(unit, again(unit, [review_id]), now)
        return file.review

    return deadline.answering(desk, review_id, work)


def _tell(unit: Unit, file: File, kind: str, version: int, by: UserId, now: datetime) -> None:
    asked = [r.by for _, r in requests(events.of_review(unit, file.review.id))]
    people = [who for who in (file.campaign.owner, *asked) if who != by]
    say_all(unit, kind, f"{file.review.id}:{version}", people, now, {"by": by})


def requests(happened: tuple[Happened, ...]) -> list[tuple[str, Request]]:
    """Everything that was asked of a lead, oldest first, each with its message's reference and its answer."""
    found: list[tuple[str, Request]] = []
    for place, one in enumerate(happened):
        if one.what != "asked_lead":
            continue
        after = next((e for e in happened[place:] if e.what in (GIVEN, LEFT)), None)
        request = Request(
            one.actor, Asked(one.after["what"]), str(one.after.get("note") or ""),
            after.what if after else None, after.actor if after else None,
        )  # fmt: skip
        found.append((str(one.after.get("ref")), request))
    return found


def request(desk: Desk, review_id: str, ref: str) -> tuple[Case, Request | None]:
    """One request and its case. Raises NotFound('review')."""
    case, happened = see.case_with_history(desk, review_id)
    return case, dict(requests(happened)).get(ref)


def possible(desk: Desk, review_id: str, person: UserId) -> tuple[Case, tuple[Asked, ...]]:
    """What this person may ask for now. Raises NotAllowed('not_owner'), and TooLate when it waits no longer."""
    with desk.store.reading() as unit:
        now = desk.clock()
        file = open_file(unit, review_id, person, now)
        asked = {e.after.get("what") for e in events.of_review(unit, review_id) if e.what == "asked_lead"}
        member = file.person(person)
        leads = member is not None and member.is_lead
        may = []
        if rules.can_have_time(file.review) and (leads or (file.lead and Asked.TIME.value not in asked)):
            may.append(Asked.TIME)
        ruled = file.review.state is State.HELD or Asked.RULING.value in asked
        if file.lead and not leads and not ruled:
            may.append(Asked.RULING)
        return see.whole(unit, desk, review_id), tuple(may)
