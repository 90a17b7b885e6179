"""One bed for the whole run of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.real_bed import Bed, missing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    running = Bed.start(tmp_path_factory.mktemp("bed"))
    try:
        yield running
    finally:
        running.stop()
