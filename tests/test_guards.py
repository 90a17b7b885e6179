"""The guards of `conftest.py` guard: each of these small test files has to fail, and for the reason given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent


def outcome(folder: Path, source: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run pytest with our conftest on one file, as a run of its own."""
    file = folder / "test_sample.py"
    file.write_text(dedent(source), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    command += ["-p", "tests.conftest", "-q", str(file)]
    inherited = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    done = subprocess.run(
        command, cwd=ROOT, env={**inherited, **(environment or {})}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


CI = {"CI": "true"}


@pytest.mark.parametrize(
    "source",
    [
        """
        import pytest
        def test_one(): pytest.skip("no server here")
        """,
        """
        import pytest
        @pytest.mark.skipif(True, reason="no server here")
        def test_one(): pass
        """,
        """
        import pytest
        pytest.skip("no server here", allow_module_level=True)
        """,
        """
        import pytest
        pytest.importorskip("no_such_module", reason="no server here")
        """,
        """
        import pytest
        @pytest.fixture
        def server(): pytest.skip("no server here")
        def test_one(server): pass
        """,
    ],
    ids=["in the test", "by a mark", "the whole module", "importorskip", "in a fixture"],
)
def test_a_skip_is_a_failure_in_ci_and_none_elsewhere(tmp_path: Path, source: str) -> None:
    code, said = outcome(tmp_path, source, CI)
    assert code != 0
    assert "in CI nothing may skip" in said
    assert "no server here" in said
    code, said = outcome(tmp_path, source)
    assert "1 skipped" in said
    assert "failed" not in said


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (
            """
            import subprocess, sys
            kept = []
            def test_one(): kept.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
            """,
            "left behind: process",
        ),
        (
            """
            import threading
            stop = threading.Event()
            def test_one(): threading.Thread(target=stop.wait, name="forgotten", daemon=True).start()
            """,
            "left behind: thread forgotten",
        ),
        (
            """
            import tempfile
            def test_one(): tempfile.mkdtemp(prefix="forgotten-")
            """,
            "left behind: forgotten-",
        ),
        (
            """
            import tempfile, pytest
            @pytest.fixture(scope="session")
            def shared(): tempfile.mkdtemp(prefix="forgotten-")
            def test_one(shared): pass
            """,
            "left behind: forgotten-",
        ),
        (
            """
            import asyncio
            kept = []
            async def test_one(): kept.append(asyncio.create_task(asyncio.sleep(3600)))
            """,
            "tasks that outlived the test",
        ),
        (
            """
            import contextlib, socket
            def test_one():
                with contextlib.suppress(OSError), socket.socket() as s:
                    s.settimeout(0.01)
                    s.connect(("192.0.2.1", 80))
            """,
            "the test tried to connect to 192.0.2.1",
        ),
        (
            """
            import contextlib, socket
            def test_one():
                with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as s:
                    s.sendto(b"hello", ("192.0.2.1", 53))
            """,
            "the test tried to connect to 192.0.2.1",
        ),
        (
            """
            import contextlib, socket
            def test_one():
                with contextlib.suppress(OSError):
                    socket.getaddrinfo("host.example", 80)
            """,
            "the test tried to look up 'host.example'",
        ),
        (
            """
            import asyncio, contextlib
            async def test_one():
                with contextlib.suppress(OSError, asyncio.TimeoutError):
                    await asyncio.wait_for(asyncio.open_connection("2001:db8::1", 80), 0.01)
            """,
            "the test tried to connect to 2001:db8::1",
        ),
        (
            """
            from PySide6.QtCore import qWarning
            def test_one(qapp): qWarning("something is odd")
            """,
            "something is odd",
        ),
        (
            """
            import warnings
            def test_one(): warnings.warn("this is old", DeprecationWarning)
            """,
            "DeprecationWarning: this is old",
        ),
    ],
    ids=[
        *("process", "thread", "file", "file of a fixture", "task", "TCP", "UDP", "look-up", "asyncio"),
        *("Qt warning", "Python warning"),
    ],
)
def test_what_a_test_must_not_do_fails_it(tmp_path: Path, source: str, complaint: str) -> None:
    code, said = outcome(tmp_path, source)
    assert code == 1
    assert complaint in said


def test_loopback_and_what_longer_lived_fixtures_keep_is_fine(tmp_path: Path) -> None:
    code, said = outcome(
        tmp_path,
        """
        import asyncio, socket, tempfile, threading, pytest

        @pytest.fixture(scope="module")
        def shared():
            stop = threading.Event()
            thread = threading.Thread(target=stop.wait)
            thread.start()
            with tempfile.TemporaryDirectory() as folder:
                yield folder
            stop.set()
            thread.join()

        async def test_one(shared):
            server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()
            server.close()
            await server.wait_closed()

        def test_two(shared, tmp_path):
            socket.getaddrinfo("localhost", 80)
            socket.getaddrinfo("192.0.2.1", 80)
            (tmp_path / "file").write_text("kept by pytest")
        """,
        CI,
    )
    assert code == 0, said
    assert "2 passed" in said
