"""What the desk can tell: one case, one person's inbox, lists and counts. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core import review as lifecycle
from bot.core.blinding import is_blind
from bot.core.case import Ask, Case, Digest, Happened, Inbox, Investigation, Line, Thread
from bot.core.errors import NotFound
from bot.core.fresh import Refresh
from bot.core.learned_model import State as ModelState
from bot.core.market_norm import Norm
from bot.core.one_by_one import in_order
from bot.core.outcome import What, standing
from bot.core.review import CHANGED_HANDS
from bot.core.types import Campaign, Candidate, Comment, Decision, How, Judgement, Member, Review, Route, UserId
from bot.desk import investigations, month, norm_list
from bot.desk.announce import current_lead, lead_of
from bot.desk.desk import Desk
from bot.desk.setup import setup_of
from db import (
    campaigns,
    candidates,
    disagreements,
    events,
    lists,
    market_norms,
    models,
    notes,
    nudges,
    outcomes,
    people,
    refreshes,
    reviews,
)
from db.store import Unit
from scoring.recommend import without
from scoring.types import FlagCode, Recommendation

#: How far back, and how many of what was decided an owner is told of in their Home tab.
_LATELY, _NEWS = timedelta(days=3), 3
#: Disagreements of which a lead's Home tab looks at the first.
_ASKED = 30
#: For how long an expert can object to a fast-tracked candidate.
OBJECT_WINDOW = timedelta(hours=12)


def case(desk: Desk, review_id: str) -> Case:
    """Everything about one review. Raises NotFound('review')."""
    with desk.store.reading() as unit:
        return whole(unit, desk, review_id)


def case_with_history(desk: Desk, review_id: str, reader: UserId | None = None) -> tuple[Case, tuple[Happened, ...]]:
    """The same with the latest numbers that this person may see, and who did what to it, oldest first."""
    with desk.store.reading() as unit:
        found = whole(unit, desk, review_id)
        fresh = refreshed(unit, found, reader) if reader is not None else None
        return replace(found, refresh=fresh), events.of_review(unit, review_id)


def refreshed(unit: Unit, case: Case, reader: UserId) -> Refresh | None:
    """The latest numbers of a candidate; nothing to whoever is to answer blind: what the AI would say is its call."""
    member = people.member(unit, reader)
    if member is not None and is_blind(case.review, member):
        return None
    return refreshes.newest(unit, case.candidate.id)


def cases(desk: Desk, review_ids: Sequence[str]) -> tuple[Case, ...]:
    """Several of them, in the order given; those that no longer exist are left out."""
    with desk.store.reading() as unit:
        found = reviews.many(unit, review_ids)
        return cases_in(unit, desk, [found[i] for i in review_ids if i in found])


def whole(unit: Unit, desk: Desk, review_id: str) -> Case:
    """The case as this very unit of work sees it: a verb reads its answer before it commits."""
    review = reviews.get(unit, review_id)
    if review is None:
        raise NotFound("review", review=review_id)
    (found,) = cases_in(unit, desk, [review])
    return found


def cases_in(unit: Unit, desk: Desk, found: Sequence[Review]) -> tuple[Case, ...]:
    """The same few statements for one review and for a hundred."""
    ids, of = [r.id for r in found], [r.candidate_id for r in found]
    leads = people.concerned(unit, None)
    judged, decided = reviews.judgements_of(unit, ids), reviews.decisions_of(unit, ids)
    said_of = notes.comments_of(unit, ids)
    proposed, said = candidates.many(unit, of), candidates.recommendations(unit, of)
    verdicts = {r.id: said[r.candidate_id].verdict for r in found}
    differed = {i: j for i, j in judged.items() if investigations.differing(j, verdicts[i])}
    opened = investigations.of_reviews(unit, desk, differed)
    became = outcomes.of_reviews(unit, [r.id for r in found if not r.state.awaits])
    authors = {note.author for listed in said_of.values() for note in listed}
    authors |= {j.expert for listed in judged.values() for j in listed} | {r.expert or "" for r in found}
    authors |= investigations.people(i for listed in opened.values() for i in listed)
    authors |= {made.by for made, _ in decided.values()} | {m.id for m in leads}
    applied = {eased.norm_id for rec in said.values() for eased in rec.eased}
    norms = market_norms.some(unit, applied) if applied else {}
    running = campaigns.some(unit, (r.campaign for r in found))
    handed = {r.id: events.of_review(unit, r.id) for r in found if r.why_me in CHANGED_HANDS}
    authors |= {p for listed in handed.values() for e in listed for p in (e.actor, e.before.get("expert") or "")}
    named = people.names(unit, authors | {c.owner for c in running.values()})
    return tuple(
        _case(
            r,
            running[r.campaign],
            proposed[r.candidate_id],
            said[r.candidate_id],
            leads,
            judged.get(r.id, ()),
            decided.get(r.id, (None, None)),
            said_of.get(r.id, ()),
            opened.get(r.id, ()),
            standing(became.get(r.id, ())),
            handed.get(r.id, ()),
            named,
            norms,
            desk,
        )
        for r in found
    )


def _case(
    review: Review,
    campaign: Campaign,
    candidate: Candidate,
    recommendation: Recommendation,
    leads: Sequence[Member],
    judged: Sequence[Judgement],
    decided: tuple[Decision | None, str | None],
    notes: tuple[Comment, ...],
    opened: tuple[Investigation, ...],
    became: tuple[What, ...],
    handed: Sequence[Happened],
    names: Mapping[UserId, str],
    norms: Mapping[str, Norm],
    desk: Desk,
) -> Case:
    made, judgement_id = decided
    passes = [e for e in handed if e.what in ("passed_on", "returned")]
    # What was written to one person goes with that hand-over only.
    said = [e.after["note"] for e in handed if e.what == "passed_on_note" and e.at >= passes[-1].at] if passes else []
    return Case(
        review=review,
        campaign=campaign,
        candidate=candidate,
        recommendation=recommendation,
        lead=lead_of(leads, candidate.referred_by),
        decision=made,
        judgement=next((j for j in judged if j.id == judgement_id), None),
        # What was said against a decision that has been taken back is no objection to the one after it.
        dissents=tuple(j for j in judged if j.how is How.DISSENT and j.undone_at is None),
        comments=notes,
        investigations=opened,
        outcomes=became,
        passes=tuple((e.before["expert"], e.after["expert"]) for e in passes),
        pass_note=said[-1] if said else None,
        names=names,
        norms={eased.norm_id: norms[eased.norm_id] for eased in recommendation.eased if eased.norm_id in norms},
        today=desk.clock().date(),
        hold=lifecycle.hold_of(review, desk.limits.times),
    )


def judgement(desk: Desk, judgement_id: str) -> tuple[Case, Judgement]:
    """A judgement and its case. Raises NotFound('review')."""
    with desk.store.reading() as unit:
        review_id = lists.review_of_judgement(unit, judgement_id)
        if review_id is None:
            raise NotFound("review", review=judgement_id)
        made = next(j for j in reviews.judgements(unit, review_id) if j.id == judgement_id)
        return whole(unit, desk, review_id), made


def thread(desk: Desk, disagreement_id: str) -> Thread:
    """An investigation with its case and whom it asks, also of one that was undone. Raises NotFound('review')."""
    with desk.store.reading() as unit:
        return thread_of(unit, desk, disagreement_id)


def thread_of(unit: Unit, desk: Desk, disagreement_id: str) -> Thread:
    """The same as this unit of work sees it."""
    review_id = investigations.get(unit, disagreement_id).review_id
    one = investigations.one(unit, desk, disagreement_id, reviews.judgements(unit, review_id))
    norms = norm_list.of_judgement(unit, one.said) if one.said.rationale.disputed else ()
    return investigations.thread(whole(unit, desk, review_id), one, people.members(unit), norms)


def undone_case(desk: Desk, review_id: str, round_: int) -> tuple[Case, bool]:
    """The case, and whether the decision of that round has been taken back."""
    with desk.store.reading() as unit:
        found = reviews.decision(unit, review_id, round_)
        return whole(unit, desk, review_id), found is not None and found[0].undone_at is not None


def recompute(whole: Case, flags: Collection[FlagCode]) -> Recommendation:
    """What the AI would say if these flags were normal."""
    return without(whole.recommendation, flags)


def person(desk: Desk, user_id: UserId) -> Member | None:
    with desk.store.reading() as unit:
        return people.member(unit, user_id)


def everybody(desk: Desk) -> tuple[Member, ...]:
    with desk.store.reading() as unit:
        return people.members(unit)


def markets_in_use(desk: Desk) -> tuple[str, ...]:
    """Those that somebody answers for or a campaign looks at."""
    with desk.store.reading() as unit:
        answered = {market for member in people.members(unit) for market in member.markets}
        return tuple(sorted(answered | {market for c in campaigns.every(unit) for market in c.markets}))


def every_campaign(desk: Desk) -> tuple[Campaign, ...]:
    with desk.store.reading() as unit:
        return campaigns.every(unit)


def lead(desk: Desk) -> UserId | None:
    with desk.store.reading() as unit:
        return current_lead(unit)


def inbox(desk: Desk, user_id: UserId) -> Inbox:
    """What waits for one person; a lead also sees what is held for a ruling, an owner their campaigns."""
    with desk.store.reading() as unit:
        members = people.members(unit)
        who = next((m for m in members if m.id == user_id), Member(user_id, user_id))
        now, owned = desk.clock(), campaigns.owned_by(unit, user_id)
        return Inbox(
            person=who,
            waiting=cases_in(unit, desk, waiting_for(unit, who)),
            queued=reviews.queued_count(unit, user_id),
            campaigns=tuple(lists.progress(unit, c, now) for c in owned),
            lead=current_lead(unit),
            norms=norm_list.for_lead(unit, desk) if who.is_lead else (),
            setup=setup_of(unit, user_id, members),
            asks=_asks(unit, desk, who) if who.is_lead else (),
            models=models.in_state(unit, ModelState.SHADOW) if who.is_lead else (),
            news=cases_in(unit, desk, lists.decided_lately(unit, [c.key for c in owned], now - _LATELY, _NEWS)),
            month=month.of(unit, user_id, now),
        )


def _asks(unit: Unit, desk: Desk, lead: Member) -> tuple[Ask, ...]:
    """Objections to what can still be reversed, then what nobody has ended in time; never the lead's own case."""
    found = disagreements.unsettled(unit, _ASKED)
    of = reviews.many(unit, [one.review_id for one in found])
    cases = {c.review.id: c for c in cases_in(unit, desk, list(of.values()))}
    asks = []
    for case in (cases[one.review_id] for one in found if one.review_id in cases):
        for inv in case.investigations:
            if inv.disagreement not in found or lead.id in inv.parties:
                continue
            objects = _objects(unit, case, inv)
            if objects or inv.disagreement.reminded:
                asks.append(Ask(case, inv, objects))
    once = {ask.investigation.disagreement.id: ask for ask in asks}
    return tuple(sorted(once.values(), key=lambda ask: not ask.objection))


