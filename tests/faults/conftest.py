"""What a campaign of faults measured is said at the end of `make faults`.

FAULT_ROUNDS makes it longer, FAULT_SEED another one. Among the other tests it is a quarter of a round: every kind of
fault, fewer of each.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

ROUNDS = float(os.environ.get("FAULT_ROUNDS", "0.25"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
_MEASURED = "measured"


@pytest.fixture(scope="session")
def many() -> Callable[[float], int]:
    """How many of what there are so many of in a round: at least one."""
    return lambda of_a_round: max(1, round(of_a_round * ROUNDS))


@pytest.fixture(scope="session")
def long() -> Callable[[float], float]:
    """How many seconds of what lasts so many in a round: at least one."""
    return lambda of_a_round: max(1.0, of_a_round * ROUNDS)


@pytest.fixture(scope="session")
def seed() -> int:
    """What every draw of a campaign begins from."""
    return SEED


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Note a line for the end of the run; also in the output of a test that fails."""

    def note(said: str) -> None:
        print(said)  # noqa: T201 - beside what a failing test says
        record_property(_MEASURED, said)

    return note


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if (limit := item.get_closest_marker("timeout")) is not None and ROUNDS > 1:
            item.add_marker(pytest.mark.timeout(limit.args[0] * ROUNDS), append=False)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    lines = [(r.nodeid.partition("::")[2], said) for r in reports for name, said in r.user_properties
             if name == _MEASURED]  # fmt: skip
    if lines:
        terminalreporter.section("what was measured")
        for test, said in sorted(lines):
            terminalreporter.line(f"{test}: {said}")
