"""score_one, score_many: what a learned model says from its coefficients, beside the same model in scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

from scoring.learned import InUse, corrected
from scoring.model import NAMES, Model, log_odds
from scoring.recommend import recommend
from scoring.types import Target
from tests.benchmarks.agency import Stock
from tests.benchmarks.lines import Goal, Line, middle, timed
from tests.scoring.builders import BRIEF, NORMS, OFF, TODAY, creator

Values = tuple[float | None, ...]
Case = tuple[float, Values]
"""What the scorecard says as a share, and the features."""


def score_one(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    """Median of a thousand turns of one card: the model's share from its coefficients, and its doubt."""
    del stock  # nothing of it is in a database
    rounds, times = (2, 5) if quick else (30, 1000)
    model, cases = made_up(), candidates(50)
    learned, matrix = pipeline(model), rows(model, cases)
    ours, theirs, whole, said = [], [], [], []
    rec = recommend(creator(**OFF), BRIEF, NORMS, fee=6000.0, today=TODAY)
    models = InUse(fraud=model)
    for turn in range(rounds):
        share, values = cases[turn % len(cases)]
        ours.append(_milliseconds(partial(_scored, model, share, values), times))
        theirs.append(_milliseconds(partial(learned.predict_proba, matrix[:1]), max(times // 20, 2)))
        whole.append(_milliseconds(partial(corrected, rec, models), max(times // 10, 2)))
        said.append(_milliseconds(partial(recommend, creator(**OFF), BRIEF, NORMS, today=TODAY), max(times // 10, 2)))
    parts = {"corrected, with verdict and interval": middle(whole), "the scorecard before it": middle(said)}
    yield Line("score_one", middle(ours), "ms", middle(theirs), "scikit-learn's pipeline of the same model",
               Goal("value", 0.1), parts)  # fmt: skip


def score_many(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    """Median of ten thousand candidates at once, from lists with gaps to a list of shares."""
    del stock
    rounds, count = (2, 200) if quick else (15, 10_000)
    model, cases = made_up(), candidates(count)
    learned = pipeline(model)
    shares, values = [share for share, _ in cases], [of for _, of in cases]
    ours, theirs = [], []
    for _ in range(rounds):
        with timed() as watch:
            model.predict_many(shares, values)
        ours.append(watch.seconds)
        with timed() as watch:
            learned.predict_proba(rows(model, cases))
        theirs.append(watch.seconds)
    yield Line("score_many", middle(ours), "s", middle(theirs), "scikit-learn's pipeline of the same model",
               Goal("value", 0.1), {"candidates": count})  # fmt: skip


def _scored(model: Model, share: float, values: Values) -> tuple[float, float]:
    return model.predict(share, values), model.doubt(values)


def _milliseconds(do: Callable[[], object], times: int) -> float:
    with timed() as watch:
        for _ in range(times):
            do()
    return 1000 * watch.seconds / times


def made_up(seed: int = 5) -> Model:
    """A model of every feature, with coefficients as large as learned ones."""
    rng = Random(seed)
    count = len(NAMES)
    return Model(
        Target.FRAUD, "fraud-1", NAMES, tuple(rng.uniform(0, 1) for _ in NAMES),
        tuple(rng.gauss(0, 1.5) for _ in NAMES), 0.9, -0.3,
        tuple(tuple(0.05 if row == column else 0.001 for column in range(count)) for row in range(count)),
    )  # fmt: skip


def candidates(count: int, seed: int = 7) -> list[Case]:
    """Made-up candidates: any scorecard from 0 to 1, a feature in five not measured."""
    rng = Random(seed)
    return [(rng.choice((0.0, 1.0, rng.random())), _values(rng)) for _ in range(count)]


def _values(rng: Random) -> Values:
    return tuple(None if rng.random() < 0.2 else rng.gauss(0.3, 0.6) for _ in NAMES)


def pipeline(model: Model) -> Any:
    """The same model as scikit-learn has it: gaps filled with the means, centred, a logistic regression."""
    import numpy as np
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    means = np.array([[0.0, *model.mean]])  # the scorecard's log-odds are the first column, and never missing
    regression = LogisticRegression()
    regression.classes_ = np.array([False, True])
    regression.coef_ = model.slope * np.array([[1.0, *model.delta]])
    regression.intercept_ = np.array([model.intercept])
    fill, centre = SimpleImputer().fit(means), StandardScaler(with_std=False).fit(means)
    return make_pipeline(fill, centre, regression)


def rows(model: Model, cases: Sequence[Case]) -> Any:
    """What the pipeline is given: the scorecard's log-odds, then the features that the model looks at."""
    import numpy as np

    assert model.names == NAMES
    return np.array([[log_odds(share), *values] for share, values in cases], dtype=float)
