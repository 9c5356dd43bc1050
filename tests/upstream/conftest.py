"""A source that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.upstream.liar import Liar, lying


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as server:
        yield server
