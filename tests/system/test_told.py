"""A system that tells of itself otherwise than we know has not told: all who read are ready for that error."""

from __future__ import annotations

import errno
import os
import struct

import pytest

from ddns_tray.system.interfaces import interface_addresses
from ddns_tray.system.link_kinds import interface_kinds
from ddns_tray.system.routes import default_routes
from ddns_tray.system.told import or_os_error


@pytest.mark.parametrize(
    "error", [AttributeError("no such function"), IndexError(), KeyError(7), ValueError("short"), struct.error("torn")]
)
def test_a_table_that_cannot_be_understood_is_an_error_of_the_system(error: Exception) -> None:
    @or_os_error
    def read() -> None:
        raise error

    with pytest.raises(OSError, match=os.strerror(errno.EPROTO)) as caught:
        read()
    assert caught.value.__cause__ is error


def test_what_is_told_comes_through_and_so_does_a_refusal() -> None:
    @or_os_error
    def read(answer: int) -> int:
        if answer < 0:
            raise PermissionError(errno.EACCES, "refused")
        return answer

    assert read(7) == 7
    with pytest.raises(PermissionError, match="refused"):
        read(-1)


@pytest.mark.parametrize("read", [interface_addresses, default_routes, interface_kinds])
def test_whoever_reads_what_the_system_tells_is_kept_from_surprises(read: object) -> None:
    assert hasattr(read, "__wrapped__")
