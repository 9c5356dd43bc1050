"""A recommendation as plain JSON values and back, exactly; how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Any

from scoring.types import (
    Band,
    Check,
    Eased,
    FlagCode,
    Learned,
    MatchPart,
    Recommendation,
    RiskFlag,
    Severity,
    Target,
    Tier,
    Verdict,
)

_ENUMS: Mapping[str, type[StrEnum]] = {
    "code": FlagCode, "severity": Severity, "target": Target, "tier": Tier, "verdict": Verdict,
    "ours": Verdict,
}  # fmt: skip
#: The fields of what is kept, looked up once: a list of a thousand asks for them tens of thousands of times.
_KINDS = (Recommendation, RiskFlag, Check, Band, Eased, Learned)
_NAMES = {kind: tuple(spec.name for spec in fields(kind)) for kind in _KINDS}
_FIELDS = {kind: tuple((spec.name, spec.default) for spec in fields(kind)) for kind in _KINDS}


def recommendation_to_json(rec: Recommendation) -> dict[str, Any]:
    """Values that `json.dumps` takes; floats keep every digit, and what has its default is left out."""
    plain = _flat(rec)
    plain["match_parts"] = {str(part): value for part, value in rec.match_parts.items()}
    plain["flags"] = [_flat(flag) for flag in rec.flags]
    plain["checks"] = [_flat(check) for check in rec.checks]
    if rec.learned:
        plain["learned"] = [_flat(one) for one in rec.learned]
    if rec.measured_on is not None:
        plain["measured_on"] = rec.measured_on.isoformat()
    return plain


def recommendation_from_json(plain: Mapping[str, Any]) -> Recommendation:
    """The recommendation that was kept; fields that are not there take their defaults, unknown ones are left.

    Raises ValueError when it is not one.
    """
    try:
        values = _values(Recommendation, plain)
        values["match_parts"] = {MatchPart(part): value for part, value in plain["match_parts"].items()}
        values["flags"] = tuple(RiskFlag(**_values(RiskFlag, flag)) for flag in plain["flags"])
        values["checks"] = tuple(Check(**_values(Check, check)) for check in plain["checks"])
        if "learned" in values:
            values["learned"] = tuple(Learned(**_values(Learned, one)) for one in plain["learned"])
        if values.get("measured_on") is not None:
            values["measured_on"] = date.fromisoformat(values["measured_on"])
        return Recommendation(**values)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a recommendation: {error!r}") from error


def _flat(thing: Recommendation | RiskFlag | Check | Band | Eased | Learned) -> dict[str, Any]:
    """One dataclass, one level deep: enums as text, tuples as lists, a band or a market norm inside as a dict."""
    plain: dict[str, Any] = {}
    for name, default in _FIELDS[type(thing)]:
        value = getattr(thing, name)
        if value is default:
            continue
        if isinstance(value, StrEnum):
            value = str(value)
        elif isinstance(value, (Band, Eased)):
            value = _flat(value)
        elif isinstance(value, tuple):
            value = list(value)
        plain[name] = value
    return plain


def _values(
    kind: type[Recommendation | RiskFlag | Check | Band | Eased | Learned], plain: Mapping[str, Any]
) -> dict[str, Any]:
    """Constructor arguments of `kind`, of what `plain` knows."""
    values: dict[str, Any] = {}
    for name in _NAMES[kind]:
        if name not in plain:
            continue
        value = plain[name]
        if value is not None and name in _ENUMS:
            value = _ENUMS[name](value)
        elif value is not None and name == "norm":
            value = Band(**_values(Band, value))
        elif value is not None and name == "eased":
            value = Eased(**_values(Eased, value))
        elif isinstance(value, list):
            value = tuple(value)
        values[name] = value
    return values
