"""The model card of the fake-follower model: what it rests on, how it does where it was not fitted, where it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from scoring.fake_followers import COLUMNS

if TYPE_CHECKING:
    from scoring.follower_training import Transfer

TRUTHS: Final = (0.05, 0.10, 0.25, 0.50)

_USE = """\
## What it is for
It says which share of a sample of a creator's followers is fake, as one signal among others on a card
(`fake_follower_share`: off above 20 %, severe above 35 %). It says nothing of the creator: **no public set labels
creators as fraudulent**, followers can be bought for somebody without their knowledge, and a flag is a reason to look.
A single follower's probability is a step towards the share, not a verdict on a person.

## How it works
A sum of monotone ladders per column (posts, followers, following, picture, private, share of digits in the username,
length of the bio): in every source less of the one and more of the other is more suspicious, and the fit may not turn
that round. There is one set of sums for each of the 127 sets of columns that can be known. What is missing is left out;
it is never zero, and the interval becomes wider because what is left says less. Fitted as a ridge logistic regression
with no weight below zero, each source counting the same and each kind half, so that no source's share of fakes is
learned. Log odds are read from scores on accounts that the sums had not seen, by folds and by source.

The share is estimated for each sample: expectation-maximisation on the posterior, starting from and drawn towards 10 %
with the weight of 15 accounts. The interval is the middle 95 % of the same posterior; a sample counts for at most 200
accounts, because where followers differ from all that the model has seen, more of them make it no truer. The fewer
columns are known, the fewer accounts it counts for.
"""

_ORIGIN = """\
ijece: bought fakes and genuine accounts, Purba et al., IJECE 2020, through
alberto-paparella/InstagramFakeAccountDetection at 21dc0b49; of its columns only the profile's.
instagram_576: Kaggle, instagram-fake-spammer-genuine-accounts, the training part. instafake: InstaFake, arXiv
1910.03090, fcakyon/instafake-dataset at cf669b27. Their licences are not stated: only figures and coefficients are kept
here.
"""
_UNSEEN = """\
## How it does on a source that it has not seen
Trained on the others, tested on this one, whose followers are drawn anew to the share of fakes in the first column
(2,000 followers). Always saying 10 % has a Brier score of .090 at 10 % fake. The shipped model is fitted on all three;
no followers of real creators were at hand to measure it on.
"""
_LESS = """\
## With less known of everybody, at 10 % fake
What a source does not have (ijece: username and private mark) is missing there as well.
"""
_QUIET = """\
## With more quiet people among the genuine, at 10 % fake
Invented, as a stress: so many genuine followers lose nine tenths of their posts, two thirds of their followers and the
bio.
"""
_OWN = """\
## For comparison: models fitted on the very set that they are tested on
scikit-learn with its defaults, 5×5 repeated stratified cross-validation, at the set's own share of fakes (measured
2026-11-24; in brackets what was measured elsewhere). Logistic regression gets the logarithm of every column. These are
not the shipped model, and what they show does not carry over: that is what the tables above are for.

| set | columns | logistic: ROC-AUC, Brier | boosted trees: ROC-AUC, Brier |
|---|---|---|---|
| ijece | 17, engagement and content as well | .922, .110 (.922, .110) | .962, .071 (.962, .071) |
| instafake | 8 | .988, .031 (–) | .990, .031 (.989, .031) |
"""
_LIMITS = """\
## Where it fails
- **Accounts that were bought and have posts of their own** (the fakes of ijece): their profiles look like anybody's.
  The profile alone hardly tells them, even to a model fitted on that set (boosted trees on its profile columns, cross-
  validated: PR-AUC .61 and Brier .058 at 10 % fake). The share is then too low, and the more so the more there are.
- **Quiet people**: somebody with no posts, no picture and few followers looks like a cheap fake. An audience full of
  them raises the share by some points (the last table).
- **Little known**: see the second table. Without posts, followers and following the share was twice too high on one
  source, with followers and following alone a third too low; the interval is then wide, and it should be read.
- Two sources were published in 2019 and 2020, the third gives no date; all are of Instagram. Other networks and today's
  bots were not measured.
- The interval holds what chance and the ceiling make of it. It does not know that a market's followers are different:
  the first table says how often it held the truth on a source that was not seen.
- The sources' labels are others': bought, reported, or judged by eye. What they call fake is what we call fake.
"""


def card_of(plain: Mapping[str, Any], transfers: Sequence[Transfer]) -> str:
    """The card as Markdown: `plain` is the model's file, `transfers` what `follower_training.transfers` found."""
    whole = [one for one in transfers if one.columns == COLUMNS and not one.quiet]
    less = [one for one in transfers if one.columns != COLUMNS]
    quiet = [one for one in transfers if one.quiet]
    held = sum(one.figures.low <= one.figures.truth <= one.figures.high for one in whole)
    lines = [
        *_head(plain),
        _UNSEEN,
        *_table("truly fake", [(f"{one.figures.truth:.0%}", one) for one in whole]),
        f"The interval held the truth in {held} of these {len(whole)}.",
        "",
        _LESS,
        *_table("known", [(", ".join(one.columns), one) for one in less]),
        _QUIET,
        *_table("made quiet", [(f"{one.quiet:.0%}", one) for one in quiet]),
        _OWN,
        _LIMITS,
    ]
    return "\n".join(lines)


def _head(plain: Mapping[str, Any]) -> list[str]:
    origin = plain["provenance"]
    return [
        f"# Model card: {plain['name']}",
        "",
        f"Trained {origin['trained']}. SHA-256 of the model's content: `{plain['sha256']}`;",
        "checked whenever the file is read. The coefficients are in `scoring/data/fake_followers.json`; no row of the",
        "data is in it. This page is written by `handoff train fake-followers DATA…`.",
        "",
        _USE,
        "## Data",
        "| source | file | followers | fake | SHA-256 |",
        "|---|---|---|---|---|",
        *(
            f"| {one['name']} | {one.get('file', '–')} | {one['rows']:,} | {one['fake'] / one['rows']:.1%} | "
            f"`{one.get('sha256', '–')}` |"
            for one in origin["sources"]
        ),
        "",
        _ORIGIN,
    ]


def _table(first: str, rows: Sequence[tuple[str, Transfer]]) -> list[str]:
    return [
        f"| {first} | trained on | tested on | share found (95 %) | chance above ½ | PR-AUC | Brier |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {what} | {one.seen} | {one.target} | {f.share:.1%} ({f.low:.1%} to {f.high:.1%}) | {f.called:.1%} | "
            f"{f.pr_auc:.3f} | {f.brier:.3f} |"
            for what, one in rows
            for f in [one.figures]
        ),
        "",
    ]
