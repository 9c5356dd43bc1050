"""Every surface once, in a given language: what the golden files hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import candidate, hand_over, inbox, investigation, model, notice, ranked, rationale, refusal, unopened
from bot.cards.blocks import Message
from bot.core.assignment import Able, Grounds
from bot.core.case import Case, Digest, Happened, Inbox, Investigation, Line, Opinion, Progress, Ranked, Thread
from bot.core.disagreement import Kind, Standing, Winner
from bot.core.errors import Busy, HandoffError, Invalid, NotAllowed, NotFound, TooLate
from bot.core.learned_model import LearnedModel
from bot.core.learned_model import State as ModelState
from bot.core.outcome import What
from bot.core.returning import Handed
from bot.core.types import Basis, By, Comment, How, Member, OnDeadline, Rationale, Reason, Role, Route, State
from bot.i18n.catalog import Voice, voice_for
from scoring.learned import InUse, corrected
from scoring.model import Model
from scoring.types import FlagCode, Target, Verdict
from tests import factories as f
from tests.cards import (
    fresh_gallery,
    inbox_gallery,
    norm_gallery,
    nudge_gallery,
    precedent_gallery,
    searching,
    setup_gallery,
    whose_gallery,
)

NOW = f.INTAKE + timedelta(hours=2, minutes=12)
LATER = NOW + timedelta(days=3)
Made = Message | dict[str, Any]

_RUSSIAN: dict[str, Any] = {
    "name": "Анна Котова",
    "handle": "kotova",
    "platform": "youtube",
    "url": "https://example.com/kotova",
}
_QUOTE = "Каждый ноябрь розыгрыш. В 2024 и 2025 был такой же скачок, и подписчики остались."


def home_of(language: str) -> str:
    return "RU" if language == "ru" else "BR"


def voices(language: str) -> tuple[Voice, Voice]:
    """The channel's and a person's."""
    market = home_of(language)
    zone = "Europe/Moscow" if language == "ru" else "America/Sao_Paulo"
    return voice_for(language, None, market, False), voice_for(language, zone, market, True)


def _local(case: Case, language: str) -> Case:
    """The same case at home in the language's market."""
    market = home_of(language)
    if language != "ru":
        return case
    flags = tuple(
        replace(x, norm=replace(x.norm, market=market) if x.norm and x.norm.market else x.norm)
        for x in case.recommendation.flags
    )
    words = case.judgement and replace(case.judgement.rationale, narrative=_QUOTE)
    return replace(
        case,
        review=replace(case.review, market=market, expert=f.OLEG, backup=f.IGOR),
        campaign=replace(case.campaign, name="Aurora Лето", markets=(market,), locale="ru"),
        candidate=replace(case.candidate, market=market, country=market, **_RUSSIAN),
        recommendation=replace(case.recommendation, flags=flags),
        judgement=replace(case.judgement, rationale=words) if case.judgement and words else None,
    )


