"""After the decision: object to it, reverse it or let it stand, add a note, keep or drop what came too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import review as lifecycle
from bot.core.access import require_judge, require_lead, require_objector
from bot.core.case import Case
from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.rationale import with_evidence
from bot.core.types import REASONS, Basis, Decision, How, Judgement, Rationale, Reason, State, UserId
from bot.desk import late, see
from bot.desk.announce import say, say_all
from bot.desk.change import File, apply, attempt, load
from bot.desk.desk import Desk, new_id
from bot.desk.late import comment, refresh
from db import events, reviews
from db.store import Unit
from scoring.types import Verdict

#: Longest note that a card can carry whole.
_NOTE = 3000


def objecting(
    desk: Desk, review_id: str, person: UserId, draft_id: str | None = None
) -> tuple[Case, Verdict | None, Rationale | None]:
    """May this person object, and what did they already write? Raises NotAllowed, TooLate, NotFound."""
    with desk.store.reading() as unit:
        file = load(unit, review_id)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        _standing(unit, file)
        kept = _own_draft(unit, draft_id, person) if draft_id else None
    return see.case(desk, review_id), kept[2] if kept else None, kept[3] if kept else None


def dissent(desk: Desk, review_id: str, person: UserId, rationale: Rationale, draft_id: str | None = None) -> Case:
    """Record that somebody would have decided otherwise, and tell the owner and the lead, who can still reverse it.

    Raises Invalid naming the field, TooLate when nothing stands any more to object to or the deal is done: then
    what was typed is kept as a draft.
    """

    def work(unit: Unit, now: datetime) -> None:
        file = load(unit, review_id)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        verdict = _standing(unit, file).verdict.opposite
        checked = _checked(rationale, verdict)
        typed = _own_draft(unit, draft_id, person) if draft_id else None
        if typed is not None and checked.confidence is None:
            # An objection does not ask how sure one is; a form that came too late had.
            checked = replace(checked, confidence=typed[3].confidence)
        judgement = Judgement(
            new_id("jd"), review_id, file.review.round, person, verdict, How.DISSENT, checked, ai_visible=True, at=now
        )
        reviews.add_judgement(unit, judgement)
        if draft_id and typed is not None:
            reviews.drop_draft(unit, draft_id)
        events.record(unit, review_id, person, "objected", now, {}, {"judgement": judgement.id})
        say_all(unit, "dissent", judgement.id, (file.campaign.owner, file.lead), now)
        refresh(unit, file, now)

    try:
        attempt(desk, work)
    except TooLate as told:
        raise late.keep(desk, review_id, person, rationale, None, told, draft_id) from told
    return see.case(desk, review_id)


def reverse(desk: Desk, review_id: str, person: UserId) -> Case:
    """A lead turns the decision that stands round, until the deal is executed."""

    def work(unit: Unit, now: datetime) -> None:
        file = load(unit, review_id)
        _require_ruler(file, person)
        standing = _standing(unit, file)
        if standing.person == person and _turned_round(unit, file) and not _objections(unit, file):
            raise TooLate("already_yours", candidate=file.candidate.name, verdict=standing.verdict, by=person,
                          at=standing.at, lead=file.lead, now=now)  # fmt: skip
        change = lifecycle.reverse(file.review, standing, person, now)
        if change.decision is not None:
            reviews.add_decision(unit, change.decision)
        apply(unit, desk, file.review, change, file.campaign, person, now)

    attempt(desk, work)
    return see.case(desk, review_id)


def let_stand(desk: Desk, review_id: str, person: UserId) -> Case:
    """A lead has read the objection and leaves the decision as it is; who objected is told."""

    def work(unit: Unit, now: datetime) -> None:
        file = load(unit, review_id)
        _require_ruler(file, person)
        _standing(unit, file)
        events.record(unit, review_id, person, "let_stand", now)
        for judgement in _objections(unit, file):
            say(unit, "stood", judgement.id, judgement.expert, now)

    attempt(desk, work)
    return see.case(desk, review_id)


def note(desk: Desk, review_id: str, person: UserId, text: str) -> Case:
    """Add a note to a card: whoever may judge, and the campaign's owner. Raises Invalid('text_needed')."""
    said = text.strip()

    def work(unit: Unit, now: datetime) -> None:
        if not said:
            raise Invalid("text_needed", field="narrative")
        file = load(unit, review_id)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        comment(unit, file, person, said[:_NOTE], now)

    attempt(desk, work)
    return see.case(desk, review_id)


def keep_comment(desk: Desk, draft_id: str, person: UserId) -> Case:
    """Turn a kept draft into a comment. Raises NotFound('form') when it is gone, NotAllowed when it is another's."""
    review_id = ""

    def work(unit: Unit, now: datetime) -> None:
        nonlocal review_id
        kept = _own_draft(unit, draft_id, person)
        if kept is None:
            raise NotFound("form", form=draft_id)
        review_id = kept[0]
        file = load(unit, review_id)
        if kept[3].narrative.strip():
            comment(unit, file, person, kept[3].narrative.strip(), now)
        reviews.drop_draft(unit, draft_id)

    attempt(desk, work)
    return see.case(desk, review_id)


def drop_draft(desk: Desk, draft_id: str, person: UserId) -> None:
    """Discard what came too late; discarding twice is the same as once."""

    def work(unit: Unit, _now: datetime) -> None:
        if _own_draft(unit, draft_id, person) is not None:
            reviews.drop_draft(unit, draft_id)

    attempt(desk, work)


def _own_draft(unit: Unit, draft_id: str, person: UserId) -> tuple[str, UserId, Verdict | None, Rationale] | None:
    kept = reviews.draft(unit, draft_id)
    if kept is not None and kept[1] != person:
        raise NotAllowed("not_yours", lead=None)
    return kept


def _require_ruler(file: File, person: UserId) -> None:
    """A lead, and not over their own referral."""
    require_lead(file.person(person), file.lead)
    require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)


def _objections(unit: Unit, file: File) -> list[Judgement]:
    """What has been said against the decision that stands."""
    judged = reviews.judgements(unit, file.review.id)
    return [j for j in judged if j.how is How.DISSENT and j.round == file.review.round]


def _turned_round(unit: Unit, file: File) -> bool:
    """Whether the decision that stands is a reversal: a person's, with no answer to the card behind it."""
    found = reviews.decision(unit, file.review.id, file.review.round)
    return found is not None and found[0].basis is Basis.LEAD and found[1] is None


def _standing(unit: Unit, file: File) -> Decision:
    """The decision that stands. Raises TooLate when there is none, or when the deal is done."""
    found = reviews.decision(unit, file.review.id, file.review.round)
    if file.review.state is State.WITHDRAWN:
        raise TooLate("withdrawn", candidate=file.candidate.name, lead=file.lead)
    if found is None or file.review.state is not State.DECIDED:
        raise TooLate("not_decided", candidate=file.candidate.name, lead=file.lead, expert=file.review.expert)
    if file.review.executed:
        raise TooLate("executed", candidate=file.candidate.name, lead=file.lead)
    return found[0]


def _checked(rationale: Rationale, verdict: Verdict) -> Rationale:
    fitting = tuple(r for r in rationale.reasons if r in REASONS[verdict])
    if not fitting:
        raise Invalid("reason_needed", field="reasons")
    if Reason.OTHER in fitting and not rationale.narrative.strip():
        raise Invalid("text_needed", field="narrative")
    return with_evidence(replace(rationale, reasons=fitting))
