"""Everything about one review, for whoever wants it: why a person, why this one, why this call, every check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.cards import (
    became,
    blocks,
    evidence,
    fresh,
    hand_over,
    history,
    hurry,
    ids,
    learned,
    pending,
    precedents,
    theirs,
    words,
)  # fmt: skip
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case, Happened
from bot.core.types import UserId
from bot.i18n.catalog import Voice
from scoring import scorecard
from scoring.recommend import own
from scoring.types import Check, FlagCode, MatchPart

_SECTION = 1200
"""Characters of one block: longer ones are split, for phones."""
_RAISES = 3
_NOTE = 300


def details(
    case: Case,
    voice: Voice,
    *,
    now: datetime,
    reader: UserId | None = None,
    happened: Sequence[Happened] = (),
    runs: bool = False,
) -> Block:
    """The view "Details". To the named expert (`reader`) it says "why you", to others why that person.

    Whoever `runs` its campaign can hurry it from here, and afterwards say what became of it.
    """
    pen = Pen(case, voice)
    today = case.today or now.date()
    name = blocks.said(case.candidate.name, words.NAME)
    c = case.candidate
    head = words.SEPARATOR.join((voice.platform(c.platform), voice.market(c.market), evidence.followers(c, voice)))
    parts = [
        blocks.section(f"*{name}{words.SEPARATOR}{evidence.handle(case)}*", head, evidence.deal_line(pen)),
        blocks.section(
            pen.t("details.why_expert", why=pending.rule_said(pen)),
            _why_person(pen, reader),
            *_in_numbers(pen),
            *_pass_note(pen),
        ),
        blocks.section(*_why_call(pen)),
        *_split(_checks(pen, today)),
    ]
    own = [said for said in (theirs.line(pen), theirs.compared(pen)) if said]
    if own:
        parts.insert(3, blocks.section(*own))
    if runs and case.review.state.awaits:
        parts.insert(1, hurry.owner_row(case, voice, inside=True))
    elif runs:
        parts[1:1] = became.lines(case, voice, now)
    parts += fresh.looked_up(pen)
    if case.judgement is not None:
        parts += _split(_said(pen))
    parts += _split(hand_over.opinions(case, pen))
    parts += _split(history.lines(happened, pen))
    parts.append(blocks.context(_sources(pen)))
    parts += fresh.button(pen)
    parts += precedents.button(pen)
    return blocks.modal(
        ids.DETAILS_VIEW, voice.t("details.title"), parts, close=voice.t("form.close"), meta=ids.value(case.review)
    )


def _split(lines: Iterable[str]) -> list[Block]:
    """Sections of about _SECTION characters, never breaking a line."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if groups[-1] and sum(map(len, groups[-1])) + len(line) > _SECTION:
            groups.append([])
        groups[-1].append(line)
    return [blocks.section(*group) for group in groups if group]


def _why_person(pen: Pen, reader: UserId | None) -> str:
    """'*Why you?* …' or '*Why @bia?* …', from the code that assignment left."""
    review, voice = pen.case.review, pen.voice
    if not review.expert:
        return ""
    mine = reader is not None and reader == review.expert
    kind = "you" if mine else "who"
    key = f"why_{kind}.{review.why_me}"
    params = {
        "market_of": pen.market_of,
        "by_market": voice.market_by(review.market),
        "code": blocks.said(review.why_me, 40),
    }
    why = voice.t(key if voice.has(key) else "why_me.other", **params)
    return (
        voice.t("details.why_you", why=why) if mine else voice.t("details.why_who", who=pen.who(review.expert), why=why)
    )


def _in_numbers(pen: Pen) -> list[str]:
    """What spoke for its expert and its backup when their names were put there, and when it goes back."""
    case, voice, lines = pen.case, pen.voice, []
    expert, backup = (case.grounds.get(person or "") for person in (case.review.expert, case.review.backup))
    if expert is not None:
        of = voice.n(
            "grounds.of", expert.experts, by_market=voice.market_by(case.review.market), market_of=pen.market_of
        )
        lines.append(voice.t("details.numbers_then", what=hand_over.numbers(expert, voice), of=of))
    if case.review.backup:
        who, what = pen.who(case.review.backup), hand_over.numbers(backup, voice) if backup is not None else ""
        lines.append(pen.t("details.backup_why", who=who, what=what) if what else pen.t("details.backup", who=who))
    handed = case.handed
    if handed is not None and case.review.state.awaits:
        lines.append(pen.t("details.returns", at=voice.near(handed.returns_at)))
    return lines


def _pass_note(pen: Pen) -> list[str]:
    """What the last one wrote when passing it on."""
    note = blocks.quote(pen.case.pass_note or "", _NOTE)
    if not (note and pen.case.passes):
        return []
    return [pen.t("note", who=pen.who(pen.case.passes[-1][0])), note]