def cases() -> dict[str, Case]:
    """Every state of a card, in Brazil."""
    pending, agreed = f.case(), f.decided(f.proceeds(), agrees=True)
    fell = f.decided(by=By.DEADLINE)
    held = replace(pending.review, state=State.HELD, held_once=True, on_deadline=OnDeadline.HOLD, rule="high_stakes")
    dissent = f.judgement(how=How.DISSENT)
    ruled = f.decision(by=f.ZOE, basis=Basis.LEAD, round=2, at=f.DEADLINE)
    notes = tuple(Comment(f"cm_{n}", "rv_7Q2K", f.CAIO, f"note {n}\nsecond line", NOW) for n in range(3))
    stale = replace(pending.candidate, metrics=f.metrics(measured_on=f.MEASURED - timedelta(days=39)))
    no_norm = tuple(
        replace(c, measured=False, norm=None) if c.code is FlagCode.ENGAGEMENT_OFF_NORM else c for c in f.checks()
    )
    five = tuple(f.flag(code) for code in list(FlagCode)[:5])
    safety = f.flag(FlagCode.BRAND_SAFETY, found=("gambling",), counts=(2,), contribution=0)
    weak = f.declines(match=32, flags=(), checks=f.checks(), risk=0.05, risk_low=0.05, risk_high=0.1)

    def open_with(**changes: Any) -> Case:
        return replace(pending, review=replace(pending.review, **changes))

    return {
        "pending_decline": pending,
        "pending_proceed": f.case(f.proceeds()),
        "pending_hold": open_with(on_deadline=OnDeadline.HOLD, rule="high_stakes"),
        "pending_declines_by_rule": open_with(on_deadline=OnDeadline.DECLINE),
        "pending_lead": open_with(expert=f.ZOE, backup=None, why_me="lead_no_expert"),
        "pending_form_held": open_with(form_held=True),
        "pending_hot": open_with(hot_at=NOW, hot_until=f.DEADLINE),
        "pending_reopened": open_with(state=State.REOPENED, undone=True, round=2),
        "pending_disclosed": replace(
            open_with(disclosure="We shot a film together & stayed friends", disclosed_by=f.BIA),
            passes=((f.CAIO, f.BIA),),
        ),
        "pending_held": replace(pending, review=held),
        "pending_stale": replace(pending, candidate=stale),
        "pending_no_norm": f.case(f.proceeds(checks=no_norm, similar=None)),
        "pending_five_flags": f.case(f.declines(flags=five)),
        "pending_brand_safety": f.case(f.declines(flags=(safety,), similar=None)),
        "pending_weak_match": f.case(weak),
        "agreed": agreed,
        "overridden": f.decided(),
        "overridden_final": replace(f.decided(), comments=notes, review=replace(f.decided().review, undo_until=None)),
        "by_deadline": fell,
        "by_rule": replace(fell, decision=f.decision(by=By.DEADLINE, basis=Basis.DECLINE, verdict=Verdict.DECLINE)),
        "hold_ended": replace(
            fell, decision=f.decision(by=By.DEADLINE, basis=Basis.HOLD_ENDED, verdict=Verdict.DECLINE)
        ),
        "executed": replace(fell, review=replace(fell.review, executed=True)),
        "ai_alone": f.decided(f.proceeds(), by=By.AI),
        "objected": replace(fell, dissents=(dissent,)),
        "reversed": replace(fell, decision=ruled, dissents=(dissent,)),
        "ruled": replace(fell, decision=ruled),
        "normal_but_declined": replace(
            f.decided(),
            decision=f.decision(verdict=Verdict.DECLINE),
            judgement=f.judgement(
                verdict=Verdict.DECLINE,
                how=How.NORM,
                rationale=Rationale((Reason.MARKET_NORM,), None, "Giveaways", disputed=(FlagCode.GROWTH_SPIKE,)),
            ),
        ),
        "withdrawn": open_with(state=State.WITHDRAWN),
    }


def _lines(count: int) -> tuple[Line, ...]:
    return tuple(
        Line(
            review_id=f"rv_{n}",
            version=1,
            candidate=f"Creator {n}",
            handle=f"creator.{n}",
            campaign="aurora",
            market="BR",
            route=Route.FAST_TRACK if n < 2 else Route.AI,
            state=State.DECIDED,
            ai_verdict=Verdict.PROCEED,
            decision=Verdict.PROCEED if n % 3 else Verdict.DECLINE,
            decided_by="ai",
            reviewer=f.BIA,
            deadline_at=f.DEADLINE,
            opened=False,
            objected=n == 4,
        )
        for n in range(count)
    )


