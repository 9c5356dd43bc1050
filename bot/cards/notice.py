"""Messages to one person: what opened, what was decided, undone, held, objected to, reversed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import became, blocks, candidate, decided, ids, investigation, lists, words
from bot.cards.blocks import Message
from bot.cards.digest import digest, digest_page
from bot.cards.fell import fell
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.types import Campaign, Judgement
from bot.i18n.catalog import Voice
from scoring.types import Verdict

__all__ = [
    "digest",
    "digest_page",
    "dissent",
    "fell",
    "held",
    "held_together",
    "moved",
    "opened_together",
    "result",
    "reversed",
    "stood",
    "undone",
    "withdrawn",
]


def opened_together(cases: Sequence[Case], voice: Voice) -> Message:
    """To the expert: these are yours, soonest first."""
    head = voice.n("inbox.head", len(cases))
    way_in = [blocks.actions(lists.one_by_one(voice))] if len(cases) > 1 else []
    parts = [blocks.header(head), *way_in, *lists.entries(cases, voice)]
    return blocks.message(lists.first_words(cases, voice), parts)


def _plain_title(case: Case, voice: Voice) -> str:
    return blocks.esc(decided.title(case, voice))


def result(case: Case, voice: Voice, *, now: datetime) -> Message:
    """To the owner: what was decided and by whom; when it becomes final while it can be undone, then that it is."""
    if case.decision is None:
        return candidate.card(case, voice, now=now)
    pen, until = Pen(case, voice), case.review.undo_until
    final = _finality(case, voice, now)
    why = words.why_lines(case.judgement, voice) if case.judgement else []
    head = _plain_title(case, voice)
    elements = [lists.details_button(case, voice)]
    invite: list[str] = []
    if decided.objectable(case):
        elements.insert(0, blocks.button(voice.t("button.object"), ids.DISSENT, ids.value(case.review)))
        invite = [pen.t("object.invite", lead=pen.who(case.lead)) if case.lead else pen.t("object.invite_alone")]
    parts = [
        blocks.section(f"*{head}*", f"{words.outcome(pen, case.decision)} {final}".rstrip(), *invite),
        *([blocks.section(*why)] if why else []),
        *became.lines(case, voice, now),
        blocks.context(words.ai_small(case.recommendation, voice)),
        blocks.actions(*elements),
    ]
    plain = words.outcome(Pen(case, voice, plain=True), case.decision)
    when = final if until else ""
    return blocks.message(words.bare(f"{head}. {plain} {when}".rstrip()), parts)


def _finality(case: Case, voice: Voice, now: datetime) -> str:
    until = case.review.undo_until
    if until and decided.undoable(case, now):
        return voice.t("result.final_at", at=voice.clock(until))
    if case.decision and case.decision.person:
        return voice.t(f"result.final.{case.decision.verdict.value}")
    return ""


def moved(case: Case, voice: Voice) -> Message:
    """In place of a card whose campaign has another channel now: where it stands, and nothing to tap."""
    head = blocks.esc(words.question(case, voice))
    said = voice.t("card.moved", channel=f"<#{case.campaign.channel}>")
    return blocks.message(f"{head} {said}", [blocks.section(f"*{head}*", said)])


def undone(case: Case, voice: Voice) -> Message:
    """To the owner: it is open again, until when, and what happens else."""
    head = blocks.esc(words.question(case, voice))
    lines = [voice.t("undone"), lists.capital(lists.otherwise(case, voice))]
    parts = [blocks.section(f"*{head}*", *lines), blocks.actions(lists.details_button(case, voice))]
    return blocks.message(words.bare(" ".join((head, *lines))), parts)


def taken_back(case: Case, voice: Voice) -> Message:
    """What the message of a decision becomes that was taken back: `undone` says the rest below it."""
    head, said = blocks.esc(words.question(case, voice)), voice.t("undone.before")
    return blocks.message(words.bare(f"{head} {said}"), [blocks.section(f"*{head}*", said)])


def withdrawn(case: Case, voice: Voice, *, by: str) -> Message:
    """To the owner, when somebody else took the candidate back."""
    head = blocks.esc(words.question_withdrawn(case, voice))
    said = voice.t("withdrawn.by", who=Pen(case, voice).who(by))
    plain = voice.t("withdrawn.by", who=Pen(case, voice, plain=True).who(by))
    parts = [blocks.section(f"*{head}*", said), blocks.actions(lists.details_button(case, voice))]
    return blocks.message(words.bare(f"{head}. {plain}"), parts)


def held(case: Case, voice: Voice, *, now: datetime) -> Message:
    """To the lead and the backup: the card, because one of them must answer now."""
    card = candidate.card(case, voice, now=now)
    until = voice.until(case.review.deadline_at, dated=True)
    pen = Pen(case, voice, plain=True)
    said = voice.t("held_to_you", until=until, verdict=pen.ai)
    return blocks.message(words.bare(f"{blocks.esc(words.question(case, voice))} {said}"), card.blocks)


def held_together(campaign: Campaign, cases: Sequence[Case], voice: Voice) -> Message:
    """To the lead and the backup: several nobody answered, each until when, with what happens else and a way in."""
    head = voice.n("held.head", len(cases), campaign=blocks.said(campaign.name, 60))
    way_in = blocks.actions(lists.one_by_one(voice))
    parts = [blocks.section(f"*{head}*", voice.t("held.why")), way_in, *lists.entries(cases, voice)]
    first = voice.t(
        "inbox.first", name=blocks.said(cases[0].candidate.name, 60), otherwise=lists.otherwise(cases[0], voice)
    )
    return blocks.message(words.bare(f"{head} {first}"), parts)


def dissent(case: Case, judgement: Judgement, voice: Voice, *, reader_is_lead: bool) -> Message:
    """Somebody objects to a decision: to the lead with Reverse and Let it stand, to others for information."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    params = {"verdict": pen.verdict(judgement.verdict)}
    head = pen.t("dissent.head", who=pen.who(judgement.expert), **params)
    so_far = words.outcome(pen, case.decision) if case.decision else pen.t("decided.plain")
    why = words.why_lines(judgement, voice)
    buttons = [lists.details_button(case, voice)]
    opposed = case.decision is not None and case.decision.verdict is not judgement.verdict
    if reader_is_lead and opposed and not case.review.executed:
        buttons = [*_ruling(case, judgement.verdict, voice), *buttons]
    tail = "" if reader_is_lead or not case.lead else pen.t("dissent.reverses", lead=pen.who(case.lead))
    opposed_to = case.judgement if case.judgement and case.judgement.expert != judgement.expert else None
    # Between two people what both said stands side by side: whoever rules reads it here.
    sides = [investigation.side_by_side(pen, opposed_to, judgement)] if opposed_to else []
    parts = [
        blocks.section(f"*{_plain_title(case, voice)}*", so_far),
        blocks.section(head, *([] if sides else why), tail),
        *sides,
        blocks.context(words.ai_small(case.recommendation, voice)),
        blocks.actions(*buttons),
    ]
    said = plain.t("dissent.head", who=plain.who(judgement.expert), **params)
    return blocks.message(words.bare(f"{said} {_plain_title(case, voice)}."), parts)


