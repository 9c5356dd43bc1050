"""Learning from what people answered and what became of it: labels, a fit, how it does on what it has not seen.

What comes of it goes into shadow: nothing here makes a model recommend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core import outcome
from bot.core.compared import Compared, compared
from bot.core.disagreement import Standing, Winner
from bot.core.labels import Lesson, Taught, last_word, taught
from bot.core.learned_model import LearnedModel, State
from bot.core.types import UserId
from bot.desk import models
from bot.desk.desk import Desk, new_id
from db import candidates, disagreements, lists, outcomes, reviews
from db.store import Unit
from scoring.learned import InUse, corrected
from scoring.learning import BLIND, FEWEST, OUTCOME, SHOWN, fit
from scoring.model import Model
from scoring.recommend import own
from scoring.types import Target, Verdict

if TYPE_CHECKING:
    from scoring.comparison import Figures

_SEED = 6
"""Of the folds: the same labels give the same model."""
#: So many of those who would have been decided differently are named in a model's card.
_NAMED = 200


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody of whom the new model says the opposite."""

    review_id: str
    market: str
    before: Verdict
    after: Verdict
    truth: bool
    """What the label says: fraud, or a fit."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of one target."""

    target: Target
    reason: str
    """"learned", or why it stays as it is: few_labels, one_class, no_better (scoring.learning)."""
    model: Model
    labels: Mapping[str, int]
    """How many, in all and by what they come from."""
    constant: tuple[str, ...]
    held_out: Mapping[str, Any] | None
    """Figures on the latest labels, by a model that knows only the ones before; None when there are too few."""


def lessons(unit: Unit) -> list[Lesson]:
    """Every case with what may teach something, whoever decided it."""
    lines = lists.lines(unit)
    ids = [line.review_id for line in lines]
    found = reviews.many(unit, ids)
    said = candidates.recommendations(unit, [review.candidate_id for review in found.values()])
    judged, decided = reviews.judgements_of(unit, ids), reviews.decisions_of(unit, ids)
    became, argued = outcomes.of_reviews(unit, ids), disagreements.of_reviews(unit, ids)
    made = []
    for review_id, review in found.items():
        decision, by_judgement = decided.get(review_id, (None, None))
        known = became.get(review_id, ())
        if (decision is None or decision.undone_at is not None) and not known:
            continue
        word = last_word(judged.get(review_id, ()), by_judgement)
        wrong = word is not None and any(
            d.judgement_id == word.id and d.standing is Standing.RESOLVED and d.winner is Winner.AI
            for d in argued.get(review_id, ())
        )
        times = [*(o.at for o in known), *([decision.at] if decision else []), *([word.at] if word else [])]
        made.append(
            Lesson(
                review_id,
                review.candidate_id,
                review.market,
                own(said[review.candidate_id]),
                max(times),
                word,
                outcome.standing(known),
                wrong,
                said[review.candidate_id].theirs,
            )
        )
    return made


def retrain(
    desk: Desk, person: UserId | None, targets: Sequence[Target] = tuple(Target), *, dry_run: bool = False
) -> tuple[Learnt, ...]:
    """Fit a model per target on everything that is known, compare it, and put it into shadow.

    Takes seconds and is worked out beside the writer. Raises Invalid('model_broken') when the active one is.
    """
    with desk.store.reading() as unit:
        known, active = lessons(unit), models.serving(unit).active
        names = {target: models.next_name(unit, target) for target in targets}
    now = desk.clock()
    made = [_learn(known, active, target, names[target], now.date().isoformat()) for target in targets]
    new = [one for one in made if one.reason == "learned"]
    if new and not dry_run:
        with desk.store.unit() as unit:
            models.register(unit, [_row(one, person or models.OPERATOR, desk) for one in new], desk.clock())
    return tuple(made)


