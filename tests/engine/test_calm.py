from __future__ import annotations

import gc

from ddns_tray.engine.calm import FROM, calm


def test_the_collector_rests_during_large_looks_and_has_its_old_ways_after_them() -> None:
    before = gc.get_threshold()
    with calm(FROM - 1):
        assert gc.get_threshold() == before
    outer, inner = calm(FROM), calm(10 * FROM)
    outer.__enter__()
    inner.__enter__()
    assert gc.get_threshold()[0] > 10 * before[0]
    outer.__exit__(None, None, None)
    assert gc.get_threshold()[0] > 10 * before[0]
    inner.__exit__(None, None, None)
    assert gc.get_threshold() == before
