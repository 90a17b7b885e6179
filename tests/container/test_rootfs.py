"""What the container is, without any container program: its wheel in a bare Debian, read-only and without rights.

Environment, entry point and health check are read from the Dockerfile, so it is them that are tested.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devtools.environment import base_python
from tests.bench.bench_daemon import settings_text
from tests.support import bare_root
from tests.support.bare_root import BareRoot

if TYPE_CHECKING:
    from collections.abc import Iterator

LACKING = bare_root.missing()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("bare"),
    pytest.mark.skipif(bool(LACKING), reason=LACKING or "nothing lacks"),  # before anything is fetched for it
]

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "packaging" / "docker"
BASE = ("ca-certificates", "python3")
USER = "10001"
PATIENCE = 60.0


class Dockerfile:
    """The instructions of the last stage that say how the program is run."""

    def __init__(self) -> None:
        text = re.sub(r"\\\n\s*", " ", (DOCKER / "Dockerfile").read_text(encoding="utf-8"))
        stage = text[text.rindex("\nFROM ") :].splitlines()
        self._lines = [line for line in stage if line and not line.startswith("#")]

    def _one(self, word: str) -> str:
        (found,) = (line.removeprefix(f"{word} ") for line in self._lines if line.startswith(f"{word} "))
        return found

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in shlex.split(self._one("ENV")))

    @property
    def command(self) -> list[str]:
        return [*json.loads(self._one("ENTRYPOINT")), *json.loads(self._one("CMD"))]

    @property
    def health(self) -> list[str]:
        return list(json.loads(self._one("HEALTHCHECK").partition(" CMD ")[2]))

    @property
    def user(self) -> str:
        return self._one("USER").partition(":")[0]


def _pip(*arguments: str) -> None:
    # An environment that was made with the pip of another Python has none of its own.
    python = sys.executable if find_spec("pip") else base_python()
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own wheel, and those that it needs without a screen; the latter are kept from run to run."""
    lock = subprocess.run(
        [sys.executable, str(DOCKER / "headless.py"), str(ROOT / "requirements" / "runtime.lock.txt")],
        capture_output=True,
        check=True,
    ).stdout
    kept = ROOT / "build" / f"wheels-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not kept.exists():
        partial = kept.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        requirements = tmp_path_factory.mktemp("lock") / "headless.txt"
        requirements.write_bytes(lock)
        _pip("download", "--require-hashes", "--no-deps", "-d", str(partial), "-r", str(requirements))
        _pip("download", "--no-deps", "-d", str(partial), "pip")
        partial.rename(kept)
    all_of_them = tmp_path_factory.mktemp("wheels")
    shutil.copytree(kept, all_of_them, dirs_exist_ok=True)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(all_of_them)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    return all_of_them


@pytest.fixture(scope="module")
def world() -> Iterator[str]:
    """Settings for servers on this machine: an address, a provider, a zone."""
    servers = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bench_round", "serve"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert servers.stdout is not None
        yield settings_text(json.loads(servers.stdout.readline()))
    finally:
        servers.kill()
        servers.communicate()


@pytest.fixture(scope="module")
def root(wheels: Path, world: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareRoot]:
    """The root file system of the image, with settings in it; nothing of it can be written to but /data."""
    config = tmp_path_factory.mktemp("config") / "config.toml"
    config.write_text(world, encoding="utf-8")
    with BareRoot(bare_root.base(BASE)) as root:
        root.show(wheels, "/wheels")
        root.put(config, "/config/config.toml")
        pip = f"/wheels/{next(wheels.glob('pip-*.whl')).name}/pip"
        done = root.run("python3", "-m", "venv", "--without-pip", "/opt/ddns-tray")
        assert done.returncode == 0, done.stderr
        done = root.run(
            *("python3", pip, "--python", "/opt/ddns-tray/bin/python", "install", "--quiet", "--no-index", "--no-deps"),
            *(f"/wheels/{wheel.name}" for wheel in sorted(wheels.glob("*.whl"))),
        )
        assert done.returncode == 0, done.stderr
        root.outside(
            'umount "$ROOT/wheels"; chmod -R a+rX "$ROOT/config"; mkdir "$ROOT/data";'
            f' mount -t tmpfs tmpfs "$ROOT/data"; chown {USER}:{USER} "$ROOT/data"; chmod 700 "$ROOT/data";'
            ' mount -o remount,ro "$ROOT/run"; mount -o remount,ro "$ROOT"'
        )
        yield root


def _as_user(*words: str) -> list[str]:
    return [
        "setpriv",
        "--reuid",
        USER,
        "--regid",
        USER,
        "--clear-groups",
        "--no-new-privs",
        "--bounding-set=-all",
        *words,
    ]


def test_the_daemon_keeps_names_right_without_rights_and_is_healthy_as_long_as_it_does(
    root: BareRoot, tmp_path: Path
) -> None:
    image = Dockerfile()
    assert image.user == USER
    environment = image.environment | {"DDNS_TRAY_SECRET_DEMO_API_KEY": "demo-key"}

    def healthy() -> bool:
        return root.run(*_as_user(*image.health), env=environment).returncode == 0

    assert root.run(*_as_user("touch", "/opt/ddns-tray/x", "/config/x", "/tmp/x", "/run/x")).returncode != 0  # noqa: S108
    assert not healthy()
    log = tmp_path / "log.txt"
    daemon = root.start(*_as_user(*image.command), log=log, env=environment)
    end = time.monotonic() + PATIENCE
    while not healthy():
        assert daemon.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
    told = root.run(*_as_user("ddns-tray", "--config", "/config/config.toml", "status", "--json"), env=environment)
    report = json.loads(told.stdout)
    assert report["colour"] == "green"
    assert len(report["records"]) == 10
    status = Path(f"/proc/{daemon.pid}/status").read_text(encoding="ascii")
    assert re.search(rf"^Uid:(\t{USER}){{4}}$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE)
    daemon.terminate()
    assert daemon.wait(timeout=15) == 0
    assert not healthy()
    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert "demo-key" not in log.read_text(encoding="utf-8")


def test_nothing_of_a_desktop_is_in_it(root: BareRoot) -> None:
    listed = root.run(
        "/opt/ddns-tray/bin/python", "-c", "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    )
    names = set(listed.stdout.lower().replace("_", "-").split())
    assert {"ddns-tray", "httpx2", "dnspython", "tomlkit"} <= names
    assert not names & {"pyside6-essentials", "shiboken6", "qasync"}
    done = root.run("/opt/ddns-tray/bin/ddns-tray", "--version", env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0
