"""A list of invented creators for the first try: of a campaign's own market, so that somebody there is asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from bot.core.types import Campaign

NAME = "sample.csv"
_HEADERS = ("handle", "name", "platform", "country", "followers", "engagement rate", "growth 14d", "credibility",
            "category", "fee", "currency", "bio")  # fmt: skip
#: Quiet numbers; numbers that look off; and a row that says nothing, to show how one is accounted for.
_ROWS: Sequence[tuple[object, ...]] = (
    ("sample.calm", "Sam Calm (sample)", 84_000, "4%", "2%", "91%", 0.4),
    ("sample.spike", "Pat Spike (sample)", 61_000, "9.4%", "60%", "58%", 0.5),
    ("", "Nobody (sample)", 12_000, "3%", "1%", "88%", 0.2),
)


def sample_list(campaign: Campaign) -> bytes:
    """The list as CSV bytes, for the campaign's first market, its topics and its money."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADERS)
    for handle, name, followers, engagement, growth, credibility, share in _ROWS:
        fee = round((campaign.budget or 2000.0) * float(str(share)))
        topic = campaign.categories[0] if campaign.categories else ""
        writer.writerow(
            (handle, name, "instagram", campaign.markets[0], followers, engagement, growth, credibility, topic, fee,
             campaign.currency, "")
        )  # fmt: skip
    return out.getvalue().encode()
