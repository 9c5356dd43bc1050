"""What has no card at half its window: opened over the limit, given to somebody else, or left to the AI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import review as lifecycle
from bot.core.assignment import rank
from bot.core.errors import Invalid, NotAllowed, TooLate
from bot.core.types import Campaign, Member, OnDeadline, UserId
from bot.desk import tally
from bot.desk.announce import say
from bot.desk.change import File, Made, apply, apply_all, attempt, load
from bot.desk.desk import Desk
from bot.desk.hurry import allowed
from db import people, reminders, reviews
from db.store import Unit
from scoring.types import Verdict


@dataclass(frozen=True, slots=True)
class Unopened:
    """What a message still lists, for whoever is about to do something about it."""

    campaign: Campaign
    count: int
    proceed: int
    """Of these the AI would proceed with so many."""
    kept: int
    """So many stay with people whatever an owner wants: only a lead may leave them to the AI."""
    able: tuple[Member, ...]
    """Who could answer at least one of them, the least busy first."""
    load: dict[UserId, int]


def unopened(desk: Desk, ref: str, person: UserId) -> Unopened:
    """Raises NotAllowed('not_owner'), TooLate('nothing_unopened')."""
    with desk.store.reading() as unit:
        files = _files(unit, ref, person, desk.clock())
        load_of, members = reviews.load_of(unit), people.members(unit)
        able = {m.id: m for file in files for m in _able(file, members)}
        free = [one for one in files if _may_leave(one, person)]
        return Unopened(
            files[0].campaign,
            len(files),
            sum(one.ai is Verdict.PROCEED for one in free),
            len(files) - len(free),
            tuple(sorted(able.values(), key=lambda m: (m.is_lead, load_of.get(m.id, 0), m.name.casefold()))),
            load_of,
        )


def open_all(desk: Desk, ref: str, person: UserId) -> int:
    """Give each a card now, whatever the limit; how many. Raises NotAllowed('not_owner'), TooLate."""

    def work(unit: Unit, now: datetime) -> int:
        files = _files(unit, ref, person, now)
        apply_all(unit, [Made(one.review, lifecycle.show(one.review, now), one.campaign) for one in files], person, now)
        return len(files)

    return attempt(desk, work)


def hand_all(desk: Desk, ref: str, person: UserId, to: UserId | None) -> int:
    """Put another name on each that this person could answer; how many. Raises Invalid('person_needed'), as above."""

    def work(unit: Unit, now: datetime) -> int:
        members, moved = people.members(unit), 0
        for one in _files(unit, ref, person, now):
            able = _able(one, members)
            if to not in {m.id for m in able}:
                continue
            others = [m.id for m in able if m.id != to]
            backup = one.review.backup if one.review.backup in others else next(iter(others), None)
            change = lifecycle.pass_on(one.review, str(to), backup, now)
            apply(unit, desk, one.review, change, one.campaign, person, now, filling={str(to)})
            moved += 1
        if not moved:
            raise Invalid("person_needed", field="person")
        return moved

    return attempt(desk, work)


def leave_all(desk: Desk, ref: str, person: UserId) -> int:
    """The AI decides each at once, as its owner is told; how many.

    What the policy holds or declines at its deadline only a lead may leave to the AI: NotAllowed('lead_leaves').
    """

    def work(unit: Unit, now: datetime) -> int:
        files = [one for one in _files(unit, ref, person, now) if _may_leave(one, person)]
        if not files:
            raise NotAllowed("lead_leaves")
        made = [Made(one.review, lifecycle.leave_to_ai(one.review, one.ai, now), one.campaign) for one in files]
        apply_all(unit, made, person, now)
        decisions = [m.change.decision for m in made if m.change.decision is not None]
        reviews.add_decisions(unit, decisions)
        tally.decided(unit, decisions)
        owner, ids = files[0].campaign.owner, [one.review.id for one in files]
        say(unit, "left_to_ai", files[0].campaign.key, owner, now, {"reviews": ids})
        return len(files)

    return attempt(desk, work)


def _files(unit: Unit, ref: str, person: UserId, now: datetime) -> list[File]:
    """What the message lists and still has no card, in one order for everybody."""
    every = [load(unit, review_id, person) for review_id in sorted(one.review_id for one in reminders.of(unit, ref))]
    for one in every:
        allowed(one, person)
    found = [one for one in every if one.review.queued and now < one.review.deadline_at]
    if not found:
        raise TooLate("nothing_unopened")
    return found


def _may_leave(file: File, person: UserId) -> bool:
    member = file.person(person)
    return file.review.on_deadline is OnDeadline.FOLLOW_AI or (member is not None and member.is_lead)


def _able(file: File, members: Sequence[Member]) -> list[Member]:
    """Who could answer it besides whose name it carries: experts of its market first, then leads."""
    review = file.review
    without = (review.expert,) if review.expert else ()
    able = rank(review.market, members, {}, referred_by=file.candidate.referred_by, without=without)
    return [one.member for one in able]
