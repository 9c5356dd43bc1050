"""The open card: the question, the AI's call, by when and what else happens, what was checked, the answers."""

from __future__ import annotations

from datetime import date

from bot.cards import blocks, evidence, fresh, ids, precedents, theirs, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.types import OnDeadline, State
from bot.i18n.catalog import Voice
from scoring.types import Verdict

NORM_LABEL = 20
"""A longer label of the third button gives way to "Normal here…"."""
_DISCLOSED = 200


def notification(case: Case, voice: Voice) -> str:
    """The whole card in a sentence or two, for the lock screen and a screen reader."""
    pen = Pen(case, voice, plain=True)
    rec = case.recommendation
    says = words.ai_sentence(rec, voice, "text.ai", voice.risk(rec.risk))
    off = voice.n("text.off", len(rec.flags)) if rec.flags else ""
    call = ", ".join(part for part in (says, off) if part)
    waits = held_line(pen) if case.review.state is State.HELD else default_line(pen)
    said = f"{blocks.esc(words.question(case, voice))} {call}. {waits} {fresh.line(pen)}"
    return words.bare(said.rstrip())


def body(case: Case, voice: Voice, today: date) -> list[Block]:
    """Everything of an open review but its question and its buttons."""
    pen = Pen(case, voice)
    rec = case.recommendation
    parts = [
        blocks.section(*_call_lines(pen)),
        blocks.section(*_found_lines(pen, today)),
    ]
    own = theirs.line(pen)
    if own:
        parts.insert(1, blocks.section(own))
    news = fresh.line(pen)
    if news:
        parts.insert(1, blocks.section(news))
    before = precedents.line(pen)
    if before:
        parts.append(blocks.section(before))
    if case.review.disclosure is not None:
        parts.append(blocks.section(*_disclosed_lines(pen)))
    weak = evidence.weak_match(pen)
    if weak:
        parts.insert(1, blocks.section(weak))
    small = [evidence.who_line(case, voice), evidence.deal_line(pen), _passed(pen), why_expert(pen)]
    if rec.flags:
        small.insert(0, evidence.note_line(case, voice, today))
    small.insert(0, fresh.note(case, voice, today))
    return [*parts, blocks.context(*small)]


def short(case: Case, voice: Voice, today: date) -> list[Block]:
    """What one must know to answer, for one screen of a phone: the call, what looks off, who and for how much."""
    pen = Pen(case, voice)
    weak = evidence.weak_match(pen)
    parts = [
        blocks.section(*_call_lines(pen, by_name=False), fresh.line(pen), weak),
        blocks.section(*_found_lines(pen, today)),
    ]
    if case.review.disclosure is not None:
        parts.append(blocks.section(*_disclosed_lines(pen)))
    return [
        *parts,
        blocks.context(
            fresh.note(case, voice, today), evidence.who_line(case, voice), evidence.deal_line(pen), _passed(pen)
        ),
    ]


def _call_lines(pen: Pen, *, by_name: bool = True) -> list[str]:
    """The AI's call, how sure, who is asked, by when and what happens else."""
    review, rec = pen.case.review, pen.case.recommendation
    lines = [pen.t("reopened")] if review.state is State.REOPENED else []
    lines += [words.ai_says(rec, pen.voice), words.ai_numbers(rec, pen.voice)]
    if review.state is State.HELD:
        return [*lines, held_line(pen)]
    if review.form_held and review.state is not State.REOPENED:
        lines.append(pen.t("form_held", until=pen.until(review.deadline_at)))
    if review.hot_at is not None:
        lines.append(hot_line(pen))
    yours = asked(pen) if by_name else ""
    return [*lines, f"{yours} {default_line(pen)}" if yours else default_line(pen)]


def hot_line(pen: Pen) -> str:
    """Somebody else wants this creator, and until when."""
    until = pen.case.review.hot_until
    return pen.t("hot.card", until=pen.until(until, dated=True)) if until is not None else pen.t("hot.card_plain")


def asked(pen: Pen) -> str:
    """Whose it is, by mention: '@bia, this one is yours'."""
    review = pen.case.review
    if not review.expert:
        return ""
    if review.why_me == "lead_no_expert":
        by_market = pen.voice.market_by(review.market)
        return pen.t("yours_lead", who=pen.who(review.expert), market_of=pen.market_of, by_market=by_market)
    return pen.t("yours", who=pen.who(review.expert))


