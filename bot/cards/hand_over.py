"""A review in other hands: the forms for passing it on and for asking a colleague, and what each of them is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.cards import blocks, evidence, fields, ids, lists, words
from bot.cards.blocks import Block, Message
from bot.cards.words import Pen
from bot.core.assignment import Able, Grounds
from bot.core.case import Case, Opinion
from bot.core.nudges import hides
from bot.core.types import Campaign, Member, UserId
from bot.i18n.catalog import Voice
from scoring.types import FlagCode

NAMED = 5
"""People with a button of their own: a modal of one screen; whoever comes after them is in a list."""
_NAME = 40
_NOTE = 300
_OPINION = 1000
_BLIND = (
    FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE, FlagCode.LOW_CREDIBILITY, FlagCode.COMMENT_LIKE_RATIO,
    FlagCode.SPONSORED_SATURATION,
)  # fmt: skip
"""The numbers that are shown where the AI's call is not: always the same, because to choose is to judge."""


def numbers(grounds: Grounds, voice: Voice) -> str:
    """'2 open reviews, 9 working hours before the deadline, 3 answers about this creator'."""
    said = [voice.n("grounds.open", grounds.open) if grounds.open else voice.t("grounds.free")]
    if grounds.hours is not None:
        hours = int(grounds.hours)
        said.append(voice.n("grounds.hours", hours) if hours else voice.t("grounds.off"))
    said += [voice.n("grounds.creator", grounds.creator)] if grounds.creator else []
    said += [voice.n("grounds.campaign", grounds.campaign)] if grounds.campaign else []
    return ", ".join(said)


def pass_form(case: Case, voice: Voice, able: Sequence[Able]) -> Block:
    """To whom a review is passed on: sent as it is, to whoever knows the market; else by the button at a name."""
    head = f"*{blocks.esc(words.question(case, voice))}*"
    title, close = voice.t("pass.title"), voice.t("form.close")
    if not able:  # not even oneself
        ask = voice.t("pass.nobody", lead=words.person(case.lead)) if case.lead else voice.t("pass.nobody_alone")
        return blocks.modal(ids.PASS_FORM, title, [blocks.section(head, ask)], close=close, meta=ids.pack(case.review))
    first, rest = able[0], able[1:]
    name, market = blocks.said(first.member.name, _NAME), case.review.market
    best = voice.t(
        "pass.best" if first.member.is_expert_of(market) else "pass.leads",
        name=name, market_of=voice.market_of(market), by_market=voice.market_by(market),
    )  # fmt: skip
    parts = [
        blocks.section(head, voice.t("pass.stays", by=voice.by(case.review.deadline_at))),
        blocks.section(best, _numbers(first, voice), voice.t("pass.best_how") if rest else ""),
        *(_named(case, one, voice) for one in rest[:NAMED]),
    ]
    if len(rest) > NAMED:
        others = [blocks.option(blocks.one_line(one.member.name, blocks.OPTION), one.id) for one in rest[NAMED:]]
        parts.append(blocks.field(ids.PERSON, voice.t("pass.other"), blocks.select(ids.FIELD, others), optional=True))
    parts.append(fields.narrative(voice.t("pass.why"), voice.t("pass.why_hint"), None))
    return blocks.modal(
        ids.PASS_FORM, title, parts, close=voice.t("form.cancel"), submit=voice.t("pass.submit"),
        meta=ids.pack(case.review),
    )  # fmt: skip


def _numbers(one: Able, voice: Voice) -> str:
    said = lists.capital(numbers(one.grounds, voice))
    return f"{said}. {voice.t('grounds.away')}" if not one.there else f"{said}."


def _named(case: Case, one: Able, voice: Voice) -> Block:
    name = blocks.one_line(one.member.name, _NAME)
    to = ids.choice(one.id, case.review)
    button = blocks.button(voice.t("pass.submit"), ids.PASS_TO, to, label=voice.t("a11y.pass_to", name=name))
    return blocks.section(f"*{blocks.esc(name)}*", _numbers(one, voice), accessory=button)


