"""Invented followers: genuine ones from active to quiet, and two kinds of fake, so that shares are known."""

from __future__ import annotations

import random

from scoring.fake_followers import Follower


def genuine(rng: random.Random) -> Follower:
    return Follower(
        posts=int(rng.lognormvariate(3.7, 1.4)),
        followers=int(rng.lognormvariate(6.0, 0.9)) + 1,
        following=int(rng.lognormvariate(6.1, 0.7)) + 1,
        has_profile_picture=rng.random() < 0.985,
        is_private=rng.random() < 0.55,
        digit_share=rng.choice([0.0] * 17 + [0.15, 0.2, 0.3]),
        bio_length=rng.choice([0, 0, 0, 12, 20, 30, 50, 70, 110]),
    )


def fake(rng: random.Random) -> Follower:
    if rng.random() < 0.1:  # bought with a life of its own
        return genuine(rng)
    masses = rng.random() < 0.5
    return Follower(
        posts=rng.choice([0, 0, 0, 0, 1, 2, 5, 12]),
        followers=int(rng.lognormvariate(3.6, 1.2)),
        following=int(rng.lognormvariate(7.2 if masses else 4.4, 1.1)),
        has_profile_picture=rng.random() < (0.6 if masses else 0.41),
        is_private=rng.random() < 0.35,
        digit_share=rng.choice([0.0, 0.0, 0.1, 0.25, 0.35, 0.45]),
        bio_length=rng.choice([0] * 8 + [20, 60]),
    )


def crowd(share: float, size: int = 800, seed: int = 1) -> list[Follower]:
    """`size` followers of whom `share` are fake, fakes first."""
    rng = random.Random(seed)
    fakes = round(share * size)
    return [fake(rng) for _ in range(fakes)] + [genuine(rng) for _ in range(size - fakes)]
