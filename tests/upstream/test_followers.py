"""Followers that a source lists: their share of fakes as for a list of them, lies are said, and nobody is kept."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.cli import command_line
from bot.core.candidate_objects import read_candidate_objects
from bot.core.candidate_row import ParsedRow, metrics_of, sampled
from bot.core.follower_objects import ENOUGH, MOST
from bot.core.follower_rows import read_followers
from bot.core.fresh import Answer, joined
from bot.upstream import Config, Numbers, Source, read_config
from scoring.fake_followers import fake_share
from scoring.types import Metrics
from tests.upstream.liar import SECRET, Liar, after
from tests.upstream.test_source import clock

app = command_line()

SAMPLE = """
[followers]
rows = "profile.sample"
[followers.columns]
posts = "media"
followers = "counts.in"
following = "counts.out"
has_profile_picture = "avatar != null"
is_private = "private"
username = "login"
bio_length = "length(bio)"
"""


def profile(n: int, rng: Random, *, fake: bool) -> dict[str, Any]:
    """One follower as an API would say it."""
    if fake:
        return {"login": f"zz{n}{rng.randrange(10**6)}", "media": 0, "counts": {"in": rng.randrange(20), "out": 3000},
                "avatar": None, "private": False, "bio": ""}  # fmt: skip
    return {"login": f"real.{'abcdefgh'[n % 8]}.person{n}", "media": rng.randrange(30, 400), "private": n % 2 == 0,
            "counts": {"in": rng.randrange(200, 900), "out": rng.randrange(100, 600)}, "avatar": "https://x/y.jpg",
            "bio": "Mum of two, coffee and books"}  # fmt: skip


def sample(size: int = 200, fake: float = 0.2) -> list[dict[str, Any]]:
    rng = Random(3)
    return [profile(n, rng, fake=n < fake * size) for n in range(size)]


def config(liar: Liar, folder: Path, *, fields: bool = True) -> Config:
    file = liar.file(folder, limits="tries = 1\nseconds = 5")
    text = file.read_text(encoding="utf-8")
    file.write_text((text if fields else text.partition("[fields]")[0]) + SAMPLE, encoding="utf-8")
    return read_config(file, SecretStr(SECRET))


async def ask(liar: Liar, folder: Path, **how: bool) -> Answer:
    source = Source(config(liar, folder, **how), clock)
    try:
        return await source.look_up("ana.lima", "instagram", "BR")
    finally:
        await source.close()


async def test_the_share_is_the_one_of_a_list_of_the_same_people(liar: Liar, tmp_path: Path) -> None:
    people = sample()
    liar.says = {"profile": {"followers": 91_000, "sample": people}}
    found = (await ask(liar, tmp_path)).metrics
    lines = ["posts,followers,following,has_profile_picture,is_private,username,bio_length"] + [
        f"{p['media']},{p['counts']['in']},{p['counts']['out']},{p['avatar'] is not None},{p['private']},{p['login']},"
        f"{len(p['bio'])}"
        for p in people
    ]
    wanted = fake_share(read_followers("\n".join(lines).encode(), max_bytes=10**6).followers)
    assert found is not None
    assert (found.fake_follower_share, found.fake_share_low, found.fake_share_high, found.fake_sample) == (
        wanted.share, wanted.low, wanted.high, 200,
    )  # fmt: skip
    assert 0.1 < wanted.share < 0.3


async def test_a_source_that_knows_nothing_but_followers_is_one(liar: Liar, tmp_path: Path) -> None:
    liar.says = {"profile": {"sample": sample()}}
    answer = await ask(liar, tmp_path, fields=False)
    assert answer.metrics is not None
    assert answer.metrics.fake_sample == 200
    assert answer.asked.why is None


LIES: list[Any] = [
    "<html><body>Sign in</body></html>", {"rows": []}, 7, [1, 2, 3], [[], []], [*sample(4)[:1], "x", None],
    [{"media": -4, "login": "a"}] * 10, [{"media": float("nan")}] * 10, [{"media": "lots"}] * 10,
    [{"login": "<b>x</b> y"}] * 10, [{"private": "perhaps"}] * 10, [{"media": True}] * 10, [{"media": {}}] * 10,
    sample(MOST + 1),
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: str(lie)[:24])
async def test_a_lie_is_a_gap_that_is_said_and_no_zero(liar: Liar, tmp_path: Path, lie: Any) -> None:
    liar.says = {"profile": {"followers": 91_000, "sample": lie}}
    answer = await ask(liar, tmp_path)
    assert answer.metrics == Metrics(followers=91_000, measured_on=date(2026, 11, 23))
    assert [name for name, _ in answer.asked.dropped] == ["fake_follower_share"]


@pytest.mark.parametrize("nothing", [None, []], ids=str)
async def test_no_sample_is_no_lie_and_no_share(liar: Liar, tmp_path: Path, nothing: Any) -> None:
    liar.says = {"profile": {"followers": 91_000, "sample": nothing}}
    answer = await ask(liar, tmp_path)
    assert answer.metrics == Metrics(followers=91_000, measured_on=date(2026, 11, 23))
    assert answer.asked.dropped == ()


async def test_some_odd_rows_are_left_out_and_nobody_counts_twice(liar: Liar, tmp_path: Path) -> None:
    people = sample(100)
    liar.says = {"profile": {"sample": [*people, *people[:50], {**people[0], "media": -1, "login": "odd"}]}}
    answer = await ask(liar, tmp_path)
    assert answer.metrics is not None
    assert (answer.metrics.fake_sample, answer.asked.dropped) == (100, ())


async def test_a_long_list_is_looked_at_evenly(liar: Liar, tmp_path: Path) -> None:
    liar.says = {"profile": {"sample": sample(4000, fake=0.25)}}
    answer = await ask(liar, tmp_path)
    assert answer.metrics is not None
    assert answer.metrics.fake_sample == ENOUGH
    assert answer.metrics.fake_follower_share == pytest.approx(0.25, abs=0.05), "the fakes come first in it"


async def test_a_share_that_the_source_names_itself_is_kept(liar: Liar, tmp_path: Path) -> None:
    file = liar.file(tmp_path, limits="tries = 1")
    file.write_text(file.read_text() + 'fake_follower_share = "profile.fake"\n' + SAMPLE)
    liar.says = {"profile": {"fake": 0.07, "sample": sample()}}
    source = Source(read_config(file, SecretStr(SECRET)), clock)
    answer = await source.look_up("ana.lima", "instagram", "BR")
    await source.close()
    assert answer.metrics is not None
    assert (answer.metrics.fake_follower_share, answer.metrics.fake_share_low) == (0.07, None)


def test_beside_what_a_list_gave() -> None:
    """A share that somebody gave lately is kept, one that is old or that we measured gives way."""
    today = date(2026, 11, 23)
    new = Metrics(fake_follower_share=0.2, fake_share_low=0.1, fake_share_high=0.3, fake_sample=200, measured_on=today)
    given = Metrics(fake_follower_share=0.07, fake_sample=1000, measured_on=today)
    assert joined(given, new, today) == given
    old = replace(given, measured_on=date(2026, 9, 1))
    assert joined(old, new, today) == new
    ours = replace(given, fake_share_low=0.05, fake_share_high=0.1)
    assert joined(ours, new, today) == new


async def test_at_intake_nobodys_name_is_kept_or_logged(
    liar: Liar, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    people = sample(60)
    liar.says = {"profile": {"followers": 91_000, "sample": [*people, {"login": "<i>", "media": "x"}]}}
    (row,) = read_candidate_objects([{"handle": "ana.lima", "followers": 90_000}], platform="instagram").rows
    assert isinstance(row, ParsedRow)
    known = Numbers(config(liar, tmp_path), clock)
    fresh = (await asyncio.to_thread(known, [row]))[row.line]
    metrics = metrics_of(fresh)
    assert metrics.fake_sample == 60
    assert (metrics.followers, metrics.fake_share_low is not None) == (91_000, True)
    assert not any(str(p["login"]) in caplog.text + repr(fresh) for p in people)
    assert metrics_of(sampled(fresh, ())) == metrics


async def test_it_may_not_take_longer_than_the_rest(liar: Liar, tmp_path: Path) -> None:
    liar.says = after(2, {"profile": {"sample": sample()}})
    file = liar.file(tmp_path, limits="tries = 1\nseconds = 0.3")
    file.write_text(file.read_text() + SAMPLE)
    source = Source(read_config(file, SecretStr(SECRET)), clock)
    answer = await source.look_up("ana.lima", "instagram", "BR")
    await source.close()
    assert (answer.metrics, answer.asked.why) == (None, "slow")


def test_the_command_shows_the_share_and_of_how_many(
    liar: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(liar, tmp_path)
    liar.says = {"profile": {"followers": 91_000, "sample": sample()}}
    monkeypatch.setenv("HANDOFF_UPSTREAM", str(tmp_path / "source.toml"))
    monkeypatch.setenv("HANDOFF_UPSTREAM_TOKEN", SECRET)
    said = CliRunner().invoke(app, ["upstream", "try", "ana.lima"])
    assert said.exit_code == 0, said.output
    assert "200 followers judged, 95% interval" in said.output
    assert "profile.sample (a sample)" in " ".join(said.output.split())
    assert "real.a.person" not in said.output