def passed(case: Case, voice: Voice) -> Block:
    """After passing on: to whom, why them, and what happens if they do not look."""
    pen, to = Pen(case, voice), case.review.expert or ""
    grounds = case.grounds.get(to)
    lines = [
        pen.t("pass.done", who=pen.who(to)),
        f"{lists.capital(numbers(grounds, voice))}." if grounds else "",
        _goes_back(pen, "pass"),
        voice.t("pass.stays", by=voice.by(case.review.deadline_at)),
    ]
    return blocks.modal(
        ids.SAVED_VIEW, voice.t("pass.title"), [blocks.section(*lines)], close=voice.t("form.done")
    )  # fmt: skip


def _goes_back(pen: Pen, kind: str) -> str:
    """By when it is to be opened, and to whom it goes else; nothing where it would not go back in time."""
    handed = pen.case.handed
    if handed is None:
        return ""
    at = pen.voice.near(handed.returns_at)
    if handed.by is None or handed.by == pen.case.review.expert:
        return pen.t(f"{kind}.returns_backup", at=at)
    return pen.t(f"{kind}.returns", at=at, who=pen.who(handed.by))


def passed_on(case: Case, voice: Voice, *, by: str) -> Message:
    """To the expert who has it now."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    text = f"{plain.t('passed_to_you', who=plain.who(by))} {blocks.esc(words.question(case, voice))} "
    text += lists.capital(lists.otherwise(case, voice))
    said = pen.t("passed_to_you", who=pen.who(by))
    parts = [
        blocks.section(said, blocks.quote(case.pass_note or "", _NOTE), _goes_back(pen, "passed_to_you")),
        lists.entry(case, voice),
    ]
    return blocks.message(words.bare(text), parts)


def gone(case: Case, voice: Voice) -> Message:
    """To whoever did not look: who has it now, and that there is nothing to do."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    said, bare = (p.t("returned.from_you", name=p.name, who=p.who(case.review.expert or "")) for p in (pen, plain))
    return blocks.message(words.bare(bare), [blocks.section(said)])


def back(case: Case, voice: Voice, *, silent: UserId, reader: UserId) -> Message:
    """To whoever has it instead, with a way in; whether again, say the hands that it went through."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    again = any(giver == reader for giver, _ in case.passes)
    key = "returned.to_you" if again else "returned.to_backup"
    said, bare = (p.t(key, who=p.who(silent)) for p in (pen, plain))
    text = f"{bare} {blocks.esc(words.question(case, voice))} {lists.capital(lists.otherwise(case, voice))}"
    return blocks.message(words.bare(text), [blocks.section(said), lists.entry(case, voice)])


# A colleague's opinion


def ask_form(case: Case, voice: Voice, people: Sequence[Member]) -> Block:
    """Whom to ask, and what: they say what they think, and decide nothing."""
    head = f"*{blocks.esc(words.question(case, voice))}*"
    title, close = voice.t("colleague.title"), voice.t("form.close")
    if not people:
        section = blocks.section(head, voice.t("colleague.nobody"))
        return blocks.modal(ids.COLLEAGUE_FORM, title, [section], close=close, meta=ids.pack(case.review))
    options = [blocks.option(_colleague(case, one, voice), one.id) for one in people]
    to_whom = blocks.one_of(ids.FIELD, options, placeholder=voice.t("pass.hint"))
    parts = [
        blocks.section(head, voice.t("colleague.about")),
        blocks.field(ids.PERSON, voice.t("colleague.whom"), to_whom),
        fields.narrative(voice.t("colleague.what"), voice.t("colleague.what_hint"), None),
    ]
    return blocks.modal(
        ids.COLLEAGUE_FORM, title, parts, close=voice.t("form.cancel"), submit=voice.t("colleague.submit"),
        meta=ids.pack(case.review),
    )  # fmt: skip


def _colleague(case: Case, one: Member, voice: Voice) -> str:
    name = blocks.one_line(one.name, _NAME)
    return name if one.is_expert_of(case.review.market) else voice.t("colleague.lead", name=name)


def asked(case: Case, opinion: Opinion, voice: Voice, *, reader: Member, today: date) -> Message:
    """To the colleague: the facts of the card and one question; afterwards what they have said."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    question = blocks.esc(words.question(case, voice))
    said, bare = (p.t("asked.you", who=p.who(opinion.asker)) for p in (pen, plain))
    parts = [blocks.section(f"*{question}*", said, blocks.quote(opinion.question, _NOTE))]
    if opinion.text is not None:
        parts.append(blocks.section(voice.t("asked.said"), blocks.quote(opinion.text, _OPINION)))
        return blocks.message(words.bare(f"{bare} {question} {voice.t('asked.done')}"), parts)
    hidden = hides(case.review, reader)
    parts.append(blocks.section(*_facts(pen, hidden=hidden)))
    small = [evidence.who_line(case, voice), evidence.deal_line(pen)]
    if not hidden:
        small.insert(0, evidence.note_line(case, voice, today))
        small.append(words.ai_small(case.recommendation, voice))
    buttons = [blocks.button(voice.t("asked.button"), ids.OPINION, opinion.id)]
    parts += [blocks.context(*small), blocks.actions(*buttons)]
    return blocks.message(words.bare(f"{bare} {question} {voice.t('asked.no_vote')}"), parts)


