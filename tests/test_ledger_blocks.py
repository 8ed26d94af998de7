"""Lines of the ledger in bytes and in memory: nothing of them is lost, and nobody sees another's."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

from cluster4w.record.ledger.block import (
    FULL,
    Block,
    Fact,
    block_of,
    digest_of,
    joined,
    pack,
    unpack,
)
from cluster4w.record.ledger.chosen import CERCLES, Chosen, Groups, Key
from cluster4w.record.ledger.lines import MOST, Ledger, Lines


def some(count: int, seed: int, texts: int = 5) -> list[Fact]:
    rng = random.Random(seed)

    def text() -> str | None:
        return rng.choice((None, *(f"é{n}" for n in range(texts))))

    return [
        Fact(
            number, rng.randrange(9), rng.randrange(2**60), rng.choice((1, -1)), rng.randrange(2),
            rng.choice((-1, 0, 1)), rng.choice((None, 0, 7, 2**40)), rng.choice((None, 0, 31)),
            text(), text(), text(), text(), text(), text(), (text(), text(), text()), text(), text(),
        )
        for number in range(count)
    ]  # fmt: skip


def facts_of(lines: Lines) -> list[Fact]:
    chosen = Chosen(lines, None)
    columns = []
    for name in Fact._fields:
        found = chosen.of(name).tolist()
        if name in lines.texts:
            found = [chosen.values(name)[code] for code in found]
        elif name in ("households", "individuals"):
            found = [None if np.isnan(number) else int(number) for number in found]
        columns.append(found)
    return list(map(Fact._make, zip(*columns, strict=True)))


def grown(ledger: Ledger, blocks: Sequence[tuple[str, Block]]) -> Ledger:
    """Return the ledger with these blocks; only those that are missing are read."""
    known = dict(blocks)
    asked: list[str] = []

    def read(missing: Sequence[str]) -> list[Block]:
        asked.extend(missing)
        return [known[digest] for digest in missing]

    digests = [digest for digest, _ in blocks]
    same = ledger.same_as(digests)
    found = ledger.with_blocks(digests, read)
    assert asked == digests[same:]
    return found


def test_a_block_comes_back_as_it_was_packed() -> None:
    for facts in ([], some(1, 1), some(500, 2)):
        content = pack(block_of(facts))
        block = unpack(content)
        assert pack(block) == content == pack(block_of(facts))
        lines = Ledger().with_blocks(["a"], lambda _, block=block: [block]).lines(1)  # type: ignore[misc]
        assert facts_of(lines) == facts
    assert digest_of(pack(block_of(some(9, 3)))) != digest_of(pack(block_of(some(9, 4))))


def test_what_is_no_block_of_the_format_is_refused() -> None:
    content = pack(block_of(some(3, 1)))
    other = zlib.compress(zlib.decompress(content).replace(b'"format": 1', b'"format": 0'))
    for broken in (b"", b"nothing", content[:-5], other):
        with pytest.raises(ValueError, match="block"):
            unpack(broken)
    with pytest.raises(ValueError, match="too many"):
        block_of([some(1, 1)[0]] * (FULL + 1))
    half = block_of([some(1, 1)[0]] * (FULL // 2 + 1))
    with pytest.raises(ValueError, match="too many"):
        joined([half, half])


def test_blocks_packed_together_hold_the_same_lines() -> None:
    parts = [some(40, 1, texts=3), some(60, 2, texts=9), [], some(1, 3)]
    block = unpack(pack(joined([block_of(part) for part in parts])))
    lines = Ledger().with_blocks(["a"], lambda _: [block]).lines(1)
    assert facts_of(lines) == [fact for part in parts for fact in part]


def test_a_ledger_grows_and_whoever_looks_at_it_sees_what_they_saw() -> None:
    parts = {
        name: some(number, number, texts=number)
        for name, number in zip("abcd", (30, 300, 2, 70), strict=True)
    }
    blocks = {name: block_of(facts) for name, facts in parts.items()}

    def asked(names: str) -> list[tuple[str, Block]]:
        return [(name, blocks[name]) for name in names]

    def said(names: str) -> list[Fact]:
        return [fact for name in names for fact in parts[name]]

    one = grown(Ledger(), asked("a"))
    first = one.lines(1)
    # More texts than eight bits number: the columns become wider, for those who come later.
    assert first.texts["site"].codes.dtype == np.uint8
    more = grown(one, asked("ab"))
    assert more is one
    second = more.lines(2)
    assert second.texts["place"].codes.dtype == np.uint16
    # Another one who still sees an older state, or whose next block was another one.
    assert grown(more, asked("a")) is more
    other = grown(more, asked("acd"))
    assert other is not more
    for lines, names in (
        (first, "a"),
        (second, "ab"),
        (more.lines(1), "a"),
        (other.lines(3), "acd"),
        (grown(more, asked("abd")).lines(3), "abd"),
        (second, "ab"),
    ):
        assert facts_of(lines) == said(names)
    assert other.lines(3) is other.lines(3)


def test_groups_are_those_that_are_there_however_many_there_might_be(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = some(400, 5, texts=4)
    block = block_of(facts)
    expected: dict[Any, int] = {}
    for fact in facts:
        key = ((*fact.place[:2], None), fact.status, fact.site)
        expected[key] = expected.get(key, 0) + fact.sign
    for dense in (1 << 22, 0):
        monkeypatch.setattr("cluster4w.record.ledger.chosen.DENSE", dense)
        chosen = Chosen(Ledger().with_blocks(["a"], lambda _: [block]).lines(1), None)
        names = (CERCLES, "status", "site")
        groups = Groups(*map(chosen.key, names))
        assert dict(zip(groups.values(), groups.sum(chosen.of("sign")).tolist(), strict=True)) == expected
        # Of some of the lines the same groups with less in them.
        part = chosen.where(chosen.table("status", lambda status: status == "é1"))
        sums = part.groups(*names).sum(part.of("sign")).tolist()
        found = {key: n for key, n in zip(part.groups(*names).values(), sums, strict=True) if n}
        assert found == {key: n for key, n in expected.items() if key[1] == "é1" and n}
        assert found
    assert list(Groups(Key(np.empty(0, np.uint8), [])).values()) == []


def test_what_many_ask_for_at_once_is_made_once_and_only_the_latest_are_kept() -> None:
    lines = Ledger().with_blocks(["a"], lambda _: [block_of(some(3, 1))]).lines(1)
    made: list[int] = []

    def make(what: int) -> int:
        made.append(what)
        time.sleep(0.02)
        return what + 1

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: lines.kept(7, lambda: make(7)), range(8))) == {8}
    assert made == [7]
    for what in range(100, 100 + MOST):
        assert lines.kept(what, partial(make, what)) == what + 1
    assert lines.kept(7, lambda: make(7)) == 8
    assert made.count(7) == 2
    assert lines.kept(100 + MOST - 1, lambda: make(0)) == 100 + MOST
