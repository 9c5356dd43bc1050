"""Who may do what to a review, as the rules say; the edges add what only Slack knows (team, stranger)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.core.assignment import is_referrer
from bot.core.errors import NotAllowed
from bot.core.types import Campaign, Member, Review, UserId


class Proposed(Protocol):
    """What a rule asks of a candidate."""

    @property
    def name(self) -> str: ...
    @property
    def referred_by(self) -> str | None: ...


def require_judge(
    person: Member | None, review: Review, campaign: Campaign, candidate: Proposed, lead: UserId | None
) -> Member:
    """The person, if they may decide this review: an expert of its market or a lead, and not its referrer.

    Raises NotAllowed with the reason and whom to ask.
    """
    params = {
        "candidate": candidate.name,
        "market": review.market,
        "expert": review.expert,
        "lead": lead,
        "owner": campaign.owner,
    }
    if person is None or not person.roles:
        raise NotAllowed("no_role", **params)
    if person.deleted or person.guest:
        raise NotAllowed("guest", **params)
    if not (person.is_lead or person.is_expert_of(review.market)):
        if person.markets:
            raise NotAllowed("not_your_market", markets=person.markets, **params)
        raise NotAllowed("marketer_asks", **params)
    if is_referrer(person, candidate.referred_by):
        raise NotAllowed("own_referral", **params)
    return person


def require_passer(
    person_id: UserId,
    person: Member | None,
    review: Review,
    campaign: Campaign,
    candidate: Proposed,
    lead: UserId | None,
) -> None:
    """Who may hand it to somebody else: whoever may judge, and the campaign's owner, with or without a role."""
    if person_id == campaign.owner and (person is None or person.active):
        return
    require_judge(person, review, campaign, candidate, lead)


def require_objector(
    person: Member | None, review: Review, campaign: Campaign, candidate: Proposed, lead: UserId | None
) -> Member:
    """Who may object to a decision: whoever may judge, and the campaign's owner, who asks the lead that way."""
    if person is not None and person.active and person.id == campaign.owner:
        return person
    return require_judge(person, review, campaign, candidate, lead)


def require_refresher(
    person: Member | None, person_id: UserId, review: Review, campaign: Campaign, candidate: Proposed,
    lead: UserId | None,
) -> None:  # fmt: skip
    """Who may have numbers looked up, which may cost money: anybody with a role, and the campaign's owner.

    Raises NotAllowed('no_role').
    """
    if person_id == campaign.owner or (person is not None and person.active and person.roles):
        return
    raise NotAllowed("no_role", candidate=candidate.name, market=review.market, expert=review.expert, lead=lead)


def require_owner(
    person_id: UserId, person: Member | None, campaign: Campaign, candidate: Proposed, lead: UserId | None
) -> None:
    """The campaign's owner, with or without a role, or a lead. Raises NotAllowed('not_owner')."""
    active = person is None or person.active
    if not active or (person_id != campaign.owner and not (person and person.is_lead)):
        raise NotAllowed("not_owner", candidate=candidate.name, owner=campaign.owner, lead=lead)


def require_resolver(
    person: Member | None,
    parties: Collection[UserId],
    review: Review,
    campaign: Campaign,
    candidate: Proposed,
    lead: UserId | None,
    *,
    ruling: bool,
) -> Member:
    """Who may say who was right: whoever may judge or owns the campaign, a lead where it is between two people.

    Never one of the `parties`: nobody is a judge in their own case, and nobody of their own referral.
    """
    if person is not None and person.id in parties:
        raise NotAllowed("own_case", lead=None if lead in parties else lead)
    if ruling:
        require_lead(person, lead)
    member = require_objector(person, review, campaign, candidate, lead)
    if is_referrer(member, candidate.referred_by):
        raise NotAllowed("own_referral", candidate=candidate.name, expert=review.expert, lead=lead)
    return member


def require_lead(person: Member | None, lead: UserId | None) -> Member:
    if person is None or not person.active or not person.is_lead:
        raise NotAllowed("not_lead", lead=lead)
    return person
