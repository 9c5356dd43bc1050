"""Fresh numbers from a team's own source: what came of asking, and how they stand beside those that we had."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from scoring.lines import DEFAULT_LINES
from scoring.recommend import own
from scoring.types import FlagCode, Metrics, Recommendation, Verdict

#: What is one measurement, and is kept or replaced together.
_SAMPLE: Final = ("fake_follower_share", "fake_share_low", "fake_share_high", "fake_sample")
_DATED: Final = "measured_on"
#: What a source may add, and what nobody asks it for alone.
_UNASKED: Final = (_DATED, "audience_country", "fake_sample_size")
IN_METRICS: Final = {"engagement_avg": "avg_engagement", "engagement_auth": "authentic_engagement",
                 "fake_sample_size": "fake_sample"}  # fmt: skip
"""The names of lists that `Metrics` has another for."""


class Why(StrEnum):
    """Why there are no fresh numbers."""

    UNREACHABLE = "unreachable"
    """No connection, or one that broke."""
    SLOW = "slow"
    """It did not answer in time, or there was no time left to ask."""
    RESTING = "resting"
    """It failed so often that it is left alone for a while."""
    REFUSED = "refused"
    """It does not let us in."""
    FAILED = "failed"
    """It says that it is in trouble, or that we ask too often."""
    UNKNOWN = "unknown"
    """It does not know this creator."""
    UNREADABLE = "unreadable"
    """What it sent is no JSON object: a page of HTML, half an answer."""
    TOO_LARGE = "too_large"
    ELSEWHERE = "elsewhere"
    """It sends us to another host, or round in circles."""
    NOTHING = "nothing"
    """There was no number in it that can be believed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """That the source was asked, and what came of it."""

    source: str
    at: datetime
    """When it answered, which is longer ago than now where the answer was still known."""
    why: Why | None = None
    """None where it gave numbers."""
    dropped: tuple[tuple[str, str], ...] = ()
    """(field, code of a note): what it said and nobody can believe."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source says of one creator; `metrics` is None where it gave no numbers."""

    asked: Asked
    metrics: Metrics | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """Numbers that somebody had looked up anew, and what the AI would say of them; the recommendation stays."""

    id: str
    candidate_id: str
    at: datetime
    by: str
    asked: Asked
    metrics: Metrics
    would: Recommendation


@dataclass(frozen=True, slots=True)
class Turn:
    """What newer numbers change in what the AI would say: nothing that decides anything, but news."""

    at: datetime
    """When the source gave them."""
    verdict: Verdict
    """What the AI would say with them."""
    turned: bool
    """Whether that is the opposite of its recommendation."""
    came: tuple[FlagCode, ...]
    gone: tuple[FlagCode, ...]


def turn(was: Recommendation, had: Metrics, found: Refresh | None) -> Turn | None:
    """What is news of a refresh beside the recommendation that stands; None where the AI would say the same.

    Numbers that are all as they were are no news, whatever a newer model makes of them.
    """
    if found is None or not changes(had, found.metrics):
        return None
    before, after = ({flag.code for flag in said.flags} for said in (was, found.would))
    came = tuple(code for code in FlagCode if code in after - before)
    gone = tuple(code for code in FlagCode if code in before - after)
    turned = found.would.verdict is not own(was).verdict
    return Turn(found.asked.at, found.would.verdict, turned, came, gone) if turned or came or gone else None


def stale(metrics: Metrics, today: date) -> bool:
    """Whether the numbers are too old to trust; of unknown age is not."""
    return metrics.measured_on is not None and (today - metrics.measured_on).days > DEFAULT_LINES.stale_days


def wanting(metrics: Metrics, fields: Collection[str], today: date) -> bool:
    """Whether a source that can give these fields has something to add.

    >>> wanting(Metrics(followers=0, audience={"BR": 0.7}), ("followers", "audience"), date(2026, 11, 28))
    False
    """
    had = _measured(metrics)
    return stale(metrics, today) or any(IN_METRICS.get(n, n) not in had for n in fields if n not in _UNASKED)


