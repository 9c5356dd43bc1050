"""When whom to remind: the rules of docs and domain by example, and what holds for all windows and all hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import nudges
from bot.core.absence import NO_END, away_until
from bot.core.errors import Invalid
from bot.core.nudges import OWNER_STEPS, STEPS, Next, Pace, Window, free_time, next_reminder, when_backup, window_of
from bot.core.review import Times
from bot.core.types import Role, Route, State
from bot.core.working_time import Hours, Span, without, worked, zone_of
from tests import factories as f

BERLIN, SAO, NEW_YORK = "Europe/Berlin", "America/Sao_Paulo", "America/New_York"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
ZONES = (BERLIN, SAO, NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Europe/Moscow", "Africa/Cairo")
HOUR = timedelta(hours=1)


def window(since: datetime = MONDAY, hours: float = 48) -> Window:
    return Window(since, since + timedelta(hours=hours), Pace().before)


def at(text: str) -> datetime:
    """'Tue 09:00' of that week in UTC, 'Sat 12:30' and so on."""
    day, clock = text.split()
    days = "Mon Tue Wed Thu Fri Sat Sun".split().index(day)
    hour, minute = clock.split(":")
    return MONDAY.replace(hour=int(hour), minute=int(minute)) + timedelta(days=days)


def plan(
    w: Window, *, done: int = 1, now: datetime | None = None, last: datetime | None = None, hot: bool = False
) -> Next:
    now = now or w.since
    who = f.member(tz="UTC")
    return next_reminder(w, STEPS, done, free_time(who, now, w.until), now, last=last, hot=hot)


# Working time


def test_a_day_begins_when_the_clock_on_the_wall_says_so_on_both_sides_of_a_change() -> None:
    friday = datetime(2026, 10, 23, 0, tzinfo=UTC)
    spans = list(worked(Hours(), ZoneInfo(BERLIN), friday, friday + timedelta(days=4)))
    assert [(s.hour, e.hour) for s, e in spans] == [(7, 16), (8, 17)], "summer time on Friday, winter time on Monday"


def test_a_night_shift_lasts_as_long_as_the_night_does() -> None:
    night = Hours(22 * 60, 6 * 60, "6")
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)
    ((start, end),) = worked(night, ZoneInfo(BERLIN), saturday, saturday + timedelta(days=2))
    assert end - start == 9 * HOUR, "two o'clock came twice"


def test_days_that_meet_at_midnight_are_one() -> None:
    ((start, end),) = worked(Hours(0, 24 * 60, "1234567"), ZoneInfo(SAO), MONDAY, MONDAY + timedelta(days=3))
    assert (start, end) == (MONDAY, MONDAY + timedelta(days=3))


@pytest.mark.parametrize(
    ("start", "end", "days"), [(540, 540, "1"), (-1, 60, "1"), (0, 1441, "1"), (0, 60, ""), (0, 60, "8")]
)
def test_hours_that_no_day_has_are_refused(start: int, end: int, days: str) -> None:
    with pytest.raises(Invalid, match="working_hours"):
        Hours(start, end, days)


def _shift(start: int, length: int, days: set[str]) -> Hours:
    end = start + length
    return Hours(start, end if end <= 1440 else end - 1440, "".join(sorted(days)))


_hours = st.builds(_shift, st.integers(0, 1439), st.integers(1, 1439), st.sets(st.sampled_from("1234567"), min_size=1))
_moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
_spans = st.tuples(_moments, st.timedeltas(HOUR, timedelta(days=9))).map(lambda t: (t[0], t[0] + t[1]))


def minutes_of(hours: Hours, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock on the wall of that zone shows working time."""
    local = moment.astimezone(zone)
    minute, day = local.hour * 60 + local.minute, local.isoweekday()
    today, yesterday = str(day) in hours.days, str((day - 2) % 7 + 1) in hours.days
    if hours.start < hours.end:
        return today and hours.start <= minute < hours.end
    return (today and minute >= hours.start) or (yesterday and minute < hours.end)


