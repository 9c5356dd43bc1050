"""Names of buttons and views: permanent and versioned, because old messages live forever and must still answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.case import Line
from bot.core.learned_model import LearnedModel
from bot.core.one_by_one import Walk
from bot.core.outcome import What
from bot.core.types import Review
from scoring.types import Verdict

APPROVE = "review.approve.v1"
OVERRIDE = "review.override.v1"
NORM = "review.norm.v1"
MORE = "review.more.v1"
"""The overflow of an open card; its values are `choice(...)` of MORE_CHOICES."""
UNDO = "review.undo.v1"
DETAILS = "review.details.v1"
NOTE = "review.note.v1"
PASS_TO = "review.pass_to.v1"  # noqa: S105 - the same
"""In the form for passing on, at somebody's name: `choice(person, review)`."""
OPINION = "opinion.open.v1"
"""Carries the id of what a colleague was asked."""
PRECEDENTS = "precedents.open.v1"
"""In Details: what the case resembles."""
REFRESH = "numbers.refresh.v1"
"""In Details: asks the source of fresh numbers."""
MORE_DECIDED = "review.more_decided.v1"
"""The overflow of a decided card: note, details, object, outcome."""
DISSENT = "review.dissent.v1"
OPEN = "review.open.v1"
ONE_BY_ONE = "inbox.one_by_one.v1"
"""Goes through what waits, in one modal; the next two move in it."""
NEXT = "inbox.next.v1"
PREVIOUS = "inbox.previous.v1"
REVERSE = "review.reverse.v1"
LET_STAND = "review.let_stand.v1"
RESOLVE = "investigation.resolve.v1"
"""Who was right; the value of this and the next two is the disagreement's id."""
ADJUDICATE = "investigation.expert.v1"
"""Between two people: whoever objected was right."""
ADJUDICATE_OTHER = "investigation.other.v1"
"""The one who was objected to was."""
KEEP_COMMENT = "comment.keep.v1"
DROP_COMMENT = "comment.drop.v1"
DIGEST_ALL = "digest.all.v1"
"""Value `import_id:offset`."""
SEARCH_OPEN = "search.open.v1"
"""Opens the form; its value is a question, see `asked`."""
SEARCH_NEXT = "search.next.v1"
MONTH_OPEN = "month.open.v1"
"""Shows one's own cases of the last month; its value is a question as the others have it."""
SEARCH_BACK = "search.back.v1"
SEARCH_TRY = ("search.try1.v1", "search.try2.v1", "search.try3.v1")
"""What would find something; one id each, because a row may not have one twice."""
SIMILAR = "search.similar.v1"
"""The shortcut on a message."""

NORM_CASES = "norm.cases.v1"
NORM_REVIEW = "norm.review.v1"
"""Both carry the id of a market norm."""

MODEL_PROMOTE = "model.promote.v1"
MODEL_REJECT = "model.reject.v1"
"""Both carry `model(...)`."""
RANKED = "campaign.ranked.v1"
"""Carries the key of a campaign."""

LEAD = "setup.lead.v1"
PEOPLE = "setup.people.v1"
"""Carries from which person on the list is shown."""
PERSON_NEW = "setup.person_new.v1"
PERSON_CHANGE = "setup.person_change.v1"
"""Carries the person."""
REFERRERS = "setup.referrers.v1"
DISTRUST = "setup.distrust.v1"
"""Carries the name."""
JOIN = "setup.join.v1"
CAMPAIGNS = "setup.campaigns.v1"
CAMPAIGN_NEW = "setup.campaign_new.v1"
CAMPAIGN_MORE = "setup.campaign_more.v1"
"""Beside each campaign; its values are a choice and the key, such as change:aurora."""
CAMPAIGN_LOOK = "setup.campaign_look.v1"
"""Carries the key."""
WISH_ACCEPT = "wish.accept.v1"
WISH_DECLINE = "wish.decline.v1"
"""Both carry `person:market`."""