def joined(had: Metrics, fresh: Metrics, today: date) -> Metrics:
    """The newer numbers, and the older ones where there is no newer one; never old ones that pass for new.

    What is too old to trust is let go rather than kept beside today's: a number has no date of its own, so all are as
    old as the oldest. A share of fakes that our own model has measured in a sample is of the day on which it was, and
    the country of an audience is none that a month makes old.

    >>> had = Metrics(followers=100, credibility=0.8, measured_on=date(2026, 11, 20))
    >>> both = joined(had, Metrics(followers=120, measured_on=date(2026, 11, 28)), date(2026, 11, 28))
    >>> both.followers, both.credibility, both.measured_on
    (120, 0.8, datetime.date(2026, 11, 20))
    >>> joined(had, Metrics(followers=120), date(2027, 3, 1)).credibility is None
    True
    """
    if had.measured_on is not None and fresh.measured_on is not None and fresh.measured_on < had.measured_on:
        had, fresh = fresh, had  # the source lags behind the list
    old, new = _measured(had), _measured(fresh)
    if stale(had, today):
        old = _undated(had)
    if "fake_share_low" in new and "fake_follower_share" in old and "fake_share_low" not in old:
        # A share that somebody gave is kept beside one that we measured: they may know more than profiles show.
        new = {name: value for name, value in new.items() if name not in _SAMPLE}
    elif "fake_follower_share" in new:
        old = {name: value for name, value in old.items() if name not in _SAMPLE}
    kept = old.keys() - new.keys() - {*_SAMPLE, "audience_country"}
    days = [day for day in (had.measured_on, fresh.measured_on) if day is not None]
    dated = fresh.measured_on if not kept else min(days) if len(days) == 2 else None
    return Metrics(**(old | new), measured_on=dated)


def _measured(metrics: Metrics) -> dict[str, Any]:
    values = {name: getattr(metrics, name) for name in Metrics.__dataclass_fields__ if name != _DATED}
    return {
        name: value for name, value in values.items() if value is not None and not (name == "audience" and not value)
    }


def _undated(metrics: Metrics) -> dict[str, Any]:
    """What a month does not make old: our own measurement (only that has an interval) and the audience's country."""
    names = ("audience_country", *(_SAMPLE if metrics.fake_share_low is not None else ()))
    return {name: value for name in names if (value := getattr(metrics, name)) is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """One number as it was and as it is; None is not measured."""

    name: str
    before: Any
    after: Any


def changes(before: Metrics, after: Metrics) -> tuple[Change, ...]:
    """What is different, in the order of `Metrics`; what belongs to a sample counts once, dates and intervals never."""
    quiet = {_DATED, "fake_share_low", "fake_share_high", "fake_sample"}
    pairs = ((n, getattr(before, n), getattr(after, n)) for n in Metrics.__dataclass_fields__ if n not in quiet)
    return tuple(Change(name, was or None, now or None) if name == "audience" else Change(name, was, now)
                 for name, was, now in pairs if was != now)  # fmt: skip


def without_zero(metrics: Metrics) -> tuple[Metrics, tuple[tuple[str, str], ...]]:
    """An account without a single follower is not what anybody proposes: a source that says so does not know."""
    if metrics.followers != 0:
        return metrics, ()
    return replace(metrics, followers=None), (("followers", "zero"),)


def asked_to_json(asked: Asked) -> dict[str, Any]:
    plain: dict[str, Any] = {"source": asked.source, "at": asked.at.isoformat()}
    if asked.why is not None:
        plain["why"] = asked.why.value
    return plain | ({"dropped": [list(one) for one in asked.dropped]} if asked.dropped else {})


def asked_from_json(plain: Mapping[str, Any] | None) -> Asked | None:
    if not plain:
        return None
    why = Why(plain["why"]) if "why" in plain else None
    dropped = tuple((str(name), str(code)) for name, code in plain.get("dropped", ()))
    return Asked(str(plain["source"]), datetime.fromisoformat(plain["at"]), why, dropped)
