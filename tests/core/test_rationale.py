"""What an answer must say, and what of it is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Invalid
from bot.core.rationale import check_norm, check_override, disputable, with_evidence
from bot.core.types import REASONS, Confidence, Rationale, Reason
from scoring.types import FlagCode, Severity, Verdict
from tests.factories import declines, flag, proceeds

GIVEN = Rationale((Reason.CULTURAL_FIT,), Confidence.SURE, "")
UNSAFE = flag(FlagCode.BRAND_SAFETY, severity=Severity.SEVERE, value=None, norm=None)
BOTH = (FlagCode.ENGAGEMENT_OFF_NORM, FlagCode.GROWTH_SPIKE)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"reasons": ()}, "reason_needed", "reasons"),
        ({"reasons": (Reason.AUDIENCE_MISMATCH,)}, "reason_needed", "reasons"),
        ({"reasons": (Reason.PRICE, Reason.TIMING)}, "reason_needed", "reasons"),
        ({"confidence": None}, "confidence_needed", "confidence"),
        ({"reasons": (Reason.OTHER,)}, "text_needed", "narrative"),
        ({"reasons": (Reason.OTHER,), "narrative": " \n "}, "text_needed", "narrative"),
        ({"reasons": (Reason.MARKET_NORM,)}, "flags_needed", "flags"),
        ({"reasons": (Reason.MARKET_NORM,), "disputed": (FlagCode.BRAND_SAFETY,)}, "flags_needed", "flags"),
        ({"reasons": (Reason.MARKET_NORM,), "disputed": (FlagCode.COMMENT_POD,)}, "flags_needed", "flags"),
    ],
)
def test_an_override_says_what_is_missing_and_where(changes: dict[str, object], reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_override(replace(GIVEN, **changes), Verdict.PROCEED, declines())  # type: ignore[arg-type]
    assert (refused.value.reason, refused.value.params["field"]) == (reason, field)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_reason_of_a_direction_is_taken(verdict: Verdict) -> None:
    rec = declines() if verdict is Verdict.PROCEED else proceeds()
    for reason in REASONS[verdict]:
        given = replace(GIVEN, reasons=(reason,), narrative="because", disputed=BOTH[:1])
        checked = check_override(given, verdict, rec)
        assert checked.reasons == (reason,)
        assert checked.disputed == (BOTH[:1] if reason is Reason.MARKET_NORM else ())
    assert len(REASONS[verdict]) <= 10


def test_without_flags_to_dispute_the_norm_needs_none() -> None:
    checked = check_override(replace(GIVEN, reasons=(Reason.MARKET_NORM,)), Verdict.PROCEED, declines(flags=(UNSAFE,)))
    assert checked.disputed == ()


def test_normal_needs_a_flag_that_was_raised_and_can_be_disputed() -> None:
    for disputed in ((), (FlagCode.BRAND_SAFETY,), (FlagCode.COMMENT_POD,)):
        with pytest.raises(Invalid, match="flags_needed"):
            check_norm(replace(GIVEN, disputed=disputed), declines(flags=(UNSAFE, flag())))
    checked = check_norm(Rationale(narrative="always so", disputed=(*BOTH, FlagCode.COMMENT_POD)), declines())
    assert checked.disputed == BOTH
    assert checked.reasons == (Reason.MARKET_NORM,)
    assert checked.narrative == "always so"


def test_brand_safety_is_never_normal() -> None:
    assert disputable(declines(flags=(UNSAFE, flag()))) == (FlagCode.ENGAGEMENT_OFF_NORM,)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("", None),
        ("no link, e.g. example.com", None),
        ("see https://example.com/a.", "https://example.com/a"),
        ("(https://example.com/a?b=1&c=2)", "https://example.com/a?b=1&c=2"),
        ("<https://example.com/a|the report>", "https://example.com/a"),
        ("first http://example.com/1, then https://example.com/2", "http://example.com/1"),
        ("«https://example.com/вот»", "https://example.com/вот"),
    ],
)
def test_the_first_link_is_the_evidence(text: str, link: str | None) -> None:
    assert with_evidence(Rationale(narrative=text)).evidence == link


@given(st.text())
def test_the_narrative_is_kept_as_typed(text: str) -> None:
    assert with_evidence(Rationale(narrative=text)).narrative == text