CAMPAIGNS_VIEW = "campaigns.v1"
CAMPAIGN_FORM = "campaign.v1"
CAMPAIGN_SAVED = "campaign_saved.v1"
IMPORT = "upload.form.v1"
"""Carries a choice and a campaign's key, or nothing after the colon."""
SAMPLE = "upload.sample.v1"
UPLOAD_CAMPAIGN = "upload.campaign.v1"
"""A list of campaigns; its block id ends with the upload's id."""
UPLOAD_CONFIRM = "upload.confirm.v1"
UPLOAD_DROP = "upload.drop.v1"
UPLOAD_ROWS = "upload.rows.v1"
UPLOAD_ROWS_BACK = "upload.rows_back.v1"
"""Both carry `upload:start`."""

IMPORT_FORM = "import.v1"
UPLOAD_VIEW = "upload.v1"
UPLOAD_ROWS_VIEW = "upload_rows.v1"
PEOPLE_VIEW = "people.v1"
PERSON_FORM = "person.v1"
REFERRERS_FORM = "referrers.v1"
JOIN_FORM = "join.v1"
OUTCOME_TAPS = {
    What.SENT: "outcome.sent.v1",
    What.SIGNED: "outcome.signed.v1",
    What.LOST_SLOW: "outcome.lost_slow.v1",
    What.LOST_OTHER: "outcome.lost_other.v1",
}
"""What an owner says of a deal in one tap; one id each, because a row may not have one twice."""
OUTCOME_BACK = "outcome.back.v1"
"""A deal that was said to be lost is not."""
RULE = "home.rule.v1"
"""Opens what a lead is asked to rule on: 'dissent:<judgement>' or 'model:<id>'."""
SETTINGS = "settings.open.v1"
"""Opens one's own settings; `BACK` ends an absence."""
BACK = "settings.back.v1"

SETTINGS_FORM = "settings.v1"
PING = "review.ping.v1"
PING_ALL = "reminder.ping_all.v1"
"""This one and MONDAY carry the reference of the message that they stand in."""
MONDAY = "reminder.monday.v1"
HOT = "review.hot.v1"
OWNER_MORE = "review.owner_more.v1"
"""The overflow beside them: hand, ask, withdraw, details."""
GIVE_TIME = "review.give_time.v1"
LEAVE = "review.leave.v1"

HALF_OPEN = "half.open.v1"
HALF_HAND = "half.hand.v1"
HALF_LEAVE = "half.leave.v1"
"""What can be done about what is unopened at half its window; they carry the reference of their message."""

HALF_HAND_FORM = "half_hand.v1"
HALF_LEAVE_FORM = "half_leave.v1"
"""Both remember that reference."""
HOT_FORM = "hot.v1"
ASK_FORM = "ask_lead.v1"
WITHDRAW_FORM = "withdraw.v1"
OUTCOME_FORM = "outcome.v1"
RESOLVE_FORM = "investigation.form.v1"
OVERRIDE_FORM = "override.v1"
NORM_FORM = "norm.v1"
DISSENT_FORM = "dissent.v1"
NOTE_FORM = "note.v1"
PASS_FORM = "pass.v1"  # noqa: S105 - to pass a review on
KNOW_FORM = "know.v1"
COLLEAGUE_FORM = "colleague.v1"
OPINION_FORM = "opinion.v1"
DETAILS_VIEW = "details.v1"
FRESH_VIEW = "fresh.v1"
PRECEDENTS_VIEW = "precedents.v1"
OPEN_VIEW = "open.v1"
WALK_VIEW = "one_by_one.v1"
RULING_VIEW = "ruling.v1"
RANKED_VIEW = "ranked.v1"
DIGEST_VIEW = "digest.v1"
SAVED_VIEW = "saved.v1"
NORM_RULING_FORM = "norm_ruling.v1"
NORM_CASES_VIEW = "norm_cases.v1"
"""Both remember the id of a market norm."""
SEARCH_FORM = "search.v1"
FOUND_VIEW = "found.v1"

