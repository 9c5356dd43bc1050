"""Whose payload it is, and who is one of us: workspaces, enterprises, guests, strangers."""

from __future__ import annotations

import pytest

from bot.core.errors import NotAllowed, NotFound
from bot.core.types import Member
from bot.slack.access import Actor, Team, actor_of, profile_of, require_colleague

HOME = Team("T0HOME")
GRID = Team("T0HOME", "E0CORP")
WIDE = Team("E0CORP", "E0CORP", org_wide=True)


@pytest.mark.parametrize(
    ("body", "actor"),
    [
        ({"user": {"id": "U1", "team_id": "T0HOME"}, "team": {"id": "T9"}}, Actor("U1", "T0HOME", None)),
        ({"user": {"id": "W1"}, "team": {"id": "T0HOME"}}, Actor("W1", "T0HOME", None)),
        ({"user": {"id": "W1"}, "team": None, "enterprise": {"id": "E0CORP"}}, Actor("W1", None, "E0CORP")),
        ({"command": "/handoff", "user_id": "U1", "team_id": "T0HOME"}, Actor("U1", "T0HOME", None)),
        ({"event": {"type": "app_home_opened", "user": "U1"}, "team_id": "T0HOME"}, Actor("U1", "T0HOME", None)),
        ({"user": {"id": "U1", "team_id": "T9", "is_stranger": True}}, Actor("U1", "T9", None, stranger=True)),
    ],
)
def test_who_a_payload_says_has_acted(body: dict[str, object], actor: Actor) -> None:
    assert actor_of(body) == actor


@pytest.mark.parametrize("body", [{}, {"user": {}}, {"user": {"id": 7}}, {"event": {}}, {"user_id": ""}])
def test_a_payload_that_names_nobody(body: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        actor_of(body)


@pytest.mark.parametrize(
    ("team", "actor"),
    [
        (HOME, Actor("U1", "T0HOME", None)),
        (GRID, Actor("W1", "E0CORP", None)),
        (GRID, Actor("W1", "T0HOME", "E0CORP")),
        (WIDE, Actor("W1", "T5", "E0CORP")),
    ],
)
def test_colleagues(team: Team, actor: Actor) -> None:
    require_colleague(actor, None, team)


@pytest.mark.parametrize(
    ("team", "actor"),
    [
        (HOME, Actor("U1", "T9", None)),
        (HOME, Actor("U1", None, None)),
        (GRID, Actor("W1", "T9", "E0CORP")),
        (WIDE, Actor("W1", "T5", "E0OTHER")),
        (HOME, Actor("U1", "T0HOME", None, stranger=True)),
    ],
)
def test_outsiders(team: Team, actor: Actor) -> None:
    with pytest.raises(NotAllowed) as refused:
        require_colleague(actor, None, team)
    assert refused.value.reason == "outsider"


def test_what_we_know_counts_more_than_what_the_payload_says() -> None:
    inside = Actor("U1", "T0HOME", None)
    for member, reason in (
        (Member("U1", "x", team="T9"), "outsider"),
        (Member("U1", "x", team="T0HOME", guest=True), "guest"),
        (Member("U1", "x", team="T0HOME", deleted=True), "guest"),
    ):
        with pytest.raises(NotAllowed) as refused:
            require_colleague(inside, member, HOME)
        assert refused.value.reason == reason


def test_a_profile_keeps_strangers_outside_and_an_enterprises_people_inside() -> None:
    stranger = profile_of({"id": "U1", "team_id": "T9", "is_stranger": True, "name": "x"}, HOME)
    assert stranger.team == "T9"
    corporate = {"id": "W1", "team_id": "T5", "enterprise_user": {"enterprise_id": "E0CORP"}, "real_name": "Ann"}
    assert profile_of(corporate, WIDE).team == WIDE.id
    assert profile_of(corporate, HOME).team == "T5"
    assert profile_of({"id": "U2", "team_id": "T0HOME", "is_ultra_restricted": True}, HOME).guest