def compared_with_theirs(desk: Desk) -> Compared:
    """Our AI beside the team's own, on every case that somebody or something has decided."""
    with desk.store.reading() as unit:
        known = lessons(unit)
        of = candidates.many(unit, [lesson.candidate_id for lesson in known])
    return compared((lesson, of[lesson.candidate_id].theirs) for lesson in known)


def counted(found: Sequence[Taught]) -> dict[str, int]:
    """How many labels there are, by what they come from and what they say."""
    kinds = {OUTCOME: "outcomes", BLIND: "blind", SHOWN: "shown"}
    by = Counter(kinds[one.label.weight] for one in found)
    true = sum(one.label.truth for one in found)
    return {"all": len(found), "true": true, **{kind: by[kind] for kind in kinds.values()}}


def _learn(known: Sequence[Lesson], active: InUse, target: Target, name: str, day: str) -> Learnt:
    found = taught(known, target)
    labels = counted(found)
    card = {"labels": labels, "made_on": day, "replaces": _name_of(active, target)}
    tested = _tested(found, active, target, name)
    if tested is not None:
        card["held_out"] = tested
    made = fit([one.label for one in found], target, name, seed=_SEED, card=card)
    return Learnt(target, made.reason, made.model, labels, made.constant, tested)


def _name_of(active: InUse, target: Target) -> str:
    model: Model | None = getattr(active, target.value)
    return "scorecard" if model is None else model.name


def _tested(found: Sequence[Taught], active: InUse, target: Target, name: str) -> dict[str, Any] | None:
    """The scorecard, the active model and the new one on the latest labels; None when there are too few for that.

    The new one is fitted on the earlier labels alone. The active one may have seen some of the later ones: then it
    looks better than it is, which is the safe side.
    """
    from scoring.comparison import figures, split

    cut = split(len(found))
    earlier, later = found[:cut], found[cut:]
    if len(earlier) < FEWEST or not later:
        return None
    trial = fit([one.label for one in earlier], target, name, seed=_SEED).model
    now: Model = getattr(active, target.value) or Model(target)
    labels = [one.label for one in later]
    told: dict[str, Figures] = {
        "scorecard": figures(Model(target), labels), "active": figures(now, labels), "new": figures(trial, labels)
    }  # fmt: skip
    changed = _changed(later, active, active.with_(trial))
    return {
        "since": later[0].lesson.at.date().isoformat(), **counted(later),
        "figures": {who: dict(one.plain()) for who, one in told.items()},
        "changed": [_plain(one) for one in changed[:_NAMED]],
        "changed_count": len(changed),
        "markets": _by_market(later, changed),
    }  # fmt: skip


def _changed(found: Sequence[Taught], before: InUse, after: InUse) -> list[Changed]:
    """Who would have been decided differently, had the AI alone decided."""
    made = []
    for one in found:
        rec = one.lesson.recommendation
        was, would = corrected(rec, before).verdict, corrected(rec, after).verdict
        if was is not would:
            made.append(Changed(one.lesson.review_id, one.lesson.market, was, would, one.label.truth))
    return made


def _by_market(found: Sequence[Taught], changed: Sequence[Changed]) -> dict[str, dict[str, int]]:
    cases, differs = Counter(one.lesson.market for one in found), Counter(one.market for one in changed)
    return {market: {"cases": cases[market], "changed": differs[market]} for market in sorted(cases)}


def _plain(one: Changed) -> dict[str, Any]:
    return {
        "review": one.review_id, "market": one.market, "before": one.before.value, "after": one.after.value,
        "truth": one.truth,
    }  # fmt: skip


def _row(one: Learnt, by: UserId, desk: Desk) -> LearnedModel:
    text, now = one.model.to_json(), desk.clock()
    return LearnedModel(
        id=new_id("md"), name=one.model.name, target=one.target, state=State.SHADOW, text=text,
        sha256=one.model.sha256, labels=one.labels["all"], card=one.model.card, made_at=now, made_by=by,
        changed_at=now, changed_by=by,
    )  # fmt: skip
