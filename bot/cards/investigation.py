"""The thread of a disagreement: both sides, whom it asks, how it ended; the reminder, and the form that ends it."""

from __future__ import annotations

from bot.cards import blocks, evidence, ids, lists, norm, precedents, words
from bot.cards.blocks import Block, Message
from bot.cards.words import Pen
from bot.core.case import Investigation, Thread
from bot.core.disagreement import Disagreement, Kind, Standing, Winner, winners
from bot.core.outcome import right
from bot.core.types import How, Judgement
from bot.i18n.catalog import Voice
from scoring.market_norms import State
from scoring.types import Verdict

LESSON = 300
_QUOTE = 600
_ON_BUTTON = 16
"""Characters of a name: a phone cuts a button's text at about thirty."""
_SIDE = 500
"""Characters of somebody's words where two stand side by side."""


def message(thread: Thread, voice: Voice) -> Message:
    """What stands under the card: open with whom it asks, ended with what was learned, or taken back."""
    found = thread.investigation.disagreement
    pen = Pen(thread.case, voice)
    if found.standing is Standing.VOID:
        gone, why = pen.t("thread.void_head", name=pen.name), pen.t("thread.void")
        return blocks.message(words.bare(f"{gone}. {why}"), [blocks.section(f"*{gone}*", why)])
    head = [*_head(pen, thread), *_since(pen, thread.investigation)]
    parts = [blocks.section(*head), *_sides(pen, thread), *precedents.sides(pen, thread)]
    if found.standing is Standing.OPEN and thread.asked:
        people = ", ".join(pen.who(person) for person in thread.asked)
        parts.append(blocks.section(pen.t("thread.ask", people=people)))
    parts += [
        blocks.context(*_norms(thread, voice), _stands(pen), _model(pen)),
        blocks.actions(*_buttons(thread, voice)),
    ]
    return blocks.message(notification(thread, voice), parts)


def notification(thread: Thread, voice: Voice) -> str:
    """The whole in a sentence or two."""
    pen, found = Pen(thread.case, voice, plain=True), thread.investigation.disagreement
    if found.standing is Standing.OPEN:
        return words.bare(f"{_who_differ(pen, thread)} {pen.t('thread.reply')}")
    ended = pen.t("thread.ended", name=pen.name, outcome=outcome_said(pen, thread.investigation))
    return words.bare(f"{ended}. {_lesson(found)}".rstrip())


def _lesson(found: Disagreement) -> str:
    """What was learned, on one line; nothing once an outcome has shown that it was not so."""
    return blocks.said(found.lesson, LESSON) if found.lesson and not _turned(found) else ""


def _turned(found: Disagreement) -> bool:
    """Whether what became known later has said who was right, and no person."""
    return found.standing is Standing.RESOLVED and found.resolved_by is None


def _who_differ(pen: Pen, thread: Thread) -> str:
    """As in 'Ana Lima: @bia and the AI disagree'."""
    found, other = thread.investigation.disagreement, thread.investigation.other
    params = {"name": pen.name, "who": pen.who(found.expert), "market_of": pen.market_of}
    if found.kind is Kind.EXPERTS and other is not None:
        return pen.t("thread.differ.experts", **params, other=pen.who(other.expert))
    return pen.t("thread.differ.flag" if found.kind is Kind.FLAG else "thread.differ.verdict", **params)


def _head(pen: Pen, thread: Thread) -> list[str]:
    found = thread.investigation.disagreement
    if found.standing is Standing.OPEN:
        between = found.kind is Kind.EXPERTS
        return [f"*{_who_differ(pen, thread)} {pen.t('thread.who_right' if between else 'thread.who_knows')}*"]
    lines = [f"*{pen.t('thread.ended', name=pen.name, outcome=outcome_said(pen, thread.investigation))}*"]
    quoted = [blocks.quote(found.lesson, LESSON)] if found.lesson else []
    if found.standing is Standing.CLOSED:
        return [*lines, pen.t("thread.closed")]
    if _turned(found):
        return [*lines, pen.t("thread.overturned" if quoted else "thread.shown"), *quoted]
    return [*lines, *quoted, pen.t("thread.resolved_by", who=pen.who(found.resolved_by))]


def outcome_said(pen: Pen, investigation: Investigation) -> str:
    """'@bia was right', 'the AI was right', 'both were right in part'; 'not resolved' while nobody has said."""
    winner = investigation.disagreement.winner
    if winner is None:
        return pen.t("winner.none")
    return winner_said(winner, investigation, pen)


def winner_said(winner: Winner, investigation: Investigation, pen: Pen) -> str:
    person = _person_of(winner, investigation)
    return pen.t(f"winner.{winner.value}", who=pen.who(person.expert if person else None))


def _person_of(winner: Winner, investigation: Investigation) -> Judgement | None:
    return {Winner.EXPERT: investigation.said, Winner.OTHER: investigation.other}.get(winner)


