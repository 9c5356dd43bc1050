"""Sentences for everything that Handoff refuses: what is true, that nothing changed, what to do now and with whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.core.errors import HandoffError
from bot.core.types import By

if TYPE_CHECKING:
    from bot.i18n.catalog import Voice

Show = Callable[[str], str]

#: What may follow the fact, and the parameter without which it is left out.
_TAILS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "error.not_allowed.not_your_market": (("error.tail.tell", "expert"), ("error.tail.join", "lead")),
    "error.not_allowed.no_role": (("error.tail.tell", "expert"), ("error.tail.join", "lead")),
    "error.not_allowed.guest": (("error.tail.lead", "lead"),),
    "error.not_allowed.outsider": (("error.tail.owner", "owner"),),
    "error.not_allowed.own_referral": (("error.tail.tell", "expert"),),
    "error.not_allowed.marketer_asks": (("error.tail.answer", "expert"), ("error.tail.ask_lead", "lead")),
    "error.not_allowed.not_lead": (("error.tail.lead", "lead"),),
    "error.not_allowed.own_case": (("error.tail.lead", "lead"),),
    "error.too_late.resolved": (("error.tail.correct", "lead"),),
    "error.too_late.resolved_bare": (("error.tail.correct", "lead"),),
    "error.too_late.undo_over": (("error.tail.reverse", "lead"),),
    "error.too_late.decided_by_deadline": (("error.tail.object", "lead"),),
    "error.too_late.declined_by_deadline": (("error.tail.object", "lead"),),
    "error.too_late.decided_by_ai": (("error.tail.object", "lead"),),
}
#: What is said instead of two of these where both would name the same person, as where the lead has it.
_IN_ONE: Mapping[tuple[str, ...], str] = {
    ("error.tail.tell", "error.tail.join"): "error.tail.tell_and_join",
    ("error.tail.answer", "error.tail.ask_lead"): "error.tail.has_it_and_ask",
}
_UNCHANGED: Mapping[str, str] = {"not_allowed": "error.unchanged", "too_late": "error.unchanged_tap"}
#: Facts that have a shorter form for when the parameter they turn on is not known.
_BARE: Mapping[str, str] = {
    "error.too_late.decided": "how",
    "error.too_late.already_yours": "how",
    "error.too_late.already_stands": "how",
    "error.too_late.turned": "how",
    "error.too_late.not_yours_to_undo": "by",
    "error.too_late.resolved": "by",
}
#: Facts that say by themselves what became of the tap.
_COMPLETE = frozenset(
    {
        "error.too_late.already_yours",
        "error.too_late.already_yours_bare",
        "error.too_late.turned",
        "error.too_late.deadline_due",
        "error.too_late.already_undone",
        "error.too_late.reopened_since",
    }
)
_PEOPLE = frozenset({"expert", "lead", "owner", "by", "right"})
_NO_PERSON = frozenset(by.value for by in By)
_HOLE = re.compile(r"\{(\w+)\}")


def _key(voice: Voice, error: HandoffError, shown: Mapping[str, object]) -> str | None:
    """The most exact sentence that what we know can fill. Files may be named by either part of the error."""
    tries = (
        f"error.{error.code}.{error.reason}",
        f"error.{error.code}.{error.reason}_bare",
        f"error.file.{error.reason}",
        f"error.file.{error.code}",
        f"error.{error.code}",
    )

    def fits(key: str) -> bool:
        turning = _BARE.get(key)
        holes = _HOLE.findall(voice.t(key)) if voice.has(key) else []
        return voice.has(key) and all(hole in shown for hole in holes) and bool(not turning or shown.get(turning))

    return next((key for key in tries if fits(key)), None)


def _markets(voice: Voice, markets: object) -> str:
    listed = [markets] if isinstance(markets, str) else list(markets) if isinstance(markets, (list, tuple)) else []
    return ", ".join(voice.market_by(str(m)) for m in listed)


def _verdict(voice: Voice, params: Mapping[str, object]) -> str:
    """'proceed'; empty for anything that is no verdict."""
    key = f"verdict.{params.get('verdict')}"
    return voice.t(key) if voice.has(key) else ""


def _how(voice: Voice, params: Mapping[str, object], who: Show) -> str:
    """'*proceed*, by @oleg, against the AI': as much of it as is known."""
    verdict = _verdict(voice, params)
    parts = [f"*{verdict}*"] if verdict else []
    if params.get("by") and str(params["by"]) not in _NO_PERSON:
        parts.append(voice.t("error.by", who=who(str(params["by"]))))
    if isinstance(params.get("against_ai"), bool):
        parts.append(voice.t("error.against" if params["against_ai"] else "error.alike"))
    return ", ".join(parts)


def _shown(voice: Voice, params: Mapping[str, object], who: Show, esc: Show, now: datetime | None) -> dict[str, object]:
    """The parameters as words; a person who is none (a deadline, the AI) and what is None are left out."""
    shown: dict[str, object] = {
        name: who(str(value)) if name in _PEOPLE else _said(voice, value, esc)
        for name, value in params.items()
        if value is not None and not (name in _PEOPLE and (not value or str(value) in _NO_PERSON))
    }
    market = params.get("market")
    if isinstance(market, str) and market:
        forms = {"market_of": voice.market_of(market), "by_market": voice.market_by(market)}
        shown |= {"market": voice.market(market), **forms}
    if params.get("markets"):
        shown["markets"] = _markets(voice, params["markets"])
    verdict = _verdict(voice, params)
    if verdict:
        shown["verdict"] = verdict
    won = f"winner.{params.get('winner')}"
    if voice.has(won):
        shown["outcome"] = voice.t(won, who=shown.get("right", "–"))
    became = f"outcome.{params.get('outcome')}"
    if voice.has(became):
        shown["outcome"] = voice.t(became)
    at = params.get("at")
    known = now is not None and isinstance(at, datetime) and at.tzinfo is not None
    shown["ago"] = voice.t("error.when", ago=voice.ago(now - at)) if known else ""  # type: ignore[operator]
    shown["how"] = _how(voice, params, who)
    return shown


def _said(voice: Voice, value: object, esc: Show) -> str:
    if isinstance(value, datetime):
        return voice.when(value)
    if isinstance(value, timedelta):
        return voice.lasted(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return esc(", ".join(str(v) for v in value))
    return esc(str(value))


def error_text(
    voice: Voice, error: HandoffError, *, who: Show = str, esc: Show = str, now: datetime | None = None
) -> str:
    """One or two lines for any refusal, known or not; `who` writes people, `esc` whatever came from outside.

    Plain text by default, for the command line: emphasis is taken out unless `esc` is given.
    """
    params = error.params
    shown = _shown(voice, params, who, esc, now)
    if error.reason == "already_yours":
        shown["how"] = _how(voice, {"verdict": params.get("verdict")}, who)
    key = _key(voice, error, shown)
    if key is None:
        detail = ", ".join(f"{name}: {shown[name]}" for name in params if name in shown) or "–"
        said = voice.t("error.other", code=esc(error.code), reason=esc(error.reason), detail=detail)
    else:
        said = _sentence(voice, key, error.code, shown)
    return said if esc is not str else said.replace("*", "")


def _sentence(voice: Voice, key: str, code: str, shown: Mapping[str, object]) -> str:
    fact = voice.t(key, **shown)
    unchanged = _UNCHANGED.get(code)
    if unchanged and key not in _COMPLETE:
        fact = f"{fact} {voice.t(unchanged)}"
    known = [(tail, needs) for tail, needs in _TAILS.get(key, ()) if needs in shown]
    keys = tuple(tail for tail, _ in known)
    if keys in _IN_ONE and len({shown[needs] for _, needs in known}) == 1:
        keys = (_IN_ONE[keys],)
    elif keys == ("error.tail.correct",) and shown["lead"] == shown.get("by"):
        keys = ("error.tail.correct_too",)
    return "\n".join((fact, " ".join(voice.t(tail, **shown) for tail in keys))) if keys else fact


def row_text(voice: Voice, reason: str, **params: object) -> str:
    """Why one row of a file was left out, or warned of, in one plain sentence."""
    key = f"row.{reason}"
    if voice.has(key):
        return voice.t(key, **{name: str(value) for name, value in params.items()})
    return voice.t("row.other", reason=reason)
