"""A month of an agency: forty experts in nine time zones, clocks that change, holidays and quiet hours, hot deals.

`make test` plays five days of it around the change of clocks; `make faults`, and so .ci/run, all thirty (-s says what
happened). Whether a message was right is judged by the clock on its reader's wall, not by the rules that chose it.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.core.nudges import STEPS, Pace, free_time, window_of
from bot.core.review import Change, Times
from bot.core.types import Member, Review, Role
from bot.core.working_time import Hours, Span, without
from bot.desk import decide, members, settings, tick
from bot.desk.change import Made, apply_all
from db import campaigns, people, reviews
from tests.database import fresh
from tests.desk.world import CAMPAIGN, World, row

FULL = int(os.environ.get("FAULT_ROUNDS") or 0) >= 1
pytestmark = pytest.mark.timeout(900 if FULL else 120)
DAYS, A_DAY = (30, 104) if FULL else (5, 40)
BEGINS = datetime(
    2026, 10, 12 if FULL else 23, tzinfo=UTC
)  # Europe's clocks change on 25 October, New York's a week later
STEP = timedelta(minutes=10)
TEAM, LEAD = "T0HOME", "U0LEAD0001"
#: Market, how lists write it, zone; the experts of a market do not all live in it.
PLACES = (
    ("BR", "Brazil", "America/Sao_Paulo"), ("RU", "Russia", "Europe/Moscow"), ("DE", "Germany", "Europe/Berlin"),
    ("US", "United States", "America/New_York"), ("IN", "India", "Asia/Kolkata"), ("JP", "Japan", "Asia/Tokyo"),
    ("GB", "United Kingdom", "Europe/London"), ("AU", "Australia", "Australia/Sydney"), ("EG", "Egypt", "Africa/Cairo"),
)  # fmt: skip
OWNERS = (("U0OWN00001", "Europe/Stockholm"), ("U0OWN00002", "America/New_York"), ("U0OWN00003", "Asia/Singapore"))
WINDOWS = (48, 48, 48, 24, 72, 12)


@dataclass
class Said:
    at: datetime
    kind: str
    lane: str
    ids: list[str]
    instead: dict[str, str]
    steps: dict[str, int]


@dataclass
class Absence:
    person: str
    span: Span


@dataclass
class Month:
    world: World
    rng: Random
    said: list[Said] = field(default_factory=list)
    away: list[Absence] = field(default_factory=list)
    quiet: dict[str, list[tuple[datetime, Span]]] = field(default_factory=lambda: defaultdict(list))
    """Person -> each Do Not Disturb, and when Slack told of it."""
    answers: list[tuple[datetime, str, str]] = field(default_factory=list)
    hot: set[str] = field(default_factory=set)
    fell: set[str] = field(default_factory=set)
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Review -> everybody whose name was on it."""

    @property
    def now(self) -> datetime:
        return self.world.clock.now


def staff(world: World, rng: Random) -> None:
    members.add(world.desk, LEAD, Role.LEAD, None, "Lead")
    members.remember(world.desk, Member(LEAD, "Lead", tz="Europe/London", team=TEAM))
    for owner, tz in OWNERS:
        members.add(world.desk, owner, Role.MARKETER, None, owner)
        members.remember(world.desk, Member(owner, owner, tz=tz, team=TEAM))
    for n in range(40):
        person = f"U0EXP{n:05}"
        market, _, zone = PLACES[n % len(PLACES)]
        members.add(world.desk, person, Role.EXPERT, market, person)
        tz = zone if n % 4 else PLACES[(n + 4) % len(PLACES)][2]
        members.remember(world.desk, Member(person, person, tz=tz, team=TEAM))
        if n % 5 == 0:
            hours = rng.choice((Hours(22 * 60, 6 * 60, "12345"), Hours(600, 1140, "23456"), Hours(480, 840, "1357")))
            settings.save(world.desk, person, language=None, hours=hours, backup=None)
    for n, (market, _, _) in enumerate(PLACES * 2):
        window = timedelta(hours=WINDOWS[n % len(WINDOWS)])
        one = replace(
            CAMPAIGN, key=f"c{n}", name=f"Campaign {n}", markets=(market,), owner=OWNERS[n % 3][0], window=window
        )
        members.add_campaign(world.desk, one)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    world = World(fresh("sqlite", Path(tmp_path_factory.mktemp("month"))), seed=5)
    rng = Random(11)
    world.clock.now = BEGINS
    staff(world, rng)
    played = Month(world, rng)
    end, count = BEGINS + timedelta(days=DAYS), 0
    while world.clock.now < end + timedelta(days=6):
        now = world.clock.now
        if now < end and now.minute == 0 and now.hour % 6 == 3:
            count += take_in(played, count)
        if now.minute == 0 and now.hour % 12 == 0:
            live(played)
        answer(played)
        for _ in range(99):
            if not tick.tick(world.desk):
                break
        listen(played)
        world.clock.now += STEP
    yield played
    world.close()