def _why_call(pen: Pen) -> list[str]:
    """The call in words: the risk and how sure, what raises it, what makes up the match."""
    rec, voice = pen.case.recommendation, pen.voice
    measured = voice.risk(rec.risk_low) == voice.risk(rec.risk_high)
    sure = "details.measured" if measured else "details.sure" if rec.confident else "details.unsure"
    key = "details.why_theirs" if rec.theirs else "details.why_call"
    call = voice.t(f"{key}.{rec.verdict.value}", risk=words.risk_of(rec, voice), ours=pen.verdict(own(rec).verdict))
    lines = [
        f"{call} {_declines_from(pen)}".rstrip(),
        voice.t(sure, interval=voice.interval(rec.risk_low, rec.risk_high)),
    ]
    raising = [flag for flag in rec.flags if flag.contribution > 0][:_RAISES]
    for i, flag in enumerate(raising):
        what = words.lower_first(evidence.label_of(flag, pen, value=evidence.value_of(flag, voice)))
        lines.append("• " + voice.t("details.raises" if i else "details.raises_most", what=what))
    for flag in rec.flags:
        if flag.eased is not None:
            label = evidence.label_of(flag, pen, value=evidence.value_of(flag, voice))
            lines.append(f"• {label}. {evidence.eased_of(flag, pen)}.")
    lines += learned.lines(rec, voice)
    lines += ["• " + _grave(pen, i) for i, flag in enumerate(rec.flags) if flag.code is FlagCode.BRAND_SAFETY]
    match = words.match_of(rec, voice)
    parts = ", ".join(evidence.part_said(p, rec.match_parts[p], voice) for p in MatchPart if p in rec.match_parts)
    if match is not None:
        lines.append(voice.t("details.match", match=match) + (f": {parts}." if parts else "."))
    lacking = [voice.t(f"part_name.{p.value}") for p in MatchPart if p not in rec.match_parts]
    if lacking:
        lines.append(voice.t("details.match_lacks", what=", ".join(lacking)))
    return lines


def _declines_from(pen: Pen) -> str:
    """Where the line is, when the risk alone has crossed it."""
    line = scorecard.DEFAULT.decline_risk
    if not pen.case.recommendation.risk >= line:
        return ""
    return pen.t("details.declines_from", risk=pen.voice.risk(line))


def _grave(pen: Pen, index: int) -> str:
    flag = pen.case.recommendation.flags[index]
    return pen.t("details.alone", what=words.lower_first(evidence.label_of(flag, pen, value="")))


def _checks(pen: Pen, today: date) -> list[str]:
    """All checks in their fixed order, then the age of the numbers."""
    rec, voice = pen.case.recommendation, pen.voice
    head = (
        voice.n("details.checks_similar", rec.similar, market_in=pen.market_in)
        if rec.similar
        else voice.t("details.checks")
    )
    lines = [head, *(f"• {_check(check, pen)}" for check in rec.checks)]
    age = evidence.age_days(pen.case, today)
    lines.append(
        "• "
        + (voice.t("details.age_unknown") if age is None else voice.n("details.age", age, limit=evidence.STALE_DAYS))
    )
    return lines


def _check(check: Check, pen: Pen) -> str:
    """'Engagement *9.4%* (2.1–6.8%) *looks off*'."""
    voice = pen.voice
    if check.code is FlagCode.BRAND_SAFETY and check.measured and not check.found:
        return voice.t("details.nothing_found")
    if not check.measured and check.value is None:
        name = voice.t(f"check.{check.code.value}")
        return voice.t("details.no_data", what=name[:1].upper() + name[1:])
    value = evidence.value_of(check, voice) or evidence.hits_of(check, voice)
    said = evidence.label_of(check, pen, value=f"*{value}*")
    usual = evidence.usual_of(check, voice)
    if not check.measured:
        said += voice.t("details.no_norm")
    elif usual and check.code is FlagCode.AUDIENCE_GEO_MISMATCH:
        said += voice.t("details.brief", usual=usual)
    elif usual:
        said += f" ({usual})"
    return said + (voice.t("details.off") if check.off else "")


def _said(pen: Pen) -> list[str]:
    """What the person who decided wrote, in full."""
    judgement = pen.case.judgement
    if judgement is None:
        return []
    lines = [pen.t("details.answer", who=pen.who(judgement.expert), verdict=pen.verdict(judgement.verdict))]
    reasons = words.reasons_said(judgement.rationale, judgement.verdict, pen.voice)
    disputed = words.disputed_said(judgement.rationale.disputed, pen.voice)
    lines += [reasons] if reasons else []
    lines += [pen.t("normal_said", market_of=pen.market_of, what=disputed)] if disputed else []
    if judgement.rationale.narrative.strip():
        lines.append(blocks.quote(judgement.rationale.narrative, 2000))
    return lines


def _sources(pen: Pen) -> str:
    """From when the numbers are, which model and which rule."""
    measured = pen.case.candidate.metrics.measured_on
    model, rule = blocks.said(pen.case.recommendation.model, 60), blocks.said(pen.case.review.rule, 40)
    dated = pen.t("details.numbers_from", day=pen.voice.day(measured)) if measured else ""
    applied = len({eased.norm_id for eased in pen.case.recommendation.eased})
    norms = pen.voice.n("details.norms", applied) if applied else pen.t("details.norms_none")
    return " ".join(part for part in (dated, norms, pen.t("details.model", model=model, rule=rule)) if part)
