"""After the decision: object to it, reverse it or let it stand, add a note, keep or drop what came too late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.core import review as lifecycle
from bot.core.access import require_judge, require_lead, require_objector
from bot.core.case import Case
from bot.core.disagreement import Winner
from bot.core.errors import Invalid, NotAllowed, NotFound, TooLate
from bot.core.rationale import check_agreement, may_explain, with_evidence
from bot.core.types import REASONS, Basis, Decision, How, Judgement, Rationale, Reason, State, UserId
from bot.desk import disagree, investigate, late, norms, see, tally
from bot.desk.announce import say, say_all
from bot.desk.change import File, apply, attempt, load
from bot.desk.desk import Desk, new_id
from bot.desk.late import comment, refresh
from db import events, notes, reviews
from db.store import Unit
from scoring.types import Verdict

#: Longest note that a card can carry whole.
_NOTE = 3000


def objecting(
    desk: Desk, review_id: str, person: UserId, draft_id: str | None = None
) -> tuple[Case, Verdict | None, Rationale | None]:
    """May this person object, and what did they already write? Raises NotAllowed, TooLate, NotFound."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        _standing(unit, file)
        kept = _own_draft(unit, draft_id, person) if draft_id else None
    return see.case(desk, review_id), kept[2] if kept else None, kept[3] if kept else None


def dissent(
    desk: Desk,
    review_id: str,
    person: UserId,
    rationale: Rationale,
    draft_id: str | None = None,
    verdict: Verdict | None = None,
) -> Case:
    """Record that somebody would have decided otherwise, and tell the owner and the lead, who can still reverse it.

    `verdict` is what the form showed. Raises TooLate('turned') when that stands by now: an objection must never be
    recorded the other way round. Raises Invalid naming the field, TooLate when nothing stands to object to or the
    deal is done. What was typed is kept. The same objection sent twice is one.
    """

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        standing = _standing(unit, file)
        wanted = verdict or standing.verdict.opposite
        if wanted is standing.verdict:
            raise TooLate("turned", verdict=standing.verdict, by=standing.by, at=standing.at, lead=file.lead,
                          candidate=file.candidate.name, now=now)  # fmt: skip
        checked = _checked(rationale, wanted)
        if any(_same(j, person, checked) for j in _objections(unit, file)):
            return see.whole(unit, desk, review_id)
        typed = _own_draft(unit, draft_id, person) if draft_id else None
        if typed is not None and checked.confidence is None:
            # An objection does not ask how sure one is; a form that came too late had.
            checked = replace(checked, confidence=typed[3].confidence)
        judgement = Judgement(
            new_id("jd"), review_id, file.review.round, person, wanted, How.DISSENT, checked, ai_visible=True, at=now
        )
        reviews.add_judgement(unit, judgement)
        if draft_id and typed is not None:
            notes.drop_draft(unit, draft_id)
        events.record(unit, review_id, person, "objected", now, {}, {"judgement": judgement.id})
        say_all(unit, "dissent", judgement.id, (file.campaign.owner, file.lead), now)
        refresh(unit, file, now)
        disagree.opened(unit, file, judgement, now, _behind(unit, file))
        return see.whole(unit, desk, review_id)

    try:
        return attempt(desk, work)
    except TooLate as told:
        raise late.keep(desk, review_id, person, rationale, verdict, told, draft_id) from told


def reverse(desk: Desk, review_id: str, person: UserId, to: Verdict | None = None) -> Case:
    """A lead turns the decision that stands round, until the deal is executed.

    `to` is what the button said: an old one must not turn a later decision the wrong way (TooLate 'already_stands').
    """

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        _require_ruler(file, person)
        standing = _standing(unit, file)
        mine = standing.person == person and _turned_round(unit, file) and not _objections(unit, file)
        if mine or to is standing.verdict:
            reason = "already_yours" if mine else "already_stands"
            raise TooLate(reason, candidate=file.candidate.name, verdict=standing.verdict, by=standing.by,
                          at=standing.at, lead=file.lead, now=now)  # fmt: skip
        change = lifecycle.reverse(file.review, standing, person, now)
        apply(unit, desk, file.review, change, file.campaign, person, now)
        if change.decision is not None:
            reviews.add_decision(unit, change.decision)
            tally.decided(unit, [change.decision])
        objections = _objections(unit, file)
        involved = (standing.person, *(j.expert for j in objections))
        say_all(unit, "reversed", f"{review_id}:{change.review.round}", involved, now)
        investigate.ruled(unit, desk, file, [j.id for j in objections], Winner.EXPERT, person, now)
        return see.whole(unit, desk, review_id)

    return attempt(desk, work)


