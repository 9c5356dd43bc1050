"""Every reminder once, in a given language: to experts, to owners, and as they change when something is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.cards import details, hurry, morning, nudge, unopened
from bot.cards.blocks import Message
from bot.core.case import Case, Told
from bot.core.hurry import GIVEN, LEFT, Asked, Ping, Request
from bot.core.morning import Ended, Morning, News, Waiting
from bot.core.types import Member, OnDeadline, Role, State
from bot.desk.unopened import Unopened
from bot.i18n.catalog import Voice
from scoring.types import Verdict
from tests import factories as f


def _named(case: Case, number: int, **changes: Any) -> Case:
    """The same case as another review, due an hour later each."""
    later = case.review.deadline_at + timedelta(hours=number)
    review = replace(case.review, **{"id": f"rv_{number}", "deadline_at": later, **changes})
    return replace(case, review=review)


def gallery(open_case: Case, done: Case, voice: Voice, now: datetime) -> dict[str, Message | dict[str, Any]]:
    expert = f.member(open_case.review.expert or f.BIA, None, open_case.review.market)
    calm = replace(open_case, recommendation=f.proceeds(open_case.review.market))
    one = _named(open_case, 1)
    several = (
        one,
        _named(calm, 2, on_deadline=OnDeadline.HOLD, hot_at=now, hot_until=open_case.review.deadline_at),
        _named(calm, 3, on_deadline=OnDeadline.DECLINE),
    )  # fmt: skip
    passed = _named(open_case, 4, expert=f.CAIO)
    withdrawn = _named(open_case, 5, state=State.WITHDRAWN)
    partly = Told("nd_1", (one,), (done, passed, withdrawn), (_named(calm, 6),))
    full = Told("nd_1", tuple(_named(calm, n) for n in range(1, 8)), tuple(replace(done) for _ in range(12)))
    noon = now + timedelta(days=4)
    moved = _named(open_case, 1, moved_at=now)
    asked = Told("nd_1", several, instead={"rv_2": f.CAIO})

    def reminder(told: Told, reader: Member | None = expert) -> Message:
        return nudge.reminder(told, voice, reader, apart=4)

    def owner(told: Told) -> Message:
        return nudge.to_owner(told, voice, f.member(f.MAYA), said={"rv_1": 2, "rv_2": 1})

    return {
        "nudge": reminder(asked),
        "nudge_partly": reminder(partly),
        "nudge_full": reminder(full),
        "nudge_over": reminder(Told("nd_1", (), (done, withdrawn))),
        "nudge_newer": reminder(Told("nd_1", (), (done,), several)),
        "nudge_owner": owner(asked),
        "nudge_owner_partly": owner(partly),
        "nudge_owner_over": owner(Told("nd_1", (), (done,))),
        "scarce": nudge.scarce(asked, voice, hours=4, mondays={"rv_1": noon, "rv_2": noon}),
        "scarce_moved": nudge.scarce(Told("nd_1", (moved,), (done,)), voice, hours=4, mondays={}),
        **_owners(one, done, voice, now),
    }


def _owners(one: Case, done: Case, voice: Voice, now: datetime) -> dict[str, Message | dict[str, Any]]:
    """What an owner can do about time, and what the lead is asked."""
    lead = f.member(f.ZOE, role=Role.LEAD)
    soon = now + timedelta(hours=5)
    every = {
        "time": Request(f.MAYA, Asked.TIME, "Her agent calls at four & wants a yes"),
        "ruling": Request(f.MAYA, Asked.RULING),
        "given": Request(f.MAYA, Asked.TIME, "", GIVEN, f.ZOE),
        "left": Request(f.MAYA, Asked.TIME, "", LEFT, f.ZOE),
    }
    made: dict[str, Message | dict[str, Any]] = {
        f"asked_{name}": hurry.asked(one, voice, lead, request) for name, request in every.items()
    }
    pings = {
        "done": (Ping(f.BIA), None), "again": (Ping(None), soon), "backup": (Ping(f.CAIO, f.BIA, soon), None),
        "backup_for_good": (Ping(f.CAIO, f.BIA), None), "nobody": (Ping(None, None, soon), None),
        "nobody_for_good": (Ping(None), None),
    }  # fmt: skip
    able = (f.member(f.CAIO), f.member(f.ZOE, role=Role.LEAD))
    six = Unopened(one.campaign, 6, 3, 1, able, {f.CAIO: 4})
    named = tuple(Ended(f"rv_{n}", f"Creator {n}", Verdict.PROCEED) for n in range(7))
    declined = (Ended("rv_8", "Vera Lis & Co", Verdict.DECLINE),)
    waits = (Waiting("rv_9", "Ana Lima", one.review.deadline_at), Waiting("rv_10", "Bruno", one.review.deadline_at))
    full = News(one.campaign, (*named, *declined), (*named, *declined), waits, named[:1])
    quiet = News(replace(one.campaign, name="Luma Home", key="luma"), waiting=waits[:1])
    lines = [hurry.ping_said(one.candidate.name, f.BIA, *ping, voice) for ping in pings.values()]
    both = (Asked.TIME, Asked.RULING)
    return made | {
        "half_hand": unopened.hand_form(six, "nd_1", voice),
        "half_hand_nobody": unopened.hand_form(replace(six, able=()), "nd_1", voice),
        "half_leave": unopened.leave_form(six, "nd_1", voice),
        "half_leave_none": unopened.leave_form(replace(six, kept=6, proceed=0), "nd_1", voice),
        "morning": morning.morning(Morning(now - timedelta(days=3), (full, quiet)), voice),
        "asked_over": hurry.asked(done, voice, lead, every["time"]),
        "hot_form": hurry.hot_form(one, voice, now),
        "ask_form": hurry.ask_form(one, voice, both, leads=False),
        "ask_form_lead": hurry.ask_form(one, voice, (Asked.TIME,), leads=True),
        "ask_form_nothing": hurry.ask_form(one, voice, (), leads=False),
        "withdraw_form": hurry.withdraw_form(one, voice),
        "pinged": hurry.pinged(lines, voice),
        "time_given": hurry.time_given(one, voice, by=f.ZOE),
        "left_as_is": hurry.left_as_is(one, voice, by=f.ZOE),
        "nobody_there": hurry.nobody_there(one, voice, expert=f.BIA, back_at=now + timedelta(hours=9)),
        "nobody_there_for_good": hurry.nobody_there(one, voice, expert=f.BIA, back_at=None),
        "details_runs": details.details(one, voice, now=now, reader=f.MAYA, runs=True),
    }