def _history() -> tuple[Happened, ...]:
    """A review that went through everybody's hands: more than fits."""
    proceed, later = {"verdict": "proceed"}, {"deadline_at": f.DEADLINE.isoformat()}
    told: tuple[tuple[str, str, dict[str, object], dict[str, object]], ...] = (
        ("import", "queued", {}, {"expert": f.CAIO}),
        ("queue", "opened", {}, {"opened_at": NOW.isoformat()}),
        (f.CAIO, "passed_on", {"expert": f.CAIO}, {"expert": f.BIA}),
        (f.CAIO, "passed_on_note", {}, {"note": "She & I shot a film"}),
        ("policy", "passed_on", {"expert": f.BIA}, {"expert": f.CAIO}),
        (f.BIA, "disclosed", {}, {"disclosure": "We met"}),
        (f.BIA, "form_held", {}, later),
        ("deadline", "held", {}, later),
        (f.BIA, "answered", {}, proceed),
        (f.BIA, "undone", {}, later),
        ("deadline", "expired", {}, {"verdict": "decline"}),
        (f.BIA, "came_late", {}, {"draft": "dr_1", "wanted": "proceed"}),
        (f.BIA, "discarded", {"draft": "dr_1"}, {}),
        (f.MAYA, "objected", {}, {"judgement": "jd_1"}),
        (f.ZOE, "let_stand", {}, {"judgement": "jd_1"}),
        (f.ZOE, "reversed", {}, proceed),
        ("deadline", "settled", {}, {}),
        ("deadline", "lead_reminded", {}, {}),
        (f.ZOE, "resolved", {}, {"winner": "expert", "right": f.BIA}),
        (f.ZOE, "resolution_corrected", {}, {"winner": "both"}),
        (f.MAYA, "outcome", {}, {"outcome": "signed"}),
        (f.MAYA, "executed", {}, {}),
        ("import", "outcome", {}, {"outcome": "fraud"}),
        ("import", "overturned", {}, {"winner": "ai"}),
        ("deadline", "closed_unresolved", {}, {}),
        (f.MAYA, "noted", {}, {}),
    )
    return tuple(Happened(NOW + timedelta(minutes=n), *one) for n, one in enumerate(told))


def _forms(open_case: Case, done: Case, fell: Case, voice: Voice) -> dict[str, Made]:
    both = (FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE)
    draft = f.judgement().rationale
    return {
        "override_proceed": rationale.override_form(open_case, voice),
        "override_decline": rationale.override_form(
            replace(open_case, recommendation=f.proceeds(open_case.review.market)), voice
        ),
        "norm_opened": rationale.norm_form(open_case, voice, ticked=(), recomputed=None),
        "norm_flips": rationale.norm_form(open_case, voice, ticked=both, recomputed=f.proceeds(risk=0.31)),
        "norm_stays": rationale.norm_form(open_case, voice, ticked=both[1:], recomputed=f.declines(risk=0.43)),
        "dissent": rationale.dissent_form(fell, voice),
        "dissent_late": rationale.dissent_form(fell, voice, draft=draft, late=True, draft_id="dr_3"),
        "note": rationale.note_form(fell, voice),
        "note_why_agreed": rationale.note_form(f.decided(agrees=True), voice, f.BIA),
        "outcome": rationale.outcome_form(done, voice),
        "outcome_known": rationale.outcome_form(replace(done, outcomes=(What.SIGNED, What.ON_PLAN)), voice),
        "outcome_all_known": rationale.outcome_form(replace(fell, outcomes=(What.FRAUD,)), voice),
        "outcome_declined": rationale.outcome_form(fell, voice),
        **_hands(open_case, voice),
        "know": rationale.know_form(open_case, voice),
        "saved": rationale.saved(voice, "saved.title", voice.t("decided.plain")),
        "details": rationale.details(open_case, voice, now=NOW, reader=open_case.review.expert),
        "details_passed_on": rationale.details(_handed(open_case), voice, now=NOW, reader=open_case.review.expert),
        "details_decided": rationale.details(fell, voice, now=NOW),
        "details_learned": rationale.details(_learnt(open_case), voice, now=NOW),
        "details_history": rationale.details(done, voice, now=NOW, happened=_history()),
        "details_history_begins": rationale.details(done, voice, now=NOW, happened=_history()[:9]),
        "opened": candidate.opened(open_case, voice, now=NOW, may_answer=True),
        "opened_reader": candidate.opened(open_case, voice, now=NOW, may_answer=False),
    }


def _trial(tested: dict[str, Any] | None = None) -> LearnedModel:
    card = {"held_out": tested} if tested else {}
    return LearnedModel("md_1", "fraud-3", Target.FRAUD, ModelState.SHADOW, "{}", "0" * 64, 80, card, NOW, f.ZOE, NOW)


