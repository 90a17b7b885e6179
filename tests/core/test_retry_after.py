"""Retry-After in all its forms."""

from __future__ import annotations

import pytest

from ddns_tray.core.retry_after import LONGEST_WAIT, retry_after

NOON = 1_445_428_800.0  # Wed, 21 Oct 2015 12:00:00 GMT


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", LONGEST_WAIT),
        ("Wed, 21 Oct 2015 12:01:30 GMT", 90.0),
        ("Wed, 21 Oct 2015 12:01:30 -0000", 90.0),
        ("Wed, 21 Oct 2015 14:01:30 +0200", 90.0),
        ("Wednesday, 21-Oct-15 12:01:30 GMT", 90.0),
        ("Wed, 21 Oct 2015 11:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
    ],
)
def test_a_wait_is_read_in_every_form_that_servers_use(value: str, expected: float) -> None:
    assert retry_after({"retry-after": value}, NOON) == expected


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "Wed, 99 Oct 2015 12:01:30 GMT", "21 Oct", "inf"])
def test_what_means_nothing_is_no_wait(value: str) -> None:
    assert retry_after({"retry-after": value}, NOON) is None


def test_a_missing_header_is_no_wait() -> None:
    assert retry_after({"date": "Wed, 21 Oct 2015 12:01:30 GMT"}, NOON) is None
