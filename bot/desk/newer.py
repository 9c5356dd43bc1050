"""Newer numbers beside what is drawn of open reviews, for readers who may see what the AI would say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.blinding import is_unseen
from bot.core.case import Case, Told
from bot.core.types import Member, UserId
from bot.desk import see
from bot.desk.desk import Desk
from db import people, refreshes
from db.store import Unit


def beside(unit: Unit, cases: Sequence[Case], reader: UserId | None) -> tuple[Case, ...]:
    """These cases, the open ones with the latest numbers that this reader may see; None is a channel.

    One statement for all of them, and none where nothing is open.
    """
    waiting = [case for case in cases if case.review.state.awaits]
    who = (people.member(unit, reader) or Member(reader, reader)) if reader is not None and waiting else None
    shown = [case.candidate.id for case in waiting if not is_unseen(case.review, who)]
    found = refreshes.newest_of(unit, shown)
    return tuple(
        replace(case, refresh=found[case.candidate.id])
        if case.review.state.awaits and case.candidate.id in found
        else case
        for case in cases
    )


def case(desk: Desk, review_id: str, reader: UserId) -> Case:
    """One review as this person may see it. Raises NotFound('review')."""
    with desk.store.reading() as unit:
        return beside(unit, [see.whole(unit, desk, review_id)], reader)[0]


def drawn(desk: Desk, case: Case, reader: UserId | None) -> Case:
    """The same of a case that has been read; None is a channel."""
    if not case.review.state.awaits:
        return case
    with desk.store.reading() as unit:
        return beside(unit, [case], reader)[0]


def reminded(desk: Desk, told: Told, reader: UserId) -> Told:
    """What a reminder asks for, with the news of it."""
    with desk.store.reading() as unit:
        return replace(told, still=beside(unit, told.still, reader))
