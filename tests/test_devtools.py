"""What `dev.py` decides, tested with real folders and small programs in the place of apt and dpkg."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog

from devtools import catalogue, commands, debian

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent


def dev(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run dev.py as a person does."""
    return subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


# --- dev.py itself ---


def test_help_names_every_command() -> None:
    done = dev("--help")
    assert done.returncode == 0
    assert [name for name in commands.COMMANDS if f"\n  {name}" not in done.stdout] == []


def test_an_unknown_command_is_a_usage_error() -> None:
    done = dev("explode")
    assert done.returncode == 64
    assert "'explode'" in done.stderr


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_another_python_is_told_which_ones_will_do(version: tuple[int, int, int]) -> None:
    program = f"import sys, runpy; sys.version_info = {version}; runpy.run_path({str(ROOT / 'dev.py')!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13" in done.stderr


@pytest.mark.parametrize("arguments", [["-n0"], ["-n", "8"], ["--pdb"], ["tests/core", "-s"]])
def test_a_person_who_debugs_or_decides_gets_no_other_workers(arguments: list[str]) -> None:
    assert commands.in_parallel(arguments) == []


def test_tests_are_spread_over_a_few_processors() -> None:
    option, workers, *_ = commands.in_parallel(["tests/core", "-x"])
    assert option == "-n"
    assert 1 <= int(workers) <= commands.MOST_TEST_WORKERS


@pytest.mark.xdist_group("together")
def test_tests_of_one_group_run_in_one_worker(request: pytest.FixtureRequest) -> None:
    spread = bool(getattr(request.config.option, "loadgroup", False))
    assert request.node.nodeid.endswith("@together") == spread, "xdist reads the group from the test's id"


# --- Debian packages ---


def program(folder: Path, name: str, script: str) -> None:
    """Put a program in front of the machine's own."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


MISSING = """
import sys
from devtools import debian
print(*debian.missing(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there are no Debian packages on this system")
def test_a_package_counts_as_there_by_its_name_or_by_what_provides_it(tmp_path: Path) -> None:
    lines = ["installed\\tbash\\t", "installed\\tlibglib2.0-0t64\\tlibglib2.0-0 (= 2.80), libglib"]
    lines += ["config-files\\tnsd\\t", "half-configured\\tknot\\t"]
    program(tmp_path, "dpkg-query", "\n".join(f"printf '{line}\\n'" for line in lines))
    done = subprocess.run(
        [sys.executable, "-c", MISSING, "bash", "libglib2.0-0", "nsd", "knot", "unbound"],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["nsd", "knot", "unbound"]


@pytest.mark.skipif(sys.platform != "linux", reason="there are no Debian packages on this system")
def test_a_bundle_of_debians_python_needs_the_library_that_the_interpreter_carries_inside() -> None:
    library = f"libpython{sys.version_info.major}.{sys.version_info.minor}"
    assert library in debian.build_tools("/usr/bin/python3")
    assert library not in debian.build_tools("/opt/python/bin/python3")


ADVICE = """
import sys
from devtools import commands
try:
    commands.debian_packages(("libgl1", "nsd"), essential=sys.argv[1:], root=False)
    print("went on")
except commands.Failure as failure:
    print("stopped", failure)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there are no Debian packages on this system")
@pytest.mark.parametrize(("essential", "end"), [((), "went on"), (("nsd",), "stopped")])
def test_without_root_the_command_to_type_is_shown(tmp_path: Path, essential: tuple[str, ...], end: str) -> None:
    program(tmp_path, "dpkg-query", ":")
    program(tmp_path, "apt-get", "exit 1")
    done = subprocess.run(
        [sys.executable, "-c", ADVICE, *essential],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sudo apt-get install -y --no-install-recommends libgl1 nsd" in done.stdout + done.stderr
    assert done.stdout.startswith(end)


# --- translations ---


def entry(
    original: str | tuple[str, str], translation: str | tuple[str, ...], flags: tuple[str, ...] = ()
) -> list[str]:
    """Return what is wrong with one entry."""
    message = Catalog(locale="zh_CN").add(original, translation, flags=flags)
    return list(catalogue.faults(message))


@pytest.mark.parametrize(
    ("original", "translation"),
    [("Quit", "退出"), ("{name} is right", "{name} 正确"), (("One name", "{count} names"), ("{count} 个名称",))],
)
def test_a_good_translation_has_no_fault(original: str | tuple[str, str], translation: str | tuple[str, ...]) -> None:
    assert entry(original, translation) == []


@pytest.mark.parametrize(
    ("original", "translation", "fault"),
    [
        ("Quit", "", "not translated"),
        (("One name", "{count} names"), ("",), "not translated"),
        ("{name} is right", "{nam} 正确", "fields differ (nam, name)"),
        ("{name} is right", "正确", "fields differ (name)"),
        ("{name} is right", "{name 正确", "braces that do not match"),
        ("Quit", "退出 ", "begins or ends with a space"),
    ],
)
def test_a_bad_translation_is_named(
    original: str | tuple[str, str], translation: str | tuple[str, ...], fault: str
) -> None:
    assert any(found.startswith(fault) for found in entry(original, translation))


def test_a_guess_is_no_translation() -> None:
    assert entry("Quit", "退出", ("fuzzy",)) == ["a guess that nobody has confirmed"]
