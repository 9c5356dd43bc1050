"""Market norms in every state: what the golden files hold of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import candidate, inbox, investigation, norm, rationale
from bot.cards.blocks import Message
from bot.core.case import Case, Inbox, Investigation, Thread
from bot.core.disagreement import Kind
from bot.core.market_norm import Case as NormCase
from bot.core.market_norm import Key, Norm, Told, View
from bot.core.types import How, Rationale, Reason, Role
from bot.i18n.catalog import Voice
from scoring.market_norms import Scope, State, Tally, Vote, Why, Word
from scoring.types import Eased, FlagCode, Tier
from tests import factories as f

NOW = f.INTAKE + timedelta(hours=2)
_LINK = "https://example.com/archives/C0BRAZIL01/p1"
Made = Message | dict[str, Any]


def a_norm(market: str = "BR", **changes: Any) -> Norm:
    """Up to +24 % in 14 days, from five cases."""
    tally = Tally(5.0, 0.0, NOW, 3, 2, 5, reach=0.24)
    made = Norm(
        "nm_12",
        Key("instagram", market, FlagCode.GROWTH_SPIKE, "above.14"),
        State.ACTIVE,
        tally,
        NOW,
        announced_to=(f.ZOE,),
    )
    return replace(made, **changes)


def view(made: Norm, **changes: Any) -> View:
    return replace(View(made, made.tally, 12, f.ZOE, categories=("beauty", "<b>food")), **changes)


def _told(word: Word, who: str, *, turned: bool = False, days: int = 0) -> Told:
    said = Vote(who, "aurora", word, NOW - timedelta(days=days), 0.22, turned=turned)
    made = NormCase("nv_1", "nm_12", said, "jd_1", "rv_1", 1)
    return Told(made, "Ana <Lima>", "Aurora Summer", "C0BRAZIL01", None if days else _LINK)


def gallery(open_case: Case, channel: Voice, person: Voice) -> dict[str, Made]:
    """Every message and view about norms, by name."""
    market = open_case.review.market
    active = a_norm(market)
    narrowed = replace(active, scope=Scope(Tier.MICRO, "beauty", (11,)))
    low, high = replace(active.tally, reach=0.61), replace(active.tally, reach=9.5)
    wide = replace(active, key=Key("youtube", market, FlagCode.LOW_CREDIBILITY, "below"), tally=low)
    swings = replace(active, key=Key("tiktok", market, FlagCode.GROWTH_SPIKE, "above.z"), tally=high)
    against = Tally(1.0, 3.0, NOW, 1, 1, 1, 3, 3, reach=0.2)
    withdrawn = replace(active, state=State.RETIRED, why=Why.AGAINST, tally=against)
    forming = replace(active, state=State.FORMING, tally=Tally(1.0, 0.0, NOW, 1, 1, 1, reach=0.22))
    faded = replace(active, state=State.RETIRED, why=Why.FADED)
    rejected = replace(active, state=State.REJECTED, why=Why.LEAD, changed_by=f.ZOE)
    by_operator = replace(active, state=State.RETIRED, why=Why.LEAD)
    confirmed = replace(active, tally=Tally(2.0, 1.0, NOW, 1, 1, 1, 1, 0, confirmed=True, reach=0.24))
    cases = (
        _told(Word.NORMAL, f.BIA),
        _told(Word.NORMAL, f.CAIO, turned=True, days=3),
        _told(Word.FRAUD, f.IGOR, days=9),
        Told(NormCase("nv_2", "nm_12", Vote(f.ZOE, "", Word.CONFIRMED, NOW)), "", ""),
    )
    lead = Inbox(f.member(f.ZOE, role=Role.LEAD), (), 0, (), f.ZOE)
    listed = tuple(view(n) for n in (active, narrowed, forming, swings))
    return {
        "norm_announced": norm.announcement(view(active), channel),
        "norm_announced_narrow": norm.announcement(view(narrowed), channel),
        "norm_announced_low": norm.announcement(view(wide, lead=None), channel),
        "norm_announced_confirmed": norm.announcement(view(confirmed), channel),
        "norm_withdrawn": norm.announcement(view(withdrawn), channel),
        "norm_rejected": norm.announcement(view(rejected), channel),
        "norm_changed_withdrawn": norm.changed(view(withdrawn), ["retired"], channel),
        "norm_changed_faded": norm.changed(view(faded), ["retired"], channel),
        "norm_changed_retired": norm.changed(view(by_operator), ["retired"], channel),
        "norm_changed_again": norm.changed(view(active), ["active"], channel),
        "norm_changed_narrowed": norm.changed(view(narrowed), ["narrowed"], channel),
        "norm_changed_reach": norm.changed(view(active), ["reach"], channel),
        "norm_over": norm.over(view(withdrawn), channel),
        "norm_cases": norm.cases_view(view(active, cases=cases), person, hidden=True),
        "norm_cases_none": norm.cases_view(view(active), person, hidden=True),
        "norm_cases_many": norm.cases_view(view(active, cases=cases[:1] * 25), person, hidden=False),
        "norm_ruling": norm.ruling_form(view(narrowed), person),
        "norm_ruling_forming": norm.ruling_form(view(forming, categories=()), person),
        "norm_ruling_rejected": norm.ruling_form(view(rejected), person),
        "home_lead_norms": inbox.home(replace(lead, norms=listed), person, now=NOW),
        "home_lead_many_norms": inbox.home(replace(lead, norms=listed * 4), person, now=NOW),
        **_threads(open_case, active, forming, withdrawn, channel),
        **_cards(open_case, withdrawn, channel, person),
    }


def _threads(open_case: Case, active: Norm, forming: Norm, withdrawn: Norm, voice: Voice) -> dict[str, Made]:
    """The thread of a case: before there is a norm, while there is, and after it has ended."""
    words = Rationale((Reason.MARKET_NORM,), None, "Every November", disputed=(FlagCode.GROWTH_SPIKE,))
    said = f.judgement(how=How.NORM, rationale=words)
    found = f.disagreement(kind=Kind.FLAG, judgement_id=said.id, expert=said.expert)
    thread = Thread(open_case, Investigation(found, said), (f.MAYA,))
    states = {"forming": forming, "active": active, "over": withdrawn}
    return {
        f"thread_norm_{name}": investigation.message(replace(thread, norms=(one,)), voice)
        for name, one in states.items()
    }


def _cards(open_case: Case, withdrawn: Norm, channel: Voice, person: Voice) -> dict[str, Made]:
    """A card that a norm has touched: while it holds, and after it has ended."""
    eased = Eased("nm_12", 0.4, 0.24, 5)
    flags = tuple(
        replace(x, eased=eased) if x.code is FlagCode.GROWTH_SPIKE else x for x in open_case.recommendation.flags
    )
    touched = replace(open_case, recommendation=replace(open_case.recommendation, flags=flags))
    ended = replace(touched, norms={"nm_12": withdrawn})
    return {
        "card_norm_applied": candidate.card(touched, channel, now=NOW),
        "card_norm_ended": candidate.card(ended, channel, now=NOW),
        "details_norm_applied": rationale.details(touched, person, now=NOW),
        "details_norm_ended": rationale.details(ended, person, now=NOW),
    }
