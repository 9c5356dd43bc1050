"""Every reminder once, in a given language: to experts, to owners, and as they change when something is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.cards import nudge
from bot.cards.blocks import Message
from bot.core.case import Case, Told
from bot.core.types import Member, OnDeadline, State
from bot.i18n.catalog import Voice
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
        one, _named(calm, 2, on_deadline=OnDeadline.HOLD), _named(calm, 3, on_deadline=OnDeadline.DECLINE),
    )  # fmt: skip
    passed = _named(open_case, 4, expert=f.CAIO)
    withdrawn = _named(open_case, 5, state=State.WITHDRAWN)
    partly = Told("nd_1", (one,), (done, passed, withdrawn), (_named(calm, 6),))
    full = Told("nd_1", tuple(_named(calm, n) for n in range(1, 8)), tuple(replace(done) for _ in range(12)))
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
        "scarce": nudge.scarce(open_case.campaign, several, voice, hours=4),
    }
