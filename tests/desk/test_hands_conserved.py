"""Whatever people do with their reviews: each has one name that may answer it, and its clock runs on."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.assignment import is_referrer
from bot.core.errors import HandoffError
from bot.core.review import PASSED_ON
from bot.core.types import Member, Role
from bot.desk import hand_over, members, returns, see, tick
from bot.desk import settings as own
from tests.desk.world import BIA, CAIO, MAYA, OLEG, ZOE, World, a_world, row

#: Two leads and three experts of Brazil, in three zones; one of them has referred a creator.
ZED, LIA = "U0ZED00001", "U0LIA00001"
TEAM = ((BIA, "Bia", "America/Sao_Paulo"), (CAIO, "Caio", "Asia/Tokyo"), (LIA, "Lia", "Europe/Lisbon"))
PEOPLE = st.sampled_from([BIA, CAIO, LIA, ZOE, ZED, MAYA, OLEG])
STEPS = st.one_of(
    st.tuples(st.just("pass"), st.integers(0, 2), PEOPLE, st.none() | PEOPLE, st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 13, 24])),
    st.tuples(st.just("look"), st.integers(0, 2), PEOPLE),
    st.tuples(st.just("away"), st.sampled_from([BIA, CAIO, LIA]), st.sampled_from([3, 30])),
    st.tuples(st.just("leave"), st.sampled_from([CAIO, LIA])),
)


def _agency(folder: Path) -> World:
    world = a_world(folder)
    members.add(world.desk, LIA, Role.EXPERT, "BR", "Lia")
    members.add(world.desk, ZED, Role.LEAD, None, "Zed")
    for person, name, tz in TEAM:
        members.remember(world.desk, Member(person, name, tz=tz))
    world.take_in(row("one"), row("two", referred_by="Bia"), row("three", referred_by="Zoe"), campaign="grave")
    return world


def _step(world: World, ids: list[str], step: Any) -> None:
    """One thing that somebody does; what is refused changes nothing that is looked at here."""
    with suppress(HandoffError):
        if step[0] == "pass":
            _, at, person, to, conflict = step
            case = hand_over.pass_on(world.desk, ids[at], person, to, "yours", conflict=conflict)
            assert case.review.why_me == PASSED_ON
            assert case.review.expert == (to or case.review.expert)
            assert to is not None or case.review.expert != person
            assert case.review.backup not in (person, case.review.expert)
        elif step[0] == "wait":
            world.clock.move(hours=step[1])
            while tick.tick(world.desk):
                pass
        elif step[0] == "look":
            returns.looked(world.desk, ids[step[1]], step[2])
        elif step[0] == "away":
            own.away(world.desk, step[1], None, world.clock.now + timedelta(hours=step[2]))
        else:
            name = {person: name for person, name, _ in TEAM}[step[1]]
            members.remember(world.desk, Member(step[1], name, deleted=True))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=4, max_size=14))
def test_one_name_that_may_answer_and_a_clock_that_runs_on(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = _agency(Path(folder))
        ids = [line.review_id for line in sorted(see.all_lines(world.desk, "grave"), key=lambda a: a.handle)]
        deadlines = {i: see.case(world.desk, i).review.deadline_at for i in ids}
        for step in steps:
            _step(world, ids, step)
            everybody = {m.id: m for m in see.everybody(world.desk)}
            for review_id in ids:
                case = see.case(world.desk, review_id)
                review, expert = case.review, everybody[case.review.expert or ""]
                if not review.state.awaits:
                    continue
                assert expert.is_lead or expert.is_expert_of(review.market)
                assert expert.active
                assert not is_referrer(expert, case.candidate.referred_by)
                assert review.backup != review.expert
                assert review.held_once or review.deadline_at == deadlines[review_id]
        for review_id in ids:
            happened = Counter(e.what for e in see.history(world.desk, review_id))
            assert happened["returned"] <= happened["passed_on"], "what goes back does so once for each hand-over"
        world.close()
