"""What somebody sees whose tap could not count: what is true, that nothing changed, what to do now and with whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.cards import blocks, ids, lists, words
from bot.cards.blocks import Block, Message
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.errors import HandoffError, NotAllowed, TooLate
from bot.core.types import Basis, By, State
from bot.i18n.catalog import Voice, error_text

_LONGEST = 200
#: Whose "by" and "at" are not the decision's.
_ABOUT_ANOTHER = frozenset({"resolved", "investigation_void", "outcome_known"})
_BY = {By.DEADLINE.value: "decided_by_deadline", By.AI.value: "decided_by_ai"}


def refusal(error: HandoffError, voice: Voice, case: Case | None, *, now: datetime) -> Message:
    """An ephemeral message for any error; what the error does not say is taken from the case as it is now."""
    told = _told(error, case)

    def esc(text: str) -> str:
        return blocks.said(text, _LONGEST)

    said = error_text(voice, told, who=_names(case, voice, plain=False), esc=esc, now=now)
    plain = error_text(voice, told, who=_names(case, voice, plain=True), esc=esc, now=now)
    parts = [blocks.section(*said.split("\n"))]
    row = _buttons(told, voice, case)
    if row:
        parts.append(blocks.actions(*row))
    safe = _words(told, voice)
    if safe:
        parts[0] = blocks.section(*said.split("\n"), safe)
        plain = f"{plain}\n{safe}"
    return blocks.message(words.bare(plain), parts)


def _names(case: Case | None, voice: Voice, *, plain: bool) -> Callable[[str], str]:
    return Pen(case, voice, plain).who if case else words.person


def _told(error: HandoffError, case: Case | None) -> HandoffError:
    """The same error with everything that the case knows beside it."""
    if case is None or not isinstance(error, (TooLate, NotAllowed)):
        return error
    known: dict[str, object] = {
        "candidate": case.candidate.name,
        "market": case.review.market,
        "expert": case.review.expert,
        "lead": case.lead,
        "owner": case.campaign.owner,
        "deadline": case.review.deadline_at,
    }
    reason = error.reason
    decision = case.decision
    if decision is not None and reason not in _ABOUT_ANOTHER:
        person = decision.person
        known |= {
            "verdict": decision.verdict.value,
            "at": decision.at,
            "against_ai": case.differs,
            "basis": decision.basis.value,
        }
        known["by"] = person
        if reason == State.DECIDED.value:
            reason = _BY.get(decision.by, reason)
        if reason == _BY[By.DEADLINE.value] and decision.basis is Basis.DECLINE:
            reason = "declined_by_deadline"
    return type(error)(reason, **{**known, **{k: v for k, v in error.params.items() if v is not None}})


def _words(error: HandoffError, voice: Voice) -> str:
    """What became of words that were typed in vain."""
    if _draft(error):
        return voice.t("error.words_safe")
    kept = error.params.get("typed") and error.params.get("kept") == "comment"
    return voice.t("error.words_kept") if kept else ""


def _draft(error: HandoffError) -> str | None:
    draft = error.params.get("draft_id")
    return str(draft) if error.params.get("typed") and draft else None


def _buttons(error: HandoffError, voice: Voice, case: Case | None) -> list[Block]:
    """[Keep as comment] [Discard] for words that were typed; [Object…] [Details] on what nobody confirmed."""
    draft = _draft(error)
    if draft:
        return [
            blocks.button(voice.t("button.keep"), ids.KEEP_COMMENT, draft),
            blocks.button(voice.t("button.discard"), ids.DROP_COMMENT, draft),
        ]
    if case is None or not isinstance(error, TooLate):
        return []
    open_to_objection = case.decision is not None and not case.review.executed
    if error.reason.startswith(("decided", "declined")) and open_to_objection:
        value = ids.value(case.review)
        return [blocks.button(voice.t("button.object"), ids.DISSENT, value), lists.details_button(case, voice)]
    return [lists.details_button(case, voice)]
