"""`--self-test`, run from the source: says each thing that it tried, and fails when something is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ddns_tray.core.self_test import Found, Look, Unfit, outcome
from tests.support.product import PROGRAM

if TYPE_CHECKING:
    from pathlib import Path


def self_test(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "--self-test", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_whole_installation_passes_line_by_line() -> None:
    done = self_test(QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, last = done.stdout.splitlines()
    assert last == "Everything works."
    assert len(lines) > 15
    assert all(line.startswith("✓ ") for line in lines)
    assert any("none, since there is no display" in line for line in lines)


def test_it_tells_programs_which_services_it_could_load() -> None:
    done = self_test("--json")
    told = json.loads(done.stdout)
    assert told["passed"] is True
    checks = {each["id"]: each for each in told["checks"]}
    assert {"powerdns", "cloudflare", "rfc2136", "duckdns"} <= set(checks["services"]["items"])
    assert "https" in checks["sources"]["items"]
    assert checks["quit"]["passed"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps certificates in no folder")
def test_what_fails_is_named_the_rest_goes_on_and_the_exit_code_is_one(tmp_path: Path) -> None:
    done = self_test("--json", SSL_CERT_FILE="", SSL_CERT_DIR=str(tmp_path))
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [each["id"] for each in told["checks"] if not each["passed"]] == ["tls"]
    assert "ca-certificates" in next(each["error"] for each in told["checks"] if each["id"] == "tls")


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
    done = self_test(**dict.fromkeys(places, str(tmp_path)))
    assert done.returncode == 0, done.stdout
    assert list(tmp_path.iterdir()) == []


def test_whatever_a_look_raises_is_an_outcome() -> None:
    def broken() -> Found:
        raise Unfit("no such thing")

    ended = outcome(Look("thing", "Thing", broken))
    assert not ended.passed
    assert ended.error == "Unfit: no such thing"
