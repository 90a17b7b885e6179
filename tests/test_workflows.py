"""The workflows that build and release: what they may do, whose code they run, and that what they call is there.

Read as text, line by line: that is what a reviewer reads too. zizmor and actionlint say more, and are run by hand
(docs/releasing.md).
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from ddns_tray.core.minisign import public_key
from ddns_tray.core.release import read_feed
from ddns_tray.system.updates import release_source
from devtools import releasing
from devtools.commands import COMMANDS
from devtools.shell import Failure
from tests.support.minisign import Signer

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EVERYTHING = [*WORKFLOWS, ROOT / ".gitlab-ci.yml"]


def _ids(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", WORKFLOWS, ids=_ids)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    for each in used:
        assert re.fullmatch(r"\./\S+\.yml( # zizmor: .*)?|actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


@pytest.mark.parametrize("path", EVERYTHING, ids=_ids)
def test_every_image_is_pinned_to_its_content(path: Path) -> None:
    for image in re.findall(r"^\s*image: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
        assert re.fullmatch(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}", image), image


@pytest.mark.parametrize("path", WORKFLOWS, ids=_ids)
def test_nothing_is_allowed_but_what_a_job_says_and_only_the_draft_may_write(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "\npermissions: {}\n" in text
    jobs = re.split(r"^  (?=[a-z-]+:$)", text[text.index("\njobs:\n") :], flags=re.MULTILINE)[1:]
    for job in jobs:
        name = job.partition(":")[0]
        granted = re.findall(r"^      ([a-z-]+): (read|write)\b", job, re.MULTILINE)
        assert granted, name
        if name != "draft":
            assert granted == [("contents", "read")], name


@pytest.mark.parametrize("path", WORKFLOWS, ids=_ids)
def test_no_checkout_leaves_its_credentials_behind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("uses: actions/checkout@") == text.count("persist-credentials: false")


@pytest.mark.parametrize("path", WORKFLOWS, ids=_ids)
def test_no_script_is_made_of_what_strangers_may_write(path: Path) -> None:
    """An expression in a script is pasted before the shell reads it; values come in by the environment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    in_script, indent = False, 0
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if in_script and line.strip() and depth <= indent:
            in_script = False
        if re.match(r"\s*(- )?run:", line):
            in_script, indent = True, depth
        assert not (in_script and "${{" in line), line


@pytest.mark.parametrize("path", EVERYTHING, ids=_ids)
def test_what_is_called_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    called = re.findall(r"python3? dev\.py ([a-z]+)", text)
    assert set(called) <= set(COMMANDS)
    assert set(re.findall(r"devtools\.releasing ([a-z]+)", text)) <= {"source", "sbom", "feed"}
    for script in re.findall(r"packaging/[\w/.]+\.(?:sh|ps1)", text):
        assert (ROOT / script).is_file(), script


def test_secrets_are_only_where_tags_alone_can_come() -> None:
    for path in WORKFLOWS:
        for job in re.split(r"^  (?=[a-z-]+:$)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            if "secrets." in job:
                assert "\n    environment: release" in job


def test_the_shell_script_of_macos_is_one() -> None:
    subprocess.run(["bash", "-n", str(ROOT / "packaging" / "macos" / "sign.sh")], check=True)


# --- what they call ---------------------------------------------------------------------------------------------------


def test_a_build_that_was_told_where_updates_are_announced_asks_there(tmp_path: Path) -> None:
    signer = Signer()
    environ = {"DDNS_TRAY_UPDATE_FEED": "https://ddns-tray.example/f", "DDNS_TRAY_UPDATE_KEYS": signer.public}
    assert releasing.source(environ, tmp_path) == tmp_path / "updates.json"
    source = release_source(tmp_path)
    assert source is not None
    assert (source.feed, source.keys) == ("https://ddns-tray.example/f", (public_key(signer.public),))


def test_a_build_that_was_told_nothing_asks_nobody(tmp_path: Path) -> None:
    empty = {"DDNS_TRAY_UPDATE_FEED": "", "DDNS_TRAY_UPDATE_KEYS": ""}
    assert releasing.source(empty, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("feed", "keys"), [("http://x/", "RW"), ("https://x/", ""), ("", "RW"), ("https://x/", "RW is no key")]
)
def test_a_build_that_was_told_half_of_it_stops(tmp_path: Path, feed: str, keys: str) -> None:
    with pytest.raises(Failure):
        releasing.source({"DDNS_TRAY_UPDATE_FEED": feed, "DDNS_TRAY_UPDATE_KEYS": keys}, tmp_path)


def test_the_feed_that_we_write_is_one_that_we_read() -> None:
    signer = Signer()
    changelog = "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-22\n\n### Added\n\n- Much.\n\n## 1.2.2\n\n- Less.\n"
    made = releasing.feed(
        "https://ddns-tray.example/1.2.3",
        now=1_800_000_000.5,
        changelog=changelog,
        shown_version="1.2.3",
        chinese="很多。",
    )
    content = json.dumps(made).encode()
    release = read_feed(content, signer.sign(content), (public_key(signer.public),))
    assert (release.version, release.sequence) == ("1.2.3", 1_800_000_000)
    assert release.expires - release.published == releasing.VALID_DAYS * 86_400
    assert release.notes_in("en") == "- Much."
    assert release.notes_in("zh_CN") == "很多。"


def test_the_bill_of_materials_names_what_runs_and_what_only_builds() -> None:
    lock = releasing.RUNTIME.read_text(encoding="utf-8")
    bill = releasing.sbom(lock, shown_version="1.2.3", now=1_800_000_000)
    scopes = {each["name"]: each.get("scope") for each in bill["components"]}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert scopes["httpx2"] == scopes["keyring"] == "required"
    assert scopes["pytest"] == "excluded"
    assert "ddns-tray" not in scopes
    references = [each["bom-ref"] for each in bill["components"]]
    assert len(references) == len(set(references))


def test_where_updates_are_announced_comes_into_the_bundle() -> None:
    target = releasing.RESOURCES / "updates.json"
    assert not target.exists(), "a release build left it; a checkout asks nobody"
    source = (ROOT / "devtools" / "bundle.py").read_text(encoding="utf-8")
    assert f"resources/{target.name}" in source
