"""The outbox's own verbs on its rows: each one unit of work, run on the desk's threads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.errors import NotFound
from bot.desk import see
from bot.desk.announce import current_lead, say, say_all
from bot.desk.desk import Desk
from bot.outbox.letters import is_person
from db import outbox
from db.outbox import Errand, Place
from db.store import Unit
from db.tables import PostRow

#: A lead is told of the same broken channel or person at most this often.
_TELL_AGAIN = timedelta(hours=24)


def due(desk: Desk) -> tuple[str, ...]:
    with desk.store.reading() as unit:
        return outbox.lanes_due(unit, desk.clock())


def claim(desk: Desk, lane: str) -> Errand | None:
    with desk.store.unit() as unit:
        return outbox.claim(unit, lane, desk.clock())


def sent(desk: Desk, errand: Errand, place: Place | None) -> None:
    with desk.store.unit() as unit:
        outbox.sent(unit, errand, place, desk.clock())


def later(desk: Desk, errand: Errand, delay: float, state: str, said: str) -> None:
    with desk.store.unit() as unit:
        outbox.later(unit, errand, desk.clock() + timedelta(seconds=delay), state, said)


def dead(desk: Desk, errand: Errand, said: str) -> None:
    """It will never arrive as it is: kept for the operator, and the lead is told."""
    with desk.store.unit() as unit:
        outbox.dead(unit, errand, said)
        _tell_lead(unit, desk, errand, {"said": said, "lost": errand.kind})


def redirect(desk: Desk, errand: Errand, said: str) -> None:
    """The channel is gone for us: whom a card concerns gets it by direct message, and the lead is told."""
    concerned = _concerned(desk, errand)
    with desk.store.unit() as unit:
        say_all(unit, errand.kind, errand.ref, concerned, desk.clock(), errand.detail)
        outbox.dead(unit, errand, said)
        _tell_lead(unit, desk, errand, {"said": said})


def _concerned(desk: Desk, errand: Errand) -> tuple[str | None, ...]:
    if errand.kind != "card" or is_person(errand.lane):
        return ()
    try:
        case = see.case(desk, errand.ref)
    except NotFound:
        return ()
    return case.review.expert, case.campaign.owner


def _tell_lead(unit: Unit, desk: Desk, errand: Errand, detail: Mapping[str, str]) -> None:
    lead, now = current_lead(unit), desk.clock()
    if lead is None or lead == errand.lane or errand.kind == "unreachable":
        return
    told = unit.get(PostRow, ("unreachable", errand.lane, lead))
    if told is None or told.at < now - _TELL_AGAIN:
        say(unit, "unreachable", errand.lane, lead, now, detail)
