"""What a source says, read by the rules of lists: impossible numbers become gaps that are said, never zeros."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from bot.core.candidate_objects import read_candidate_objects
from bot.core.candidate_row import ParsedRow, metrics_of
from bot.core.follower_objects import read_follower_objects
from bot.core.fresh import IN_METRICS, Answer, Asked, Why, without_zero
from bot.core.headers import FIELDS as KINDS
from bot.core.headers import Kind
from scoring.fake_followers import with_sample
from scoring.features import sieved
from scoring.types import Metrics

FIELDS: Final = (
    "followers", "engagement_rate", "engagement_avg", "engagement_auth", "avg_likes", "avg_comments", "avg_views",
    "avg_shares", "growth_14d", "growth_90d", "growth_z", "credibility", "suspicious_share", "comment_pod_share",
    "fake_follower_share", "fake_sample_size", "comments_per_100_likes", "views_per_like", "sponsored_share",
    "audience", "audience_country", "brand_safety", "measured_on",
)  # fmt: skip
"""What a source may fill, named as in docs/files.md: measurements, and nothing that people or briefs say."""
_HANDLE: Final = "creator"
_SHARE: Final = "fake_follower_share"
#: 4,000 is four thousand to some and four to others: in a count JSON's own point decides, in a share nobody can.
_EITHER: Final = re.compile(r"\d,\d{3}(?!\d)")


def read_answer(
    values: Mapping[str, object], platform: str, source: str, at: datetime, followers: object = None
) -> Answer:
    """Numbers by field, as JSON had them. Raises nothing: what cannot be believed is dropped, and named.

    `followers` is a sample of the creator's followers (core/follower_objects.py), where the source has one: its share
    of fakes is worked out unless the source names one itself, and of the sample nothing else is kept.

    >>> from datetime import UTC
    >>> said = {"followers": -5, "engagement_rate": 40.0, "credibility": 0.9, "growth_14d": float("nan")}
    >>> answer = read_answer(said, "instagram", "Metrica", datetime(2026, 11, 28, tzinfo=UTC))
    >>> answer.metrics.credibility, answer.metrics.followers, [name for name, _ in answer.asked.dropped]
    (0.9, None, ['engagement_rate', 'followers', 'growth_14d'])
    """
    given = {name: _plain(name, value) for name, value in values.items() if value is not None}
    row = next(iter(read_candidate_objects([{"handle": _HANDLE, **given}], platform=platform).rows), None)
    if not isinstance(row, ParsedRow):
        return Answer(Asked(source, at, Why.NOTHING))
    dropped = [(note.field, note.code) for note in row.notes]
    believed, odd = sieved(metrics_of(row), platform, at.date())
    believed, none = without_zero(believed)
    dropped += [(name, "impossible") for name in odd] + list(none)
    if followers is not None:
        sample, why = read_follower_objects(followers)
        believed = with_sample(believed, sample)
        if believed.fake_follower_share is not None:
            dropped = [one for one in dropped if one[0] != _SHARE]
        elif why is not None:
            dropped.append((_SHARE, why))
    asked = Asked(source, at, None, tuple(sorted(dict(reversed(dropped)).items())))
    if believed == replace(Metrics(), measured_on=believed.measured_on):
        return Answer(replace(asked, why=Why.NOTHING))
    return Answer(asked, _dated(believed, at.date()))


def _plain(name: str, value: object) -> object:
    """The value, or something that no cell can hold where it can be read in two ways."""
    either = isinstance(value, str) and KINDS[name] in (Kind.SHARE, Kind.RATIO) and _EITHER.search(value)
    return {} if either else value


def named(answer: Answer) -> dict[str, object]:
    """What was read, by the names of lists; what was not measured is absent."""
    if answer.metrics is None:
        return {}
    values = {name: getattr(answer.metrics, IN_METRICS.get(name, name)) for name in FIELDS}
    return {
        name: value for name, value in values.items() if value is not None and not (name == "audience" and not value)
    }


def _dated(metrics: Metrics, today: date) -> Metrics:
    """A source that does not say when it measured is taken to have done so today."""
    return metrics if metrics.measured_on is not None else replace(metrics, measured_on=today)