def _handed(case: Case) -> Case:
    """Passed on by Caio, with a note; one colleague has said what they think."""
    review = replace(case.review, why_me="passed_on")
    grounds = {review.expert or "": Grounds(2, 3, 9.4, 1, 5), review.backup or "": Grounds(0, 3, 0.2)}
    asked = Opinion("op_1", review.id, review.expert or "", f.ZOE, "Is this growth real?", NOW)
    said = Opinion("op_2", review.id, review.expert or "", f.CAIO, "", NOW, "Giveaway & all: they stayed", NOW)
    return replace(
        case, review=review, passes=((f.CAIO, f.BIA),), pass_note="She & I shot a film; please take it",
        grounds=grounds, handed=Handed(f.CAIO, NOW + timedelta(hours=20)), opinions=(asked, said),
    )  # fmt: skip


def _hands(case: Case, voice: Voice) -> dict[str, Made]:
    """Passing on, giving back, asking a colleague."""
    handed, reader = _handed(case), f.member(f.ZOE, role=Role.LEAD)
    asked, said = handed.opinions
    blind = replace(case, review=replace(case.review, route=Route.BLIND))
    market = case.review.market
    members = [f.member(f.CAIO, None, market), f.member(f.IGOR, None, market), reader]
    able = [Able(m, Grounds(n, 2, 8.0 / (n + 1), 2 - n, n), there=n < 2) for n, m in enumerate(members)]
    many = [Able(f.member(f"U{n:09}", f"Expert {n}", market), Grounds(n, 8, 4.0)) for n in range(8)]
    back = {"silent": f.CAIO, "reader": case.review.expert or ""}
    conflict = replace(handed, handed=Handed(None, NOW + timedelta(hours=20)))
    return {
        "pass": hand_over.pass_form(case, voice, able),
        "pass_many": hand_over.pass_form(case, voice, many),
        "pass_nobody": hand_over.pass_form(case, voice, []),
        "pass_leads": hand_over.pass_form(case, voice, [replace(able[0], member=reader)]),
        "pass_done": hand_over.passed(handed, voice),
        "pass_done_conflict": hand_over.passed(conflict, voice),
        "passed_on": hand_over.passed_on(handed, voice, by=f.CAIO),
        "returned": hand_over.back(replace(case, passes=((case.review.expert or "", f.CAIO),)), voice, **back),
        "returned_backup": hand_over.back(case, voice, **back),
        "returned_silent": hand_over.gone(case, voice),
        "ask": hand_over.ask_form(case, voice, members),
        "ask_nobody": hand_over.ask_form(case, voice, []),
        "asked": hand_over.asked(case, asked, voice, reader=reader, today=NOW.date()),
        "asked_blind": hand_over.asked(blind, asked, voice, reader=reader, today=NOW.date()),
        "asked_said": hand_over.asked(case, said, voice, reader=reader, today=NOW.date()),
        "opinion_form": hand_over.opinion_form(case, asked, voice),
        "opinion": hand_over.opinion(case, said, voice),
        "owner_left": hand_over.owner_left([case.campaign], f.MAYA, voice),
        "owner_left_two": hand_over.owner_left([case.campaign, case.campaign], f.MAYA, voice),
    }


def _models(voice: Voice) -> dict[str, Made]:
    """A learned model in each state, with what is known of it and with nothing."""
    curve = ((0.08, 0.05, 5), (0.2, 0.25, 5), (0.42, 0.4, 5), (0.61, 0.7, 5), (0.88, 0.8, 4))
    said = {"auc": 0.8714, "pr_auc": 0.79, "brier": 0.0915, "calibration_error": 0.041, "curve": curve}
    plain = said | {"auc": None, "pr_auc": None, "brier": 0.128, "calibration_error": 0.1}
    tested = {
        "all": 24, "since": "2026-11-02", "figures": {"scorecard": plain, "active": plain, "new": said},
        "changed_count": 5, "markets": {"BR": {"cases": 20, "changed": 4}, "RU": {"cases": 4, "changed": 1}},
    }  # fmt: skip
    one = _trial(tested)
    made: dict[str, Made] = {
        f"model_{state.value}": model.message(replace(one, state=state), voice) for state in ModelState
    }
    made |= {
        "model_relearn": model.relearn({Target.FRAUD: 34, Target.MATCH: 21}, voice),
        "model_relearn_one": model.relearn({Target.MATCH: 41}, voice),
    }
    return made | {"model_untested": model.message(replace(one, target=Target.MATCH, card={}), voice)}


