"""The watchdog itself: it sees the one long call, and neither many short ones nor one that waits."""

from __future__ import annotations

import gc
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stalls import CAN_WATCH, StallWatch

if TYPE_CHECKING:
    from tests.support.stalls import Stall

pytestmark = pytest.mark.skipif(not CAN_WATCH, reason="this system does not tell the CPU time of another thread")

PRODUCT = "product-under-test.py"
SOURCE = """
import gc, threading, time, weakref

class Dying:
    pass

def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

def long():
    spin(0.12)

def short():
    spin(0.02)

def waiting():
    threading.Event().wait(0.12)

def collecting():  # garbage whose end runs code, between whose lines the watchdog looks
    gc.collect()
    first, second = Dying(), Dying()
    first.other, second.other = second, first
    heard = weakref.ref(first, lambda gone: spin(0.12))
    del first, second
    gc.collect()
    assert heard() is None

def leaving():  # frames that are there for a moment only
    end = time.thread_time() + 0.2
    def down(depth):
        if depth:
            down(depth - 1)
    while time.thread_time() < end:
        down(60)
"""


def watched(*names: str) -> list[Stall]:
    """Call these functions of a product, one after the other."""
    product: dict[str, Any] = {}
    exec(compile(SOURCE, PRODUCT, "exec"), product)  # noqa: S102 - frames need a file name of their own
    with StallWatch(ours=PRODUCT) as watch:
        for name in names:
            product[name]()
    return watch.stalls


def test_one_long_call_is_seen_and_named() -> None:
    (stall,) = watched("short", "long", "short")
    assert stall.call == f"long ({PRODUCT})"
    assert stall.seconds >= 0.05
    assert f"{PRODUCT}:" in str(stall)


def test_many_short_calls_are_no_stall() -> None:
    assert watched(*["short"] * 10) == []


def test_a_call_that_only_waits_for_its_turn_costs_nothing() -> None:
    assert watched("waiting") == []


def test_what_the_collection_of_garbage_takes_is_not_the_calls() -> None:
    assert watched("collecting", "short") == []


def test_a_long_call_is_seen_beside_a_collection() -> None:
    (stall,) = watched("collecting", "long")
    assert stall.call == f"long ({PRODUCT})"
    assert stall.seconds >= 0.05


def test_frames_are_walked_although_garbage_is_due_at_any_moment(request: pytest.FixtureRequest) -> None:
    """What the collector calls would let the watched thread go on, and leave what is being walked."""
    request.addfinalizer(partial(gc.set_threshold, *gc.get_threshold()))
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)
    gc.set_threshold(1, 1_000_000, 1_000_000)
    assert [stall.call for stall in watched("leaving")] == [f"leaving ({PRODUCT})"]
