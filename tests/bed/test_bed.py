"""The bed is what it says it is; without that, nothing that is tested on it means anything."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.support.real_bed import RESOLVERS

if TYPE_CHECKING:
    from tests.support.real_bed import Bed

pytestmark = [pytest.mark.bed, pytest.mark.xdist_group("bed")]


def test_every_server_is_alive(bed: Bed) -> None:
    assert "DEAD" not in bed.script("status")


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_the_resolvers_walk_from_the_root_to_the_record(bed: Bed, resolver: str) -> None:
    assert bed.dig(resolver, "home.psigned.test") == {"198.51.100.77"}
    assert bed.dig(resolver, "home.bogus.test") == set()


def test_both_servers_of_the_zone_answer(bed: Bed) -> None:
    assert bed.dig("127.0.0.21", "multi.example.test") == {"198.51.100.8", "198.51.100.9"}
    assert bed.dig("127.0.0.22", "multi.example.test") == {"198.51.100.8", "198.51.100.9"}


def test_a_thread_inside_the_namespace_sees_its_addresses(bed: Bed) -> None:
    def connect() -> str:
        with socket.create_connection(("127.0.0.21", 8081), timeout=5) as connection:
            return str(connection.getpeername()[0])

    assert bed.inside(connect) == "127.0.0.21"
