"""What a lead is told of a learned model: how it does on cases it has not seen, whom it would turn, and two buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cards import blocks, ids, words
from bot.cards.blocks import Block, Message
from bot.core.learned_model import LearnedModel, State
from bot.i18n.catalog import Voice
from scoring.types import Target

_MARKETS = 8
_CONFIRM_TITLE, _CONFIRM_TEXT = 100, 300


def message(model: LearnedModel, voice: Voice) -> Message:
    """The comparison; with the buttons for what can still become of it."""
    name = blocks.said(model.name, 40)
    head = voice.n(f"model.head.{model.target.value}", model.labels, model=name)
    parts = [
        blocks.section(f"*{head}*", *_compared(model.card.get("held_out"), voice)),
        blocks.context(voice.t(f"model.state.{model.state.value}")),
    ]
    buttons = _buttons(model, voice)
    if buttons:
        parts.append(blocks.actions(*buttons))
    return blocks.message(words.bare(head), parts)


def relearn(new: Mapping[Target, int], voice: Voice) -> Message:
    """There is enough new to learn from: how much, by what, and that nothing happens by itself."""
    what = voice.t("model.relearn_join").join(voice.n(f"model.relearn.{of.value}", count) for of, count in new.items())
    head = voice.t("model.relearn", what=what)
    return blocks.message(words.bare(head), [blocks.section(head), blocks.context(voice.t("model.relearn_how"))])


def _compared(tested: Mapping[str, Any] | None, voice: Voice) -> list[str]:
    if not tested:
        return [voice.t("model.untested")]
    lines = [voice.n("model.unseen", int(tested["all"]))]
    lines += [f"• {_figures(who, tested['figures'][who], voice)}" for who in ("scorecard", "active", "new")]
    lines.append("• " + voice.t("model.curve", what=_points(tested["figures"]["new"]["curve"], voice)))
    by = [(m, count["changed"], count["cases"]) for m, count in tested["markets"].items()]
    by.sort(key=lambda one: (-one[1], -one[2], one[0]))
    where = ", ".join(
        voice.t("model.market", market=voice.market(market), changed=changed, cases=cases)
        for market, changed, cases in by[:_MARKETS]
    )
    lines.append(voice.t("model.changed", changed=tested["changed_count"], cases=tested["all"], where=where))
    return lines


def curves(model: LearnedModel, voice: Voice) -> dict[str, Any]:
    """By name, the calibration of what recommends now and of the new one; empty where none was measured."""
    tested = model.card.get("held_out")
    if not tested:
        return {}
    return {voice.t(f"model.line.{who}"): tested["figures"][who]["curve"] for who in ("active", "new")}


def curve_title(model: LearnedModel, voice: Voice) -> str:
    return voice.t("model.curve_title", model=model.name)


def curve_alt(model: LearnedModel, voice: Voice) -> str:
    """The picture in words: every point of both lines."""
    lines = [voice.t("model.curve_line", name=name, points=_points(curve, voice))
             for name, curve in curves(model, voice).items()]  # fmt: skip
    return " ".join([voice.t("model.curve_alt"), *lines])


def _points(curve: Any, voice: Voice) -> str:
    return ", ".join(
        voice.t("model.bin", said=voice.share(said, digits=0), true=voice.share(true, digits=0))
        for said, true, _ in curve
    )


def _figures(who: str, said: Mapping[str, Any], voice: Voice) -> str:
    numbers = {
        key: voice.t("model.unknown") if said[key] is None else voice.number(said[key], 3)
        for key in ("auc", "pr_auc", "brier", "calibration_error")
    }
    return voice.t(f"model.figures.{who}", **numbers)


def _buttons(model: LearnedModel, voice: Voice) -> list[Block]:
    value = ids.model(model)
    made = []
    if model.state is State.SHADOW:
        made.append(_button("promote", ids.MODEL_PROMOTE, value, model, voice))
    if model.state in (State.SHADOW, State.ACTIVE):
        made.append(_button("reject", ids.MODEL_REJECT, value, model, voice))
    return made


def _button(what: str, action: str, value: str, model: LearnedModel, voice: Voice) -> Block:
    """One that asks once more before anything happens."""
    said = voice.t(f"button.model_{what}")
    confirm = {
        "title": blocks.plain(voice.t(f"model.sure_{what}", model=model.name), _CONFIRM_TITLE),
        "text": blocks.plain(voice.t(f"model.then_{what}", model=model.name), _CONFIRM_TEXT),
        "confirm": blocks.plain(said, 30),
        "deny": blocks.plain(voice.t("form.close"), 30),
    }
    return blocks.button(said, action, value) | {"confirm": confirm}
