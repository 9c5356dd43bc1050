"""import: rows a second of a real export, scored and routed, for the verb and for the whole command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.desk.intake import take_in
from scoring.types import Verdict
from tests.benchmarks.agency import CAMPAIGN, Shape, Stock, desk_of
from tests.benchmarks.lines import Goal, Line, middle, timed
from tests.benchmarks.machine import ROOT
from tests.benchmarks.raw import Raw, Transaction, recorded
from tests.desk.world import row, sheet

DATA = Path(os.environ.get("HANDOFF_DATA") or ROOT.parent / "shared" / "data")
_GOAL = Goal("value", 1000, 5000, least=True)
_SHAPE = Shape(20, open=0)


def a_list(folder: Path, *, quick: bool) -> tuple[Path, str]:
    """The largest real export, else as many rows of our own; and which it was."""
    exports = sorted((DATA / "creators").glob("*.csv"), key=lambda file: file.stat().st_size)
    if exports and not quick:
        return exports[-1], exports[-1].name
    rows = (
        row(f"creator.{n}", verdict=(Verdict.PROCEED, Verdict.DECLINE)[n % 2]) for n in range(40 if quick else 1000)
    )
    file = folder / "instagram_made.csv"
    file.write_bytes(sheet(rows))
    return file, "generated"


def import_(stock: Stock, *, quick: bool = False) -> Iterator[Line]:
    file, which = a_list(stock.folder, quick=quick)
    data, rounds = file.read_bytes(), 1 if quick else 5
    verb: list[float] = []
    raw: list[float] = []
    command: list[float] = []
    opened: list[float] = []
    accepted, transactions = _verb(stock, data, file.name, verb)
    verb.clear()
    _command(stock, "status")  # the first compiles what is not compiled
    for _ in range(rounds):
        _verb(stock, data, file.name, verb)
        raw.append(_raw(stock, transactions))
        command.append(_command(stock, "import", str(file), "--campaign", CAMPAIGN[0].key))
        opened.append(_command(stock, "status"))
    parts: dict[str, float | str] = {"rows": accepted, "list": which}
    what = "the same statements, bare driver"
    yield Line("import", accepted / middle(verb), "rows/s", accepted / middle(raw), what, _GOAL, parts)
    least = middle(opened) + middle(raw)
    what, parts = "handoff status + the same statements", {"seconds": middle(command), "status": middle(opened)}
    yield Line("import, command", accepted / middle(command), "rows/s", accepted / least, what, _GOAL, parts)


def _verb(stock: Stock, data: bytes, name: str, each: list[float]) -> tuple[int, list[Transaction]]:
    with stock.copy(_SHAPE) as url:
        desk = desk_of(url)
        with recorded(desk.store) as done, timed() as watch:
            report = take_in(desk, data, file_name=name, campaign=CAMPAIGN[0].key)
        desk.close()
    each.append(watch.seconds)
    return report.count("accepted"), done


def _raw(stock: Stock, transactions: list[Transaction]) -> float:
    with stock.copy(_SHAPE) as url:
        raw = Raw(url)
        with timed() as watch:
            for transaction in transactions:
                raw.play(transaction)
        raw.close()
    return watch.seconds


def _command(stock: Stock, *words: str) -> float:
    with stock.copy(_SHAPE) as url:
        environment = os.environ | {"HANDOFF_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # who installs it has it compiled
        with timed() as watch:
            done = subprocess.run(
                [sys.executable, "-m", "bot", *words], env=environment, cwd=stock.folder, capture_output=True,
                text=True, check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return watch.seconds