def _ruling(case: Case, verdict: Verdict, voice: Voice) -> list[blocks.Block]:
    value = ids.value(case.review)
    name = blocks.one_line(case.candidate.name, 28)
    return [
        blocks.button(
            voice.t(f"button.reverse.{verdict.value}"),
            ids.REVERSE,
            ids.ruling(case.review, verdict),
            label=voice.t("a11y.reverse", name=name),
        ),
        blocks.button(voice.t("button.let_stand"), ids.LET_STAND, value, label=voice.t("a11y.let_stand", name=name)),
    ]


def reversed(case: Case, voice: Voice) -> Message:  # noqa: A001 - the word of the domain; read as notice.reversed
    """To the owner and the expert: a lead changed what stood."""
    pen = Pen(case, voice)
    head = _plain_title(case, voice)
    said = words.outcome(pen, case.decision) if case.decision else pen.t("decided.plain")
    plain = words.outcome(Pen(case, voice, plain=True), case.decision) if case.decision else said
    parts = [
        blocks.section(f"*{head}*", said),
        blocks.context(words.ai_small(case.recommendation, voice)),
        blocks.actions(lists.details_button(case, voice)),
    ]
    return blocks.message(words.bare(f"{head}. {plain}"), parts)


def stood(case: Case, judgement: Judgement, voice: Voice) -> Message:
    """To who objected: the lead has read it, and the decision stays as it is."""
    pen, plain = Pen(case, voice), Pen(case, voice, plain=True)
    verdict = pen.verdict(case.decision.verdict if case.decision else judgement.verdict.opposite)
    said = pen.t("stood.said", lead=pen.who(case.lead), verdict=verdict)
    parts = [
        blocks.section(f"*{_plain_title(case, voice)}*", said),
        blocks.actions(lists.details_button(case, voice)),
    ]
    return blocks.message(
        words.bare(f"{_plain_title(case, voice)}. {plain.t('stood.said', lead=plain.who(case.lead), verdict=verdict)}"),
        parts,
    )