def _since(pen: Pen, investigation: Investigation) -> list[str]:
    """What became of the deal, and whom that speaks for while nobody has ended it."""
    found, known = investigation.disagreement, pen.case.outcomes
    if not known:
        return []
    said = pen.t("thread.since", what=", ".join(pen.t(f"outcome.{what.value}") for what in known))
    winner = right(found, known) if found.standing is Standing.OPEN else None
    return [f"{said} {pen.t('thread.speaks', outcome=winner_said(winner, investigation, pen))}" if winner else said]


# Both sides


def _sides(pen: Pen, thread: Thread) -> list[Block]:
    """What the AI saw and what was said to it; between two people theirs side by side, then the AI's."""
    investigation = thread.investigation
    if investigation.other is None:
        return [blocks.section(*_ai_side(pen)), blocks.section(*_side(pen, investigation.said, _QUOTE))]
    return [_columns(pen, investigation), blocks.section(*_ai_side(pen))]


def _columns(pen: Pen, investigation: Investigation) -> Block:
    return side_by_side(pen, *(said for said in (investigation.other, investigation.said) if said is not None))


def side_by_side(pen: Pen, *said: Judgement) -> Block:
    """What people said to the same question, each with why."""
    return blocks.columns(*("\n".join(_side(pen, one, _SIDE)) for one in said))


def _ai_side(pen: Pen) -> list[str]:
    """The call, how sure, the risk, and every warning with its value, what is usual, and what it did to the risk."""
    rec = pen.case.recommendation
    lines = [f"*{words.ai_small(rec, pen.voice)}*"]
    raising = [flag for flag in rec.flags if flag.contribution > 0]
    for flag in rec.flags[: evidence.SHOWN_FLAGS]:
        line = evidence.flag_line(flag, pen)
        if flag in raising:
            line = f"{line}, {pen.t('thread.raises' if raising.index(flag) else 'thread.raises_most')}"
        lines.append(line)
    more = len(rec.flags) - evidence.SHOWN_FLAGS
    if more > 0:
        lines.append(pen.voice.n("flags.more", more))
    return lines if rec.flags else [*lines, *evidence.clean_lines(pen)[:1]]


def _side(pen: Pen, said: Judgement, longest: int) -> list[str]:
    """'*@bia: proceed*', why, and in whose own words."""
    lines = [pen.t("thread.side", who=pen.who(said.expert), verdict=pen.verdict(said.verdict))]
    why = words.reasons_said(said.rationale, said.verdict, pen.voice)
    named = words.disputed_said(said.rationale.disputed, pen.voice)
    if said.how is not How.NORM and why:
        lines.append(why[:1].upper() + why[1:])
    if named:
        lines.append(pen.t("normal_said", market_of=pen.market_of, what=named))
    if said.rationale.narrative.strip():
        lines.append(blocks.quote(said.rationale.narrative, longest))
    return lines


def _stands(pen: Pen) -> str:
    decision = pen.case.decision
    if decision is None:
        return pen.t("thread.kept")
    return f"{pen.t('thread.stands', verdict=pen.verdict(decision.verdict))} {pen.t('thread.kept')}"


def _model(pen: Pen) -> str:
    measured = pen.case.candidate.metrics.measured_on
    dated = pen.t("details.numbers_from", day=pen.voice.day(measured)) if measured else ""
    model = pen.t("thread.model", model=blocks.said(pen.case.recommendation.model, 60))
    return " ".join(part for part in (dated, model) if part)


def _buttons(thread: Thread, voice: Voice) -> list[Block]:
    """One tap for each of two people, else the form; what is resolved can be corrected."""
    found, name = thread.investigation.disagreement, blocks.one_line(thread.case.candidate.name, 28)
    key = "button.correct" if found.standing is Standing.RESOLVED else "button.who_right"
    form = blocks.button(voice.t(key), ids.RESOLVE, found.id, label=voice.t("a11y.resolve", name=name))
    if found.kind is Kind.EXPERTS and found.standing is not Standing.RESOLVED:
        return [*_one_tap(thread, voice), form]
    return [form, lists.details_button(thread.case, voice), *_confirm(thread, voice)]


def _norms(thread: Thread, voice: Voice) -> list[str]:
    """What became of what was called normal here: a norm of the market, or one no longer."""
    return [
        voice.t(
            "thread.norm" if one.active else "thread.norm_over",
            what=words.lower_first(norm.what(one, voice)),
            market_of=voice.market_of(one.key.market),
        )
        for one in thread.norms
        if one.active or one.proved_wrong
    ]


def _confirm(thread: Thread, voice: Voice) -> list[Block]:
    """For the lead: the short way from one "normal" to a norm; the others are in their Home tab."""
    forming = [one for one in thread.norms if one.state is State.FORMING and one.tally.cases]
    label = voice.t("a11y.market_norm")
    return [
        blocks.button(voice.t("button.market_norm_confirm"), ids.NORM_REVIEW, n.id, label=label) for n in forming[:1]
    ]


