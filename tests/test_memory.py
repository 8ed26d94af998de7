"""Python looks for unreachable objects seldom while a file is read, and as usual afterwards."""

from __future__ import annotations

import gc

import pytest

from cluster4w.intake.opening.memory import SELDOM, seldom_collected


def test_overlapping_blocks_collect_seldom_until_the_last_one_ends() -> None:
    usual = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold() == (SELDOM, *usual[1:])
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] == SELDOM
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual


def test_a_block_that_fails_leaves_everything_as_it_was() -> None:
    usual = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collected():
        raise KeyError
    assert gc.get_threshold() == usual
