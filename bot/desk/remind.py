"""What the sweep says of reminders: to experts and their backups, to owners, each person's in one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core import nudges as rules
from bot.core.nudges import OWNER_STEPS, STEPS, Window
from bot.core.types import Member, Review, State, UserId
from bot.core.working_time import Span
from bot.desk.announce import lead_of
from bot.desk.desk import Desk, new_id
from db import campaigns, candidates, nudges, outbox, people, reminders
from db.nudges import Further, Noted
from db.outbox import Fresh
from db.reminders import Said, Shown
from db.store import Unit

#: How many steps of a review's reminders only say whose it is.
_OPENING = 1
#: People who are told in one unit, of all that they have, and reviews of which owners are: a click waits for it.
_PEOPLE, _REVIEWS = 10, 200
#: For how long what is said to an owner is one message with what was begun before. An edit calls nobody, so that is
#: short; and as long the other way: another replica's clock may be ahead, and one that was set back is farther off.
_TOGETHER = timedelta(minutes=1)


class _Times:
    """Everybody's free time in one sweep, worked out once for each."""

    def __init__(self, members: Sequence[Member], now: datetime, until: datetime) -> None:
        self._now, self._until = now, until
        self._members: Mapping[str, Member] = {m.id: m for m in members}
        self._free: dict[str, tuple[Span, ...]] = {}

    def member(self, person: UserId | None) -> Member | None:
        return self._members.get(person or "")

    def free(self, person: UserId | None) -> tuple[Span, ...]:
        """From now on; of nobody, or somebody who cannot be asked any more, none."""
        member = self.member(person)
        if member is None or not member.active:
            return ()
        if member.id not in self._free:
            self._free[member.id] = rules.free_time(member, self._now, self._until)
        return self._free[member.id]

    def last(self, person: UserId | None) -> datetime | None:
        member = self.member(person)
        return member.nudged_at if member is not None else None


@dataclass(slots=True)
class _Look:
    """One review as the sweep finds it, and what it decides to say."""

    noted: Noted
    asked: UserId | None
    """Its expert; whoever rules, of one that is held."""
    window: Window
    step: int
    """As noted, then with what is said now."""
    backup_at: datetime | None
    next: datetime | None = None
    said: int = 0
    """How many reminders its expert gets now."""

    @property
    def review(self) -> Review:
        return self.noted.review

    @property
    def hot(self) -> bool:
        return self.review.hot_at is not None


@dataclass(slots=True)
class _Told:
    """What one person is told now."""

    opened: list[str] = field(default_factory=list)
    nudged: list[str] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)
    """Review -> whose place they are asked to take."""


