"""What learned models made of the scorecard's numbers, with what each feature added: lines of Details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.cards import blocks
from bot.i18n.catalog import Voice
from scoring.learned import base_of, contributions, share_in
from scoring.model import log_odds
from scoring.types import Learned, Recommendation, Target

_SHOWN = 4
"""Features named one by one; the others are summed."""
_NAMES: Final[Mapping[str, str]] = {
    "engagement": "check.engagement_off_norm",
    "growth": "check.growth_spike",
    "credibility": "check.low_credibility",
}


def lines(rec: Recommendation, voice: Voice) -> list[str]:
    """Two lines per model: from what to what, and by what; their sum is the whole way in log-odds, exactly."""
    found = []
    for one in rec.learned:
        before = share_in(base_of(rec), one.target)
        after = rec.risk if one.target is Target.FRAUD else None if rec.match is None else rec.match / 100
        if before is None or after is None:
            continue
        said = {"before": _shown(before, one, voice), "after": _shown(after, one, voice)}
        model = blocks.said(one.model, 40)
        found.append("• " + voice.t(f"details.learned.{one.target.value}", model=model, **said))
        found.append("• " + voice.t("details.learned_by", what=", ".join(_parts(rec, one, before, voice))))
    return found


def _shown(share: float, one: Learned, voice: Voice) -> str:
    return voice.risk(share) if one.target is Target.FRAUD else voice.number(100 * share, 0)


def _parts(rec: Recommendation, one: Learned, before: float, voice: Voice) -> list[str]:
    """'follower growth +0.62': the heaviest first, then the others, then what is added to everybody."""
    added: dict[str, float] = {}
    for name, odds in contributions(rec, one).items():
        key = _key(name)
        added[key] = added.get(key, 0.0) + odds
    heaviest = sorted(added.items(), key=lambda part: (-abs(part[1]), part[0]))
    level = one.intercept + (one.slope - 1) * log_odds(before)
    rest = sum(odds for _, odds in heaviest[_SHOWN:])
    named = [f"{voice.t(key)} {_signed(odds, voice)}" for key, odds in heaviest[:_SHOWN]]
    others = [voice.t("details.learned_rest", odds=_signed(rest, voice))] if len(heaviest) > _SHOWN else []
    return [*named, *others, voice.t("details.learned_level", odds=_signed(level, voice))]


def _key(name: str) -> str:
    """What a feature is called: the check that it is of, or the part of the match."""
    kind, _, code = name.partition(".")
    return {"off": f"check.{code}", "match": f"part_name.{code}"}.get(kind) or _NAMES[name]


def _signed(odds: float, voice: Voice) -> str:
    sign = "" if round(odds, 2) == 0 else "+" if odds > 0 else "−"
    return f"{sign}{voice.number(abs(odds), 2)}"
