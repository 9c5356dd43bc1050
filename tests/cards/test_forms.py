"""What was typed is read back, what was not stays empty, and ids stay what they are."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cards import hand_over, ids, rationale
from bot.core.assignment import Able, Grounds
from bot.core.types import Confidence, Rationale, Reason
from scoring.types import FlagCode, Verdict
from tests import factories as f
from tests.cards.gallery import voices

VOICE = voices("en")[1]


def filled(view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """The view as Slack sends it back: initial values, overwritten by `typed` (field -> value)."""
    values: dict[str, Any] = {}
    for block in (b for b in view["blocks"] if b["type"] == "input"):
        element, name = block["element"], block["block_id"].split(".")[0]
        state: dict[str, Any] = {"type": element["type"]}
        if element["type"] == "checkboxes":
            wanted = typed.get(name)
            chosen = element.get("initial_options", []) if wanted is None else _by_value(element, wanted)
            state["selected_options"] = chosen
        elif element["type"] == "plain_text_input":
            state["value"] = typed.get(name, element.get("initial_value"))
        else:
            wanted = typed.get(name)
            state["selected_option"] = _by_value(element, [wanted])[0] if wanted else element.get("initial_option")
        values[block["block_id"]] = {element["action_id"]: state}
    return {**view, "state": {"values": values}}


def _by_value(element: dict[str, Any], wanted: list[str]) -> list[dict[str, Any]]:
    return [o for o in element["options"] if o["value"] in wanted]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_field_that_other_needs_says_so_beside_slacks_optional(language: str) -> None:
    voice = voices(language)[1]
    for form in (rationale.override_form(f.case(), voice), rationale.dissent_form(f.case(), voice)):
        (words,) = (b for b in form["blocks"] if b.get("block_id") == ids.NARRATIVE)
        assert words["optional"], "not with every reason"
        assert {"en": "Other", "ru": "Другое"}[language] in words["hint"]["text"]


def test_an_override_is_read_with_its_evidence() -> None:
    view = rationale.override_form(f.case(), VOICE)
    sent = filled(
        view,
        reasons=["market_norm", "other"],
        confidence="fairly",
        flags=["growth_spike"],
        narrative="see https://e.com/a.",
    )
    answer = rationale.read_form(sent)
    assert answer.verdict is None
    assert answer.rationale == Rationale(
        (Reason.MARKET_NORM, Reason.OTHER),
        Confidence.FAIRLY,
        "see https://e.com/a.",
        "https://e.com/a",
        (FlagCode.GROWTH_SPIKE,),
    )


def test_nothing_is_preset_in_an_override() -> None:
    answer = rationale.read_form(filled(rationale.override_form(f.case(), VOICE)))
    assert answer.rationale == Rationale()


def test_a_draft_comes_back_as_it_was() -> None:
    draft = f.judgement().rationale
    answer = rationale.read_form(filled(rationale.override_form(f.case(), VOICE, draft=draft)))
    assert answer.rationale == draft


def test_override_towards_decline_offers_ten_reasons_and_no_flags() -> None:
    view = rationale.override_form(f.case(f.proceeds()), VOICE)
    fields = {b["block_id"]: b for b in view["blocks"] if b["type"] == "input"}
    assert len(fields["reasons"]["element"]["options"]) == 10
    assert "flags" not in fields


@pytest.mark.parametrize(
    ("again", "wanted"), [(f.proceeds(), Verdict.PROCEED), (f.declines(risk=0.43), Verdict.DECLINE)]
)
def test_the_recomputed_verdict_is_chosen_in_a_block_of_its_own(again: Any, wanted: Verdict) -> None:
    view = rationale.norm_form(f.case(), VOICE, ticked=[FlagCode.GROWTH_SPIKE], recomputed=again)
    assert rationale.block_of(view, ids.VERDICT) == f"verdict.{wanted.value}"
    answer = rationale.read_form(filled(view))
    assert answer.verdict is wanted
    assert answer.rationale.disputed == (FlagCode.GROWTH_SPIKE,)


def test_without_a_tick_no_verdict_is_chosen() -> None:
    view = rationale.norm_form(f.case(), VOICE, ticked=[], recomputed=None)
    assert rationale.block_of(view, ids.VERDICT) == "verdict"
    assert rationale.read_form(filled(view)).verdict is None


def test_fields_keep_their_ids_while_the_form_changes() -> None:
    views = [
        rationale.norm_form(f.case(), VOICE, ticked=[], recomputed=None),
        rationale.norm_form(f.case(), VOICE, ticked=[FlagCode.GROWTH_SPIKE], recomputed=f.proceeds()),
    ]
    kept = [[b["block_id"] for b in v["blocks"] if b.get("block_id") in ("flags", "narrative")] for v in views]
    assert kept[0] == kept[1] == ["flags", "narrative"]


def test_brand_safety_cannot_be_called_normal() -> None:
    case = f.case(f.declines(flags=(f.flag(FlagCode.BRAND_SAFETY, found=("gambling",)),)))
    from bot.cards import candidate

    shown = candidate.card(case, VOICE, now=f.INTAKE)
    assert ids.NORM not in str(shown.blocks)
    view = rationale.norm_form(case, VOICE, ticked=[FlagCode.BRAND_SAFETY], recomputed=None)
    assert "flags" not in [b.get("block_id") for b in view["blocks"]]


def test_an_objection_remembers_its_verdict_and_its_draft() -> None:
    view = rationale.dissent_form(f.decided(by="deadline"), VOICE, draft_id="dr_3")
    assert rationale.read_form(filled(view)).verdict is Verdict.PROCEED
    assert ids.unpack(view) == ids.Meta("rv_7Q2K", 3, Verdict.PROCEED, "dr_3")


def test_passing_on_and_knowing() -> None:
    able = [Able(f.member(f"U{n:09}"), Grounds(n, 8)) for n in range(8)]
    form = hand_over.pass_form(f.case(), VOICE, able)
    passing = rationale.read_form(filled(form, person="U000000006", narrative="busy"))
    assert (passing.person, passing.rationale.narrative) == ("U000000006", "busy")
    assert rationale.read_form(filled(hand_over.pass_form(f.case(), VOICE, able[:3]))).person is None
    named = [b["accessory"]["value"] for b in form["blocks"] if "accessory" in b]
    assert [ids.parse_choice(value)[0] for value in named] == [one.id for one in able[1:6]]
    knowing = filled(rationale.know_form(f.case(), VOICE), choice="conflict", narrative="cousins")
    answer = rationale.read_form(knowing)
    assert (answer.choice, answer.rationale.narrative) == (rationale.CONFLICT, "cousins")


@pytest.mark.parametrize(
    "rubbish", [{}, {"state": None}, {"state": {"values": []}}, {"state": {"values": {"verdict": 3}}}]
)
def test_rubbish_is_read_as_nothing(rubbish: dict[str, Any]) -> None:
    assert rationale.read_form(rubbish).rationale == Rationale()


def test_values_go_there_and_back() -> None:
    review = f.review()
    assert ids.parse_value(ids.value(review)) == ("rv_7Q2K", 3)
    assert ids.parse_value("rv_7Q2K") == ("rv_7Q2K", None)
    assert ids.parse_choice(ids.choice("details", review)) == ("details", "rv_7Q2K", 3)


@pytest.mark.parametrize("rubbish", ["", ":3", "rv:x", "a:1:2", "a b:1", "rv_1:-1", "x" * 999])
def test_rubbish_is_no_value(rubbish: str) -> None:
    with pytest.raises(ValueError, match="not a button value"):
        ids.parse_value(rubbish)


@pytest.mark.parametrize("rubbish", ["{", "{}", '{"r": null, "v": "x"}', "a b", '{"r":"a","verdict":"maybe"}'])
def test_rubbish_is_no_memory(rubbish: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several kinds of rubbish, several messages
        ids.unpack({"private_metadata": rubbish})