FIELD = "v"
"""The action id of every field of a form; its block id says which field."""
NORM_FLAGS = FIELD
"""The ticks of the form "normal for this market", in the block FLAGS: they dispatch."""
REASONS = "reasons"
FLAGS = "flags"
CONFIDENCE = "confidence"
NARRATIVE = "narrative"
VERDICT = "verdict"
PERSON = "person"
CHOICE = "choice"
UNTIL = "until"
RESOLUTION = "resolution"
OUTCOME = "outcome"
LESSON = "lesson"
LANGUAGE, DAYS, FROM, TO, BACKUP = "language", "days", "from", "to", "backup"
"""The fields of one's own settings, beside UNTIL."""
TIER = "tier"
CATEGORY = "category"
SEASON = "season"
ANY = "any"
"""The choice of a list that narrows nothing: on iOS a choice cannot be cleared again."""
KEEP, CONFIRM, RETIRE, REJECT = "keep", "confirm", "retire", "reject"
"""What a lead can make of a market norm."""
ROLES = "roles"
BACKUP = "backup"
NAME = "name"
CHANNEL = "channel"
LANGUAGE = "language"
OWNER = "owner"
WINDOW = "deadline"
STAKES = "stakes"
BUDGET = "budget"
FEE_LINE = "fee_line"
ON_DEADLINE = "on_deadline"
KIND = "type"
RECOMMENDS = "recommends"
TIERS = "tiers"
CATEGORIES = "categories"
AUDIENCE = "min_audience"
AVOID = "avoid"
CAMPAIGN = "campaign"
FILE = "file"
TEXT = "q"
MARKET = "market"
FLAG = "flag"
REASON = "reason"
BY = "by"
WON = "won"
SINCE = "since"

_ASKED = re.compile(r"(?P<start>[0-9]{1,6}):(?P<typed>.*)", re.DOTALL)
_VALUE = re.compile(r"(?P<id>[^:\s]{1,200})(?::(?P<version>\d{1,9})(?::(?P<verdict>proceed|decline))?)?")


def model(shown: LearnedModel) -> str:
    """A learned model in the state in which it was shown."""
    return f"{shown.id}:{shown.state.value}"


def value(review: Review | Line) -> str:
    """What a button carries: an opaque id and the version it was drawn from. Nothing in it is trusted."""
    known = review.id if isinstance(review, Review) else review.review_id
    return f"{known}:{review.version}"


def parse_value(text: str) -> tuple[str, int | None]:
    """The review id and version of a button's value, with or without a leading choice.

    >>> parse_value("rv_7Q2K:3"), parse_value("rv_7Q2K")
    (('rv_7Q2K', 3), ('rv_7Q2K', None))

    Raises ValueError on anything else.
    """
    found = _VALUE.fullmatch(text)
    if not found:
        raise ValueError(f"not a button value of ours: {text[:80]!r}")
    version = found["version"]
    return found["id"], int(version) if version else None


def ruling(review: Review, verdict: Verdict) -> str:
    """What Reverse carries: 'rv_7Q2K:3:decline', what it would make of the decision."""
    return f"{value(review)}:{verdict.value}"


def wanted(text: str) -> Verdict | None:
    """The verdict of a value that `ruling` made; None for those of older messages.

    >>> wanted("rv_7Q2K:3:decline"), wanted("rv_7Q2K:3")
    (<Verdict.DECLINE: 'decline'>, None)
    """
    found = _VALUE.fullmatch(text)
    return Verdict(found["verdict"]) if found and found["verdict"] else None


def asked(start: int, typed: str) -> str:
    """What a button of search carries: from which case on, and the question as somebody could have typed it."""
    return f"{start}:{typed}"