def _learnt(case: Case) -> Case:
    """The same, recommended by two learned models."""
    found = ("off.growth_spike", "growth", "off.low_credibility", "off.engagement_off_norm", "credibility")
    fraud = Model(Target.FRAUD, "fraud-3", found, (0.2, 0.05, 0.3, 0.25, 0.8), (-0.9, 0.4, 1.2, -0.3, -4.0), 0.9, -0.1)
    match = Model(Target.MATCH, "match-2", ("match.category",), (0.5,), (0.8,))
    return replace(case, recommendation=corrected(case.recommendation, InUse(fraud, match)))


def _notices(open_case: Case, done: Case, fell: Case, voice: Voice) -> dict[str, Made]:
    found = Digest("im_1", open_case.campaign, _lines(45), True, 5, NOW + timedelta(hours=12))
    objection = f.judgement(how=How.DISSENT)
    held = replace(open_case, review=replace(open_case.review, state=State.HELD, held_once=True))
    turned = replace(
        fell, decision=f.decision(by=f.ZOE, basis=Basis.LEAD, round=2, at=f.DEADLINE), dissents=(objection,)
    )
    return {
        "opened_together": notice.opened_together([open_case, open_case], voice),
        "result_undoable": notice.result(done, voice, now=NOW),
        "result_final": notice.result(done, voice, now=LATER),
        "result_deadline": notice.result(fell, voice, now=LATER),
        "undone": notice.undone(open_case, voice),
        "taken_back": notice.taken_back(open_case, voice),
        "moved": notice.moved(open_case, voice),
        "digest": notice.digest(found, voice),
        "digest_first_page": notice.digest_page(found, voice, 0),
        "digest_last_page": notice.digest_page(found, voice, 999),
        "half_window": unopened.half_window(open_case.campaign, _lines(12), voice, ref="nd_1", ended=0),
        "half_window_partly": unopened.half_window(open_case.campaign, _lines(1), voice, ref="nd_1", ended=11),
        "half_window_done": unopened.half_window(open_case.campaign, (), voice, ref="nd_1", ended=12),
        "left_to_ai": notice.fell(open_case.campaign, _lines(3), voice, left=True),
        "withdrawn_dm": notice.withdrawn(open_case, voice, by=f.ZOE),
        "fell": notice.fell(open_case.campaign, _lines(45), voice),
        "stood": notice.stood(fell, objection, voice),
        "held_dm": notice.held(replace(open_case, review=replace(open_case.review, state=State.HELD)), voice, now=NOW),
        "held_together": notice.held_together(open_case.campaign, [held] * 3, voice),
        "dissent_lead": notice.dissent(fell, objection, voice, reader_is_lead=True),
        "dissent_owner": notice.dissent(fell, objection, voice, reader_is_lead=False),
        "reversed_dm": notice.reversed(turned, voice),
    }


