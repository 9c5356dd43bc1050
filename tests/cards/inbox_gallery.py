"""Answering one by one in every place that somebody can get to, one's own settings, and full Home tabs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import inbox, one_by_one, own_settings
from bot.core.case import Ask, Case, Inbox, Investigation, Month, Progress, Stop
from bot.core.learned_model import LearnedModel
from bot.core.one_by_one import Walk
from bot.core.types import How, Role, Route, State
from bot.core.working_time import Hours
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


def settings(voice: Voice) -> dict[str, Any]:
    """One's own settings: as usual, all set, away, away by a status; and what is said of an absence."""
    plain = f.member(f.BIA, tz="America/Sao_Paulo")
    own = replace(
        plain, language="ru", hours=Hours(600, 1440, "1245"), backup=f.CAIO, away=(NOW, NOW + timedelta(days=5))
    )
    soon = replace(plain, away=(NOW + timedelta(days=1), NOW + timedelta(days=5)))
    ill = replace(plain, status_until=NOW + timedelta(days=1))
    others = (f.member(f.CAIO), f.member(f.ZOE, role=Role.LEAD))
    return {
        "settings": own_settings.form(plain, others, voice, now=NOW),
        "settings_own": own_settings.form(own, others, voice, now=NOW),
        "settings_status": own_settings.form(ill, (), voice, now=NOW),
        "away_told": own_settings.told(own, voice, now=NOW),
        "away_told_soon": own_settings.told(soon, voice, now=NOW),
        "away_told_back": own_settings.told(plain, voice, now=NOW),
        "away_told_status": own_settings.told(ill, voice, now=NOW),
        "away_which_day": own_settings.which_day(voice),
    }


def homes(local: dict[str, Case], trial: LearnedModel, voice: Voice) -> dict[str, Any]:
    """Home tabs with everything that can stand in them."""
    open_case, fell = local["pending_decline"], local["by_deadline"]
    objection = f.judgement(how=How.DISSENT, expert=f.CAIO)
    disputed = f.disagreement(review_id=fell.review.id, judgement_id=objection.id, expert=f.CAIO, reminded=True)
    one = Investigation(disputed, objection)
    asks = (Ask(fell, one, objection=True), Ask(fell, one, objection=False))
    going = Progress(open_case.campaign, 20, 9, 5, 6, f.DEADLINE, 0, 3, falling=3)
    blind = replace(open_case, review=replace(open_case.review, id="rv_b", route=Route.BLIND))
    clean = replace(local["pending_proceed"], review=replace(local["pending_proceed"].review, id="rv_c"))
    away = f.member(f.BIA, None, open_case.review.market, backup=f.CAIO, away=(NOW, NOW + timedelta(days=5)))
    lead = f.member(f.ZOE, role=Role.LEAD)
    news = (local["overridden"], fell)
    many = tuple(replace(asks[0], objection=n % 2 == 0) for n in range(14))
    month = Month(31, timedelta(hours=2, minutes=5), 4, 3, 1)
    found = {
        "expert_hidden": Inbox(away, (open_case, clean, blind), 0, (), f.ZOE),
        "expert_month": Inbox(f.member(f.BIA), (open_case,), 0, (), f.ZOE, month=month),
        "expert_month_agreed": Inbox(f.member(f.BIA), (), 0, (), f.ZOE, month=replace(month, answers=1, against=0)),
        "marketer_news": Inbox(f.member(f.MAYA, role=Role.MARKETER), (), 0, (going, going), f.ZOE, news=news),
        "lead_to_rule": Inbox(lead, (), 0, (), f.ZOE, asks=asks, models=(trial,)),
        "lead_much_to_rule": Inbox(lead, (open_case,) * 30, 4, (going,) * 30, f.ZOE, asks=many, models=(trial,) * 9),
    }
    return {f"home_{name}": inbox.home(what, voice, now=NOW) for name, what in found.items()}
