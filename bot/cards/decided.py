"""The quiet card: what was decided, by whom, how fast and why; what can still be done about it."""

from __future__ import annotations

from datetime import datetime

from bot.cards import blocks, ids, investigation, lists, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.types import Decision, How
from bot.i18n.catalog import Voice

SHOWN_NOTES = 2
_NOTE = 200


def undoable(case: Case, now: datetime) -> bool:
    """Whether the person who decided can still take it back."""
    until = case.review.undo_until
    decision = case.decision
    return bool(decision and decision.person and until and now < until and not case.review.executed)


def objectable(case: Case) -> bool:
    """Whether nobody has confirmed it and the deal is still open."""
    return bool(case.decision and not case.decision.person and not case.review.executed)


def notification(case: Case, voice: Voice) -> str:
    """The result in a sentence: 'Proceed: Ana Lima for Aurora Summer. Bia overrode the AI's decline'."""
    head = blocks.esc(title(case, voice))
    if case.decision is None:
        return f"{head}."
    return words.bare(f"{head}. {words.outcome(Pen(case, voice, plain=True), case.decision)}")


def title(case: Case, voice: Voice) -> str:
    """The first line, plain: what was decided."""
    if case.decision is None:
        return words.question(case, voice)
    return words.headline(case, voice, case.decision.verdict)


def body(case: Case, voice: Voice, now: datetime) -> list[Block]:
    """Everything of a decided review but its buttons; the result stands first, as text and not as a header."""
    pen = Pen(case, voice)
    decision = case.decision
    head = f"*{blocks.esc(title(case, voice))}*"
    if decision is None:
        return [blocks.section(head, pen.t("decided.plain")), _small(pen, now)]
    parts = [blocks.section(head, _told(pen, decision))]
    parts += [
        blocks.section(*lines)
        for lines in (_why(pen), _learned(pen), _invitation(pen), _objections(pen), _notes(pen))
        if lines
    ]
    return [*parts, _small(pen, now)]


def _told(pen: Pen, decision: Decision) -> str:
    """Who decided; that the owner knows, unless the owner decided or the invitation to object says it."""
    said = words.outcome(pen, decision)
    owner = pen.case.campaign.owner
    if objectable(pen.case) or decision.by == owner:
        return said
    return f"{said} {pen.t('told', who=pen.who(owner))}"


def _why(pen: Pen) -> list[str]:
    judgement, voice = pen.case.judgement, pen.voice
    if judgement is None:
        return []
    lines = words.why_lines(judgement, voice)
    disputed = judgement.rationale.disputed
    if judgement.how is How.NORM or disputed:
        named = words.disputed_said(disputed, voice)
        # Under "normal for this market" the reason names itself; the flags say more.
        kept = [line for line in lines if line.startswith(">")] if judgement.how is How.NORM else lines
        lines = [pen.t("normal_said", market_of=pen.market_of, what=named), *kept] if named else lines
    return lines


def _learned(pen: Pen) -> list[str]:
    """What is being worked out about it or has been, and what became of the deal."""
    known = ", ".join(pen.t(f"outcome.{what.value}") for what in pen.case.outcomes)
    return [*investigation.on_card(pen), *([pen.t("thread.since", what=known)] if known else [])]


def _invitation(pen: Pen) -> list[str]:
    case = pen.case
    if case.review.executed:
        return [pen.t("executed")]
    if not objectable(case):
        return []
    invite = pen.t("object.invite", lead=pen.who(case.lead)) if case.lead else pen.t("object.invite_alone")
    return [f"{invite} {pen.t('told', who=pen.who(case.campaign.owner))}"]


def _objections(pen: Pen) -> list[str]:
    lines: list[str] = []
    for dissent in pen.case.dissents[-SHOWN_NOTES:]:
        said = words.reasons_said(dissent.rationale, dissent.verdict, pen.voice)
        key = "objection" if said else "objection_bare"
        lines.append(pen.t(key, who=pen.who(dissent.expert), verdict=pen.verdict(dissent.verdict), why=said))
        if dissent.rationale.narrative.strip():
            lines.append(blocks.quote(dissent.rationale.narrative, _NOTE))
    return lines


def _notes(pen: Pen) -> list[str]:
    lines: list[str] = []
    for note in pen.case.comments[-SHOWN_NOTES:]:
        if note.text.strip():
            lines += [pen.t("note", who=pen.who(note.author)), blocks.quote(note.text, _NOTE)]
    return lines


def _small(pen: Pen, now: datetime) -> Block:
    case, until = pen.case, pen.case.review.undo_until
    undo = ""
    if undoable(case, now) and case.decision and until:
        undo = pen.t("undo_until", who=pen.who(case.decision.by), until=pen.until(until))
    applied = len({eased.norm_id for eased in case.recommendation.eased})
    norms = pen.voice.n("details.norms", applied) if applied else ""
    return blocks.context(words.ai_small(case.recommendation, pen.voice), norms, undo)


def buttons(case: Case, voice: Voice, now: datetime) -> Block:
    """One button (Undo while it lasts, Object when nobody confirmed it, else Details) and the rest behind ⋯."""
    value = ids.value(case.review)
    name = blocks.one_line(case.candidate.name, 28)
    if undoable(case, now):
        first = blocks.button(voice.t("button.undo"), ids.UNDO, value, label=voice.t("a11y.undo", name=name))
    elif objectable(case) and case.decision:
        label = voice.t(f"a11y.object.{case.decision.verdict.value}", name=name)
        first = blocks.button(voice.t("button.object"), ids.DISSENT, value, label=label)
    else:
        first = lists.details_button(case, voice)
    to_a_person = case.decision is not None and case.decision.person and not case.review.executed
    against = [blocks.option(voice.t("button.object"), ids.choice("object", case.review))] if to_a_person else []
    options = [
        blocks.option(voice.t("button.note"), ids.choice("note", case.review)),
        blocks.option(voice.t("button.details"), ids.choice("details", case.review)),
        *against,
        blocks.option(voice.t("button.outcome"), ids.choice("outcome", case.review)),
    ]
    return blocks.actions(first, blocks.overflow(ids.MORE_DECIDED, options))
