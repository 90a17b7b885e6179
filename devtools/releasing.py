"""What a release needs beside its files; run by the release workflow, and by whoever releases by hand.

    python -m devtools.releasing source                  tell the build where updates are announced
    python -m devtools.releasing sbom FILE               what the bundle is made of, as CycloneDX 1.6
    python -m devtools.releasing feed FILE --page URL    the release feed, to be signed: minisign -S -m FILE

`source` reads DDNS_TRAY_UPDATE_FEED (an https address) and DDNS_TRAY_UPDATE_KEYS (public keys of minisign, separated by
spaces); without them the build asks nobody. `sbom` looks at the environment that runs it, which is that of the build.
The secret key never comes near a build machine: docs/releasing.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devtools.freezing import version
from devtools.shell import ROOT, Failure, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESOURCES = ROOT / "ddns_tray" / "resources"
RUNTIME = ROOT / "requirements" / "runtime.lock.txt"
VALID_DAYS = 90
"""For how long a feed may be believed; a new one has to be signed before that, with or without a new version."""


def source(environ: Mapping[str, str], resources: Path = RESOURCES) -> Path | None:
    """Write where updates are announced, or nothing where nobody has said so."""
    feed, keys = environ.get("DDNS_TRAY_UPDATE_FEED", ""), environ.get("DDNS_TRAY_UPDATE_KEYS", "").split()
    if not feed and not keys:
        return None
    if not feed.startswith("https://") or not keys:
        raise Failure("DDNS_TRAY_UPDATE_FEED has to be an https address, and DDNS_TRAY_UPDATE_KEYS its public keys.")
    from ddns_tray.core.minisign import public_key  # noqa: PLC0415 - the product's own reader, needed here alone

    for key in keys:
        try:
            public_key(key)
        except ValueError as exc:  # the program would ask nobody, and nobody would notice
            raise Failure(f"{key!r} is no public key of minisign: the second line of its .pub file is.") from exc
    target = resources / "updates.json"
    target.write_text(f"{json.dumps({'feed': feed, 'keys': keys}, indent=1)}\n", encoding="ascii", newline="\n")
    return target


def notes_of(changelog: str, wanted: str) -> str:
    """Return the section of one version, or of what is not released yet, without its headings."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for heading in (wanted, "Unreleased"):
        for section in sections:
            title, _, body = section.partition("\n")
            if title.strip().lstrip("[").startswith(heading):
                return re.sub(r"^### .*\n+", "", body, flags=re.MULTILINE).strip()
    return ""


def feed(page: str, *, now: float, changelog: str, shown_version: str, chinese: str = "") -> dict[str, Any]:
    """Return the release feed; the sequence is the time, which always grows."""
    if not page.startswith("https://"):
        raise Failure("The page of a release has to be an https address.")
    notes = {"en": notes_of(changelog, shown_version), **({"zh_CN": chinese} if chinese else {})}
    return {
        "schema": 1,
        "product": "ddns-tray",
        "sequence": int(now),
        "published": _moment(now),
        "expires": _moment(now + VALID_DAYS * 86_400),
        "version": shown_version,
        "page": page,
        "notes": notes,
    }


def sbom(lock: str, *, shown_version: str, now: float) -> dict[str, Any]:
    """Return the bill of materials of a bundle (CycloneDX 1.6): our packages at run time, Python, and what builds."""
    at_run_time = set(re.findall(r"^([a-z0-9][a-z0-9-]*)==", lock, flags=re.MULTILINE))
    found = sorted(metadata.distributions(), key=lambda each: _canonical(each.metadata["Name"]))
    components = [_component(each, at_run_time) for each in found if _canonical(each.metadata["Name"]) != "ddns-tray"]
    python = {
        "type": "platform",
        "bom-ref": "python",
        "name": platform.python_implementation(),
        "version": platform.python_version(),
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'ddns-tray {shown_version} {sys.platform}')}",
        "version": 1,
        "metadata": {
            "timestamp": _moment(now),
            "component": {
                "type": "application",
                "bom-ref": "ddns-tray",
                "name": "ddns-tray",
                "version": shown_version,
                "licenses": [{"license": {"id": "MIT"}}],
            },
        },
        "components": [python, *components],
    }


def _component(distribution: metadata.Distribution, at_run_time: set[str]) -> dict[str, Any]:
    name = _canonical(distribution.metadata["Name"])
    about = distribution.metadata  # whose declared type knows no `get`
    told = about["License-Expression"] if "License-Expression" in about else ""  # noqa: SIM401 - see above
    purl = f"pkg:pypi/{name}@{distribution.version}"
    component = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": distribution.version,
        "purl": purl,
        "scope": "required" if name in at_run_time else "excluded",
    }
    return component | ({"licenses": [{"expression": told}]} if told else {})


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _moment(epoch: float) -> str:
    return f"{datetime.fromtimestamp(int(epoch), UTC):%Y-%m-%dT%H:%M:%SZ}"


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands at the head of this file."""
    parser = argparse.ArgumentParser(prog="python -m devtools.releasing")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("source")
    commands.add_parser("sbom").add_argument("file", type=Path)
    announced = commands.add_parser("feed")
    announced.add_argument("file", type=Path)
    announced.add_argument("--page", required=True)
    announced.add_argument("--chinese", type=Path, help="a file with the notes in Chinese")
    given = parser.parse_args(arguments)
    try:
        if given.command == "source":
            made = source(os.environ)
            say(f"Updates are announced as in {made}." if made else "This build looks for updates nowhere.")
        elif given.command == "sbom":
            content = sbom(RUNTIME.read_text(encoding="utf-8"), shown_version=version(), now=time.time())
            _write(given.file, content)
        else:
            content = feed(
                given.page,
                now=time.time(),
                changelog=(ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
                shown_version=version(),
                chinese=given.chinese.read_text(encoding="utf-8").strip() if given.chinese else "",
            )
            _write(given.file, content)
            say(f"Sign it where the secret key is: minisign -S -m {given.file}")
    except Failure as failure:
        say(f"{failure}")
        return 1
    return 0


def _write(target: Path, content: Mapping[str, Any]) -> None:
    target.write_text(f"{json.dumps(content, indent=1, ensure_ascii=False)}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
