from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ddns_tray.core.errors import UpdateRefused
from ddns_tray.core.minisign import public_key
from ddns_tray.core.release import MAX_NOTES, Release, news, read_feed
from tests.support.minisign import Signer

SIGNER = Signer()
KEYS = (public_key(SIGNER.public),)
NOW = datetime(2026, 11, 22, tzinfo=UTC).timestamp()
FEED: dict[str, Any] = {
    "schema": 1,
    "product": "ddns-tray",
    "sequence": 7,
    "published": "2026-11-20T10:00:00Z",
    "expires": "2027-02-20T10:00:00Z",
    "version": "1.2.3",
    "page": "https://ddns-tray.example/releases/1.2.3",
    "notes": {"en": "Better.\nFaster.", "zh_CN": "更好。"},
}


def _read(**changes: Any) -> Release:
    content = json.dumps(FEED | changes).encode()
    return read_feed(content, SIGNER.sign(content), KEYS)


def test_a_signed_feed_is_read() -> None:
    release = _read()
    assert (release.version, release.sequence, release.page) == ("1.2.3", 7, FEED["page"])
    assert release.expires > release.published
    assert release.notes_in("zh_CN") == "更好。"
    assert release.notes_in("de") == release.notes_in("en") == "Better.\nFaster."


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 2},
        {"product": "another"},
        {"sequence": 0},
        {"sequence": True},
        {"sequence": "7"},
        {"sequence": 2**60},
        {"version": "1.2"},
        {"version": "1.2.3rc1"},
        {"version": 5},
        {"page": "http://ddns-tray.example/"},
        {"page": "javascript:alert(1)"},
        {"page": "https:///nowhere"},
        {"page": "https://ddns-tray.example/\nx"},
        {"published": "soon"},
        {"expires": 5},
        {"notes": []},
        {"notes": {"en": 5}},
    ],
)
def test_a_signed_feed_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UpdateRefused):
        _read(**changes)


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"null", b"[" * 100_000, b'{"schema": 1}'])
def test_what_is_no_feed_is_refused_although_it_is_signed(content: bytes) -> None:
    with pytest.raises(UpdateRefused):
        read_feed(content, SIGNER.sign(content), KEYS)


def test_without_a_good_signature_nothing_is_read() -> None:
    content = json.dumps(FEED).encode()
    for signature in (b"", SIGNER.sign(b"{}"), Signer(bytes(32)).sign(content)):
        with pytest.raises(UpdateRefused, match="not signed"):
            read_feed(content, signature, KEYS)


def test_notes_are_plain_text_and_not_a_book() -> None:
    release = _read(notes={"en": "a\x1b[31m\u202eb\r\n" + "x" * 2 * MAX_NOTES, "../x": "no", "zh_CN": "\t"})
    assert release.notes_in("en").startswith("a[31mb\nx")
    assert len(release.notes_in("en")) <= MAX_NOTES
    assert [language for language, _ in release.notes] == ["en", "zh_CN"]


@pytest.mark.parametrize(
    ("ours", "newer"),
    [("1.2.2", True), ("0.9.9", True), ("1.2.3", False), ("1.10.0", False), ("2.0.0", False), ("1.1.30", True)],
)
def test_versions_are_compared_as_numbers(ours: str, newer: bool) -> None:  # noqa: FBT001 - a table
    assert (news(_read(), version=ours, seen=0, now=NOW) is not None) is newer


def test_an_older_feed_than_before_is_refused_and_the_same_one_is_not() -> None:
    assert news(_read(), version="1.0.0", seen=7, now=NOW) is not None
    with pytest.raises(UpdateRefused, match="older"):
        news(_read(), version="1.0.0", seen=8, now=NOW)


def test_an_expired_feed_is_refused_even_if_it_has_nothing_new() -> None:
    with pytest.raises(UpdateRefused, match="expired"):
        news(_read(), version="9.0.0", seen=0, now=NOW + 365 * 86_400)
