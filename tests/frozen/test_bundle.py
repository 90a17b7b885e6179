"""The very thing that people get, in a bare Debian with nothing but the documented packages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ddns_tray.detectors import known_sources
from ddns_tray.providers import registry
from ddns_tray.store import keyring_backend
from ddns_tray.ui.icons import PAINTS
from ddns_tray.words import Shape
from devtools import archives, building, bundle, freezing
from tests.frozen.conftest import INSIDE, on_desktop, self_test
from tests.support import keyring_session
from tests.support.processes import end_process
from tests.support.tray_session import PANEL, TraySession, wait_for

if TYPE_CHECKING:
    from tests.frozen.conftest import Frozen
    from tests.support.bare_root import BareRoot

pytestmark = [pytest.mark.frozen, pytest.mark.slow]

GREEN, RED = PAINTS[Shape.CHECK].fill, PAINTS[Shape.CROSS].fill
MEGABYTE = 1_000_000
LARGEST = 150 * MEGABYTE
A_MINUTE = 60.0
TITLE = "^DDNS Tray$"
WAYLAND = re.compile(r"libwayland-")
"""Libraries that only a Wayland desktop needs, which has them; the packages recommend them."""


def test_it_can_be_built_and_says_its_version(frozen: Frozen) -> None:
    # On its own, so that no single test waits for the build and for the bare Debian as well.
    told = subprocess.run([frozen.folder / "ddns-tray", "--version"], capture_output=True, text=True, check=True).stdout
    assert told == f"ddns-tray {freezing.version()}\n"


def test_it_proves_itself_without_a_screen_and_holds_all_that_the_source_knows(
    inside: BareRoot, frozen: Frozen
) -> None:
    checks = self_test(inside, frozen.program)
    assert checks["services"]["items"] == sorted(spec.id for spec in registry.SPECS)
    assert checks["sources"]["items"] == sorted(known_sources())
    assert checks["keyrings"]["items"] == list(keyring_backend.modules("linux"))
    assert checks["keyrings"]["items"] == bundle.keyrings("linux")
    assert checks["program"]["items"] == [freezing.version(), f"{INSIDE}/ddns-tray"]
    assert "zh_CN" in checks["languages"]["items"]
    kinds = {name.partition("/")[0] for name in checks["plugins"]["items"]}
    assert {"tls", "networkinformation", "iconengines", "platforms", "imageformats"} <= kinds
    assert checks["tray"]["items"] == ["no"]


def test_it_says_each_line_in_the_persons_language(inside: BareRoot, frozen: Frozen) -> None:
    done = inside.run(frozen.program, "--self-test", env={"LANG": "zh_CN.UTF-8"})
    assert done.returncode == 0, done.stdout
    assert sum(line.startswith("✓ ") for line in done.stdout.splitlines()) > 15


def test_it_proves_itself_on_a_desktop_with_a_tray(inside: BareRoot, frozen: Frozen, desktop: TraySession) -> None:
    desktop.start_panel()
    checks = self_test(inside, frozen.program, on_desktop(inside, desktop))
    assert checks["qt"]["items"][1] == "xcb"
    assert checks["tray"]["items"] == ["yes"]


def test_the_demo_lives_for_a_minute_in_the_tray_and_obeys_clicks(
    inside: BareRoot, frozen: Frozen, desktop: TraySession, tmp_path: Path
) -> None:
    desktop.start_panel()
    log = tmp_path / "log"
    started = time.monotonic()
    program = inside.start(frozen.program, "-v", "demo", log=log, env=on_desktop(inside, desktop))
    x, y = desktop.wait_for_colour(GREEN, PANEL, seconds=40)
    desktop.click(x, y)
    wait_for(lambda: bool(desktop.windows(TITLE)), "the window")
    wait_for(lambda: desktop.look().find(RED, PANEL) is not None, "the story's fault", 90, pause=0.3)
    wait_for(lambda: time.monotonic() - started > A_MINUTE, "a whole minute", 70, pause=0.5)
    desktop.click(x, y, 3)
    desktop.key("Up", "Return")
    assert program.wait(10) == 0
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "ERROR" not in said


def test_the_demo_runs_without_a_screen(inside: BareRoot, frozen: Frozen) -> None:
    done = inside.run(frozen.program, "demo", "--terminal", "--seconds", "10")
    assert done.returncode == 0, done.stderr
    assert "[green]" in done.stdout


def test_it_keeps_secrets_in_the_real_keyring_through_its_own_process(
    inside: BareRoot, frozen: Frozen, desktop: TraySession
) -> None:
    if keyring_session.missing_programs():
        pytest.skip(f"this machine lacks {', '.join(keyring_session.missing_programs())}")
    env = on_desktop(inside, desktop)
    config = Path(desktop.env["XDG_CONFIG_HOME"]) / "ddns-tray" / "config.toml"
    config.parent.mkdir()
    config.write_text('schema = 1\n[[account]]\nid = "home"\nprovider = "powerdns"\nserver = "http://127.0.0.1:1"\n')
    # Without a display it cannot prompt: as long as its first collection is not there yet, it says so at once.
    keyring = keyring_session.start_keyring({name: value for name, value in desktop.env.items() if name != "DISPLAY"})
    try:
        assert self_test(inside, frozen.program, env)["keyrings"]["found"].endswith("in use: SecretService")

        def answers() -> bool:
            return not self_test(inside, frozen.program, env)["keyring_worker"]["items"]

        wait_for(answers, "a keyring that opens", pause=0.5)
        done = inside.run("sh", "-c", f"printf 'marked secret' | {frozen.program} secret set home api_key", env=env)
        assert done.returncode == 0, done.stderr
        ask = "import keyring; print(keyring.get_password('ddns-tray', 'home/api_key'))"
        told = subprocess.run([sys.executable, "-c", ask], env=desktop.env, capture_output=True, text=True, check=True)
        assert told.stdout == "marked secret\n"
    finally:
        end_process(keyring, keyring_session.PATIENCE)


def test_every_library_that_it_asks_for_is_there(inside: BareRoot) -> None:
    listing = f"find {INSIDE} -type f \\( -name '*.so*' -o -perm -100 \\) -exec ldd {{}} + 2>/dev/null"
    told = inside.run("sh", "-c", listing, env={"LD_LIBRARY_PATH": f"{INSIDE}/_internal"}).stdout
    assert told.count("=>") > 500
    lacking = {line.split()[0] for line in told.splitlines() if "not found" in line}
    assert {name for name in lacking if not WAYLAND.match(name)} == set()


def test_certificates_are_found_where_other_distributions_keep_them(inside: BareRoot, frozen: Frozen) -> None:
    move = "mkdir -p /etc/pki/tls && mv /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/cert.pem && rm -r /etc/ssl"
    assert inside.run("sh", "-c", move).returncode == 0
    assert "authorities" in self_test(inside, frozen.program)["tls"]["found"]


def test_without_certificates_it_says_what_to_install(inside: BareRoot, frozen: Frozen) -> None:
    inside.run("rm", "-r", "/etc/ssl")
    done = inside.run(frozen.program, "--self-test")
    assert done.returncode == 1
    assert "ca-certificates" in done.stdout


def test_it_is_small_and_carries_its_licences(frozen: Frozen) -> None:
    size = sum(path.stat().st_size for path in frozen.folder.rglob("*") if path.is_file() and not path.is_symlink())
    assert size <= LARGEST, f"{size / MEGABYTE:.1f} MB"
    licences = (frozen.folder / "_internal" / "LICENCES.txt").read_text(encoding="utf-8")
    for name in (
        "DDNS Tray",
        "Python 3",
        "PySide6_Essentials",
        "cryptography",
        "httpx2",
        "keyring",
        "dnspython",
        "libssl3",
    ):
        assert re.search(rf"^{name}", licences, re.MULTILINE), name
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in licences


def test_nothing_that_is_not_needed_came_along(frozen: Frozen) -> None:
    names = {path.name for path in frozen.folder.rglob("*")}
    unwanted = re.compile(r"Qml|Quick|Pdf|VirtualKeyboard|libgtk|libgdk|eglfs|linuxfb|_tkinter|pytest|ruff|mypy")
    assert [name for name in names if unwanted.search(name)] == []
    translations = {path.name for path in frozen.folder.rglob("*.qm")}
    assert translations == {"qtbase_zh_CN.qm"}


def test_it_runs_from_wherever_it_was_moved_to(bare: BareRoot, frozen: Frozen) -> None:
    bare.put(frozen.folder, "/srv/first place/ddns-tray")
    assert bare.run("mv", "/srv/first place", "/srv/第二").returncode == 0
    checks = self_test(bare, "/srv/第二/ddns-tray/ddns-tray")
    assert checks["program"]["items"][1] == "/srv/第二/ddns-tray/ddns-tray"


def test_a_broken_settings_file_is_named_with_its_line(inside: BareRoot, frozen: Frozen) -> None:
    inside.run(
        "sh",
        "-c",
        "mkdir -p ~/.config/ddns-tray && printf 'schema = 1\\n[general\\n' > ~/.config/ddns-tray/config.toml",
    )
    done = inside.run(frozen.program, "check")
    assert done.returncode == 78
    assert "config.toml:2" in done.stderr
    assert self_test(inside, frozen.program)["settings"]["passed"] is True


def test_the_same_files_build_the_same_bundle_again(frozen: Frozen, tmp_path: Path) -> None:
    made_from = building.made_from()
    again = freezing.freeze(tmp_path / "again")
    if not made_from == building.made_from() == (building.FROZEN / "made-from").read_text(encoding="ascii"):
        pytest.skip("somebody changed a file while this was built")
    archives.normalise(again, freezing.source_date())
    try:
        assert archives.digests(again) == archives.digests(frozen.folder)
    finally:
        shutil.rmtree(tmp_path / "again-work", ignore_errors=True)