def default_line(pen: Pen) -> str:
    """By when to answer, and what happens if nobody does."""
    case, review = pen.case, pen.case.review
    by = pen.by(review.deadline_at)
    if review.on_deadline is OnDeadline.HOLD and not review.held_once:
        if case.lead and case.lead != review.expert:
            return pen.t("answer.hold", by=by, lead=pen.who(case.lead), hours=pen.hold)
        return pen.t("answer.hold_alone", by=by, verdict=pen.ai, hours=pen.hold)
    if review.on_deadline is OnDeadline.DECLINE:
        return pen.t("answer.decline", by=by, verdict=pen.verdict(Verdict.DECLINE))
    return pen.t("answer.follow_ai", by=by, verdict=pen.ai)


def held_line(pen: Pen) -> str:
    """With whom a held review is, until when, and what happens then."""
    case, review = pen.case, pen.case.review
    until = pen.until(review.deadline_at, dated=True)
    people = list(dict.fromkeys(p for p in (case.lead, review.backup) if p))
    if not people:
        return pen.t("held_alone", until=until, verdict=pen.ai)
    said = pen.t("and").join(pen.who(p) for p in people)
    return pen.t("held", people=said, until=until, verdict=pen.ai)


def _found_lines(pen: Pen, today: date) -> list[str]:
    if pen.case.recommendation.flags:
        return evidence.flags_lines(pen)
    age = evidence.age_days(pen.case, today)
    stale = age is not None and age > evidence.STALE_DAYS
    first, *rest = evidence.clean_lines(pen)
    return [f"{first} {pen.voice.n('note.age', age or 0)}." if stale else first, *rest]


def _disclosed_lines(pen: Pen) -> list[str]:
    review = pen.case.review
    by = review.disclosed_by
    said = pen.t("disclosed", who=pen.who(by)) if by else pen.t("disclosed_plain")
    return [said, blocks.quote(review.disclosure or "", _DISCLOSED)]


def _passed(pen: Pen) -> str:
    if not pen.case.passes:
        return ""
    giver, taker = pen.case.passes[-1]
    return pen.t("passed", chain=f"{pen.who(giver)} → {pen.who(taker)}")


def why_expert(pen: Pen) -> str:
    """Why a person is asked, in one small line."""
    return pen.t("why_expert", why=rule_said(pen))


def rule_said(pen: Pen) -> str:
    """The rule that brought it here, as a sentence."""
    review, rule = pen.case.review, pen.case.review.rule
    stakes = pen.t(f"stakes.{review.stakes.value}")
    stakes = stakes[:1].upper() + stakes[1:]
    said = pen.case.recommendation
    if rule == "default" and said.ours not in (None, said.verdict):
        return pen.t("rule.default_differ", stakes=stakes)
    if rule == "default" and not said.confident:
        return pen.t("rule.default_unsure", stakes=stakes)
    key = f"rule.{rule}"
    return pen.t(key, stakes=stakes) if pen.voice.has(key) else pen.t("rule.other", rule=blocks.said(rule, 40))


def answers(case: Case, voice: Voice) -> Block:
    """Agree, override, normal for this market, and the rest behind ⋯."""
    ai, value = case.recommendation.verdict, ids.value(case.review)
    name = blocks.one_line(case.candidate.name, 28)
    away = ai.opposite.value
    buttons = [
        blocks.button(
            voice.t(f"button.agree.{ai.value}"), ids.APPROVE, value, label=voice.t(f"a11y.agree.{ai.value}", name=name)
        ),
        blocks.button(
            voice.t(f"button.override.{away}"), ids.OVERRIDE, value, label=voice.t(f"a11y.override.{away}", name=name)
        ),
    ]
    if any(flag.disputable for flag in case.recommendation.flags):
        label = voice.t("a11y.norm", market=voice.market_for(case.review.market))
        buttons.append(blocks.button(norm_label(case, voice), ids.NORM, value, label=label))
    return blocks.actions(*buttons, _more(case, voice))


def short_answers(case: Case, voice: Voice) -> Block:
    """Agree and override, and the rest behind ⋯: where several reviews stand in one message."""
    agree, override, *_, more = answers(case, voice)["elements"]
    return blocks.actions(agree, override, more)


def norm_label(case: Case, voice: Voice) -> str:
    """'Normal for Brazil…', with a long name 'Normal here…'."""
    named = voice.t("button.norm", market=voice.market_for(case.review.market))
    return named if len(named) <= NORM_LABEL else voice.t("button.norm_here")


def _more(case: Case, voice: Voice) -> Block:
    names = ("details", "ask", "pass", "know")
    return blocks.overflow(ids.MORE, [blocks.option(voice.t(f"more.{n}"), ids.choice(n, case.review)) for n in names])
