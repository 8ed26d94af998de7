"""Run the benchmarks and print one table: ``python -m tests.benchmarks [what] [--sizes ...]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks import (
    bench_annotated,
    bench_compare,
    bench_double_counts,
    bench_findings,
    bench_gaps,
    bench_mapping,
    bench_places,
    bench_recording,
    bench_workbooks,
)

WHAT = (
    "all",
    "workbooks",
    "recording",
    "annotated",
    "compare",
    "gaps",
    "double-counts",
    "real",
    "mapping",
    "places",
    "findings",
)
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "mali" / "ocha_mali_5w_2023q4.xlsx"


def _print(rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    heads = list(rows[0])
    table = [heads, *([str(r.get(h, "")) for h in heads] for r in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(heads))]
    for number, line in enumerate(table):
        print("| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    print(flush=True)


def main() -> None:
    """Parse the arguments and run what they name."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("what", nargs="?", choices=WHAT, default="all")
    parser.add_argument("--sizes", help="rows, comma-separated")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--draw", type=Path, help="with findings: write a new draw here, to be judged")
    arguments = parser.parse_args()
    databases = arguments.databases.split(",")
    sizes = [int(s) for s in arguments.sizes.split(",")] if arguments.sizes else None
    if arguments.what in ("all", "real"):
        if REAL.exists():
            _print(bench_workbooks.real(REAL))
        else:
            print("The real workbook is not here: ../shared is absent.")
    if arguments.what in ("all", "workbooks"):
        _print(bench_workbooks.run(sizes or [1_000, 10_000, 100_000], databases))
    if arguments.what in ("all", "recording"):
        _print(bench_recording.run(sizes or [100_000], databases))
    if arguments.what in ("all", "annotated"):
        _print(bench_annotated.run(sizes or [1_000, 25_000], REAL if REAL.exists() else None))
    if arguments.what in ("all", "compare"):
        _print(bench_compare.run(sizes[0] if sizes else 25_000))
    if arguments.what in ("all", "gaps"):
        for table in bench_gaps.run(sizes or [10_000, 100_000, 1_000_000], databases):
            _print(table)
    if arguments.what in ("all", "double-counts"):
        _print(bench_double_counts.run(sizes or [10_000, 100_000], databases))
    if arguments.what in ("all", "mapping"):
        _print(bench_mapping.run(REAL if REAL.exists() else None))
    if arguments.what in ("all", "places") and REAL.exists():
        _print(bench_places.run(REAL))
    if arguments.what in ("all", "findings") and REAL.exists():
        if arguments.draw:
            bench_findings.draw(REAL, arguments.draw)
        else:
            _print(bench_findings.run(REAL))


main()
