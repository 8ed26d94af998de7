"""The list of hostile files: each gets a sentence or is read, in little memory, and in no long time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile_files import FILES

#: Megabytes that a file may take, what the program itself takes included.
MOST = 500
#: What checks the files one after the other; the kernel keeps the peak of a process' memory.
CHECK = """
import json, re, sys
from pathlib import Path
from cluster4w.intake.check import check_file
from cluster4w.template.problems import Refusal
from tests.fuzz import make_database
session, operation = make_database()
for path in sys.argv[1:]:
    try:
        check = check_file(session, operation, Path(path).read_bytes(), "x", agency=None, month="2016-05")
        said = ""
    except Refusal as refusal:
        said = refusal.words(lambda message: message)
    status = Path("/proc/self/status")
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) // 1024 if status.exists() else 0
    print(json.dumps([path, said, peak]), flush=True)
"""


def test_every_hostile_file_gets_its_sentence_and_takes_little_memory(tmp_path: Path) -> None:
    paths = {}
    for number, (make, _) in enumerate(FILES.values()):
        paths[str(tmp_path / str(number))] = list(FILES)[number]
        (tmp_path / str(number)).write_bytes(make())
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHECK, *paths], capture_output=True, text=True, timeout=300, check=False
        )
    except subprocess.TimeoutExpired as slow:
        last = (slow.stdout or b"").decode().strip().splitlines()
        pytest.fail(f"{len(last)} of {len(paths)} files in five minutes")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if len(answers) < len(paths):
        pytest.fail(f"{list(FILES)[len(answers)]} ended the process: {done.returncode} {done.stderr[-500:]}")
    for path, said, peak in answers:
        name = paths[path]
        wanted = FILES[name][1]
        assert peak <= MOST, f"{name}: {peak} MB"
        if wanted:
            assert wanted in said, f"{name}: {said!r}"
            assert said.endswith((".", "?")), f"{name}: {said!r}"
        else:
            assert said == "", f"{name}: {said!r}"
