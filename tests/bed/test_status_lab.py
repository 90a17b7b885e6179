"""Every state of the bed, and the verdict on it: kind, colour, facts and deadline, and not one of them wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bed.lab_scenarios import SCENARIOS
from tests.support.lab import Lab, confusion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.lab import Found
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.xdist_group("bed")]


@pytest.fixture(scope="module")
def found(bed: Bed) -> Mapping[str, Found]:
    results = bed.run(lambda: Lab(bed).run(SCENARIOS))
    return {each.scenario.title: each for each in results}


@pytest.mark.parametrize("title", [each.title for each in SCENARIOS])
def test_the_verdict_is_the_one_that_is_due(found: Mapping[str, Found], title: str) -> None:
    seen = "\n".join(map(str, found[title].view.observations))
    assert not found[title].wrong, f"{found[title].wrong}\n{found[title].verdict}\n{seen}"


def test_the_confusion_matrix_has_nothing_beside_its_diagonal(
    found: Mapping[str, Found], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = confusion(found.values())
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201 - the matrix is what this test is for
    assert len(found) == len(SCENARIOS) >= 45
    assert not [line for line in lines if "WRONG" in line]
