"""Servers of the package index: installed once, whole or not at all, also by two who want them at once."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_repository import ROOT

ENSURE = """
import sys
from devtools.servers import ensure
from devtools.shell import Failure
try:
    print(ensure("moto"))
except Failure as failure:
    sys.exit(str(failure))
"""
SERVE = "import moto; print(moto.SERVES)"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The tools, and an index with one small package that goes by the name of a server."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "devtools", checkout / "devtools", ignore=shutil.ignore_patterns("__pycache__"))
    wheel = tmp_path / "index" / "moto-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    files = {
        "moto.py": "SERVES = 'yes'\n",
        "moto-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: moto\nVersion: 1.0\n",
        "moto-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        sums = [f"{name},sha256={_sum(content)},{len(content)}" for name, content in files.items()]
        archive.writestr("moto-1.0.dist-info/RECORD", "\n".join([*sums, "moto-1.0.dist-info/RECORD,,", ""]))
    (checkout / "requirements").mkdir()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements" / "moto.lock.txt").write_text(f"moto==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    return checkout


def _sum(content: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()


def start(checkout: Path) -> subprocess.Popen[str]:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout.parent / "index"), "PIP_CONFIG_FILE": os.devnull}
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE],
        cwd=checkout,
        env={**os.environ, **offline},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def environments(checkout: Path) -> list[str]:
    return [path.name for path in (checkout / "build").glob("server-moto-*") if path.is_dir()]


def test_two_who_want_a_server_at_once_get_the_same_one_and_later_ones_need_no_index(checkout: Path) -> None:
    both = [start(checkout), start(checkout)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    (python,) = {out.strip() for out, _ in answers}
    assert sum("Installing moto" in told for _, told in answers) == 1
    done = subprocess.run([python, "-c", SERVE], capture_output=True, text=True, check=True)
    assert done.stdout == "yes\n"
    shutil.rmtree(checkout.parent / "index")
    later = start(checkout)
    assert later.communicate(timeout=120) == (f"{python}\n", "")
    assert len(environments(checkout)) == 1


def test_an_index_out_of_reach_is_told_and_leaves_nothing_that_looks_whole(checkout: Path) -> None:
    hidden = (checkout.parent / "index").rename(checkout.parent / "out of reach")
    refused = start(checkout)
    _, told = refused.communicate(timeout=120)
    assert refused.returncode == 1
    assert "Installing moto, a server for the tests failed" in told
    assert "pip needs the package index once" in told
    assert [name for name in environments(checkout) if not name.endswith(".partial")] == []
    hidden.rename(checkout.parent / "index")
    again = start(checkout)
    out, told = again.communicate(timeout=120)
    assert again.returncode == 0, told
    assert environments(checkout) == [Path(out.strip()).parents[1].name]