def parse_asked(text: str) -> tuple[int, str]:
    """The same, back; whatever is no value of ours is no question.

    >>> parse_asked("3:giveaway market:BR"), parse_asked("rubbish")
    ((3, 'giveaway market:BR'), (0, ''))
    """
    found = _ASKED.fullmatch(text)
    return (int(found["start"]), found["typed"]) if found else (0, "")


def choice(name: str, review: Review) -> str:
    """An overflow's value: 'details:rv_7Q2K:3'."""
    return f"{name}:{value(review)}"


def parse_choice(text: str) -> tuple[str, str, int | None]:
    """('details', 'rv_7Q2K', 3). Raises ValueError on anything else."""
    name, found, rest = text.partition(":")
    if not (name and found):
        raise ValueError(f"not a choice of ours: {text[:80]!r}")
    return name, *parse_value(rest)


@dataclass(frozen=True, slots=True)
class Meta:
    """What a view remembers in its private_metadata."""

    review_id: str
    version: int | None
    verdict: Verdict | None = None
    draft: str | None = None


def pack(review: Review, *, verdict: Verdict | None = None, draft: str | None = None) -> str:
    """`value(review)` where that is all, else JSON with r, v, verdict, draft."""
    if verdict is None and draft is None:
        return value(review)
    packed = {"r": review.id, "v": review.version, "verdict": verdict, "draft": draft}
    return json.dumps({k: v for k, v in packed.items() if v is not None}, separators=(",", ":"))


def unpack(view: Mapping[str, Any]) -> Meta:
    """The memory of a view that `pack` wrote. Raises ValueError on anything else."""
    text = str(view.get("private_metadata") or "")
    if not text.startswith("{"):
        return Meta(*parse_value(text))
    try:
        read = json.loads(text)
        version, verdict = read.get("v"), read.get("verdict")
        return Meta(
            str(read["r"]), int(version) if version else None, Verdict(verdict) if verdict else None, read.get("draft")
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a view of ours: {text[:80]!r}") from error


def pack_investigation(review: Review, disagreement_id: str, resolved_at: datetime | None) -> str:
    """What the form "Who was right?" remembers: its disagreement, and when the resolution that it shows was made."""
    packed = {"r": review.id, "v": review.version, "d": disagreement_id}
    if resolved_at is not None:
        packed["at"] = resolved_at.isoformat()
    return json.dumps(packed, separators=(",", ":"))


def unpack_investigation(view: Mapping[str, Any]) -> tuple[str, datetime | None]:
    """The disagreement's id and that time. Raises ValueError on anything else."""
    text = str(view.get("private_metadata") or "")
    try:
        read = json.loads(text)
        at = datetime.fromisoformat(read["at"]) if "at" in read else None
        return str(read["d"]), at
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a view of ours: {text[:80]!r}") from error


def pack_walk(walk: Walk) -> str:
    """What the modal remembers in which somebody answers one by one.

    >>> pack_walk(Walk(("rv_1", "rv_2"), 1, "rv_1"))
    '{"q":"rv_1 rv_2","at":1,"last":"rv_1"}'
    """
    packed = {"q": " ".join(walk.reviews), "at": walk.at, "last": walk.last, "t": walk.moment or None}
    return json.dumps({k: v for k, v in packed.items() if v is not None}, separators=(",", ":"))


def unpack_walk(text: str) -> Walk:
    """The same, back. Raises ValueError on anything else.

    >>> unpack_walk(pack_walk(Walk(("rv_1", "rv_2"), 2, "rv_1", "16.5"))).last
    'rv_1'
    """
    try:
        read = json.loads(text)
        last = read.get("last")
        reviews, at = tuple(str(read["q"]).split()), int(read["at"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a walk of ours: {text[:80]!r}") from error
    return Walk(reviews, min(max(at, 0), len(reviews)), str(last) if last else None, str(read.get("t") or ""))