def let_stand(desk: Desk, review_id: str, person: UserId) -> Case:
    """A lead has read the objection and leaves the decision as it is; who objected is told."""

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        _require_ruler(file, person)
        standing = _standing(unit, file)
        told = {e.after.get("judgement") for e in events.of_review(unit, review_id) if e.what == "let_stand"}
        fresh = [j for j in _objections(unit, file) if j.id not in told]
        if not fresh:
            raise TooLate("already_stands", candidate=file.candidate.name, verdict=standing.verdict, by=standing.by,
                          at=standing.at, lead=file.lead, now=now)  # fmt: skip
        for judgement in fresh:
            events.record(unit, review_id, person, "let_stand", now, {}, {"judgement": judgement.id})
            say(unit, "stood", judgement.id, judgement.expert, now)
        investigate.ruled(unit, desk, file, [j.id for j in fresh], Winner.OTHER, person, now)
        return see.whole(unit, desk, review_id)

    return attempt(desk, work)


def noting(desk: Desk, review_id: str, person: UserId) -> Case:
    """May this person add a note? Asked before the form opens, so that nobody types for nothing."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        return see.whole(unit, desk, review_id)


def note(desk: Desk, review_id: str, person: UserId, text: str, reasons: Collection[Reason] = ()) -> Case:
    """Add a note to a card: whoever may judge, and the campaign's owner. Raises Invalid('text_needed').

    Whoever agreed with the AI may say why, with or without words: that becomes part of the judgement.
    """
    said = text.strip()

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        require_objector(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        explained = bool(reasons) and _explain(unit, file, person, reasons, said, now)
        if not said and not explained:
            raise Invalid("text_needed", field="narrative")
        if explained and not said:
            refresh(unit, file, now)
        if said and not late.said_already(unit, review_id, person, said[:_NOTE]):
            comment(unit, file, person, said[:_NOTE], now)
        return see.whole(unit, desk, review_id)

    return attempt(desk, work)


def _explain(
    unit: Unit, file: File, person: UserId, reasons: Collection[Reason], said: str, now: datetime
) -> bool:  # fmt: skip
    """Write why somebody agreed into their judgement. False when there is none, or when it says so already."""
    review = file.review
    made = reviews.decision(unit, review.id, review.round)
    judgement = next((j for j in reversed(reviews.judgements(unit, review.id)) if j.round == review.round), None)
    if judgement is None or not may_explain(judgement, made[0] if made else None, person):
        return False
    kept = check_agreement(reasons, judgement.verdict, said)
    explained = replace(judgement, rationale=replace(judgement.rationale, reasons=kept))
    reviews.give_reasons(unit, explained)
    events.record(unit, review.id, person, "explained", now, {}, {"reasons": [r.value for r in kept]})
    norms.heard(unit, file, explained, now)
    return True


def keep_comment(desk: Desk, draft_id: str, person: UserId) -> Case:
    """Turn a kept draft into a comment. Raises NotFound('form') when it is gone, NotAllowed when it is another's."""
    review_id = ""

    def work(unit: Unit, now: datetime) -> Case:
        nonlocal review_id
        kept = _own_draft(unit, draft_id, person)
        if kept is None:
            raise NotFound("form", form=draft_id)
        review_id = kept[0]
        file = load(unit, review_id, person)
        notes.drop_draft(unit, draft_id)
        if kept[3].narrative.strip():
            comment(unit, file, person, kept[3].narrative.strip(), now)
        return see.whole(unit, desk, review_id)

    return attempt(desk, work)


def drop_draft(desk: Desk, draft_id: str, person: UserId) -> None:
    """Discard what came too late; discarding twice is the same as once."""

    def work(unit: Unit, now: datetime) -> None:
        if (kept := _own_draft(unit, draft_id, person)) is not None:
            notes.drop_draft(unit, draft_id)
            events.record(unit, kept[0], person, "discarded", now, {"draft": draft_id})

    attempt(desk, work)


def _own_draft(unit: Unit, draft_id: str, person: UserId) -> tuple[str, UserId, Verdict | None, Rationale] | None:
    kept = notes.draft(unit, draft_id)
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


def _same(judgement: Judgement, person: UserId, said: Rationale) -> bool:
    """Whether this objection is on record: the same form, sent twice."""
    before = judgement.rationale
    return judgement.expert == person and (before.reasons, before.narrative) == (said.reasons, said.narrative)


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


def _behind(unit: Unit, file: File) -> Judgement | None:
    """The judgement by which somebody decided; None where it was the clock, the AI or a ruling."""
    found = reviews.decision(unit, file.review.id, file.review.round)
    return next((j for j in reviews.judgements(unit, file.review.id) if found and j.id == found[1]), None)


def _checked(rationale: Rationale, verdict: Verdict) -> Rationale:
    fitting = tuple(r for r in rationale.reasons if r in REASONS[verdict])
    if not fitting:
        raise Invalid("reason_needed", field="reasons")
    if Reason.OTHER in fitting and not rationale.narrative.strip():
        raise Invalid("text_needed", field="narrative")
    return with_evidence(replace(rationale, reasons=fitting))