def _threads(done: Case, voice: Voice) -> dict[str, Made]:
    """An investigation as it goes: open, between two people, resolved, turned round, closed, taken back."""
    found = f.disagreement(
        review_id="rv_7Q2K", judgement_id="jd_1", expert=done.judgement.expert if done.judgement else f.BIA
    )
    said = done.judgement or f.judgement()
    other = f.judgement(
        id="jd_2", expert=f.CAIO, verdict=Verdict.DECLINE, rationale=Rationale((Reason.PRICE,), None, "Too dear")
    )
    lesson = "November giveaways lift followers in Brazil: check the dates & shops first"

    def thread(asked: tuple[str, ...] = (f.MAYA, f.CAIO), *, outcomes: tuple[What, ...] = (), **changes: Any) -> Thread:
        kind = changes.get("kind", Kind.VERDICT)
        one = Investigation(
            replace(found, **changes), said, other if kind is Kind.EXPERTS else None,
            "https://acme.slack.com/archives/C1/p1795380000000200?thread_ts=1795380000.000100&cid=C1",
        )  # fmt: skip
        return Thread(replace(done, outcomes=outcomes, investigations=(one,)), one, asked)

    ended = {"standing": Standing.RESOLVED, "resolved_by": f.ZOE, "resolved_at": LATER, "lesson": lesson}
    turned = ended | {"winner": Winner.AI, "resolved_by": None}
    signed = (What.SIGNED, What.FRAUD)
    every = {
        "open": thread(),
        "nobody_asked": thread(()),
        "flag": thread(kind=Kind.FLAG, verdict=Verdict.DECLINE),
        "experts": thread((f.MAYA,), kind=Kind.EXPERTS),
        "open_outcome": thread(outcomes=signed),
        "expert_right": thread(**ended, winner=Winner.EXPERT),
        "ai_right": thread(**ended, winner=Winner.AI),
        "both_right": thread(**ended, winner=Winner.BOTH),
        "unclear": thread(**ended, winner=Winner.UNCLEAR),
        "ruled": thread(**(ended | {"lesson": ""}), kind=Kind.EXPERTS, winner=Winner.OTHER),
        "overturned": thread(**turned, outcomes=signed),
        "shown": thread(**(turned | {"lesson": ""}), outcomes=signed),
        "closed": thread(standing=Standing.CLOSED),
        "void": thread(standing=Standing.VOID),
    }
    made: dict[str, Made] = {f"thread_{name}": investigation.message(one, voice) for name, one in every.items()}
    on_card = ("open", "expert_right", "ruled", "overturned", "closed")
    made |= {f"card_thread_{name}": candidate.card(every[name].case, voice, now=NOW) for name in on_card}
    made |= {f"reminder_{name}": investigation.reminder(every[name], voice) for name in ("open", "experts")}
    return made | {
        f"resolve_{name}": investigation.resolve_form(every[name], voice) for name in ("open", "experts", "ai_right")
    }


def _lists(open_case: Case, voice: Voice) -> dict[str, Made]:
    going = Progress(open_case.campaign, 20, 9, 5, 6, f.DEADLINE, 0, 3)
    many = tuple(replace(open_case, review=replace(open_case.review, id=f"rv_{n}")) for n in range(23))
    people = {
        "expert": Inbox(f.member(), many, 3, (), f.ZOE),
        "expert_free": Inbox(f.member(), (), 0, (), f.ZOE),
        "marketer": Inbox(f.member(f.MAYA, role=Role.MARKETER), (), 0, (going, replace(going, waiting=0)), f.ZOE),
        "lead": Inbox(f.member(f.ZOE, role=Role.LEAD), (), 0, (going,), f.ZOE),
        "newcomer": Inbox(Member(f.IGOR, "Igor"), (), 0, (), f.ZOE),
    }
    made: dict[str, Made] = {f"home_{name}": inbox.home(found, voice, now=NOW) for name, found in people.items()}
    listed = tuple(
        replace(open_case, review=replace(open_case.review, id=f"rv_{n}", route=route))
        for n, route in enumerate((Route.EXPERT, Route.AI, Route.BLIND))
    )
    made |= _models(voice)
    made["ranked"] = ranked.view(Ranked(open_case.campaign, listed, 45, blind=True), voice)
    made["ranked_none"] = ranked.view(Ranked(open_case.campaign, (), 0, blind=True), voice)
    made["inbox"] = inbox.inbox(people["expert"], voice, now=NOW)
    made["inbox_empty"] = inbox.inbox(people["expert_free"], voice, now=NOW)
    return made | {"help": inbox.help(voice, f.ZOE), "help_unknown": inbox.help(voice, f.ZOE, unknown="serch <b>")}


