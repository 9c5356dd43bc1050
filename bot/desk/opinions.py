"""Ask a colleague: an opinion, which decides nothing, kept with the review and told to whoever asked."""

from __future__ import annotations

from datetime import datetime

from bot.core.access import require_judge
from bot.core.case import Case, Opinion
from bot.core.errors import Invalid, NotAllowed, NotFound
from bot.core.types import Member, UserId
from bot.desk import deadline, handed, returns, see
from bot.desk.announce import say
from bot.desk.change import File, attempt, load, require_open, too_late
from bot.desk.desk import Desk, new_id
from db import events, opinions, people
from db.store import Unit

_QUESTION = 300
_OPINION = 1000


def askable(desk: Desk, review_id: str, person: UserId) -> tuple[Case, tuple[Member, ...]]:
    """May this person ask about it, and whom? Who has been asked by them already is left out."""
    with desk.store.reading() as unit:
        file = load(unit, review_id, person)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        if not file.review.state.awaits:
            raise too_late(unit, file, desk.clock())
        return see.whole(unit, desk, review_id), _colleagues(unit, file, person)


def _colleagues(unit: Unit, file: File, person: UserId) -> tuple[Member, ...]:
    """Everybody of the market and the leads, also whoever referred: an opinion is no answer. Experts first."""
    market, asked = file.review.market, opinions.asked_of(unit, file.review.id, person)
    found = [
        m
        for m in people.members(unit)
        if m.active and m.id != person and m.id not in asked and (m.is_lead or m.is_expert_of(market))
    ]
    return tuple(sorted(found, key=lambda m: (not m.is_expert_of(market), m.name.casefold(), m.id)))


def ask(desk: Desk, review_id: str, person: UserId, colleague: UserId, question: str = "") -> Case:
    """Ask somebody what they think. Raises Invalid('colleague_needed') for whoever cannot be asked."""

    def work(unit: Unit, now: datetime) -> Case:
        file = load(unit, review_id, person)
        require_judge(file.person(person), file.review, file.campaign, file.candidate, file.lead)
        require_open(unit, file, now)
        if colleague not in {m.id for m in _colleagues(unit, file, person)}:
            raise Invalid("colleague_needed", field="person")
        asked = Opinion(new_id("op"), review_id, person, colleague, question.strip()[:_QUESTION], now)
        if opinions.ask(unit, asked):
            events.record(unit, review_id, person, "asked", now, {}, {"colleague": colleague, "opinion": asked.id})
            say(unit, "colleague", asked.id, colleague, now)
        returns.note_look(unit, review_id, person, now)
        return handed.beside(unit, see.whole(unit, desk, review_id), person)

    return deadline.answering(desk, review_id, work)


def asked(desk: Desk, opinion_id: str, person: UserId) -> tuple[Case, Opinion]:
    """What this person was asked. Raises NotFound('review'), or NotAllowed('not_asked') for anybody else."""
    with desk.store.reading() as unit:
        return _asked(unit, desk, opinion_id, person)


def _asked(unit: Unit, desk: Desk, opinion_id: str, person: UserId | None) -> tuple[Case, Opinion]:
    found = opinions.get(unit, opinion_id)
    if found is None:
        raise NotFound("review", review=opinion_id)
    if person is not None and person != found.colleague:
        raise NotAllowed("not_asked", expert=found.colleague)
    return handed.beside(unit, see.whole(unit, desk, found.review_id), found.colleague), found


def one(desk: Desk, opinion_id: str) -> tuple[Case, Opinion]:
    """A question with its case. Raises NotFound('review')."""
    with desk.store.reading() as unit:
        return _asked(unit, desk, opinion_id, None)


def answer(desk: Desk, opinion_id: str, person: UserId, text: str) -> Case:
    """Say what one thinks, once; the same form brought again changes nothing. Raises Invalid('text_needed').

    It counts also when the review is decided by now: whoever asked reads it, and it stays with the review.
    """
    said = text.strip()[:_OPINION]

    def work(unit: Unit, now: datetime) -> Case:
        case, found = _asked(unit, desk, opinion_id, person)
        if not said:
            raise Invalid("text_needed", field="narrative")
        if found.text is None:
            opinions.say(unit, found.id, said, now)
            about = {"asker": found.asker, "opinion": found.id}
            events.record(unit, found.review_id, person, "opinion", now, {}, about)
            say(unit, "opinion", found.id, found.asker, now)
            say(unit, "colleague", found.id, person, now)
        return case

    return attempt(desk, work)
