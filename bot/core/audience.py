"""Where an audience lives, from one cell such as `BR: 71%, PT: 5%`."""

from __future__ import annotations

import re
from typing import Final

from bot.core.countries import parse_country
from bot.core.values import parse_share

_PART: Final = re.compile(r"\s*([^\d:=%(]+?)\s*[:=(–\-]?\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*\)?\s*")
_TOO_MUCH: Final = 1.05  # shares are rounded, so their sum may be a little over 1


def parse_audience(text: str) -> dict[str, float]:
    """Return ISO2 -> fraction of `BR: 71%, PT: 5%` or `Brazil 0.71; Portugal 0.05`; {} if any part is not that."""
    if not any(c.isdigit() for c in text) or not any(c.isalpha() for c in text) or len(text) > 1000:
        return {}
    # White space is folded first: the pattern below would try every way to share out a long run of it.
    parts = [" ".join(p.split()) for p in re.split(r"[;|\n]|,(?!\d)", text) if p.strip()]
    found = [_PART.fullmatch(part) for part in parts]
    percent = "%" in text or any(m is not None and float(m[2].replace(",", ".")) > 1 for m in found)
    shares: dict[str, float] = {}
    for match in found:
        country = parse_country(match[1].strip()) if match else None
        share = parse_share(match[2], percent=percent) if match else None
        if country is None or share is None or share > 1:
            return {}
        shares[country] = shares.get(country, 0.0) + share
    return shares if sum(shares.values()) <= _TOO_MUCH else {}