@given(_hours, st.sampled_from(ZONES), _moments, st.timedeltas(HOUR, timedelta(days=5)), st.floats(0, 1))
def test_what_is_worked_is_what_the_clock_on_the_wall_says(
    hours: Hours, zone: str, since: datetime, length: timedelta, part: float
) -> None:
    until = since + length
    spans = list(worked(hours, ZoneInfo(zone), since, until))
    assert all(since <= s < e <= until for s, e in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    probe = since + length * part * 0.999
    inside = any(s <= probe < e for s, e in spans)
    if not near_a_change(probe, ZoneInfo(zone)):
        assert inside == minutes_of(hours, probe, ZoneInfo(zone))


def near_a_change(moment: datetime, zone: ZoneInfo) -> bool:
    """Where a clock is set, the wall shows some minutes twice or never: see the tests above for those."""
    before, after = ((moment + d).astimezone(zone).utcoffset() for d in (-26 * HOUR, 26 * HOUR))
    return before != after


@given(st.lists(_spans, max_size=4), st.lists(_spans, max_size=3), _moments)
def test_what_is_taken_out_is_out_and_nothing_else(spans: list[Span], gone: list[Span], probe: datetime) -> None:
    def holds(every: list[Span]) -> bool:
        return any(s <= probe < e for s, e in every)

    assert holds(list(without(spans, gone))) == (holds(spans) and not holds(gone))


def test_nobody_is_written_to_on_holiday_or_when_they_do_not_want_to_be_disturbed() -> None:
    who = f.member(tz="UTC", away=(at("Tue 00:00"), at("Wed 00:00")), dnd=(at("Mon 12:00"), at("Mon 13:00")))
    assert free_time(who, MONDAY, at("Wed 12:00")) == (
        (at("Mon 09:00"), at("Mon 12:00")), (at("Mon 13:00"), at("Mon 18:00")), (at("Wed 09:00"), at("Wed 12:00")),
    )  # fmt: skip
    assert not free_time(replace(who, status_until=NO_END), MONDAY, at("Fri 18:00"))


def test_a_person_without_a_zone_works_in_the_zone_of_their_market() -> None:
    assert nudges.zone_for(f.member(tz=None)) is zone_of(None, "BR")
    assert nudges.zone_for(f.member(tz="Not/AZone")).key == SAO


# The status in Slack


@pytest.mark.parametrize(
    ("emoji", "text", "away"),
    [
        (":palm_tree:", "", True), ("", "On vacation", True), ("", "OOO", True), ("", "В отпуске до 5 декабря", True),
        ("", "Out of office", True), (":face_with_thermometer:", "Out sick", True), ("", "болею", True),
        (":speech_balloon:", "In a meeting", False), ("", "Back from vacation", False), ("", "", False),
        ("", "Planning the holiday campaign", False), ("", "после отпуска", False),
    ],
)  # fmt: skip
def test_a_status_says_who_is_away(emoji: str, text: str, away: bool) -> None:
    assert (away_until(emoji, text, 0) == NO_END) is away
    assert (away_until(emoji, text, 1_800_000_000) == datetime.fromtimestamp(1_800_000_000, UTC)) is away


# Reminders


def test_a_reminder_at_each_part_of_the_window_moved_into_the_hours() -> None:
    w = window()  # Monday 09:00 to Wednesday 09:00; half is Tuesday 09:00
    assert plan(w) == Next(at("Tue 09:00"), 2), "80 % is at 23:24, and Wednesday 09:00 is the end"
    assert plan(window(hours=50)) == Next(at("Tue 10:00"), 2)
    assert plan(window(hours=50), done=2) == Next(at("Wed 09:00"), 4), "80 and 95 % wait for the same moment"


def test_who_is_off_until_the_end_is_asleep() -> None:
    for hours, asleep in ((48, True), (50, False)):
        w = window(hours=hours)
        assert nudges.is_asleep(w, STEPS, free_time(f.member(tz="UTC"), MONDAY, w.until), MONDAY) is asleep


def test_what_no_hour_is_left_for_comes_at_the_last_good_moment_before() -> None:
    assert plan(window(), done=2, now=at("Tue 09:00")) == Next(at("Tue 17:30"), 4)
    late = plan(window(), done=2, now=at("Tue 17:45"))
    assert late.at == at("Tue 17:45"), "the day ends in a quarter of an hour"
    assert plan(window(), done=2, now=at("Tue 18:00")) == Next(None, 4)


def test_a_window_over_a_weekend_reminds_on_friday() -> None:
    w = window(at("Fri 12:00"), 48)
    assert plan(w) == Next(at("Fri 17:30"), 4)
    assert plan(w, done=0) == Next(at("Fri 12:00"), 1), "it is theirs: said at once"


def test_whose_it_is_waits_for_the_morning_and_is_not_said_beside_a_reminder() -> None:
    assert plan(window(at("Mon 20:00"), 48), done=0) == Next(at("Tue 09:00"), 1)
    assert plan(window(at("Fri 20:00"), 72), done=0).at == at("Mon 09:00") + timedelta(days=7)
    assert plan(window(at("Fri 20:00"), 72), done=0).step == 3, "half and 80 % of it are over by then"


def test_four_hours_apart_but_for_hot_deals_and_the_last_one() -> None:
    w = window(hours=50)
    last = at("Tue 08:00")
    assert plan(w, last=last) == Next(at("Tue 12:00"), 2)
    assert plan(w, last=last, hot=True) == Next(at("Tue 10:00"), 2)
    assert plan(w, done=3, last=at("Wed 08:59")) == Next(at("Wed 09:00"), 4)
    assert plan(w, last=at("Tue 16:00")) == Next(at("Wed 09:00"), 4), "four hours later is the last one"


def test_the_backup_is_asked_when_the_experts_day_is_over() -> None:
    w, far = window(), f.member(f.CAIO, tz=NEW_YORK)
    mine, theirs = free_time(f.member(tz="UTC"), MONDAY, w.until), free_time(far, MONDAY, w.until)
    assert when_backup(w, mine, theirs, MONDAY, last=None, hot=False) == at("Tue 18:00")
    assert when_backup(w, mine, theirs, MONDAY, last=at("Tue 16:00"), hot=False) == at("Tue 20:00")
    assert when_backup(w, mine, mine, MONDAY, last=None, hot=False) == at("Tue 17:30"), "off at the same hour"
    assert when_backup(w, (), theirs, MONDAY, last=None, hot=False) == at("Mon 14:00"), "nobody else is there"
    assert when_backup(w, mine, (), MONDAY, last=None, hot=False) is None


def test_of_a_hot_deal_the_backup_is_asked_at_once_when_the_expert_sleeps() -> None:
    w = window(at("Mon 20:00"), 20)
    mine = free_time(f.member(tz="UTC"), w.since, w.until)
    theirs = free_time(f.member(f.CAIO, tz=NEW_YORK), w.since, w.until)
    assert when_backup(w, mine, theirs, w.since, last=w.since, hot=True) == w.since
    awake = free_time(f.member(tz="UTC"), at("Tue 09:00"), w.until)
    assert when_backup(w, awake, theirs, at("Tue 09:00"), last=None, hot=True) != at("Tue 09:00")


def test_windows_begin_anew_when_a_review_is_held_hot_or_given_more_time() -> None:
    review, times = f.review(), Times()
    assert window_of(review, times).since == f.INTAKE
    later = f.INTAKE + 3 * HOUR
    assert window_of(replace(review, hot_at=later), times).since == later
    assert window_of(replace(review, extended_at=later, hot_at=f.INTAKE + HOUR), times).since == later
    assert window_of(replace(review, state=State.HELD), times).since == f.DEADLINE - times.hold


def test_blind_stays_blind_for_whoever_could_answer() -> None:
    blind = f.review(route=Route.BLIND)
    marketer = f.member(f.MAYA, role=Role.MARKETER)
    assert nudges.hides(blind, f.member())
    assert nudges.hides(blind, f.member(f.ZOE, role=Role.LEAD))
    assert not nudges.hides(blind, marketer)
    assert not nudges.hides(f.review(), f.member())
    assert not nudges.hides(replace(blind, state=State.DECIDED), f.member())


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    since = draw(_moments)
    w = Window(since, since + draw(st.timedeltas(timedelta(minutes=10), timedelta(days=6))), Pace().before)
    who = f.member(
        tz=draw(st.sampled_from(ZONES)), hours=draw(st.none() | _hours), away=draw(st.none() | _spans),
        dnd=draw(st.none() | _spans),
    )  # fmt: skip
    steps = draw(st.sampled_from((STEPS, OWNER_STEPS)))
    return {
        "w": w, "who": who, "steps": steps, "done": draw(st.integers(0, len(steps) - 1)),
        "now": w.at(draw(st.floats(0, 0.99))), "hot": draw(st.booleans()),
        "last": draw(st.none() | st.timedeltas(timedelta(), timedelta(hours=9)).map(lambda d: since - d)),
    }  # fmt: skip


@given(situations())
def test_never_outside_somebodys_time_never_past_the_end_never_too_close(s: dict[str, Any]) -> None:
    w, now, last = s["w"], s["now"], s["last"]
    free = free_time(s["who"], now, w.until)
    found = next_reminder(w, s["steps"], s["done"], free, now, last=last, hot=s["hot"])
    usable = any(max(start, now) <= w.latest for start, _ in free)
    assert (found.at is not None) == usable, "who has a moment is reminded, who has none is not"
    if found.at is None:
        assert nudges.is_asleep(w, s["steps"], free, now)
        return
    assert now <= found.at < w.until
    assert any(start <= found.at < end for start, end in free)
    assert s["done"] < found.step <= len(s["steps"])
    exempt = s["hot"] or found.step == len(s["steps"]) or (found.step == 1 and s["steps"] is STEPS)
    assert exempt or last is None or found.at >= last + Pace().apart


@given(situations())
def test_reminding_at_each_moment_comes_to_an_end_and_says_the_last(s: dict[str, Any]) -> None:
    w, now, done, last, said = s["w"], s["now"], s["done"], s["last"], []
    for _ in range(9):
        free = free_time(s["who"], now, w.until)
        found = next_reminder(w, s["steps"], done, free, now, last=last, hot=s["hot"])
        if found.at is None or done == len(s["steps"]):
            break
        assert found.step > done
        now, done, last = found.at, found.step, found.at
        said.append(now)
    else:
        raise AssertionError("it never ends")
    assert done == len(s["steps"]) or found.at is None
    assert said == sorted(set(said)), "never two at one moment"