def _objects(unit: Unit, case: Case, inv: Investigation) -> bool:
    """Whether somebody objects to the decision that stands, and no lead has left it standing yet."""
    said, decision = inv.said, case.decision
    if said.how is not How.DISSENT or case.review.executed or decision is None or decision.verdict is said.verdict:
        return False
    stood = (e.after.get("judgement") for e in events.of_review(unit, case.review.id) if e.what == "let_stand")
    return said.id not in stood


def waiting_for(unit: Unit, who: Member) -> list[Review]:
    """What this person is asked, hot deals first, then by deadline."""
    waiting = {r.id: r for r in reviews.waiting_for(unit, who.id)}
    for review in reviews.held(unit):
        if who.is_lead or review.backup == who.id:
            waiting[review.id] = review
    return in_order(waiting.values())


def lines(desk: Desk, review_ids: Sequence[str]) -> tuple[Line, ...]:
    """Candidates of a list, in the order given."""
    with desk.store.reading() as unit:
        found = {line.review_id: line for line in lists.lines(unit, review_ids=review_ids)}
        return tuple(found[i] for i in review_ids if i in found)


def all_lines(desk: Desk, campaign: str | None = None) -> tuple[Line, ...]:
    """Every candidate, of a campaign or of all, by intake. Raises NotFound('campaign')."""
    with desk.store.reading() as unit:
        if campaign is not None and campaigns.get(unit, campaign) is None:
            raise NotFound("campaign", campaign=campaign)
        return lists.lines(unit, campaign=campaign)


