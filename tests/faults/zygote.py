"""The real bot as a real process, again and again: everything is imported once, each start is a fork.

`python -m tests.faults.zygote` reads orders line by line: start, kill (SIGKILL), stop (SIGTERM), and answers each with
a line of JSON. Its children die with it.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults.books import Json

ROOT = Path(__file__).parents[2]
_PR_SET_PDEATHSIG = 1


def _bot(pace: float, sweep: float, settle: float) -> None:
    """What `handoff run` does, with messages as fast as a local workspace takes them.

    A channel waits 5 s for a message that was under way when a process was killed, and on PostgreSQL 45 s for the
    process itself; here mostly half a second.
    """
    from bot import app as product
    from bot.cli.needs import settings
    from bot.log import configure
    from bot.outbox import delivery

    delivery._LEASE, delivery._NEEDED, delivery._RENEW = timedelta(seconds=0.4), timedelta(seconds=0.2), 0.05
    known = settings()
    configure(known.log_level)
    handoff = product.build(known, pace=pace, sweep=sweep)
    handoff.outbox._settle = timedelta(seconds=settle)
    asyncio.run(product.run(handoff))


def _fork(pace: float, sweep: float, settle: float) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        _bot(pace, sweep, settle)
    except BaseException:  # noqa: BLE001 - said, and the process ends with it
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _serve(pace: float, sweep: float, settle: float) -> None:
    import bot.cli.run  # noqa: F401 - imported once, for all who are forked
    from bot.i18n import messages
    from scoring.norms import shipped_norms

    # Read once, as the imports are: they are the same for all.
    shipped_norms()
    for language in messages.locales():
        messages.has(language, "form.save")
    pid = 0
    for order in sys.stdin:
        said: Json = {}
        if order.strip() == "start":
            pid = _fork(pace, sweep, settle)
            said = {"pid": pid}
        else:
            number = signal.SIGKILL if order.strip() == "kill" else signal.SIGTERM
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                said = {"died": os.waitstatus_to_exitcode(status)}
            else:
                os.kill(pid, number)
                said = {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


# From the test's side


class Zygote:
    """A bot that can be started, killed and stopped; one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _order(self, word: str) -> Json:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        answer: Json = json.loads(self._process.stdout.readline())
        return answer

    def start(self) -> int:
        return int(self._order("start")["pid"])

    def kill(self) -> None:
        """SIGKILL, now. A bot that had ended by itself is a failure: nothing here may end it."""
        said = self._order("kill")
        assert said == {"code": -signal.SIGKILL}, f"the bot had ended by itself: {said}"

    def stop(self) -> None:
        said = self._order("stop")
        assert said == {"code": 0}, f"the bot did not stop in order: {said}"


@contextmanager
def zygote(
    environment: Mapping[str, str], log: Path, *, pace: float = 0.01, sweep: float = 0.25, settle: float = 0.5
) -> Iterator[Zygote]:
    """A zygote for as long as the block lasts; what its bots log goes to a file."""
    command = [sys.executable, "-m", "tests.faults.zygote", str(pace), str(sweep), str(settle)]
    more: dict[str, Any] = {"env": {**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment}, "cwd": ROOT}
    with (
        log.open("a") as err,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True, **more) as made,
    ):
        try:
            yield Zygote(made)
        finally:
            made.kill()


if __name__ == "__main__":
    _serve(*map(float, sys.argv[1:]))
