"""docs/contacts.md promises to name everybody: it is held against the program."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ddns_tray.core.settings import DEFAULT_RESOLVERS
from ddns_tray.detectors import operators, portal, stun, whoami

_SEPARATORS = str.maketrans(dict.fromkeys(",|();`", " "))
DOCS = Path(__file__).parents[1] / "docs"


def _contacts() -> set[str]:
    urls = [
        url for operator in (*operators.WORLD, *operators.CHINA, *operators.OTHERS) for url in operator.urls.values()
    ]
    urls += [page.url for page in (*portal.WORLD, *portal.CHINA)]
    urls += [each for each in DEFAULT_RESOLVERS if "://" in each]
    hosts = {urlsplit(url).hostname or url for url in urls}
    hosts |= {address for url in urls for address in parse_qs(urlsplit(url).query).get("ip", ())}
    hosts |= {server.host for server in (*stun.WORLD, *stun.CHINA)}
    hosts |= {question.server for operator in whoami.WORLD for question in operator.questions.values()}
    return hosts


@pytest.mark.parametrize("host", sorted(_contacts()))
def test_everybody_who_is_built_in_is_named(host: str) -> None:
    assert host in (DOCS / "contacts.md").read_text(encoding="utf-8")


def test_nobody_is_named_who_is_not_contacted() -> None:
    named = {
        word.rstrip(".")
        for word in (DOCS / "contacts.md").read_text(encoding="utf-8").translate(_SEPARATORS).split()
        if _is_host(word.rstrip("."))
    }
    known = _contacts() | {"a.root-servers.net", "m.root-servers.net", "239.255.255.250", "224.0.0.1"}
    assert named <= known, named - known


def _is_host(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return word.count(".") >= 1 and word.replace(".", "").replace("-", "").isalnum() and not word.endswith(".md")
    return True
