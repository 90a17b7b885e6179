from __future__ import annotations

import pytest

from ddns_tray.core.durations import format_duration, parse_duration
from ddns_tray.core.errors import UsageError


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60s", 60), ("5m", 300), ("1h", 3600), ("1d", 86400), ("1h30m", 5400), ("2d3h4m5s", 183845), (0, 0), (90, 90)],
)
def test_a_duration_is_read_in_seconds(written: object, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", "60", "s", "1.5h", "5m1h", "5 m", "-5s", "\u0665s", "5S", -1, 1.5, True, None, ["5s"], "9" * 10 + "s"],
)
def test_what_is_no_duration_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(UsageError) as caught:
        parse_duration(written)
    assert '"60s"' in str(caught.value.problem.hint)


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 61, 3600, 3661, 86400, 90061])
def test_what_is_written_reads_back_the_same(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


def test_a_duration_is_written_with_as_few_signs_as_will_do() -> None:
    assert [format_duration(seconds) for seconds in (0, 60.0, 90, 3600)] == ["0s", "1m", "1m30s", "1h"]
