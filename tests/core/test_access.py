"""Who may do what, with whom to turn to in every refusal."""

from __future__ import annotations

import pytest

from bot.core.access import require_judge, require_lead, require_objector
from bot.core.errors import NotAllowed
from bot.core.types import Candidate, Member, Role
from tests.factories import BIA, CAIO, IGOR, MAYA, OLEG, ZOE
from tests.factories import campaign as a_campaign
from tests.factories import candidate as a_candidate
from tests.factories import member as a_member
from tests.factories import review as a_review

LEAD = a_member(ZOE, role=Role.LEAD)
MARKETER = a_member(MAYA, role=Role.MARKETER)


def judge(person: Member | None, candidate: Candidate | None = None) -> Member:
    return require_judge(person, a_review(), a_campaign(), candidate or a_candidate(), ZOE)


@pytest.mark.parametrize("person", [a_member(BIA), a_member(CAIO), LEAD])
def test_experts_of_the_market_and_leads_decide(person: Member) -> None:
    assert judge(person) is person


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (None, "no_role"),
        (Member(IGOR, "Igor"), "no_role"),
        (a_member(BIA, guest=True), "guest"),
        (a_member(BIA, deleted=True), "guest"),
        (a_member(ZOE, role=Role.LEAD, guest=True), "guest"),
        (a_member(OLEG, None, "RU"), "not_your_market"),
        (MARKETER, "marketer_asks"),
    ],
)
def test_everybody_else_hears_whom_to_ask(person: Member | None, reason: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        judge(person)
    assert refused.value.reason == reason
    params = refused.value.params
    assert (params["candidate"], params["market"], params["expert"]) == ("Ana Lima", "BR", BIA)
    assert (params["lead"], params["owner"]) == (ZOE, MAYA)
    if reason == "not_your_market":
        assert params["markets"] == ("RU",)


@pytest.mark.parametrize("person", [a_member(BIA), LEAD])
def test_nobody_judges_their_own_referral(person: Member) -> None:
    with pytest.raises(NotAllowed, match="own_referral"):
        judge(person, a_candidate(referred_by=person.id))


def test_the_owner_may_object_and_another_marketer_not() -> None:
    review, campaign, candidate = a_review(), a_campaign(), a_candidate()
    assert require_objector(MARKETER, review, campaign, candidate, ZOE) is MARKETER
    assert require_objector(a_member(CAIO), review, campaign, candidate, ZOE).id == CAIO
    with pytest.raises(NotAllowed, match="marketer_asks"):
        require_objector(a_member(IGOR, role=Role.MARKETER), review, campaign, candidate, ZOE)
    with pytest.raises(NotAllowed, match="guest"):
        require_objector(a_member(MAYA, role=Role.MARKETER, deleted=True), review, campaign, candidate, ZOE)
    with pytest.raises(NotAllowed, match="no_role"):
        require_objector(None, review, campaign, candidate, ZOE)


def test_only_an_active_lead_rules() -> None:
    assert require_lead(LEAD, ZOE) is LEAD
    for person in (None, a_member(BIA), MARKETER, a_member(ZOE, role=Role.LEAD, deleted=True)):
        with pytest.raises(NotAllowed, match="not_lead") as refused:
            require_lead(person, ZOE)
        assert refused.value.params == {"lead": ZOE}