def take_in(played: Month, count: int) -> int:
    """A quarter of the day's creators, for two campaigns; a few of them become hot deals."""
    world, rng = played.world, played.rng
    size = A_DAY // 4
    for n in rng.sample(range(len(PLACES) * 2), 2):
        _, country, _ = PLACES[n % len(PLACES)]
        rows = [row(f"creator{count + i:05}", country, name=f"Creator {count + i}") for i in range(size // 2)]
        count += len(rows)
        report = world.take_in(*rows, campaign=f"c{n}")
        ids = [str(fate.review_id) for fate in report.fates if fate.review_id is not None]
        for review_id in ids:
            if rng.random() < 0.03:
                heat(played, review_id)
    return size // 2 * 2


def heat(played: Month, review_id: str) -> None:
    """Somebody else wants this creator, and a decision is needed within hours."""
    world = played.world
    with world.desk.store.unit() as unit:
        review = reviews.get(unit, review_id)
        assert review is not None
        if review.opened_at is None or not review.state.awaits:
            return
        soon = min(review.deadline_at, world.clock.now + timedelta(hours=played.rng.choice((3, 6, 12))))
        hot = replace(review, hot_at=world.clock.now, deadline_at=soon, version=review.version + 1)
        campaign = campaigns.get(unit, review.campaign)
        assert campaign is not None
        apply_all(unit, [Made(review, Change(hot, "marked_hot"), campaign)], "test", world.clock.now)
    played.hot.add(review_id)


def live(played: Month) -> None:
    """Holidays by setting and by status, and Do Not Disturb as Slack tells it: the next one of each person."""
    world, rng, now = played.world, played.rng, played.now
    for n in range(40):
        person = f"U0EXP{n:05}"
        if n % 3 == 0:
            start = now + timedelta(hours=rng.choice((1, 3, 10)))
            span = (start, start + timedelta(hours=rng.choice((1, 2, 9))))
            settings.quiet(world.desk, {person: span})
            played.quiet[person].append((now, span))
        if rng.random() < 0.01 and not any(a.person == person and a.span[1] > now for a in played.away):
            until = now + timedelta(days=rng.choice((2, 5)))
            if n % 2:
                settings.away(world.desk, person, None, until)
            else:
                with world.desk.store.reading() as unit:
                    known = people.member(unit, person)
                assert known is not None
                members.remember(world.desk, replace(known, status_until=until))
            played.away.append(Absence(person, (now, until)))


def answer(played: Month) -> None:
    """Whoever was told answers two of three within a day, when they are there."""
    world, due = played.world, [a for a in played.answers if a[0] <= played.now]
    played.answers = [a for a in played.answers if a[0] > played.now]
    for _, person, review_id in due:
        with world.desk.store.reading() as unit:
            review = reviews.get(unit, review_id)
        if review is not None and review.state.awaits and review.expert == person and played.now < review.deadline_at:
            decide.approve(world.desk, review_id, person)


def listen(played: Month) -> None:
    """What was said just now; then it has left the house."""
    world, rng = played.world, played.rng
    for kind, _, lane, detail in world.errands():
        if kind == "fell":
            played.fell |= set(detail["reviews"])
        if kind not in ("opened", "nudge", "nudge_owner") or "reviews" not in detail:
            continue  # without them an older message changes where it stands
        ids = [str(i) for i in detail["reviews"]]
        marks = ",".join("?" * len(ids))
        steps = dict(world.sql(f"SELECT id, nudge_step FROM reviews WHERE id IN ({marks})", *ids))  # noqa: S608 - marks
        played.said.append(Said(played.now, kind, lane, ids, dict(detail.get("instead") or {}), steps))
        for review_id in ids if kind == "opened" else ():
            if rng.random() < 0.6:
                played.answers.append((played.now + timedelta(hours=rng.uniform(0.2, 24)), lane, review_id))
    world.sql("DELETE FROM outbox")


def everyone(played: Month) -> dict[str, Member]:
    with played.world.desk.store.reading() as unit:
        return {m.id: m for m in people.members(unit)}


def every_review(played: Month) -> dict[str, Review]:
    ids = [i for (i,) in played.world.sql("SELECT id FROM reviews")]
    with played.world.desk.store.reading() as unit:
        return reviews.many(unit, ids)


def on_the_wall(member: Member, moment: datetime) -> bool:
    """Whether the clock on somebody's wall shows their working time."""
    hours, local = member.hours or Hours(), moment.astimezone(ZoneInfo(member.tz or "UTC"))
    minute, day = local.hour * 60 + local.minute, local.isoweekday()
    if hours.start < hours.end:
        return str(day) in hours.days and hours.start <= minute < hours.end
    late = str(day) in hours.days and minute >= hours.start
    return late or (str((day - 2) % 7 + 1) in hours.days and minute < hours.end)


def known_quiet(played: Month, person: str, moment: datetime) -> bool:
    """Whether Slack had told of a Do Not Disturb at this moment: it tells of one at a time, the newest counts."""
    span = _quiet(played, person, moment)
    return span is not None and span[0] <= moment < span[1]


def _quiet(played: Month, person: str, moment: datetime) -> Span | None:
    return next((span for told, span in reversed(played.quiet[person]) if told <= moment), None)


def it_was_a_month_worth_looking_at(month: Month) -> None:
    reviewed = every_review(month)
    kinds = Counter(s.kind for s in month.said)
    who = everyone(month)
    zones = {who[p].tz for p in who if p.startswith("U0EXP")}
    print(  # noqa: T201 - its figures are half of what it shows
        f"\n{len(reviewed)} reviews, {DAYS} days, {len(zones)} zones, {len(month.away)} holidays, "
        f"{len(month.hot)} hot deals; {kinds['opened']} openings, {kinds['nudge']} reminders "
        f"({sum(bool(s.instead) for s in month.said)} with a backup asked), {kinds['nudge_owner']} to owners; "
        f"{len(month.fell)} fell to the deadline"
    )
    assert len(reviewed) == DAYS * A_DAY
    assert len(zones) == 9
    assert not [r for r in reviewed.values() if r.state.awaits]
    assert min(kinds[k] for k in ("opened", "nudge", "nudge_owner")) > DAYS
    assert month.hot and month.away and month.fell


def nobody_hears_of_anything_outside_their_hours(month: Month) -> None:
    who = everyone(month)
    wrong = [s for s in month.said if not on_the_wall(who[s.lane], s.at)]
    wrong += [s for s in month.said for a in month.away if a.person == s.lane and a.span[0] < s.at < a.span[1]]
    assert not wrong, wrong[:3]


def nobody_is_disturbed(month: Month) -> None:
    assert any(month.quiet.values())
    assert not [s for s in month.said if known_quiet(month, s.lane, s.at)][:3]


def nobody_twice_in_four_hours_but_for_hot_deals_and_last_calls(month: Month) -> None:
    by_person: dict[str, list[Said]] = defaultdict(list)
    for s in month.said:
        if s.kind != "opened":
            by_person[s.lane].append(s)
    close = exempt = 0
    owners = {owner for owner, _ in OWNERS}
    for person, every in by_person.items():
        for before, after in pairwise(every):
            # Experts are told ten at a time: who is a backup of somebody in another ten may get two last calls at once.
            assert after.at > before.at or person not in owners, "two at one moment"
            if after.at - before.at >= Pace().apart or person in owners:
                continue
            close += 1
            hot = bool(month.hot & set(after.ids))
            last = any(after.steps[i] >= len(STEPS) or i in after.instead for i in after.ids)
            assert hot or last, (before, after)
            exempt += 1
    print(f"\n{close} of {sum(map(len, by_person.values()))} reminders within four hours, all {exempt} hot or last")  # noqa: T201


def every_review_had_its_chance_or_its_backup(month: Month) -> None:
    """What nobody answered: its expert or its backup was told; if neither was, no working hour of either was left."""
    reviewed, who = every_review(month), everyone(month)
    told: dict[str, list[Said]] = defaultdict(list)
    for s in month.said:
        if s.kind == "nudge":
            for i in s.ids:
                told[i].append(s)
    unopened = [i for i in month.fell if reviewed[i].opened_at is None]
    untold = [reviewed[i] for i in month.fell if i not in told and reviewed[i].opened_at is not None]
    without_a_moment = [r for r in untold if not _moments(month, r, who)]
    reminded = len(month.fell) - len(untold) - len(unopened)
    print(  # noqa: T201
        f"\n{len(month.fell)} fell: {reminded} after a reminder, {len(without_a_moment)} without one working moment of "
        f"anybody, {len(unopened)} never opened"
    )
    assert untold == without_a_moment, [r for r in untold if r not in without_a_moment][:2]


def _moments(month: Month, review: Review, who: dict[str, Member]) -> bool:
    """Whether there was a moment to tell its expert or its backup, by what was known then.

    What is known changes twice a day. A Do Not Disturb of which Slack tells at noon makes no moment of this morning,
    when nobody could know that it would be the last one.
    """
    window = window_of(review, Times())
    since, half = max(window.since, review.opened_at or window.since) + STEP, window.at(STEPS[1])
    morning = window.since.replace(hour=0, minute=0)
    learned = [max(since, morning + timedelta(hours=12 * n)) for n in range(10)]
    for known, until in pairwise([*learned, window.latest]):
        if known >= window.latest:
            break
        people = (who.get(person or "") for person in (review.expert, review.backup))
        expert, backup = (_known_free(month, person, known, window.latest) for person in people)
        rest = [(max(start, half), end) for start, end in expert if end > half]
        # Where nothing is left from half of it on, the last moment before is a good one, and so is the backup's.
        ends = min(until, window.latest)
        if _lasts(rest or expert, ends) or (not rest and _lasts(backup, ends)):
            return True
    return False


def _known_free(month: Month, member: Member | None, moment: datetime, until: datetime) -> list[Span]:
    """Somebody's free time from a moment on, by what was known at it."""
    if member is None:
        return []
    gone = [a.span for a in month.away if a.person == member.id and a.span[0] <= moment]
    quiet = _quiet(month, member.id, moment)
    free = free_time(replace(member, away=None, dnd=None, status_until=None), moment, until)
    return list(without(free, [*gone, *([quiet] if quiet else [])]))


def _lasts(free: Sequence[Span], until: datetime) -> bool:
    """Whether some of it lies before a moment, and for longer than the clock of this test needs to come by."""
    return any(min(end, until) - start > 2 * STEP for start, end in free)


def every_owner_was_told_before_and_after(month: Month) -> None:
    reviewed, who = every_review(month), everyone(month)
    before: dict[str, list[datetime]] = defaultdict(list)
    for s in month.said:
        for i in s.ids if s.kind == "nudge_owner" else ():
            before[i].append(s.at)
    owner_of = dict(month.world.sql("SELECT key, owner FROM campaigns"))
    late = []
    for review_id in month.fell:
        review = reviewed[review_id]
        window = window_of(review, Times())
        free = free_time(who[owner_of[review.campaign]], window.since + STEP, window.latest)
        if not before[review_id] and any(end - start > 2 * STEP for start, end in free):
            late.append(review)
        assert all(at < review.deadline_at for at in before[review_id])
    assert not late, late[:2]
    assert month.fell == {i for i, r in reviewed.items() if _by_deadline(month, i)}, "and of every result"


def _by_deadline(month: Month, review_id: str) -> bool:
    found = month.world.sql("SELECT by FROM decisions WHERE review_id = ? ORDER BY round DESC LIMIT 1", review_id)
    return bool(found) and found[0][0] == "deadline"


def test_a_month_of_an_agency(month: Month) -> None:
    """All of it in one test: spread over several processes the month would be played in each of them."""
    for look in (
        it_was_a_month_worth_looking_at,
        nobody_hears_of_anything_outside_their_hours,
        nobody_is_disturbed,
        nobody_twice_in_four_hours_but_for_hot_deals_and_last_calls,
        every_review_had_its_chance_or_its_backup,
        every_owner_was_told_before_and_after,
    ):
        look(month)