def _facts(pen: Pen, *, hidden: bool) -> list[str]:
    """What looks off, as on the card; of a blind review always the same numbers, and nothing of what the AI says."""
    rec = pen.case.recommendation
    if not hidden:
        return evidence.flags_lines(pen) if rec.flags else evidence.clean_lines(pen)
    lines = [pen.t("asked.numbers")]
    for check in (c for code in _BLIND for c in rec.checks if c.code is code and c.value is not None):
        label = evidence.label_of(check, pen, value=f"*{evidence.value_of(check, pen.voice)}*")
        usual = evidence.usual_of(check, pen.voice)
        lines.append(f"• {label} ({usual})" if usual else f"• {label}")
    return lines


def opinion_form(case: Case, opinion: Opinion, voice: Voice) -> Block:
    """One field, for what they think."""
    pen = Pen(case, voice)
    over = "" if case.review.state.awaits else voice.t("opinion.over")
    parts = [
        blocks.section(
            f"*{blocks.esc(words.question(case, voice))}*", pen.t("asked.you", who=pen.who(opinion.asker)),
            blocks.quote(opinion.question, _NOTE), over,
        ),
        blocks.field(
            ids.NARRATIVE, voice.t("opinion.label"),
            blocks.text_input(ids.FIELD, placeholder=voice.t("opinion.hint"), longest=_OPINION),
        ),
    ]  # fmt: skip
    return blocks.modal(
        ids.OPINION_FORM, voice.t("opinion.title"), parts, close=voice.t("form.cancel"),
        submit=voice.t("opinion.submit"), meta=ids.pack(case.review),
    )  # fmt: skip


def opinion(case: Case, said: Opinion, voice: Voice) -> Message:
    """To whoever asked: what the colleague thinks, with a way back to the review while it waits."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    head, bare = (p.t("opinion.said", who=p.who(said.colleague), name=p.name) for p in (pen, plain))
    words_said = blocks.quote(said.text or "", _OPINION)
    parts = [blocks.section(head, words_said)]
    if case.review.state.awaits:
        parts.append(lists.entry(case, voice))
    return blocks.message(words.bare(f"{bare} {blocks.said(said.text or '', _NOTE)}"), parts)


def opinions(case: Case, pen: Pen) -> list[str]:
    """In Details: what colleagues think, and who has been asked and has not said anything yet."""
    if not case.opinions:
        return []
    lines = [pen.t("details.opinions")]
    for one in case.opinions:
        if one.text is None:
            lines.append("• " + pen.t("details.opinion_asked", who=pen.who(one.colleague)))
        else:
            lines += [f"• {pen.who(one.colleague)}:", blocks.quote(one.text, _NOTE)]
    return lines


def owner_left(campaigns: Sequence[Campaign], who: UserId, voice: Voice) -> Message:
    """To the lead: whose campaigns are theirs now, until they give them another owner."""
    named = ", ".join(blocks.said(campaign.name, _NAME) for campaign in campaigns)
    said = voice.n("owner_left", len(campaigns), who=words.person(who), what=named)
    return blocks.message(words.bare(said), [blocks.section(said)])
