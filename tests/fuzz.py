"""Spoil workbooks and check them, as long as one likes: ``python -m tests.fuzz --minutes 10 --seed 1``.

Nothing but a refusal may come out of the intake. The files are checked in another process, so that an abort
of the reader, a check without end and one that takes the memory are seen too. What is found is written to a
folder, with the file that did it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import time
import traceback
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.intake.check import check_file
from cluster4w.intake.report import as_text, report
from cluster4w.intake.submit import receive, run_check
from cluster4w.models import Base, Operation
from cluster4w.models.engine import configure_engine
from cluster4w.template.problems import Refusal
from tests.checks import sums_hold
from tests.mutations import seeds, spoilt
from tests.small import make_operation

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
#: Seconds and megabytes that one file may take.
LONGEST, MOST = 20, 500


def make_database() -> tuple[orm.Session, Operation]:
    """Return a session with the small operation in it."""
    engine = configure_engine(sa.create_engine("sqlite://"))
    Base.metadata.create_all(engine)
    session = orm.Session(engine)
    operation = make_operation(session)
    session.commit()
    return session, operation


def outcome(session: orm.Session, operation: Operation, data: bytes, *, store: bool = True) -> str:
    """Check a file and store what was found; returns the code of its refusal, or "read".

    Raises whatever should not be raised.
    """
    try:
        check = check_file(session, operation, data, "fuzz", agency=None, month="2016-05")
    except Refusal as refusal:
        sentence = refusal.words(lambda m: m)
        assert sentence.endswith((".", "?")), sentence
        return refusal.code
    sums_hold(check)
    assert all(f["message"] for f in report(check, lambda m: m)["findings"])
    as_text(check, lambda m: m).encode("utf-8", "surrogatepass")
    if store:
        submission = receive(session, operation, data, "fuzz", agency=None, month="2016-05", actor=None)
        run_check(session, submission.id)
        assert submission.state == "checked"
        session.rollback()
    return "read"


def made(seed: int, number: int, good: list[bytes]) -> bytes:
    """Return the file of a number; the same seed gives the same files."""
    random = Random(f"{seed}-{number}")
    return spoilt(random, random.choice(good))


def _child(line: Connection, seed: int, good: list[bytes]) -> None:
    # A panic of the reader is caught and told at length.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    session, operation = make_database()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    line.send("ready")
    while True:
        data = made(seed, line.recv(), good)
        try:
            said = ("ok", outcome(session, operation, data))
        except Exception:
            session.rollback()
            said = ("raised", traceback.format_exc())
        now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        if said[0] == "ok" and now > max(peak, MOST):
            said = ("memory", f"{now} MB")
        peak = max(peak, now)
        line.send(said)


class _Worker:
    """A process that checks one file after the other."""

    def __init__(self, seed: int, good: list[bytes]) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=_child, args=(theirs, seed, good), daemon=True)
        self.process.start()
        theirs.close()
        self.line.recv()

    def check(self, number: int) -> tuple[str, str]:
        """Return what came of a file: its sort and words."""
        self.line.send(number)
        if not self.line.poll(LONGEST):
            self.process.kill()
            return "endless", f"more than {LONGEST} s"
        try:
            sort, words = self.line.recv()
        except EOFError:
            self.process.join()
            return "aborted", f"status {self.process.exitcode}"
        return str(sort), str(words)


def main() -> int:
    """Fuzz until the time is over; returns 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--out", type=Path, default=Path("fuzz_found"))
    options = parser.parse_args()
    good = list(seeds(SHARED).values())
    worker, counts = _Worker(options.seed, good), Counter[str]()
    found: dict[str, int] = {}
    end, number = time.monotonic() + options.minutes * 60, options.first
    while time.monotonic() < end:
        sort, words = worker.check(number)
        counts[words if sort == "ok" else sort] += 1
        if sort != "ok":
            # One file of each sort of error is enough: the same line of code fails alike.
            key = "".join(words.strip().splitlines()[-4:]) if sort == "raised" else str(number)
            if key not in found:
                found[key] = number
                options.out.mkdir(exist_ok=True)
                name = options.out / f"{options.seed}-{number}"
                name.with_suffix(".bin").write_bytes(made(options.seed, number, good))
                name.with_suffix(".txt").write_text(f"{sort}\n{words}\n", encoding="utf-8")
                print(f"{sort}: file {number}: {words.strip().splitlines()[-1]}", flush=True)
        if sort in ("aborted", "endless"):
            worker = _Worker(options.seed, good)
        number += 1
    print(f"{number - options.first} files, {len(found)} problems: {dict(counts.most_common())}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
