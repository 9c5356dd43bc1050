"""Looking up a candidate's numbers anew: kept beside the snapshot of intake, with what the AI would say of them.

The recommendation at hand stays what it is: buttons, deadline and reports rest on it, and a number that changed under
an expert's eyes would make nobody's answer comparable. Who looks it up decides with both in view.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.access import require_refresher
from bot.core.case import Case
from bot.core.fresh import Answer, Refresh, joined
from bot.core.types import UserId
from bot.desk import enrol, models, see
from bot.desk import norms as market_norms
from bot.desk.announce import again, say
from bot.desk.desk import Desk, new_id
from bot.desk.usual import usual
from db import events, outbox, people, refreshes, reviews
from db.store import Unit


def allowed(desk: Desk, review_id: str, person: UserId) -> Case:
    """The case, if this person may have its numbers looked up. Raises NotFound('review'), NotAllowed('no_role')."""
    with desk.store.reading() as unit:
        case = see.whole(unit, desk, review_id)
        require_refresher(people.member(unit, person), person, case.review, case.campaign, case.candidate, case.lead)
        return replace(case, refresh=see.refreshed(unit, case, person))


def keep(desk: Desk, review_id: str, person: UserId, answer: Answer) -> Case:
    """Keep what a source said, where it said something, and what the AI would make of it; the case as it then is.

    Worked out beside the writer, against the norms that held at intake: what is different comes from the numbers, or
    from models and market norms that are newer. Raises as `allowed`.
    """
    case = allowed(desk, review_id, person)
    if answer.metrics is None:
        return case
    now = desk.clock()
    numbers = joined(case.candidate.metrics, answer.metrics, now.date())
    with desk.store.reading() as unit:
        norms, active = usual(unit, desk, before=case.review.intake_at), models.serving(unit).active
        accepted = market_norms.accepted(unit, now)
    candidate = replace(case.candidate, metrics=numbers)
    would = enrol.judged(candidate, case.campaign, norms, accepted, active, now)
    with desk.store.unit() as unit:
        now = desk.clock()
        last = refreshes.newest(unit, candidate.id)
        if last is None or (last.asked.at, last.metrics) != (answer.asked.at, numbers):
            made = Refresh(new_id("rf"), candidate.id, now, person, answer.asked, numbers, would)
            refreshes.add(unit, made)
            told = {"source": answer.asked.source, "refresh": made.id}
            events.record(unit, review_id, person, "numbers_refreshed", now, {}, told)
            _announce(unit, case, last, made, now)
        return replace(case, refresh=see.refreshed(unit, case, person))


def _announce(unit: Unit, case: Case, last: Refresh | None, made: Refresh, now: datetime) -> None:
    """The card and the reminders that show it say anew what is news, where that has become something else."""
    before, after = (replace(case, refresh=one).turn for one in (last, made))
    review = reviews.get(unit, case.review.id)
    if before == after or review is None or not review.state.awaits or review.opened_at is None:
        return
    say(unit, "card", review.id, case.campaign.channel, now)
    outbox.enqueue(unit, again(unit, [review.id]), now)