def experts(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """Tell people whose the cards are that have opened, remind them, and ask backups; then when to look again."""
    due = nudges.due(unit, now, size, _PEOPLE)
    if not due:
        return 0
    members = people.concerned(unit, *{p for n in due for p in (n.review.expert, n.review.backup)})
    times = _Times(members, now, max(n.review.deadline_at for n in due))
    looks = [_look(unit, desk, noted, members) for noted in due]
    speaking = {look.asked for look in looks if _due_now(desk, look, times, now) > _OPENING}
    told: dict[UserId, _Told] = {}
    for look in looks:
        _remind(desk, look, times, now, told, joins=look.asked in speaking)
        _ask_backup(desk, look, times, now, told)
    _say(unit, told, now)
    nudges.went_on(unit, [(x.review.id, Further(x.next, x.step, x.noted.said + x.said, x.backup_at)) for x in looks])
    _say_scarce(unit, desk, [look for look in looks if look.noted.fresh], times, now)
    return size if len({noted.review.expert for noted in due}) >= _PEOPLE else len(due)


def _look(unit: Unit, desk: Desk, noted: Noted, members: Sequence[Member]) -> _Look:
    review = noted.review
    asked = review.expert
    if review.state is State.HELD:
        asked = lead_of(members, candidates.referrer(unit, review.candidate_id)) or asked
    window = rules.window_of(review, desk.limits.times, desk.limits.pace)
    return _Look(noted, asked, window, noted.step, noted.backup_at)


def _next(desk: Desk, look: _Look, times: _Times, now: datetime, last: datetime | None) -> rules.Next:
    free = times.free(look.asked)
    return rules.next_reminder(
        look.window, STEPS, look.step, free, now, last=last, hot=look.hot, pace=desk.limits.pace
    )  # fmt: skip


def _due_now(desk: Desk, look: _Look, times: _Times, now: datetime) -> int:
    """The step that is said now, 0 for none."""
    found = _next(desk, look, times, now, times.last(look.asked))
    return found.step if found.at is not None and found.at <= now else 0


def _remind(desk: Desk, look: _Look, times: _Times, now: datetime, told: dict[UserId, _Told], *, joins: bool) -> None:
    """`joins` when this person gets a reminder now in any case: then nothing waits for four hours."""
    last = None if joins else times.last(look.asked)
    found = _next(desk, look, times, now, last)
    if found.at is not None and found.at <= now and look.asked is not None:
        mine = told.setdefault(look.asked, _Told())
        # A hot deal's first word is a call, not an announcement.
        if found.step > _OPENING or look.hot:
            mine.nudged.append(look.review.id)
            look.said = 1
        else:
            mine.opened.append(look.review.id)
        look.step = found.step
        found = _next(desk, look, times, now, now)
    look.next = found.at


def _ask_backup(desk: Desk, look: _Look, times: _Times, now: datetime, told: dict[UserId, _Told]) -> None:
    """Ask the backup of somebody who is off for the rest of it, once; or look again when that is to be done."""
    review, free = look.review, times.free(look.asked)
    backup = review.backup
    if backup is None or backup == look.asked or look.backup_at is not None:
        return
    off = look.hot and rules.next_good(free, now, look.window.latest) != now
    if not (off or rules.is_asleep(look.window, STEPS, free, now)):
        return
    at = rules.when_backup(
        look.window, free, times.free(backup), now, last=times.last(backup), hot=look.hot, pace=desk.limits.pace
    )  # fmt: skip
    if at is not None and at <= now:
        theirs = told.setdefault(backup, _Told())
        theirs.nudged.append(review.id)
        theirs.instead[review.id] = look.asked or ""
        look.backup_at = now
    elif at is not None:
        look.next = min(at, look.next or at)


def _say(unit: Unit, told: Mapping[UserId, _Told], now: datetime) -> None:
    said = []
    for person, what in told.items():
        if what.nudged:
            shown = (Shown(review_id, what.instead.get(review_id)) for review_id in (*what.nudged, *what.opened))
            said.append(Said("nudge", new_id("nd"), person, tuple(shown)))
        else:
            said.append(Said("opened", new_id("nd"), person, tuple(map(Shown, what.opened))))
    remember(unit, said, now)
    nudges.reminded(unit, [one.lane for one in said if one.kind == "nudge"], now)


def remember(unit: Unit, said: Sequence[Said], now: datetime) -> None:
    """Say these reminders, each as a message of its own; older ones leave asking for the same to the newer."""
    fresh = [Fresh(new_id("ob"), s.kind, s.ref, s.lane, _named(s.shown)) for s in said]
    older = [Fresh(new_id("ob"), *message) for message in reminders.keep(unit, said, now)]
    outbox.enqueue(unit, [*fresh, *older], now)


def _named(shown: Sequence[Shown]) -> dict[str, object]:
    instead = {one.review_id: one.instead for one in shown if one.instead is not None}
    return {"reviews": [one.review_id for one in shown], "instead": instead}


def _say_scarce(unit: Unit, desk: Desk, looks: Sequence[_Look], times: _Times, now: datetime) -> None:
    """Tell owners, when it opens, of what holds too little working time of whoever is asked (the Friday rule)."""
    short: dict[str, list[str]] = {}
    for look in looks:
        review, member = look.review, times.member(look.asked)
        if review.state is not State.PENDING or look.hot or member is None:
            continue
        free = rules.free_time(member, look.window.since, look.window.until)
        if rules.working_time(free, look.window.until) < desk.limits.pace.scarce:
            short.setdefault(review.campaign, []).append(review.id)
    running = campaigns.some(unit, short) if short else {}
    said = [Said("scarce", new_id("nd"), c.owner, tuple(map(Shown, short[key]))) for key, c in running.items()]
    remember(unit, said, now)


def owners(unit: Unit, desk: Desk, now: datetime, size: int) -> int:
    """Remind owners of what will fall to the AI, all of it in one message; then when to look again.

    `size` when there may be more.
    """
    most = min(_REVIEWS, size)
    due = nudges.owners_due(unit, now, most)
    if not due:
        return 0
    running = campaigns.some(unit, (n.review.campaign for n in due))
    members = people.concerned(unit, *{campaign.owner for campaign in running.values()})
    times = _Times(members, now, max(n.review.deadline_at for n in due))
    told: dict[UserId, list[str]] = {}
    further = []
    looks = []
    for noted in due:
        owner, step = running[noted.review.campaign].owner, noted.owner_step
        looks.append((noted, owner, _owners_next(desk, noted, step, times.free(owner), now, times.last(owner))))
    # What the batch before has begun to say goes on: however many they are, it is one message.
    near = now - _TOGETHER, now + _TOGETHER
    just = {owner for _, owner, _ in looks if (last := times.last(owner)) is not None and near[0] <= last <= near[1]}
    begun = {owner: reminders.begun(unit, "nudge_owner", owner, *near) for owner in just}
    speaking = {owner for _, owner, coming in looks if _is_due(coming, now) or begun.get(owner)}
    for noted, owner, alone in looks:
        step, free, coming = noted.owner_step, times.free(owner), alone
        if owner in speaking:
            # They get a message now in any case: then nothing waits for four hours.
            coming = _owners_next(desk, noted, step, free, now, None)
        if _is_due(coming, now):
            told.setdefault(owner, []).append(noted.review.id)
            step = coming.step
            coming = _owners_next(desk, noted, step, free, now, now)
        further.append((noted.review.id, (coming.at, step)))
    said = [Said("nudge_owner", begun.get(o) or new_id("nd"), o, tuple(map(Shown, ids))) for o, ids in told.items()]
    remember(unit, said, now)
    nudges.reminded(unit, list(told), now)
    nudges.owners_went_on(unit, further)
    return size if len(due) >= most else len(due)


def good_for(unit: Unit, people_: Sequence[UserId], now: datetime, until: datetime) -> datetime:
    """The first moment at which all of them may be written to; now, where there is none in time."""
    known = {m.id: m for m in people.members(unit)}
    moments = [now]
    for person in people_:
        member = known.get(person)
        good = rules.next_good(rules.free_time(member, now, until), now, until) if member else now
        moments.append(good or now)
    return max(moments)


def _is_due(coming: rules.Next, now: datetime) -> bool:
    return coming.at is not None and coming.at <= now


def _owners_next(
    desk: Desk, noted: Noted, step: int, free: Sequence[Span], now: datetime, last: datetime | None
) -> rules.Next:
    window = rules.window_of(noted.review, desk.limits.times, desk.limits.pace)
    hot = noted.review.hot_at is not None
    return rules.next_reminder(window, OWNER_STEPS, step, free, now, last=last, hot=hot, pace=desk.limits.pace)
