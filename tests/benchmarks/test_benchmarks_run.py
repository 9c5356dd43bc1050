"""Every benchmark runs, and says what its readers expect; how fast anything is, is no matter here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.benchmarks import table
from tests.benchmarks.__main__ import BENCHMARKS, main
from tests.benchmarks.lines import Goal, Line
from tests.benchmarks.machine import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are pinned and signalled")

#: What must be among the lines of each, whatever else is.
NAMES = {
    "ack_http": ("ack_http c=1", "ack_http c=1, stock", "ack_http c=16"),
    "ack_socket": ("ack_socket c=1", "ack_socket c=1, stock", "ack_socket c=16"),
    "decide_sqlite": ("decide_sqlite",),
    "decide_pg": ("decide_pg",),
    "due_burst": tuple(
        f"due_burst {kind}{part}"
        for kind in ("sqlite", "sqlite sending", "postgres", "postgres sending")
        for part in ("", ", stall", ", click")
    ),
    "due_spread": ("due_spread",),
    "outbox": ("outbox", "outbox, 429", "outbox, twice"),
    "import": ("import", "import, command"),
    "start": ("start", "start, memory"),
    "growth": ("growth, click", "growth, sweep"),
    "precedents": ("precedents sqlite", "precedents postgres"),
    "search": ("search, p50", "search, p99"),
    "search_pg": ("search_pg, p50", "search_pg, p99"),
    "score_one": ("score_one",),
    "score_many": ("score_many",),
}


#: Each in one process, which imports everything, and starts PostgreSQL, once.
TOGETHER = (
    ("ack_http", "ack_socket"), ("decide_sqlite", "decide_pg", "due_burst"),
    ("due_spread", "outbox", "growth", "import", "start"),
    ("search", "search_pg", "precedents", "score_one", "score_many"),
)  # fmt: skip


@pytest.mark.postgres
@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_they_run_and_say_so_in_lines(names: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", *names, "--quick"], cwd=ROOT, capture_output=True, text=True,
        check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    machine, *lines = map(json.loads, done.stdout.splitlines())
    assert machine["name"] == "machine"
    assert machine["cores"] >= 1
    assert [line["name"] for line in lines] == [line for name in names for line in NAMES[name]]
    for line in lines:
        check(line)
        assert line["name"] in done.stderr, "people read it too"


def check(line: dict[str, Any]) -> None:
    assert isinstance(line["value"], int | float) and line["value"] >= 0
    assert line["unit"]
    assert line["ok"] in {True, False}
    assert (line["baseline"] is None) == (line["ratio"] is None)
    if line["baseline"] is not None:
        assert line["baseline"] > 0
        assert line["ratio"] == pytest.approx(line["value"] / line["baseline"], rel=0.01)
        assert line["beside"]


def test_every_benchmark_is_known_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(NAMES) == set(BENCHMARKS) == {name for names in TOGETHER for name in names}
    monkeypatch.setattr(sys, "argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "no such benchmark: speed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "baseline", "goal", "verdict"),
    [
        (3.0, 1.0, Goal("ratio", 3.0, 1.7), (True, False)),
        (3.1, 1.0, Goal("ratio", 3.0, 1.7), (False, False)),
        (1.0, 1.0, Goal("ratio", 3.0, 1.7), (True, True)),
        (0.6, 1.0, Goal("ratio", 0.35, 0.6, least=True), (True, True)),
        (0.3, 1.0, Goal("ratio", 0.35, 0.6, least=True), (False, False)),
        (0.0, None, Goal("value", 0, 0), (True, True)),
        (1.0, None, Goal("value", 0, 0), (False, False)),
        (9.0, None, Goal("value", 10), (True, None)),
    ],
)
def test_what_is_reached(
    value: float, baseline: float | None, goal: Goal, verdict: tuple[bool | None, bool | None]
) -> None:
    said = Line("x", value, "s", baseline, "", goal).json()
    assert (said["ok"], said["aimed"]) == verdict


def test_the_table_for_the_page() -> None:
    machine = {"name": "machine", "cpu": "Z80", "cores": 1, "python": "3.11", "sqlite": "3.40", "postgres": None,
               "fsync_ms": 0.2}  # fmt: skip
    line = Line("ack", 2.0, "ms", 1.0, "doing nothing", Goal("ratio", 3.0, 1.7), {"bare": 0.5}).json()
    assert table.markdown([machine, line | {"commit": "abc1234"}]) == (
        "Z80, 1 cores; Python 3.11, SQLite 3.40, PostgreSQL not here; a durable write of 4 KB takes 0.2 ms; "
        "commit abc1234.\n\n"
        "| benchmark | measured | baseline | ratio | must | aim |  |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| ack | 2.0 ms | 1.0 ms (doing nothing) | 2.00 | ratio <= 3 | ratio <= 1.7 | reached |\n\n"
        "Besides:\n\n- ack: bare 0.5\n"
    )


def test_the_page_has_a_place_for_it() -> None:
    page = table.PAGE.read_text(encoding="utf-8")
    assert page.count(table._BEGIN) == page.count(table._END) == 1
    assert page.index(table._BEGIN) < page.index(table._END)
