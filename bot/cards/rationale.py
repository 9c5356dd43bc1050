"""The forms: override, normal for this market, objection, note, "I know this creator"."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.cards import blocks, fields, ids, lists, words
from bot.cards.blocks import Block
from bot.cards.details import details
from bot.cards.fields import Answer, block_of, read_form
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.errors import Invalid
from bot.core.outcome import What, require_possible
from bot.core.rationale import may_explain
from bot.core.types import Rationale, UserId
from bot.i18n.catalog import Voice
from scoring.types import FlagCode, Recommendation, Verdict

__all__ = [
    "Answer",
    "block_of",
    "details",
    "dissent_form",
    "know_form",
    "norm_form",
    "note_form",
    "outcome_form",
    "override_form",
    "read_form",
    "saved",
]

DECIDE = "decide"
CONFLICT = "conflict"
"""The two choices of "I know this creator": answer with the disclosure shown, or pass it on."""
_WORDS = ("one", "two")


def _form(callback: str, title: str, parts: Sequence[Block | None], voice: Voice, *, submit: str, meta: str) -> Block:
    kept = [part for part in parts if part]
    return blocks.modal(callback, title, kept, close=voice.t("form.cancel"), submit=submit, meta=meta)


def _ai_line(rec: Recommendation, voice: Voice) -> str:
    return words.ai_sentence(rec, voice, "form.ai", words.risk_of(rec, voice))


def _about(case: Case, voice: Voice, verdict: Verdict) -> str:
    name = blocks.said(case.candidate.name, words.NAME)
    return voice.t("form.about", verdict=voice.t(f"title.{verdict.value}"), name=name)


def override_form(case: Case, voice: Voice, *, draft: Rationale | None = None) -> Block:
    """Why, how sure, in your own words; which warnings, for those who say that it is normal here."""
    verdict = case.recommendation.verdict.opposite
    ticked = [code.value for code in draft.disputed] if draft else []
    asks_flags = verdict is Verdict.PROCEED
    label = voice.t("form.flags_if_norm")
    return _form(
        ids.OVERRIDE_FORM,
        voice.t(f"override.{verdict.value}"),
        [
            blocks.section(_about(case, voice, verdict), _ai_line(case.recommendation, voice)),
            fields.reasons(verdict, voice, draft),
            fields.confidence(voice, draft),
            fields.flags(case, voice, label, ticked, live=False) if asks_flags else None,
            fields.own_words(voice, draft),
        ],
        voice,
        submit=voice.t(f"title.{verdict.value}"),
        meta=ids.pack(case.review),
    )


def norm_form(
    case: Case,
    voice: Voice,
    *,
    ticked: Collection[FlagCode],
    recomputed: Recommendation | None,
    draft: Rationale | None = None,
) -> Block:
    """Which numbers are normal here, what the AI says without them, and the verdict, the recomputed one chosen.

    The verdict's block id names the recomputed verdict (`verdict.proceed`): Slack keeps an old choice while ids stay,
    so a new preset needs a new id. `block_of` finds it for errors; `read_form` reads it under any suffix.
    """
    disputable = [flag.code for flag in fields.disputable(case)]
    chosen = [code for code in disputable if code in ticked]
    name = blocks.said(case.candidate.name, words.NAME)
    about = _ai_line(case.recommendation, voice)
    title = voice.t("norm.title", market=voice.market_for(case.review.market))
    label = voice.t(
        "norm.what", market_in=voice.market_in(case.review.market), market=voice.market_for(case.review.market)
    )
    return _form(
        ids.NORM_FORM,
        title if len(title) <= blocks.TITLE else voice.t("norm.title_here"),
        [
            blocks.section(voice.t("norm.about", name=name, about=words.lower_first(about))),
            fields.flags(case, voice, label, [code.value for code in chosen], live=True),
            _effect(case, voice, chosen, recomputed),
            _norm_verdict(case, voice, recomputed if chosen else None),
            fields.narrative(voice.t("norm.how"), voice.t("norm.how_hint"), draft),
        ],
        voice,
        submit=voice.t("form.save"),
        meta=ids.pack(case.review),
    )


def _effect(case: Case, voice: Voice, chosen: Sequence[FlagCode], recomputed: Recommendation | None) -> Block:
    """What ticking changes: before the first tick an invitation, then the call without those numbers."""
    if recomputed is None or not chosen:
        return blocks.context(voice.t("norm.tick"))
    before = case.recommendation
    flips = recomputed.verdict is not before.verdict
    many = _WORDS[len(chosen) - 1] if len(chosen) <= len(_WORDS) else "many"
    kind = "flips" if flips else "stays" if before.verdict is Verdict.DECLINE else "same"
    verdict = voice.t(f"verdict.{recomputed.verdict.value}")
    head = voice.t(f"norm.{kind}.{many}", verdict=verdict, n=len(chosen))
    if recomputed.ours is not None:
        # Theirs cannot be worked out again: what changes is what ours says beside it.
        head = voice.t("norm.theirs", verdict=verdict, ours=voice.t(f"verdict.{recomputed.ours.value}"))
    change = voice.t("norm.change", before=voice.risk(before.risk), risk=words.risk_of(recomputed, voice))
    return blocks.section(f"*{head}*", f"{change} {voice.t(f'norm.then.{kind}', verdict=verdict)}")


def _norm_verdict(case: Case, voice: Voice, recomputed: Recommendation | None) -> Block:
    """Proceed or decline; no word of it stands on the submit button, because it can be changed here."""
    ai = case.recommendation.verdict
    preset = recomputed.verdict.value if recomputed else None

    def label(verdict: Verdict) -> str:
        kind = "keep" if verdict is ai else "plain" if verdict.value == preset else "anyway"
        return voice.t(f"norm.{kind}.{verdict.value}")

    options = [blocks.option(label(v), v.value) for v in Verdict]
    block_id = f"{ids.VERDICT}.{preset}" if preset else ids.VERDICT
    return blocks.field(block_id, voice.t("norm.decision"), blocks.one_of(ids.FIELD, options, preset))


def dissent_form(
    case: Case,
    voice: Voice,
    *,
    draft: Rationale | None = None,
    verdict: Verdict | None = None,
    late: bool = False,
    draft_id: str | None = None,
) -> Block:
    """An objection to what was decided; `late` when an answer came after the decision, and then it says so first."""
    stands = case.decision.verdict if case.decision else case.recommendation.verdict
    towards = verdict or stands.opposite
    pen = Pen(case, voice)
    so_far = words.outcome(pen, case.decision) if case.decision else _ai_line(case.recommendation, voice)
    first = voice.t("dissent.late") if late else ""
    reverses = voice.t("dissent.reverses", lead=pen.who(case.lead)) if case.lead else ""
    return _form(
        ids.DISSENT_FORM,
        voice.t("dissent.title"),
        [
            blocks.section(first, _about(case, voice, towards), so_far, reverses),
            fields.reasons(towards, voice, draft),
            fields.own_words(voice, draft),
        ],
        voice,
        submit=voice.t("dissent.submit"),
        meta=ids.pack(case.review, verdict=towards, draft=draft_id),
    )


def note_form(case: Case, voice: Voice, reader: UserId = "") -> Block:
    """A few words for the decided card; whoever agreed with the AI may tick why instead."""
    judgement = case.judgement
    explains = judgement if may_explain(judgement, case.decision, reader) else None
    return _form(
        ids.NOTE_FORM,
        voice.t("note.title"),
        [
            blocks.section(f"*{blocks.esc(_title(case, voice))}*"),
            fields.why_agree(explains.verdict, voice) if explains else None,
            fields.narrative(
                voice.t("note.label"),
                voice.t("note.hint"),
                None,
                optional=explains is not None,
                hint=voice.t("form.words_needed") if explains else "",
            ),
        ],
        voice,
        submit=voice.t("form.save"),
        meta=ids.pack(case.review),
    )


def outcome_form(case: Case, voice: Voice) -> Block:
    """What became of the deal: what can have happened and is not known yet."""
    possible = [what for what in What if what not in case.outcomes and _can_be(what, case)]
    options = [blocks.option(lists.capital(voice.t(f"outcome.{what.value}")), what.value) for what in possible]
    known = ", ".join(voice.t(f"outcome.{what.value}") for what in case.outcomes)
    said = voice.t("thread.since", what=known) if known else ""
    head = blocks.section(f"*{blocks.esc(_title(case, voice))}*", said)
    if not options:
        rest = blocks.section(voice.t("outcome.all_known"))
        title, close = voice.t("outcome.title"), voice.t("form.close")
        return blocks.modal(ids.OUTCOME_FORM, title, [head, rest], close=close, meta=ids.pack(case.review))
    return _form(
        ids.OUTCOME_FORM,
        voice.t("outcome.title"),
        [
            head,
            blocks.field(
                ids.OUTCOME, voice.t("outcome.label"), blocks.one_of(ids.FIELD, options), hint=voice.t("outcome.hint")
            ),
        ],
        voice,
        submit=voice.t("form.save"),
        meta=ids.pack(case.review),
    )


def _can_be(what: What, case: Case) -> bool:
    try:
        require_possible(what, case.review, case.decision.verdict if case.decision else None)
    except Invalid:
        return False
    return True


def _title(case: Case, voice: Voice) -> str:
    return words.headline(case, voice, case.decision.verdict) if case.decision else words.question(case, voice)


def know_form(case: Case, voice: Voice) -> Block:
    """How one knows the creator, shown on the card; then answer oneself or pass it on (choices decide, conflict)."""
    options = [blocks.option(voice.t("know.decide"), DECIDE), blocks.option(voice.t("know.conflict"), CONFLICT)]
    return _form(
        ids.KNOW_FORM,
        voice.t("know.title"),
        [
            blocks.section(f"*{blocks.esc(words.question(case, voice))}*", voice.t("know.shown")),
            fields.narrative(voice.t("know.how"), voice.t("know.how_hint"), None, optional=False),
            blocks.field(ids.CHOICE, voice.t("know.then"), blocks.one_of(ids.FIELD, options)),
        ],
        voice,
        submit=voice.t("form.save"),
        meta=ids.pack(case.review),
    )


def saved(voice: Voice, title_key: str, text: str) -> Block:
    """A closing view; `text` is mrkdwn that a card or a refusal wrote."""
    return blocks.modal(ids.SAVED_VIEW, voice.t(title_key), [blocks.section(text)], close=voice.t("form.done"))
