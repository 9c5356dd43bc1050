"""Who acted, as the payload and our own records say: no network call stands between a click and its decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.absence import away_until
from bot.core.access import require_judge
from bot.core.case import Case
from bot.core.errors import NotAllowed, NotFound
from bot.core.types import Member
from bot.i18n.catalog import Voice, voice_of

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Team:
    """Where the app is installed: a workspace, or with `org_wide` a whole enterprise."""

    id: str
    enterprise: str | None = None
    org_wide: bool = False

    def holds(self, team: str | None, enterprise: str | None) -> bool:
        """Whether somebody of this team and enterprise is one of us."""
        if team and team in (self.id, self.enterprise):
            return True
        return self.org_wide and bool(enterprise) and enterprise == self.enterprise


@dataclass(frozen=True, slots=True)
class Actor:
    """Who a payload says has acted."""

    id: str
    team: str | None
    enterprise: str | None
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may be answered: their id, what we know of them, and how to speak to them."""

    id: str
    member: Member | None
    voice: Voice

    @property
    def known(self) -> bool:
        """Whether Slack has told us of them: roles alone come from the command line."""
        return self.member is not None and self.member.team is not None


def visitor_of(person: str, member: Member | None) -> Visitor:
    """Somebody as we know them now."""
    return Visitor(person, member, voice_of(member))


def _object(body: Body, key: str) -> Mapping[str, Any]:
    value = body.get(key)
    return value if isinstance(value, Mapping) else {}


def actor_of(body: Body) -> Actor:
    """The acting person of an action, view, command or event. Raises NotFound('member') when nobody is named."""
    user, event = _object(body, "user"), _object(body, "event")
    enterprise = user.get("enterprise_id") or _object(body, "enterprise").get("id") or body.get("enterprise_id")
    if user:
        person, team = user.get("id"), user.get("team_id") or _object(body, "team").get("id")
    elif event:
        # user_change carries the whole profile where other events carry an id
        whole = _object(event, "user")
        person = whole.get("id") or event.get("user")
        team = whole.get("team_id") or event.get("user_team") or body.get("team_id")
    else:
        person, team = body.get("user_id"), body.get("team_id")
    if not isinstance(person, str) or not person:
        raise NotFound("member")
    return Actor(person, team, enterprise, bool(user.get("is_stranger")))


def require_colleague(actor: Actor, member: Member | None, team: Team, *, guests: bool = False) -> None:
    """Raises NotAllowed('outsider') for people of other teams, NotAllowed('guest') for guests and closed accounts."""
    foreign = member is not None and member.team is not None and member.team != team.id
    if actor.stranger or foreign or not team.holds(actor.team, actor.enterprise):
        raise NotAllowed("outsider")
    if not guests:
        require_active(member)


def require_active(member: Member | None) -> None:
    """Raises NotAllowed('guest') for guests and closed accounts."""
    if member is not None and not member.active:
        raise NotAllowed("guest")


def runs(who: Visitor, case: Case) -> bool:
    """Whether this person runs the campaign, or leads: they may hurry what waits."""
    leads = who.member is not None and who.member.active and who.member.is_lead
    return leads or who.id == case.campaign.owner


def may_answer(case: Case, who: Visitor) -> bool:
    """Whether answers are offered to this person; the desk checks again when they answer."""
    try:
        require_judge(who.member, case.review, case.campaign, case.candidate, case.lead)
    except NotAllowed:
        return False
    return True


def profile_of(user: Mapping[str, Any], team: Team) -> Member:
    """A member from Slack's user object. Strangers keep their own team, so that they stay outside."""
    profile = _object(user, "profile")
    enterprise = _object(user, "enterprise_user").get("enterprise_id")
    ours = not user.get("is_stranger") and team.holds(user.get("team_id"), enterprise)
    name = profile.get("display_name") or user.get("real_name") or profile.get("real_name") or user.get("name")
    return Member(
        id=str(user["id"]),
        name=str(name or user["id"]),
        tz=user.get("tz") or None,
        locale=user.get("locale") or None,
        team=team.id if ours else str(user.get("team_id") or "stranger"),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        deleted=bool(user.get("deleted")),
        status_until=_away_until(profile),
    )


def _away_until(profile: Mapping[str, Any]) -> datetime | None:
    expires = profile.get("status_expiration")
    emoji, text = str(profile.get("status_emoji") or ""), str(profile.get("status_text") or "")
    return away_until(emoji, text, expires if isinstance(expires, int) else 0)
