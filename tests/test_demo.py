"""The demo tells the truth: the real engine and adapters in the small world, with the hands of the clock in ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.model import Colour, Outcome, VerdictKind
from ddns_tray.core.settings import GeneralSettings
from ddns_tray.demo.story import ADDRESSES, FAULT, QUIET, SETTLING
from ddns_tray.demonstration import demonstration, manners
from ddns_tray.engine import RoundRequest
from tests.support.clock import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

    from ddns_tray.core.model import RecordStatus
    from ddns_tray.wiring import Runtime


def record(runtime: Runtime, host: str) -> RecordStatus:
    return next(each for each in runtime.engine.snapshot.records if each.key.name == f"{host}.demo.test")


def colour(runtime: Runtime) -> Colour:
    return runtime.engine.snapshot.colour


async def test_the_story_goes_from_green_through_a_countdown_and_a_fault_back_to_green() -> None:
    clock = FakeClock()
    async with demonstration(GeneralSettings(), clock) as runtime:
        engine = runtime.engine
        await clock.advance(1)
        await engine.run_once(RoundRequest())
        assert colour(runtime) is Colour.GREEN
        assert {each.verdict.kind for each in engine.snapshot.records} == {VerdictKind.MATCHED}

        await clock.advance(QUIET)
        results = await engine.run_once(RoundRequest())
        assert {(each.outcome, each.after) for each in results} == {(Outcome.UPDATED, (ADDRESSES[0],))}
        home = record(runtime, "home")
        assert home.verdict.kind in {VerdictKind.SECONDARY_LAG, VerdictKind.PROPAGATING}
        assert home.verdict.colour is Colour.YELLOW
        assert home.verdict.deadline is not None
        assert clock.now() < home.verdict.deadline < clock.now() + 120

        await clock.advance(SETTLING)
        await engine.run_once(RoundRequest())
        assert record(runtime, "home").verdict.kind is VerdictKind.MATCHED
        assert record(runtime, "blog").verdict.kind is VerdictKind.SERVFAIL
        assert colour(runtime) is Colour.RED

        await clock.advance(FAULT)
        for _ in range(3):
            await engine.run_once(RoundRequest())
            await clock.advance(SETTLING / 3)
        assert colour(runtime) is Colour.GREEN


async def test_the_demo_touches_nothing_of_the_person() -> None:
    async with demonstration(GeneralSettings(), FakeClock()) as runtime:
        assert not runtime.settings_file.path.exists()
        assert runtime.paths.config_file.parent.is_dir()
        folder = runtime.paths.data_dir
        await runtime.engine.run_once(RoundRequest())
    assert not folder.exists()


@pytest.mark.parametrize(
    ("toml", "language", "theme"),
    [
        ('[general]\nlanguage = "zh_CN"\ntheme = "dark"\n[[record]]\n', "zh_CN", "dark"),
        ('[general]\nlanguage = "tlh"\ntheme = ["x"]\n', "auto", "auto"),
        ("general = 5\n", "auto", "auto"),
        ("broken [", "auto", "auto"),
        (None, "auto", "auto"),
    ],
)
def test_the_demo_speaks_and_looks_as_the_person_likes_it(
    tmp_path: Path, toml: str | None, language: str, theme: str
) -> None:
    config = tmp_path / "config.toml"
    if toml is not None:
        config.write_text(toml, encoding="utf-8")
    assert manners(config) == GeneralSettings(language=language, theme=theme)
