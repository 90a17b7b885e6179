"""`quit`, with the real daemon as the instance that has to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOSED = """\
schema = 1
[address]
sources = ["static:203.0.113.7"]
quorum = 1
[verify]
resolvers = ["udp://127.0.0.1:1"]
authoritative = false
root_hints = ["127.0.0.1"]
"""


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
    product.config.write_text(CLOSED, encoding="utf-8")
    yield product
    product.stop_all()


def test_it_ends_the_running_instance_and_returns_when_it_is_gone(product: Product) -> None:
    daemon = product.start("daemon")
    product.wait_for(lambda: product.run("status", "--json").stdout, seconds=20, what="a daemon that answers")
    done = product.run("quit")
    assert done.returncode == 0, done.stderr
    assert "ended" in done.stderr
    assert daemon.wait(5) == 0


def test_where_nothing_runs_there_is_nothing_to_do(product: Product) -> None:
    done = product.run("quit")
    assert done.returncode == 0
    assert "Nothing is running" in done.stderr
    assert not (product.home / "xdg_data_home").exists()
