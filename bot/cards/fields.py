"""The fields that forms share, and how what was typed is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import blocks, evidence, ids, words
from bot.cards.blocks import Block
from bot.cards.words import Pen
from bot.core.case import Case
from bot.core.rationale import agreeing, with_evidence
from bot.core.types import REASONS, Confidence, Rationale, Reason
from bot.i18n.catalog import Voice
from scoring.types import FlagCode, RiskFlag, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """What a submitted form says; a part that the form does not ask for is None or empty."""

    verdict: Verdict | None
    rationale: Rationale
    person: str | None = None
    choice: str | None = None


def why_agree(verdict: Verdict, voice: Voice) -> Block:
    """The same for an agreement, which needs none."""
    options = [blocks.option(words.reason_label(r, verdict, voice), r.value) for r in agreeing(verdict)]
    return blocks.field(ids.REASONS, voice.t("form.why"), blocks.checkboxes(ids.FIELD, options), optional=True)


def reasons(verdict: Verdict, voice: Voice, draft: Rationale | None) -> Block:
    """Tick boxes, worded for the direction."""
    options = [blocks.option(words.reason_label(r, verdict, voice), r.value) for r in REASONS[verdict]]
    ticked = [r.value for r in draft.reasons] if draft else []
    return blocks.field(ids.REASONS, voice.t("form.why"), blocks.checkboxes(ids.FIELD, options, ticked))


def confidence(voice: Voice, draft: Rationale | None) -> Block:
    """Nothing preset: a prefilled confidence measures the default."""
    options = [blocks.option(words.confidence_label(c, voice), c.value) for c in Confidence]
    chosen = draft.confidence.value if draft and draft.confidence else None
    return blocks.field(ids.CONFIDENCE, voice.t("form.sure"), blocks.one_of(ids.FIELD, options, chosen))


def narrative(
    label: str, placeholder: str, draft: Rationale | None, *, optional: bool = True, hint: str = ""
) -> Block:  # fmt: skip
    typed = draft.narrative if draft else ""
    box = blocks.text_input(ids.FIELD, placeholder=placeholder, initial=typed)
    return blocks.field(ids.NARRATIVE, label, box, optional=optional, hint=hint)


def own_words(voice: Voice, draft: Rationale | None) -> Block:
    """Optional, and Slack writes so; but not with the reason that says nothing by itself."""
    needed = voice.t("form.words_needed")
    return narrative(voice.t("form.words"), voice.t("form.words_hint"), draft, hint=needed)


def disputable(case: Case) -> list[RiskFlag]:
    return [flag for flag in case.recommendation.flags if flag.disputable]


def flags(case: Case, voice: Voice, label: str, ticked: Sequence[str], *, live: bool) -> Block | None:
    """Which warnings are normal here; `live` sends each tick. None when there is nothing to dispute."""
    pen = Pen(case, voice, plain=True)
    options = [blocks.option(evidence.flag_option(flag, pen), flag.code.value) for flag in disputable(case)]
    if not options:
        return None
    boxes = blocks.checkboxes(ids.NORM_FLAGS, options, ticked)
    return blocks.field(ids.FLAGS, label, boxes, optional=not live, dispatch=live)


def values_of(view: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Field name -> what Slack says of it. A block id may carry a suffix after a dot (see `norm_form`)."""
    state = view.get("state")
    found = state.get("values") if isinstance(state, Mapping) else None
    blocks_of = found if isinstance(found, Mapping) else {}
    read: dict[str, Mapping[str, Any]] = {}
    for block_id, by_action in blocks_of.items():
        field = by_action.get(ids.FIELD) if isinstance(by_action, Mapping) else None
        if isinstance(field, Mapping):
            read[str(block_id).split(".")[0]] = field
    return read


def choice_of(field: Mapping[str, Any]) -> str | None:
    chosen = field.get("selected_option")
    return str(chosen.get("value")) if isinstance(chosen, Mapping) else None


def _several(field: Mapping[str, Any]) -> list[str]:
    chosen = field.get("selected_options")
    return [str(o.get("value")) for o in chosen if isinstance(o, Mapping)] if isinstance(chosen, list) else []


def read_form(view: Mapping[str, Any]) -> Answer:
    """What somebody filled in. Never raises: what we do not know is not there, and the core says what is missing."""
    values = values_of(view)
    empty: Mapping[str, Any] = {}

    def one(name: str) -> str | None:
        return choice_of(values.get(name, empty))

    ticked = _several(values.get(ids.REASONS, empty))
    disputed = _several(values.get(ids.FLAGS, empty))
    sure, verdict = one(ids.CONFIDENCE), one(ids.VERDICT)
    rationale = Rationale(
        reasons=tuple(Reason(r) for r in ticked if r in set(Reason)),
        confidence=Confidence(sure) if sure in set(Confidence) else None,
        narrative=str(values.get(ids.NARRATIVE, empty).get("value") or "")[: blocks.TYPED],
        disputed=tuple(FlagCode(f) for f in disputed if f in set(FlagCode)),
    )
    return Answer(
        verdict=Verdict(verdict) if verdict in set(Verdict) else _remembered(view),
        rationale=with_evidence(rationale),
        person=one(ids.PERSON),
        choice=one(ids.CHOICE),
    )


def picked_one(view: Mapping[str, Any], name: str) -> str | None:
    """What was chosen in one field of a form, None for nothing or for a form without it."""
    return choice_of(values_of(view).get(name, {}))


def picked_person(view: Mapping[str, Any], name: str) -> str | None:
    """Who was chosen of everybody in the workspace."""
    chosen = values_of(view).get(name, {}).get("selected_user")
    return chosen if isinstance(chosen, str) else None


def picked_channel(view: Mapping[str, Any], name: str) -> str | None:
    """Which channel was chosen."""
    chosen = values_of(view).get(name, {}).get("selected_conversation")
    return chosen if isinstance(chosen, str) else None


def picked_file(view: Mapping[str, Any], name: str) -> tuple[str, str] | None:
    """Slack's id and the name of the file that was chosen."""
    chosen = values_of(view).get(name, {}).get("files")
    first = chosen[0] if isinstance(chosen, list) and chosen else None
    if not isinstance(first, Mapping) or not first.get("id"):
        return None
    return str(first["id"]), str(first.get("name") or first["id"])


def ticked(view: Mapping[str, Any], name: str) -> list[str]:
    """What was ticked or chosen in a field that takes several."""
    return _several(values_of(view).get(name, {}))


def text(view: Mapping[str, Any], name: str) -> str:
    """What was typed into a field of several lines."""
    return blocks.clean(str(values_of(view).get(name, {}).get("value") or "")).strip()


def one_line(view: Mapping[str, Any], name: str) -> str:
    """What was typed into one field, on one line."""
    return " ".join(blocks.clean(str(values_of(view).get(name, {}).get("value") or "")).split())


def _remembered(view: Mapping[str, Any]) -> Verdict | None:
    try:
        return ids.unpack(view).verdict
    except ValueError:
        return None


def block_of(view: Mapping[str, Any], name: str) -> str:
    """The block id that now holds a field: where an error under that field must point."""
    shown = view.get("blocks")
    for block in shown if isinstance(shown, list) else []:
        found = str(block.get("block_id", "")) if isinstance(block, Mapping) else ""
        if found.split(".")[0] == name:
            return found
    return name
