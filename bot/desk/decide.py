"""An answer becomes a decision: approve, override, normal for this market, undo.

`seen` is the version of the card or form on which somebody answers, where it is known.
"""

from __future__ import annotations

from datetime import datetime

from bot.core import review as lifecycle
from bot.core.access import require_judge, require_owner
from bot.core.errors import Invalid, NotFound, TooLate
from bot.core.rationale import check_norm, check_override
from bot.core.types import How, Judgement, Rationale, Review, State, UserId
from bot.desk import deadline, disagree, late, returns, see, tally
from bot.desk.announce import say
from bot.desk.change import File, Work, apply, attempt, load, require_open, too_late
from bot.desk.desk import Desk, new_id
from db import candidates, events, reviews
from db.store import Unit
from scoring.recommend import without
from scoring.types import Recommendation, Verdict


def approve(desk: Desk, review_id: str, person: UserId, *, seen: int | None = None) -> Review:
    """Agree with the AI, whatever it recommends. Raises NotAllowed, TooLate, NotFound, Busy."""

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        _require_this_round(unit, file, seen)
        return _decide(unit, desk, file, person, file.ai, How.APPROVE, Rationale(), now)

    return deadline.answering(desk, review_id, work)


def override(desk: Desk, review_id: str, person: UserId, rationale: Rationale, *, seen: int | None = None) -> Review:
    """Decide the opposite of the AI, with reasons and a confidence.

    Raises Invalid naming the field; TooLate with `kept` when the review was over: what was typed is not lost.
    """

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        _require_this_round(unit, file, seen)
        verdict = file.ai.opposite
        checked = check_override(rationale, verdict, _said(unit, file))
        return _decide(unit, desk, file, person, verdict, How.OVERRIDE, checked, now)

    return _or_keep(desk, review_id, person, rationale, None, work)


def normal(
    desk: Desk,
    review_id: str,
    person: UserId,
    rationale: Rationale,
    verdict: Verdict | None,
    *,
    seen: int | None = None,
) -> Review:
    """Say that flags are normal for this market. Without a verdict the recomputed one decides, if it turned round.

    Raises Invalid('verdict_needed') when the AI would still say the same and the person has not chosen.
    """

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        _require_this_round(unit, file, seen)
        said = _said(unit, file)
        checked = check_norm(rationale, said)
        recomputed = without(said, checked.disputed).verdict
        if verdict is None and recomputed is file.ai:
            raise Invalid("verdict_needed", field="verdict")
        return _decide(unit, desk, file, person, verdict or recomputed, How.NORM, checked, now)

    return _or_keep(desk, review_id, person, rationale, verdict, work)


def undo(desk: Desk, review_id: str, person: UserId) -> Review:
    """Take one's own decision back while its window runs, once."""

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        found = reviews.decision(unit, review_id, file.review.round)
        if file.review.state is State.WITHDRAWN:
            raise too_late(unit, file, now)
        if file.review.state is not State.DECIDED or found is None:
            reason = "already_undone" if file.review.undone else "not_decided"
            raise TooLate(reason, candidate=file.candidate.name, lead=file.lead, expert=file.review.expert)
        change = lifecycle.undo(file.review, found[0], person, now, desk.limits.times)
        if change.decision is not None:
            reviews.mark_undone(unit, change.decision)
        apply(unit, desk, file.review, change, file.campaign, person, now)
        if change.decision is not None:
            disagree.void(unit, file, now)
        return change.review

    return attempt(desk, work)


def withdraw(desk: Desk, review_id: str, person: UserId) -> Review:
    """The campaign's owner or a lead takes a candidate back. Raises NotAllowed('not_owner'), TooLate."""

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        require_owner(person, file.person(person), file.campaign, file.candidate, file.lead)
        require_open(unit, file, now)
        change = lifecycle.withdraw(file.review, now)
        apply(unit, desk, file.review, change, file.campaign, person, now)
        if person != file.campaign.owner:
            say(unit, "withdrawn", f"{review_id}:{change.review.round}", file.campaign.owner, now, {"by": person})
        return change.review

    return deadline.answering(desk, review_id, work)


def form_opened(desk: Desk, review_id: str, person: UserId) -> Review:
    """Somebody begins to write an answer: check that they may and that it is open, and hold a near deadline.

    Raises NotAllowed, or TooLate saying what is true now.
    """

    def work(unit: Unit, now: datetime) -> Review:
        file = load(unit, review_id, person)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        require_open(unit, file, now)
        if returns.awaited(file.review, person):
            returns.note_look(unit, review_id, person, now)
        change = lifecycle.open_form(file.review, now, desk.limits.times)
        if change is None:
            return file.review
        apply(unit, desk, file.review, change, file.campaign, person, now)
        return change.review

    return deadline.answering(desk, review_id, work)


def _decide(
    unit: Unit, desk: Desk, file: File, person: UserId, verdict: Verdict, how: How, why: Rationale, now: datetime
) -> Review:
    member = require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
    if not file.review.state.awaits:
        _refuse(unit, file, person, verdict, now)
    # A lead who is no expert of this market, or to whom it was escalated, rules; else a lead answers like an expert.
    ruling = member.is_lead and (file.review.state is State.HELD or not member.is_expert_of(file.review.market))
    change = lifecycle.answer(file.review, verdict, person, now, desk.limits.times, ruling=ruling)
    judgement = Judgement(
        new_id("jd"), file.review.id, file.review.round, person, verdict, how, why, ai_visible=True, at=now
    )
    apply(unit, desk, file.review, change, file.campaign, person, now)
    reviews.add_judgement(unit, judgement)
    if change.decision is not None:
        reviews.add_decision(unit, change.decision, judgement.id)
        tally.decided(unit, [change.decision])
    if verdict is not file.ai or why.disputed:
        disagree.opened(unit, file, judgement, now)
    return change.review


def _require_this_round(unit: Unit, file: File, seen: int | None) -> None:
    """Raises TooLate('reopened_since') for an answer from before an undo: played back, it must not count again."""
    if seen is None or not (file.review.undone and file.review.state.awaits):
        return
    began = [h.after.get("version", 0) for h in events.of_review(unit, file.review.id) if h.what == "undone"]
    if began and seen < began[-1]:
        raise TooLate("reopened_since", candidate=file.candidate.name, lead=file.lead)


def _said(unit: Unit, file: File) -> Recommendation:
    """What the AI said in full. Raises NotFound('review') when it is gone."""
    found = candidates.recommendation(unit, file.review.candidate_id)
    if found is None:
        raise NotFound("review", review=file.review.id)
    return found


def _refuse(unit: Unit, file: File, person: UserId, verdict: Verdict, now: datetime) -> None:
    told = too_late(unit, file, now)
    mine = told.params.get("by") == person and told.params.get("verdict") is verdict
    raise TooLate("already_yours", **told.params) if mine else told


def _or_keep(
    desk: Desk, review_id: str, person: UserId, typed: Rationale, verdict: Verdict | None, work: Work[Review]
) -> Review:
    try:
        return deadline.answering(desk, review_id, work)
    except TooLate as told:
        wanted = verdict or see.case(desk, review_id).recommendation.verdict.opposite
        raise late.keep(desk, review_id, person, typed, wanted, told) from told
