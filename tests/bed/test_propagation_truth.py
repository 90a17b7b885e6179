"""The countdown comes true: what is promised of a change against the moment at which every resolver has it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.deadline import GRACE_FLOOR
from ddns_tray.core.model import Colour, VerdictKind
from tests.bed.lab_arrangements import NEW, OLD
from tests.support.lab import PRIMARY, SECONDARY, Lab, Says, Scenario, settled

if TYPE_CHECKING:
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.slow, pytest.mark.xdist_group("bed")]

RUNS = 24
RESOLVERS = ("53", "54", "56")
LEEWAY = 2.0
"""Seconds: resolvers tell whole seconds, and the truth is polled."""
_ANY = Says(VerdictKind.PROPAGATING, Colour.YELLOW)


@dataclass(frozen=True)
class Run:
    """One change: what was promised, when it was true, and what the judge said of it then."""

    title: str
    expires: float
    deadline: float
    truth: float
    at_last: VerdictKind


@dataclass(frozen=True)
class Alias:
    """How many seconds longer than usual an alias or its end may be kept, and which of the two changes."""

    longer: int = 0
    end_longer: int = 0
    turned: bool = False


_ALIASES = (Alias(longer=30), Alias(end_longer=35), Alias(longer=35, turned=True), Alias(end_longer=35, turned=True))
"""The longer ones differ by more than the grace."""


async def follow(lab: Lab, number: int) -> Run:
    """Change one name that resolvers have cached for some time already, and wait until all of them have the new set.

    Every third name is reached by an alias, every third did not exist before.
    """
    ttl, phase = 5 + number % 8, 0.37 * (number % 7)
    end = f"truth{number}.example.test"
    alias = _ALIASES[number // 3 % len(_ALIASES)] if number % 3 == 1 else None
    name = end if alias is None else f"alias-of-{end}"
    scenario = Scenario(name, name, _ANY, (OLD,), sees=tuple(f"udp://127.0.0.{last}" for last in RESOLVERS))
    if alias is not None:
        await lab.publish(name, f"{end}.", kind="CNAME", ttl=ttl + alias.longer, servers=())
        ttl += alias.end_longer
    if number % 3 != 2:
        await lab.publish(end, OLD, ttl=ttl)
    await lab.warm(name, RESOLVERS)
    _, memory, _, _ = await lab.judged(scenario, settled(scenario, time.time()))
    await asyncio.sleep(phase)  # so that caches are of different ages
    if alias is not None and alias.turned:
        await lab.publish(f"other-{end}", NEW, ttl=ttl)
        await lab.publish(name, f"other-{end}.", kind="CNAME", ttl=ttl + alias.longer, servers=())
        await asyncio.gather(*(lab.wait_for(server, name, {NEW}) for server in (PRIMARY, SECONDARY)))
    else:
        await lab.publish(end, NEW, ttl=ttl)
    changed = Scenario(name, name, _ANY, (NEW,), sees=scenario.sees)
    verdict, memory, _, now = await lab.judged(changed, memory)
    if verdict.kind is VerdictKind.MATCHED:  # the caches had run out before anybody could look
        return Run(name, now, now + GRACE_FLOOR, now, verdict.kind)
    assert verdict.kind is VerdictKind.PROPAGATING, (name, verdict)
    expires = verdict.reason.data["expires"]
    assert isinstance(expires, float)
    assert verdict.deadline is not None
    await asyncio.gather(*(lab.wait_for(f"127.0.0.{last}", name, {NEW}) for last in RESOLVERS))
    truth = time.time()
    at_last, _, _, _ = await lab.judged(changed, memory)
    return Run(name, expires, verdict.deadline, truth, at_last.kind)


@pytest.fixture(scope="module")
def runs(bed: Bed) -> list[Run]:
    async def main() -> list[Run]:
        lab = Lab(bed)
        return list(await asyncio.gather(*(follow(lab, number) for number in range(RUNS))))

    return bed.run(main)


def test_no_promise_is_broken_and_none_is_needlessly_late(runs: list[Run], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print()  # noqa: T201 - the figures are what this test is for
        for run in runs:
            print(f"{run.title:<32} true {run.truth - run.expires:+6.2f} s from its hour")  # noqa: T201 - as above
    assert len(runs) >= 20
    for run in runs:
        assert run.truth <= run.deadline, run
        assert run.deadline <= run.truth + LEEWAY + GRACE_FLOOR, run


def test_most_changes_were_seen_on_their_way(runs: list[Run]) -> None:
    assert sum(run.truth != run.expires for run in runs) >= RUNS // 2


def test_what_was_promised_is_green_in_the_end(runs: list[Run]) -> None:
    assert {run.at_last for run in runs} == {VerdictKind.MATCHED}