def _one_tap(thread: Thread, voice: Voice) -> list[Block]:
    found, pen = thread.investigation, Pen(thread.case, voice, plain=True)
    actions = {Winner.OTHER: ids.ADJUDICATE_OTHER, Winner.EXPERT: ids.ADJUDICATE}
    return [
        blocks.button(
            _label(winner, found, pen, _ON_BUTTON), action, found.disagreement.id, label=_label(winner, found, pen)
        )
        for winner, action in actions.items()
    ]


def _label(winner: Winner, investigation: Investigation, pen: Pen, longest: int = 40) -> str:
    """'Bia was right': for a button or a choice, plain and not escaped."""
    person = _person_of(winner, investigation)
    known = pen.case.names.get(person.expert, person.expert) if person else blocks.NOTHING
    named = blocks.one_line(known, longest)
    return pen.t(f"resolve.{winner.value}", who=named)


def reminder(thread: Thread, voice: Voice) -> Message:
    """To the lead: a week has gone, and nobody has said who was right."""
    pen, plain = Pen(thread.case, voice), Pen(thread.case, voice, plain=True)
    where = _where(pen, thread.investigation)
    parts = [
        blocks.section(f"*{pen.t('thread.remind', name=pen.name)}*", _who_differ(pen, thread), where),
        *_sides(pen, thread),
        blocks.context(pen.t("thread.remind_why")),
        blocks.actions(*_buttons(thread, voice)),
    ]
    said = f"{plain.t('thread.remind', name=plain.name)}. {_who_differ(plain, thread)}"
    return blocks.message(words.bare(said), parts)


# On the card


def on_card(pen: Pen) -> list[str]:
    """A line for each disagreement: that it is open, or who was right and what was learned."""
    return [line for one in pen.case.investigations for line in [_card_line(pen, one)] if line]


def _card_line(pen: Pen, investigation: Investigation) -> str:
    found, where, other = investigation.disagreement, _where(pen, investigation), investigation.other
    between = {"who": pen.who(found.expert), "other": pen.who(other.expert)} if other is not None else {}
    if found.standing is Standing.OPEN:
        said = pen.t("thread.on_card_between", **between) if between else pen.t("thread.on_card")
        return f"{said} {where}".rstrip()
    ended, lesson = outcome_said(pen, investigation), _lesson(found)
    if between:
        ended = pen.t("thread.between", outcome=ended, **between)
    ended = ended if ended.startswith("<") else ended[:1].upper() + ended[1:]
    key = "thread.on_card_lesson" if lesson else "thread.on_card_ended"
    return f"{pen.t(key, outcome=ended, lesson=lesson)} {where}".rstrip()


def _where(pen: Pen, investigation: Investigation) -> str:
    return words.link(investigation.link, pen.t("thread.open")) if investigation.link else ""


# The form


def resolve_form(thread: Thread, voice: Voice) -> Block:
    """Who was right, and one sentence that others will see; nothing is preset unless somebody had said."""
    pen, found = Pen(thread.case, voice), thread.investigation.disagreement
    plain = Pen(thread.case, voice, plain=True)
    options = [blocks.option(_label(w, thread.investigation, plain), w.value) for w in winners(found.kind)]
    chosen = found.winner.value if found.winner else None
    lesson = blocks.text_input(
        ids.FIELD, placeholder=voice.t("resolve.lesson_hint"), initial=found.lesson, longest=LESSON
    )
    parts = [
        blocks.section(f"*{pen.name}*", _calls(pen, thread.investigation)),
        *([_columns(pen, thread.investigation)] if thread.investigation.other else []),
        blocks.field(ids.RESOLUTION, voice.t("resolve.found"), blocks.one_of(ids.FIELD, options, chosen)),
        blocks.field(ids.LESSON, voice.t("resolve.lesson"), lesson, hint=voice.t("resolve.why")),
    ]
    return blocks.modal(
        ids.RESOLVE_FORM, voice.t("resolve.title"), parts, close=voice.t("form.cancel"),
        submit=voice.t("resolve.submit"), meta=ids.pack_investigation(thread.case.review, found.id, found.resolved_at),
    )  # fmt: skip


def _whose(pen: Pen) -> str:
    return pen.t("thread.ai_theirs" if pen.case.recommendation.theirs else "thread.ai")


def _calls(pen: Pen, investigation: Investigation) -> str:
    """As in 'AI: decline. @bia: proceed'."""
    sides: list[tuple[str, Verdict]] = [(_whose(pen), pen.case.recommendation.verdict)]
    people = [investigation.other, investigation.said]
    sides += [(pen.who(said.expert), said.verdict) for said in people if said is not None]
    return " ".join(pen.t("thread.call", who=who, verdict=pen.verdict(verdict)) for who, verdict in sides)