def errors() -> dict[str, HandoffError]:
    """One of each reason that the core or the edges give."""
    allowed = (
        "no_role",
        "guest",
        "outsider",
        "own_referral",
        "not_yours_to_undo",
        "marketer_asks",
        "not_lead",
        "own_case",
        "own_normal",
        "leads_only",
        "opens_no_campaign",
        "lead_taken",
        "lead_gone",
    )
    late = (
        "decided",
        "withdrawn",
        "undo_over",
        "already_yours",
        "already_stands",
        "turned",
        "executed",
        "already_undone",
        "deadline_due",
        "opened",
        "investigation_void",
        "norm_active_already",
        "norm_not_active",
        "pinged_already",
        "held_already",
        "extended_already",
        "hot_ends",
        "asked_already",
        "not_asked",
        "no_monday",
        "moved_already",
        "nothing_waits",
    )
    wrong = (
        "winner_needed",
        "lesson_needed",
        "reason_needed",
        "text_needed",
        "confidence_needed",
        "verdict_needed",
        "flags_needed",
        "person_needed",
        "norm_no_case",
        "norm_outvoted",
        "norm_too_narrow",
        "norm_choice",
        "expiry_soon",
        "expiry_needed",
        "ask_needed",
    )
    made: dict[str, HandoffError] = {f"not_allowed_{r}": NotAllowed(r) for r in allowed}
    made |= {f"too_late_{r}": TooLate(r) for r in late}
    made |= {f"invalid_{r}": Invalid(r) for r in wrong}
    made |= {f"not_found_{r}": NotFound(r) for r in ("review", "form", "norm")}
    made["not_found_campaign"] = NotFound("campaign", campaign="<aurora>")
    made["not_found_member"] = NotFound("member", member="U1")
    made["not_allowed_not_your_market"] = NotAllowed("not_your_market", markets=("KR", "US"))
    made |= {f"too_late_{r}": TooLate(r, until=NOW + timedelta(hours=1)) for r in ("pinged_already", "hot_ends")}
    made["too_late_kept"] = TooLate("decided", typed=True, kept="comment")
    made["too_late_turned_kept"] = TooLate("turned", typed=True, kept="comment")
    made["too_late_resolved"] = TooLate("resolved", by=f.MAYA, at=NOW - timedelta(minutes=3), winner="ai", lead=f.ZOE)
    made["too_late_resolved_by_outcome"] = TooLate("resolved", at=NOW - timedelta(days=3), winner="expert", right=f.BIA)
    made["too_late_outcome_known"] = TooLate("outcome_known", by=f.MAYA, at=NOW - timedelta(days=1), outcome="fraud")
    made["unexpected"] = HandoffError("unexpected")
    made["busy_view"] = Busy("view")
    made["too_late_typed"] = TooLate("decided", typed=True, draft_id="dr_3")
    made["unknown"] = Invalid("never_heard_of", value="<x>")
    made["busy"] = Busy()
    return made


def gallery(language: str) -> dict[str, Made]:
    """Every message and view, by name."""
    channel, person = voices(language)
    local = {name: _local(case, language) for name, case in cases().items()}
    made: dict[str, Made] = {f"card_{n}": candidate.card(c, channel, now=NOW) for n, c in local.items()}
    open_case, done, fell = local["pending_decline"], local["overridden"], local["by_deadline"]
    made |= _forms(open_case, done, fell, person)
    made |= inbox_gallery.walks(local, person)
    made |= inbox_gallery.settings(person)
    made |= inbox_gallery.homes(local, _trial(), person)
    made |= _notices(open_case, done, fell, person)
    made |= _threads(done, channel)
    made |= _lists(open_case, person)
    made |= fresh_gallery.gallery(open_case, channel, person)
    made |= whose_gallery.gallery(open_case, done, channel, person)
    made |= norm_gallery.gallery(open_case, channel, person)
    made |= nudge_gallery.gallery(open_case, done, person, NOW)
    made |= precedent_gallery.gallery(open_case, language, channel, person, NOW)
    made |= searching.surfaces(language, person)
    made |= setup_gallery.gallery(open_case.campaign, person)
    for name, error in errors().items():
        about = fell if name.startswith("too_late_dec") else done if isinstance(error, TooLate) else open_case
        made[f"refusal_{name}"] = refusal.refusal(error, person, about, now=NOW)
    return made


LANGUAGES = ("en", "ru")
Gallery = Callable[[str], dict[str, Made]]
