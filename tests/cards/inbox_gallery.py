"""Answering one by one, in every place that somebody can get to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import one_by_one
from bot.core.case import Case, Stop
from bot.core.one_by_one import Walk
from bot.core.types import Role, Route, State
from bot.i18n.catalog import Voice
from tests import factories as f

NOW = f.INTAKE + timedelta(hours=2, minutes=12)


def walks(local: dict[str, Case], voice: Voice) -> dict[str, Any]:
    """The modal on a first review, in the middle, on one that hides the AI's call, and at the end."""
    case, done, by_other = local["pending_decline"], local["overridden"], local["agreed"]
    expert = done.decision.person if done.decision else None
    me = f.member(expert or f.BIA, None, case.review.market)
    other = replace(by_other, decision=replace(by_other.decision, by=f.CAIO)) if by_other.decision else by_other
    blind = replace(case, review=replace(case.review, route=Route.BLIND))
    gone = replace(case, review=replace(case.review, state=State.WITHDRAWN))
    elsewhere = replace(case, review=replace(case.review, expert=f.CAIO))
    walk = Walk(("rv_1", "rv_2", "rv_3", "rv_4", "rv_5"))
    middle = replace(walk, at=2, last="rv_2", moment="16.5")
    lead = f.member(f.ZOE, role=Role.LEAD)
    stops = {
        "first": (Stop(me, walk, case, 5, 0), ""),
        "middle": (Stop(me, middle, local["pending_proceed"], 3, 1, (other,), done), ""),
        "refused": (Stop(me, middle, case, 3, 0, (), done), "Already decided. Your tap changed nothing."),
        "gone": (Stop(me, middle, case, 3, 0, (gone, elsewhere)), ""),
        "blind": (Stop(me, middle, blind, 3, 0), ""),
        "held": (Stop(lead, middle, local["pending_held"], 3, 0), ""),
        "only_one": (Stop(me, Walk(("rv_1",)), case, 1, 0), ""),
        "end": (Stop(me, replace(middle, at=5), None, 0, 0, (), done, (done, local["agreed"])), ""),
        "end_left": (Stop(me, replace(middle, at=5), None, 2, 1, (other,), done, (done,)), ""),
        "end_none": (Stop(me, Walk(()), None, 0, 0), ""),
    }
    return {
        f"walk_{name}": one_by_one.view(stop, voice, now=NOW, may_answer=True, said=said)
        for name, (stop, said) in stops.items()
    }
