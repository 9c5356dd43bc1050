"""`python -m tests.benchmarks [NAME …]`: figures beside their baselines, a JSON object a line; people read the table.

Its lines are kept in test-artifacts/benchmarks.jsonl, and `--table` writes docs/performance.md's table from there.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests import postgres
from tests.benchmarks import table
from tests.benchmarks.ack import ack_http, ack_socket
from tests.benchmarks.agency import Stock
from tests.benchmarks.decide import decide_pg, decide_sqlite
from tests.benchmarks.due import due_burst, due_spread
from tests.benchmarks.growth import growth
from tests.benchmarks.intake import import_
from tests.benchmarks.letters import outbox
from tests.benchmarks.lines import Json, Line
from tests.benchmarks.machine import told
from tests.benchmarks.precedents import precedents_
from tests.benchmarks.score import score_many, score_one
from tests.benchmarks.search import search_pg, search_sqlite
from tests.benchmarks.start import start

BENCHMARKS: Mapping[str, Callable[..., Iterator[Line]]] = {
    "ack_http": ack_http, "ack_socket": ack_socket, "decide_sqlite": decide_sqlite, "decide_pg": decide_pg,
    "due_burst": due_burst, "due_spread": due_spread, "outbox": outbox, "import": import_, "start": start,
    "growth": growth, "search": search_sqlite, "search_pg": search_pg, "precedents": precedents_,
    "score_one": score_one, "score_many": score_many,
}  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}; all unless given")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it works, and no figure to quote")
    parser.add_argument("--json", action="store_true", help="the JSON lines alone, without the table for people")
    parser.add_argument("--folder", type=Path, help="where the databases lie, on the disk that is meant")
    parser.add_argument("--pace", type=float, help="outbox: seconds between two messages to a channel; Slack's is 1")
    parser.add_argument("--table", action="store_true", help="measure nothing, write docs/performance.md's table")
    given = parser.parse_args()
    if wrong := set(given.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(wrong))}; there are {', '.join(BENCHMARKS)}")
    return given


def main() -> None:
    given = _arguments()
    if given.table:
        sys.stdout.write(f"Written: {table.write()}\n")
        return
    for name in [name for name in os.environ if name.startswith(("SLACK_", "HANDOFF_")) and name != "HANDOFF_DATA"]:
        del os.environ[name]  # nobody's own bot is measured
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # one that is ended leaves no databases behind
    logging.disable(logging.WARNING)  # a dropped answer is part of what is measured
    with tempfile.TemporaryDirectory(prefix="handoff-bench-", dir=given.folder) as folder:
        machine = told(Path(folder))
        _say(machine)
        found = [machine, *_measured(given, Path(folder))]
    if not given.json:
        sys.stderr.write(table.for_people(found))
    if not given.quick:
        table.keep(found)


def _measured(given: argparse.Namespace, folder: Path) -> Iterator[Json]:
    stock = Stock(folder)
    try:
        for name in given.names or BENCHMARKS:
            if name.endswith("_pg") and (why := postgres.why_not()):
                sys.stderr.write(f"{name} is left out: {why}\n")
                continue
            more = {"pace": given.pace} if name == "outbox" and given.pace else {}
            for line in BENCHMARKS[name](stock, quick=given.quick, **more):
                said = line.json()
                _say(said)
                yield said
    finally:
        stock.close()


def _say(line: Json) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
