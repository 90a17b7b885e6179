"""The promises of the design, in whole worlds by seed (`tests.support.simulation`).

`SIMULATED_WORLDS=20000 python3 dev.py test tests/engine/test_simulated_worlds.py` searches so many of them, and
`python -m tests.bench.bench_worlds SEED` tells a bad one in full, made as short as it can be.
"""

from __future__ import annotations

import os

import pytest

from tests.support.simulation.plot import Plot
from tests.support.simulation.story import tell

WORLDS = int(os.environ.get("SIMULATED_WORLDS", "30"))


@pytest.mark.parametrize("seed", range(WORLDS))
def test_every_promise_is_kept_in_a_world_of_chance(seed: int) -> None:
    ending = tell(Plot.of(seed))
    assert not ending.found, "\n".join(ending.log)
