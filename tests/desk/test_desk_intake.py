"""A list comes in: every row has a fate, every candidate a route and a name, and nothing expires unseen and unsaid."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.core.candidate_file import CandidateFileError
from bot.core.countries import country_codes
from bot.core.errors import NotFound
from bot.core.types import Basis, Member, Role, Route, Stakes
from bot.desk import decide, intake, members, see
from bot.desk import enrol as enrol_module
from db import candidates as candidate_rows
from db import events, outbox, reviews
from scoring.types import Verdict
from tests.desk.world import BIA, CAIO, CAMPAIGN, MAYA, OLEG, START, ZOE, World, row, sheet

INES = "U0INES0001"
MARKETS = {"Brazil": "BR", "Russia": "RU", "India": "IN", "Japan": "JP"}


def mixed(n: int, seed: int = 5) -> list[dict[str, object]]:
    """Candidates of four markets, of every sort that the policy knows."""
    rng = Random(seed)
    return [
        row(
            f"creator{i:03}",
            rng.choice(list(MARKETS)),
            rng.choice(list(Verdict)),
            followers=rng.randint(2_000, 900_000),
            referred_by=rng.choice(["", "", "Nina", "Bia"]),
            past_outcome=rng.choice(["", "", "", "on plan", "fraud", "lost"]),
            strategic=rng.choice(["", "", "", "yes"]),
        )
        for i in range(n)
    ]


@pytest.fixture
def four(world: World) -> World:
    """Experts for Brazil, Russia and India, none for Japan."""
    members.add(world.desk, INES, Role.EXPERT, "IN", "Ines")
    members.trust(world.desk, "Nina")
    members.add_campaign(world.desk, replace(CAMPAIGN, key="world", markets=tuple(MARKETS.values()), fee_line=9000.0))
    return world


# Two hundred


def test_two_hundred_of_four_markets_to_the_end(four: World) -> None:
    world = four
    report = world.take_in(*mixed(200), campaign="world")
    assert report.count("accepted") == len(report.fates) == 200
    assert report.no_expert == ("JP",)
    lines = world.lines()
    experts = {"BR": {BIA, CAIO, ZOE}, "RU": {OLEG, ZOE}, "IN": {INES, ZOE}, "JP": {ZOE}}
    for fate in report.fates:
        line = lines[str(fate.handle)]
        assert fate.route is line.route
        assert fate.route in (Route.AI, Route.FAST_TRACK, Route.EXPERT)
        assert fate.reviewer == line.reviewer in experts[line.market]
        assert fate.rule
    asked = [line for line in lines.values() if line.route is Route.EXPERT]
    assert {line.route for line in lines.values()} == {Route.EXPERT, Route.FAST_TRACK}
    open_ = Counter(line.reviewer for line in asked if line.opened)
    assert report.opened == sum(open_.values())
    assert all(open_[e] == min(10, sum(a.reviewer == e for a in asked)) for e in {a.reviewer for a in asked})
    assert {e[1] for e in world.errands("card")} == {a.review_id for a in asked if a.opened}
    assert not world.errands("opened"), "whose they are waits for the morning"
    world.clock.move(hours=3)  # a moment at which all of them work
    world.sweep()
    said = [*world.errands("opened"), *world.errands("nudge")]
    assert {e[2]: {i for i in e[3]["reviews"] if i not in e[3].get("instead", ())} for e in said} == {
        expert: {a.review_id for a in asked if a.opened and a.reviewer == expert} for expert in open_
    }

    # An answer opens the next, best match first.
    mine = [a for a in asked if a.reviewer == INES]
    queue = world.sql(
        "SELECT id FROM reviews WHERE expert = ? AND opened_at IS NULL AND state = 'pending' ORDER BY rank DESC, id",
        INES,
    )
    decide.approve(world.desk, next(a.review_id for a in mine if a.opened), INES)
    opened = {a.review_id for a in world.lines().values() if a.opened and a.reviewer == INES}
    assert opened - {a.review_id for a in mine if a.opened} == {queue[0][0]}

    # Half the window: what is unopened is listed to owner and lead, whatever its window is.
    for _ in range(60):
        world.clock.move(hours=1)
        waiting = {a.review_id for a in world.lines().values() if a.state.awaits and not a.opened}
        world.sweep()
    told: dict[str, set[str]] = {MAYA: set(), ZOE: set()}
    for _, _, lane, detail in world.errands("half"):
        told[lane] |= set(detail["reviews"])
    never = {a.review_id for a in world.lines().values() if a.route is Route.EXPERT and not a.opened}
    assert never <= told[MAYA] == told[ZOE], "unopened, and nobody was told"
    assert not waiting or waiting <= told[MAYA]

    # The end: everything is decided, and its owner has heard of every single one.
    world.clock.move(hours=72)
    world.sweep()
    assert {a.state.value for a in world.lines().values()} == {"decided"}
    fell = {r for *_, detail in world.errands("fell") for r in detail["reviews"]}
    answered = {e[1].partition(":")[0] for e in world.errands("result")}
    assert fell | answered == {a.review_id for a in asked}
    assert {e[2] for e in world.errands("fell")} == {MAYA}
    assert not world.sql("SELECT 1 FROM reviews WHERE expert IS NULL")


def test_the_quiet_ones_are_one_message_per_person(four: World) -> None:
    world = four
    world.take_in(*mixed(200), campaign="world")
    (import_id,) = {e[1] for e in world.errands("digest")}
    lanes = [e[2] for e in world.errands("digest")]
    quiet = {a.market for a in world.lines().values() if a.route is Route.FAST_TRACK}
    assert sorted(lanes) == sorted({MAYA, BIA, CAIO, OLEG, INES, ZOE}), quiet
    whole = see.digest(world.desk, import_id, MAYA)
    assert len(whole.lines) == sum(a.route is Route.FAST_TRACK for a in world.lines().values())
    assert whole.asked == 200 - len(whole.lines)
    assert {line.market for line in see.digest(world.desk, import_id, OLEG).lines} == {"RU"}
    assert whole.objects_until == START + timedelta(hours=12)


def test_a_scan_is_the_ais_but_for_its_audit(world: World) -> None:
    report = world.take_in(*(row(f"creator{n:03}") for n in range(200)), campaign="scan")
    routes = Counter(f.route for f in report.fates)
    assert set(routes) == {Route.AI, Route.EXPERT}
    assert 2 <= routes[Route.EXPERT] <= 22, "five in a hundred"
    wanted = dict(world.sql("SELECT wanted, COUNT(*) FROM reviews GROUP BY wanted"))
    assert wanted == {"ai": routes[Route.AI], "blind": routes[Route.EXPERT]}
    alone = next(line for line in world.lines().values() if line.route is Route.AI)
    case = see.case(world.desk, alone.review_id)
    assert case.decision is not None
    assert (case.decision.by, case.decision.basis, case.review.opened_at) == ("ai", Basis.AI_ALONE, None)


def test_referrals_are_capped_by_referrer_and_month(world: World) -> None:
    members.trust(world.desk, "nina")
    world.take_in(*(row(f"creator{n:02}", referred_by="Nina ") for n in range(14)))
    assert Counter(a.route for a in world.lines().values()) == {Route.FAST_TRACK: 10, Route.EXPERT: 4}
    world.take_in(row("partner", referred_by="NINA", past_outcome="on plan"))
    assert world.lines()["partner"].route is Route.FAST_TRACK
    world.clock.move(days=31)
    world.take_in(row("later", referred_by="Nina"))
    assert world.lines()["later"].route is Route.FAST_TRACK


def test_who_judged_a_creator_before_is_asked_again(world: World) -> None:
    decide.approve(world.desk, world.one(), CAIO)
    world.take_in(row("ana.lima"), campaign="grave")
    again = [a for a in see.all_lines(world.desk, "grave") if a.handle == "ana.lima"]
    case = see.case(world.desk, again[0].review_id)
    assert (case.review.expert, case.review.why_me) == (CAIO, "knows_creator")


# Twice, newer, dry, limited


def test_the_same_file_twice_adds_nothing_at_all(four: World) -> None:
    rows = mixed(60)
    rows += [row("CREATOR000"), row("creator001"), row("=1+1"), row("")]
    first = four.take_in(*rows, campaign="world")
    assert (first.count("accepted"), first.count("duplicate"), first.count("rejected")) == (60, 2, 2)
    same = [f for f in first.fates if f.fate == "duplicate"]
    assert [(f.reason, f.params) for f in same] == [("same_file", {"line": 2}), ("same_file", {"line": 3})]
    before = four.dump()
    four.clock.move(hours=2)
    again = four.take_in(*rows, campaign="world")
    assert (again.count("accepted"), again.count("duplicate"), again.count("rejected")) == (0, 62, 2)
    assert (again.import_id, again.history, again.opened) == (None, 0, 0)
    first_again = next(f for f in again.fates if f.fate == "duplicate")
    assert (first_again.reason, first_again.params) == ("same_campaign", {"line": 2, "file": "list.csv"})
    assert four.dump() == before


def test_a_newer_file_of_the_same_creators_keeps_history_only(world: World) -> None:
    world.take_in(row("ana.lima"), row("bruno"))
    before = world.dump()
    world.clock.move(days=30)
    report = world.take_in(row("ana.lima", followers=99_000), row("bruno"), file_name="next.csv")
    assert (report.count("duplicate"), report.history) == (2, 1)
    after = world.dump()
    assert {t for t in after if after[t] != before[t]} == {"imports", "snapshots"}
    assert len(after["snapshots"]) == 3
    assert see.case(world.desk, world.lines()["ana.lima"].review_id).candidate.metrics.followers == 84_000
    assert world.take_in(row("ana.lima", followers=99_000), row("bruno")).history == 0


def test_the_same_creators_in_another_campaign_are_candidates_there(world: World) -> None:
    world.take_in(row("ana.lima"))
    report = world.take_in(row("Ana.Lima"), campaign="grave")
    assert report.count("accepted") == 1
    assert world.sql("SELECT COUNT(*) FROM creators") == [(1,)]
    assert world.sql("SELECT COUNT(*) FROM snapshots") == [(1,)]


def test_a_dry_run_says_everything_and_writes_nothing(four: World) -> None:
    rows, before = mixed(50), four.dump()
    dry = four.take_in(*rows, campaign="world", dry_run=True)
    assert (dry.count("accepted"), dry.import_id) == (50, None)
    assert dry.opened > 0
    assert four.dump() == before
    wet = four.take_in(*rows, campaign="world")
    assert wet.opened == dry.opened


def test_a_limit_leaves_the_rest_for_later(world: World) -> None:
    rows = [row("ana"), row(""), row("bruno"), row("carla")]
    first = world.take_in(*rows, limit=2)
    assert [(f.line, f.fate) for f in first.fates] == [(2, "accepted"), (3, "rejected")]
    assert first.skipped == 2
    second = world.take_in(*rows)
    assert (second.count("accepted"), second.count("duplicate"), second.skipped) == (2, 1, 0)


def test_progress_is_told_row_by_row(world: World) -> None:
    told: list[tuple[int, int]] = []
    world.take_in(*(row(f"creator{n}") for n in range(5)), on_progress=lambda done, of: told.append((done, of)))
    assert told == [(n, 5) for n in range(1, 6)]


# Markets and people


def test_a_markets_order_own_country_then_what_the_import_says_then_the_campaigns_only_one(world: World) -> None:
    members.add_campaign(world.desk, replace(CAMPAIGN, key="only", markets=("BR",)))
    given = (row("own", "Russia"), row("nowhere", ""))
    world.take_in(*given, campaign="only")
    assert {a.handle: a.market for a in see.all_lines(world.desk, "only")} == {"own": "RU", "nowhere": "BR"}
    said = world.take_in(*given, row("more", "Brazil"), market="RU")
    assert [f.fate for f in said.fates] == ["accepted"] * 3
    assert {a.handle: a.market for a in see.all_lines(world.desk, "aurora")} == {
        "own": "RU",
        "nowhere": "RU",
        "more": "BR",
    }


def test_no_market_is_a_reason(world: World) -> None:
    report = world.take_in(row("nowhere", ""))
    assert [(f.fate, f.reason) for f in report.fates] == [("rejected", "market_unknown")]
    assert not world.lines()


def test_a_market_without_people_is_refused(world: World) -> None:
    members.remove(world.desk, ZOE, Role.LEAD)
    before = world.dump()
    report = world.take_in(row("yuki", "Japan"))
    assert [(f.reason, f.params) for f in report.fates] == [("market_without_people", {"market": "JP"})]
    assert world.dump() == before


def test_a_market_whose_only_person_is_the_referrer_is_refused(world: World) -> None:
    members.remove(world.desk, ZOE, Role.LEAD)
    report = world.take_in(row("ivan", "Russia", referred_by="@oleg"))
    assert [f.reason for f in report.fates] == ["only_the_referrer"]


def test_guests_and_the_gone_are_never_named(world: World) -> None:
    members.remember(world.desk, Member(BIA, "Bia", deleted=True))
    world.take_in(*(row(f"creator{n}") for n in range(6)))
    assert {a.reviewer for a in world.lines().values()} == {CAIO}
    assert {b for (b,) in world.sql("SELECT backup FROM reviews")} == {ZOE}


def test_the_fee_line_makes_the_stakes_high(four: World) -> None:
    four.take_in(row("dear", fee=9001), row("cheap", fee=9000), campaign="world")
    stakes = {h: see.case(four.desk, a.review_id).review.stakes for h, a in four.lines().items()}
    assert stakes == {"dear": Stakes.HIGH, "cheap": Stakes.MEDIUM}


# What is wrong with a file


def test_a_campaign_that_is_not_there(world: World) -> None:
    before = world.dump()
    with pytest.raises(NotFound, match="campaign") as missing:
        world.take_in(row("ana"), campaign="nope")
    assert missing.value.params["campaign"] == "nope"
    assert missing.value.params["known"] == ["aurora", "brief", "grave", "scan"]
    assert world.dump() == before


GOOD = sheet([row("ana")])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\n\n  \n", "file_empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20, "file_binary"),
        (b"PK\x03\x04" + bytes(200), "file_binary"),
        (b"handle,name\n" + bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D]) * 40, None),
        (b"followers,country\n100,Brazil\n", "no_handle_column"),
        (GOOD.splitlines(keepends=True)[0], "no_rows"),
    ],
)
def test_a_broken_file_is_refused_whole(world: World, data: bytes, code: str | None) -> None:
    before = world.dump()
    with pytest.raises(CandidateFileError) as broken:
        intake.take_in(world.desk, data, file_name="list.csv", campaign="aurora")
    assert code is None or broken.value.code == code
    assert world.dump() == before


def test_a_file_over_the_limit_is_refused_unread(world: World) -> None:
    with pytest.raises(CandidateFileError) as broken:
        intake.take_in(world.desk, GOOD * 100, file_name="list.csv", campaign="aurora", max_bytes=1000)
    assert broken.value.code == "file_too_large"


def test_formula_cells_and_shouting_names_are_only_text(world: World) -> None:
    report = world.take_in(
        row("ana", name="<!channel> & <@U0ZOE00001>"),
        row("bruno", name='=HYPERLINK("https://evil.example","x")', bio="+7 999"),
        row("=cmd|' /C calc'!A0"),
        row("-2+3"),
    )
    fates = {f.line: (f.fate, f.reason) for f in report.fates}
    assert fates[2] == fates[3] == ("accepted", None)
    assert fates[4][0] == "rejected"
    names = {a.handle: a.candidate for a in world.lines().values()}
    assert names["ana"] == "<!channel> & <@U0ZOE00001>", "as it is: cards escape it"
    assert not names["bruno"].startswith("=")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (candidate_rows, "count_import"),
        (candidate_rows, "add_snapshots"),
        (candidate_rows, "add_recommendations"),
        (reviews, "add_many"),
        (reviews, "add_decisions"),
        (events, "record_many"),
        (outbox, "enqueue"),
        (enrol_module, "record"),
    ],
)
def test_a_crash_in_the_middle_writes_nothing(
    four: World, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    before = four.dump()

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(module, name, crash)
        with pytest.raises(RuntimeError, match="the power went"):
            four.take_in(*mixed(30), campaign="world")
    assert four.dump() == before
    assert four.take_in(*mixed(30), campaign="world").count("accepted") == 30


@pytest.mark.parametrize("when", [0])
def test_a_crash_halfway_through_the_cards_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, when: int
) -> None:
    real: Callable[..., None] = outbox.enqueue
    calls = 0

    def crash(*args: Any, **kwargs: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > when:
            raise RuntimeError("the power went")
        real(*args, **kwargs)

    before = world.dump()
    monkeypatch.setattr(outbox, "enqueue", crash)
    with pytest.raises(RuntimeError, match="the power went"):
        world.take_in(*(row(f"creator{n}") for n in range(9)))
    assert world.dump() == before


# Lists as people really exchange them

EXPORTS = [f"{p}_2022_{m}" for p in ("instagram", "tiktok", "youtube") for m in ("03", "06", "09", "11")]


@pytest.mark.data
@pytest.mark.parametrize("name", EXPORTS)
def test_a_real_export_is_accounted_for_and_adds_nothing_twice(world: World, data_dir: Path, name: str) -> None:
    file = data_dir / "creators" / f"{name}.csv"
    data = file.read_bytes()
    with file.open(encoding="utf-8", newline="") as lines:
        records = sum(any(c.strip() for c in cells) for cells in csv.reader(lines)) - 1
    began = time.process_time()
    report = intake.take_in(world.desk, data, file_name=file.name, campaign="aurora", market="BR")
    took = time.process_time() - began  # the processor's: others may use this machine, too
    assert len(report.fates) == report.file.records == records
    assert report.count("accepted") + report.count("duplicate") + report.count("rejected") == records
    assert report.count("accepted") > 0.9 * records
    assert took < 4 * records / 1000, f"{took:.1f} s"  # generous: two threads may share one core
    for metrics, country, market in world.sql("SELECT metrics, country, market FROM candidates"):
        assert country is None or country in country_codes()
        assert market in country_codes()
        numbers = {k: v for k, v in json.loads(metrics).items() if k not in ("audience", "audience_country")}
        assert all(isinstance(v, (int, float)) for k, v in numbers.items() if k not in ("measured_on", "brand_safety"))
    before = world.dump()
    again = intake.take_in(world.desk, data, file_name=file.name, campaign="aurora", market="BR")
    assert (again.count("accepted"), again.import_id) == (0, None)
    assert world.dump() == before
    assert Counter(a.reviewer for a in world.lines().values() if a.opened).most_common(1)[0][1] <= 10