def reminders(desk: Desk, review_ids: Sequence[str]) -> dict[str, int]:
    """How many reminders the expert of each has got."""
    with desk.store.reading() as unit:
        return {review_id: noted.said for review_id, noted in nudges.noted(unit, review_ids).items()}


def digest(desk: Desk, import_id: str, reader: UserId) -> Digest:
    """What an import decided without asking, as one reader may see it: an expert, their markets' fast track."""
    with desk.store.reading() as unit:
        found = candidates.import_row(unit, import_id)
        campaign = campaigns.get(unit, found.campaign) if found is not None else None
        if found is None or campaign is None:
            raise NotFound("campaign", campaign=import_id)
        who = people.member(unit, reader) or Member(reader, reader)
        every = lists.lines(unit, import_id=import_id)
        whole_view = reader == campaign.owner or who.is_lead
        mine = [
            line
            for line in every
            if line.route in (Route.AI, Route.FAST_TRACK) and (whole_view or line.market in who.markets)
        ]
        mine.sort(key=lambda line: (line.route is not Route.FAST_TRACK, line.candidate.casefold()))
        fast = any(line.route is Route.FAST_TRACK for line in mine)
        asked = sum(line.route not in (Route.AI, Route.FAST_TRACK) for line in every)
        until = found.at + OBJECT_WINDOW if fast else None
        return Digest(import_id, campaign, tuple(mine), may_object=True, asked=asked, objects_until=until)


def arranged(desk: Desk) -> tuple[Happened, ...]:
    """Who changed people, campaigns and the database itself, oldest first."""
    with desk.store.reading() as unit:
        return events.of_no_review(unit)


def history(desk: Desk, review_id: str) -> tuple[Happened, ...]:
    """Who did what to a review, oldest first."""
    with desk.store.reading() as unit:
        return events.of_review(unit, review_id)
