"""Questions at a real terminal."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ddns_tray.commands.context import is_terminal
from tests.support.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")

END_OF_INPUT = b"\x04"
ACCOUNT = 'schema = 1\n[[account]]\nid = "home"\nprovider = "powerdns"\nserver = "http://127.0.0.1:1"\n'


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path, secrets={"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
    yield product
    product.stop_all()


def test_the_end_of_the_input_at_a_hidden_prompt_is_an_empty_answer_and_no_fault(product: Product) -> None:
    product.config.write_text(ACCOUNT, encoding="utf-8")
    ours, theirs = os.openpty()
    try:
        program = subprocess.Popen(
            product.command("secret", "set", "home", "api_key"),
            env=product.environment(),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        said = b""
        while b"(not shown)" not in said:
            said += os.read(ours, 1000)
        os.write(ours, END_OF_INPUT)
        assert program.wait(30) == 64
        program.communicate()
        with contextlib.suppress(OSError):  # how Linux says that nobody is at the other end any more
            while more := os.read(ours, 1000):
                said += more
    finally:
        os.close(ours)
    assert b"The secret is empty." in said
    assert b"wrong inside" not in said


class Console(io.RawIOBase):
    """Reads as Python reads a console of Windows: not as a file."""

    def isatty(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def test_the_device_that_is_nobody_is_asked_nothing_though_windows_calls_it_a_terminal() -> None:
    ours, theirs = os.openpty()
    with open(ours, "rb", buffering=0), io.TextIOWrapper(open(theirs, "rb")) as file:  # noqa: PTH123 - descriptors
        assert is_terminal(file, "linux")
        assert not is_terminal(file, "win32")
    assert is_terminal(io.TextIOWrapper(io.BufferedReader(Console())), "win32")
    assert not is_terminal(io.StringIO(), "win32")
